"""Connections to a PostgreSQL server on another host, as far as one machine shows them."""

import asyncio
import os
import socket
import sys
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from sqlalchemy.ext.asyncio import AsyncConnection

from app.store.database import Database

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="others name what TCP does differently")


async def passed_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while data := await reader.read(65_536):
        writer.write(data)
    writer.close()
    await writer.wait_closed()


async def tcp(postgres: Any, connections: list["asyncio.Future[Any]"]) -> asyncio.Server:
    """A port that leads to the server's socket, which is all that it listens on."""
    folder = parse_qs(urlsplit(postgres.get_uri()).query)["host"][0]

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there, back = await asyncio.open_unix_connection(f"{folder.rstrip('/')}/.s.PGSQL.5432")
        connections.append(asyncio.gather(passed_on(reader, back), passed_on(there, writer)))

    return await asyncio.start_server(connected, "127.0.0.1", 0)


async def option(connection: AsyncConnection, name: int) -> int:
    raw: Any = (await connection.get_raw_connection()).driver_connection
    with socket.socket(fileno=os.dup(raw.pgconn.socket)) as same:
        return same.getsockopt(socket.IPPROTO_TCP, name)


@pytest.mark.parametrize(("said", "milliseconds"), [("", 10_000), ("?tcp_user_timeout=3000", 3_000)])
def test_a_server_that_is_gone_without_a_word_is_noticed(postgres: Any, said: str, milliseconds: int) -> None:
    async def story() -> None:
        connections: list[asyncio.Future[Any]] = []
        async with await tcp(postgres, connections) as server:
            port = server.sockets[0].getsockname()[1]
            database = Database(f"postgresql+psycopg://postgres@127.0.0.1:{port}/postgres{said}")
            async with database.read() as connection:
                assert await option(connection, socket.TCP_USER_TIMEOUT) == milliseconds
                assert await option(connection, socket.TCP_KEEPIDLE) == 5
            await database.close()
            await asyncio.gather(*connections)

    asyncio.run(story())
