"""The listeners of a process."""

import asyncio
import os
import socket
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from types import FrameType
from typing import Any

import uvicorn

from app.web.protocol import CappedProtocol
from checks.model.errors import UsageError

#: Seconds in which requests that have begun are answered after the wish to end; then come the jobs in hand.
LAST_REQUESTS = 10


def config(app: Any, host: str, port: int) -> uvicorn.Config:
    return uvicorn.Config(
        app,
        host=host,
        port=port,
        http=CappedProtocol,
        ws="none",  # else a library that happens to be installed would take connections over from it
        # Our own logs speak of deliveries; uvicorn's would repeat each request.
        log_level="warning",
        log_config=None,  # into our own log, with its form and without secrets
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=LAST_REQUESTS,
    )


class Server(uvicorn.Server):
    """Ends in order when it is told to, with the code of a success, and at once when it is told again."""

    def __init__(self, config: uvicorn.Config, ending: Callable[[], None]) -> None:
        super().__init__(config)
        self.ending = ending

    def handle_exit(self, sig: int, _frame: FrameType | None) -> None:
        if self.should_exit:
            end_at_once(sig)
        self.ending()
        self.should_exit = True


class _Beside(uvicorn.Server):
    """Signals are for the process, not for this listener."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


@asynccontextmanager
async def beside(app: Any, host: str, port: int, known: socket.socket | None = None) -> AsyncIterator[None]:
    """A further listener, open within the block: it answers from before everything else begins until all has ended.
    `known`: a socket that listens already. Raises `UsageError` when the address cannot be listened on."""
    listening = known or bound(host, port)
    server = _Beside(config(app, host, port))
    serving = asyncio.create_task(server.serve(sockets=[listening]))
    try:
        yield
    finally:
        server.should_exit = True
        await serving
        listening.close()


def bound(host: str, port: int) -> socket.socket:
    """A socket that listens. Raises `UsageError`."""
    try:
        family, *_, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        return socket.create_server(address[:2], family=family)
    except OSError as error:
        raise UsageError(
            f"{host}:{port} cannot be listened on: {str(error.strerror or error).partition(' (')[0]}",
            hint="Another process does so, or it is no address of this machine.",
        ) from None


def end_at_once(sig: int) -> None:
    """Somebody asks a second time. What is in hand is taken over, as from a process that was killed."""
    os._exit(128 + sig)
