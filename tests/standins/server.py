"""The HTTP side of every stand-in: routes, counted requests, conditional answers, and faults."""

import gzip
import hashlib
import json
import ssl
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, NamedTuple
from urllib.parse import parse_qs, unquote, urlsplit


class Call(NamedTuple):
    """One request as the server saw it."""

    method: str
    path: str
    """As it was sent, percent-encoded, without the query."""
    query: Mapping[str, list[str]]
    headers: Mapping[str, str]
    """Names in lower case."""
    body: bytes

    @property
    def segments(self) -> list[str]:
        return [unquote(part) for part in self.path.strip("/").split("/")]

    @property
    def json(self) -> Any:
        return json.loads(self.body)


class Refused(Exception):
    """The request is not one that the real server takes."""

    def __init__(self, status: int, message: str = "", problem: bool = False) -> None:
        """`problem`: the answer is an `application/problem+json` (RFC 9457)."""
        super().__init__(message)
        self.status = status
        self.message = message
        self.problem = problem

    @property
    def page(self) -> "Page":
        if self.problem:
            said = {"status": self.status, "title": "The request is refused", "detail": self.message}
            return Page(json.dumps(said).encode(), "application/problem+json")
        return Page(json.dumps({"message": self.message}).encode(), "application/json")


class Page(NamedTuple):
    """An answer that is not JSON, or has headers of its own."""

    body: bytes
    content_type: str
    headers: Mapping[str, str] = {}


@dataclass
class Fault:
    """How a server misbehaves. Whatever is not set is as it should be."""

    status: int | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes | None = None
    content_type: str | None = None
    silent: bool = False
    """Accepts the request and never answers."""
    slow: float = 0.0
    """Seconds between two bytes of the answer."""
    half: bool = False
    """Ends the connection in the middle of the answer."""
    packed_zeros: int = 0
    """The answer is that many zero bytes, in a small gzip."""
    times: int | None = None
    """How many requests it lasts; None: until it is cleared."""
    path: str = ""
    """Only requests whose path begins with it."""


class Standin:
    """One server. `answer` gives a JSON value, a `Page` or raises `Refused`; subclasses are the sources."""

    def __init__(self, answer: Callable[[Call], Any] | None = None, tls: ssl.SSLContext | None = None) -> None:
        self._answer = answer
        self.calls: list[Call] = []
        self.faults: list[Fault] = []
        self.hold = threading.Event()
        """Silent and slow answers end when this is set."""
        self._server = _Server(("127.0.0.1", 0), _handler(self))
        if tls is not None:
            self._server.socket = tls.wrap_socket(self._server.socket, server_side=True)
        self.url = f"{'https' if tls else 'http'}://127.0.0.1:{self._server.server_port}"

    def answer(self, call: Call) -> Any:
        if self._answer is None:
            raise Refused(404)
        return self._answer(call)

    def __enter__(self) -> "Standin":
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.hold.set()
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    @contextmanager
    def behaving(self, fault: Fault) -> Iterator[None]:
        """The server behaves like that within the block."""
        self.faults.append(fault)
        try:
            yield
        finally:
            self.faults.remove(fault)

    def take(self, call: Call) -> Fault | None:
        for fault in self.faults:
            if call.path.startswith(fault.path) and fault.times != 0:
                fault.times = None if fault.times is None else fault.times - 1
                return fault
        return None

    @property
    def paths(self) -> list[str]:
        return [call.path for call in self.calls]


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that went away is not news."""


def _handler(standin: Standin) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            self.serve()

        def do_POST(self) -> None:
            self.serve()

        def do_PUT(self) -> None:
            self.serve()

        def do_CONNECT(self) -> None:
            """What a proxy is asked for TLS; a stand-in leads nowhere."""
            standin.calls.append(Call(self.command, self.path, {}, {}, b""))
            self.send_error(403)

        def serve(self) -> None:
            parts = urlsplit(self.path)
            length = int(self.headers.get("Content-Length") or 0)
            headers = {name.lower(): value for name, value in self.headers.items()}
            call = Call(self.command, parts.path, parse_qs(parts.query), headers, self.rfile.read(length))
            standin.calls.append(call)
            fault = standin.take(call) or Fault()
            if fault.silent:
                standin.hold.wait()
                self.close_connection = True
                return
            self.write(*self.reply(call, fault), fault)

        def reply(self, call: Call, fault: Fault) -> tuple[int, dict[str, str], bytes]:
            status, page, extra = 200, Page(b"", "application/json"), {}
            if fault.status is None and fault.body is None and not fault.packed_zeros:
                try:
                    value = standin.answer(call)
                    page = value if isinstance(value, Page) else Page(json.dumps(value).encode(), "application/json")
                except Refused as refused:
                    status, page = refused.status, refused.page
            status = fault.status or status
            body = page.body if fault.body is None else fault.body
            if fault.packed_zeros:
                body, extra = gzip.compress(bytes(fault.packed_zeros)), {"Content-Encoding": "gzip"}
            if status == 200 and call.method == "GET":
                extra["ETag"] = '"' + hashlib.sha256(body).hexdigest()[:16] + '"'
                if call.headers.get("if-none-match") == extra["ETag"]:
                    status, body = 304, b""
            content_type = fault.content_type or page.content_type
            return status, {"Content-Type": content_type, **page.headers, **extra, **fault.headers}, body

        def write(self, status: int, headers: dict[str, str], body: bytes, fault: Fault) -> None:
            self.send_response(status)
            for name, value in {"Content-Length": str(len(body)), **headers}.items():
                self.send_header(name, value)
            self.end_headers()
            if fault.half:
                self.wfile.write(body[: len(body) // 2])
                self.close_connection = True
            elif fault.slow:
                for byte in body:
                    self.wfile.write(bytes([byte]))
                    if standin.hold.wait(fault.slow):
                        return
            else:
                self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            return None

    return Handler
