"""The webhook's listener on a real port, as the service runs it, with a store in memory."""

import hashlib
import hmac
import json
import socket
import threading
import time
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager, suppress
from typing import Any

import uvicorn
from fastapi import APIRouter, Response

from app.cli.listening import config
from app.subject import Delivery
from app.web.application import application
from app.web.commands import Ours

SECRET, APP = "a-secret-that-only-the-tests-know", 4711
#: Seconds in which a listener that is in order answers or ends a connection.
PATIENCE = 10.0
_REPOSITORY = {"id": 7, "node_id": "R_7", "full_name": "example/web", "owner": {"login": "example"}}
PULL: dict[str, Any] = {
    "action": "opened",
    "pull_request": {
        "number": 1, "node_id": "PR_1", "updated_at": "2026-11-20T10:00:00Z",
        "head": {"sha": "a" * 40, "repo": None}, "base": {"sha": "b" * 40},
    },
    "repository": _REPOSITORY, "installation": {"id": 11},
}  # fmt: skip


class Door:
    """What anybody reaches."""

    def __init__(self, secrets: Sequence[str] = (SECRET,)) -> None:
        self.stored: list[Delivery] = []
        large = APIRouter()
        large.add_api_route("/large", lambda: Response(b"x" * 20_000_000))
        self.app = application(secrets, self._accept, self._ready, self._running, [large], Ours(APP))

    async def _accept(self, delivery: Delivery) -> bool:
        self.stored.append(delivery)
        return True

    async def _ready(self) -> dict[str, object] | None:
        return {}

    @asynccontextmanager
    async def _running(self) -> AsyncIterator[None]:
        yield

    @contextmanager
    def open(self) -> Iterator["Door"]:
        self._socket = socket.socket()
        self._socket.bind(("127.0.0.1", 0))
        self.port = self._socket.getsockname()[1]
        settings = config(self.app, "127.0.0.1", self.port)
        settings.timeout_graceful_shutdown = 1
        server = self._server = uvicorn.Server(settings)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [self._socket]}, daemon=True)
        thread.start()
        while not server.started:
            time.sleep(0.005)
        try:
            yield self
        finally:
            server.should_exit = True
            thread.join(PATIENCE)
            self._socket.close()

    @property
    def connections(self) -> int:
        """How many are open."""
        return len(self._server.server_state.connections)

    def connect(self) -> socket.socket:
        return socket.create_connection(("127.0.0.1", self.port), timeout=PATIENCE)

    def says(self, *chunks: bytes) -> bytes:
        """All that is answered until the connection ends."""
        with self.connect() as connection:
            with suppress(ConnectionError):
                for chunk in chunks:
                    connection.sendall(chunk)
            return rest(connection)


def rest(connection: socket.socket) -> bytes:
    """What comes until the other side ends the connection; fails if it does not."""
    found = b""
    with suppress(ConnectionError):
        while chunk := connection.recv(65536):
            found += chunk
    return found


def post(body: bytes, *more: str, path: str = "/webhook", signed: bool = True) -> bytes:
    """A request as bytes; `more` are further lines of the head."""
    lines = [f"POST {path} HTTP/1.1", "Host: gate.example", f"Content-Length: {len(body)}", "Connection: close"]
    if signed:
        lines += ["X-GitHub-Delivery: d1", "X-GitHub-Event: pull_request", f"X-Hub-Signature-256: {signature(body)}"]
    return "\r\n".join([*lines, *more, "", ""]).encode("latin-1") + body


def signature(body: bytes, secret: str = SECRET) -> str:
    return f"sha256={hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()}"


def pull(**changes: Any) -> bytes:
    """The body of a delivery."""
    return json.dumps({**PULL, **changes}).encode()


def status(answer: bytes) -> int:
    return int(answer.split(b" ", 2)[1])
