"""What comes before a body has a cap, whoever sends it."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
import uvicorn
from uvicorn.server import ServerState

from app.web.protocol import MAX_HEAD, CappedProtocol

ORDINARY = b"POST /webhook HTTP/1.1\r\nHost: gate\r\nContent-Length: 2\r\n\r\n{}"


def exchange(*chunks: bytes) -> bytes:
    """What the server answers before it closes, or before it waits for more than the chunks."""

    async def app(scope: Any, receive: Callable[[], Awaitable[Any]], send: Callable[[Any], Awaitable[None]]) -> None:
        size, more = 0, True
        while more:
            message = await receive()
            size, more = size + len(message["body"]), message["more_body"]
        await send({"type": "http.response.start", "status": 202, "headers": [(b"content-length", b"0")]})
        await send({"type": "http.response.body", "body": b""})

    async def story() -> bytes:
        config = uvicorn.Config(app, ws="none", log_config=None)
        config.load()
        loop = asyncio.get_running_loop()
        server = await loop.create_server(lambda: CappedProtocol(config, ServerState(), {}), "127.0.0.1", 0)
        reader, writer = await asyncio.open_connection(*server.sockets[0].getsockname())
        try:
            for chunk in chunks:
                writer.write(chunk)
                await writer.drain()
            return await asyncio.wait_for(reader.readuntil(b"\r\n"), 10)
        finally:
            writer.close()
            server.close()

    return asyncio.run(story())


@pytest.mark.parametrize("size", [2, 200_000])
def test_a_request_is_answered_whatever_the_size_of_its_body(size: int) -> None:
    body = b"x" * size
    head = ORDINARY.partition(b"\r\n\r\n")[0].replace(b"Length: 2", b"Length: %d" % size)
    assert exchange(head, b"\r\n\r\n", body[: size // 2], body[size // 2 :]) == b"HTTP/1.1 202 Accepted\r\n"


def test_large_headers_are_refused() -> None:
    head = ORDINARY.replace(b"Host: gate", b"Host: gate\r\nX-Much: " + b"x" * MAX_HEAD)
    assert exchange(head) == b"HTTP/1.1 400 Bad Request\r\n"


@pytest.mark.parametrize("endless", [b"x" * 4096, b"X-More: 1\r\n" * 400])
def test_headers_without_an_end_are_refused(endless: bytes) -> None:
    begun = b"POST /webhook HTTP/1.1\r\nX-First: "
    assert exchange(begun, *[endless] * (2 * MAX_HEAD // len(endless))) == b"HTTP/1.1 400 Bad Request\r\n"


def test_a_url_without_an_end_is_refused() -> None:
    assert exchange(b"GET /", *[b"a" * 8192] * 20) == b"HTTP/1.1 400 Bad Request\r\n"
