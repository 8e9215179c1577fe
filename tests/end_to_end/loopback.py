"""A web server on loopback for package managers: what it answers is a function of the path."""

import threading
from abc import ABC, abstractmethod
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Self
from urllib.parse import unquote


class Loopback(ABC):
    """Use it in a `with` statement; `answer` gives a page, or None where there is none."""

    def __init__(self) -> None:
        class Handler(BaseHTTPRequestHandler):
            def do_GET(handler) -> None:
                path = unquote(handler.path.partition("?")[0])
                handler.answer(self.answer(path.lstrip("/")), self.content_type(path))

            def do_POST(handler) -> None:
                handler.answer(b"{}", "application/json")

            def answer(handler, body: bytes | None, content_type: str) -> None:
                handler.send_response(404 if body is None else 200)
                handler.send_header("Content-Type", content_type)
                handler.send_header("Content-Length", str(len(body or b"")))
                handler.end_headers()
                handler.wfile.write(body or b"")

            def log_message(handler, *_: object) -> None:
                return None

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"

    @abstractmethod
    def answer(self, path: str) -> bytes | None:
        """The page at `path`, decoded and without its leading slash."""

    def content_type(self, path: str) -> str:
        return "application/json"

    def __enter__(self) -> Self:
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.server.shutdown()
        self.server.server_close()
