"""SQLite for an event loop: a statement and its rows are one visit to the connection's thread instead of four.

aiosqlite visits it to make a cursor, to run it, to fetch the rows and to close it, and each visit costs more than most
of our statements.
"""

import sqlite3
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from aiosqlite import Connection
from sqlalchemy.engine import URL

Opened = Callable[[], Any]


def opener(url: URL, **options: Any) -> Opened:
    """What SQLAlchemy takes as `async_creator`; `options` are those of `sqlite3.connect`."""
    connect: Callable[..., sqlite3.Connection] = sqlite3.connect
    arguments, of_url = url.get_dialect()().create_connect_args(url)

    async def opened() -> Connection:
        given: dict[str, Any] = {**of_url, **options}
        connection = QuickConnection(partial(connect, *arguments, **given), 64)
        connection._thread.daemon = True  # as SQLAlchemy has it: it must not keep a process that ends
        return await connection

    return opened


class QuickConnection(Connection):
    """Its cursors are `QuickCursor`s."""

    def cursor(self) -> Any:
        return QuickCursor(self)

    async def visit(self, work: Callable[..., None], *given: Any) -> None:
        """Run it in the connection's thread."""
        await self._execute(work, *given)  # type: ignore[no-untyped-call]


class QuickCursor:
    """Of one statement: its rows are here when it has run."""

    def __init__(self, connection: QuickConnection) -> None:
        self._connection = connection
        self._rows: Sequence[Any] = ()
        self.description: Any = None
        self.rowcount = -1
        self.lastrowid: int | None = None
        self.arraysize = 1

    async def __aenter__(self) -> "QuickCursor":
        return self

    async def execute(self, statement: str, parameters: Any = ()) -> "QuickCursor":
        await self._connection.visit(self._run, "execute", statement, parameters)
        return self

    async def executemany(self, statement: str, parameters: Any) -> "QuickCursor":
        await self._connection.visit(self._run, "executemany", statement, parameters)
        return self

    async def fetchall(self) -> Sequence[Any]:
        return self._rows

    async def close(self) -> None:
        """It was closed when it had run."""

    def _run(self, how: str, statement: str, parameters: Any) -> None:
        cursor = self._connection._conn.cursor()
        try:
            getattr(cursor, how)(statement, parameters)
            self.description = cursor.description
            self._rows = cursor.fetchall() if cursor.description else ()
            self.rowcount, self.lastrowid = cursor.rowcount, cursor.lastrowid  # with RETURNING known after the rows
        finally:
            cursor.close()
