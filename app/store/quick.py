"""SQLite for an event loop: what takes microseconds runs in the loop's own thread, the rest in the connection's.

A visit to the connection's thread costs more than most of our statements, and aiosqlite makes four for each: to make a
cursor, to run it, to fetch the rows and to close it. Here a statement and its rows are one visit, or none: a read that
takes more than some steps is broken off and begun again in the thread, and so is whatever has to wait for a lock.
"""

import sqlite3
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from aiosqlite import Connection
from sqlalchemy.engine import URL

from app.store.manner import Manner

Opened = Callable[[], Any]
#: Steps of SQLite's machine that a read may take in the event loop's thread: about a millisecond.
STEPS = 20_000
#: Sets of values that one statement may write there.
SETS = 20
#: Pages of the write-ahead log after which a durable commit moves them into the database: SQLite's own default.
PAGES = 1_000
_WAITS = (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_INTERRUPT)


def opener(url: URL, manner: Manner, busy_seconds: float) -> Opened:
    """What SQLAlchemy takes as `async_creator`; `busy_seconds`: for which another process may hold a lock."""
    connect: Callable[..., sqlite3.Connection] = sqlite3.connect
    arguments, of_url = url.get_dialect()().create_connect_args(url)

    async def opened() -> Connection:
        given: dict[str, Any] = {**of_url, "timeout": busy_seconds, "check_same_thread": False}
        connection = QuickConnection(partial(connect, *arguments, **given), manner, busy_seconds)
        connection._thread.daemon = True  # as SQLAlchemy has it: it must not keep a process that ends
        return await connection

    return opened


class QuickConnection(Connection):
    """Its cursors are `QuickCursor`s."""

    def __init__(self, connector: Callable[[], sqlite3.Connection], manner: Manner, busy_seconds: float) -> None:
        super().__init__(connector, 64)
        self._manner = manner
        self._busy_seconds = busy_seconds
        self._patient = self._durable = True
        self._limited = False
        self._asked = self._answered = 0

    async def _connect(self) -> "QuickConnection":
        await super()._connect()
        self._conn.set_progress_handler(lambda: self._limited, STEPS)
        return self

    def cursor(self) -> Any:
        return QuickCursor(self)

    def prepare(self) -> None:
        """Before a transaction that writes: whether its commit waits for the disk. One that does not leaves it to the
        next that does to empty the log."""
        durable = self._manner.durable
        if self._rests:
            self._last(durable)
        else:  # what comes next is in the same queue
            self._asked += 1
            self._tx.put_nowait((None, partial(self._answer, self._last, durable)))

    def _last(self, durable: bool) -> None:
        if durable != self._durable:
            self._conn.execute(f"PRAGMA synchronous={'FULL' if durable else 'NORMAL'}")
            self._conn.execute(f"PRAGMA wal_autocheckpoint={PAGES if durable else 0}")
            self._durable = durable

    async def run(self, work: Callable[..., None], few: bool, *given: Any) -> None:
        """Run it where it belongs; `few`: whether it has no more than `SETS` sets of values."""
        if not (few and self._rests and self._here(work, *given)):
            await self._execute(self._there, work, *given)

    async def commit(self) -> None:
        if self._manner.brief and not self._durable and self._rests:
            self._conn.commit()
        else:
            await super().commit()

    async def rollback(self) -> None:
        if not self._rests or self._conn.in_transaction:  # what only reads has none
            await super().rollback()

    @property
    def _rests(self) -> bool:
        """Whether the thread has nothing to do; after a task was cancelled it may."""
        return self._asked == self._answered

    def _here(self, work: Callable[..., None], *given: Any) -> bool:
        """Run it in this thread, if it is short and need not wait."""
        if not (self._manner.reading or self._manner.brief):
            return False
        self._wait(False)
        self._limited = self._manner.reading
        try:
            work(*given)
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF in _WAITS:
                return False
            raise
        finally:
            self._limited = False
        return True

    def _there(self, work: Callable[..., None], *given: Any) -> None:
        self._wait(True)
        work(*given)

    def _wait(self, patient: bool) -> None:
        """Whether to wait for a lock."""
        if patient != self._patient:
            self._conn.execute(f"PRAGMA busy_timeout={int(self._busy_seconds * 1000) if patient else 0}")
            self._patient = patient

    async def _execute(self, fn: Any, *args: Any, **kwargs: Any) -> Any:
        """Run it in the connection's thread."""
        self._asked += 1
        # aiosqlite gives no types to what is its own
        return await super()._execute(self._answer, fn, *args, **kwargs)  # type: ignore[no-untyped-call]

    def _answer(self, work: Callable[..., Any], *given: Any, **named: Any) -> Any:
        try:
            return work(*given, **named)
        finally:
            self._answered += 1


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
        await self._connection.run(self._run, True, "execute", statement, parameters)
        return self

    async def executemany(self, statement: str, parameters: Any) -> "QuickCursor":
        await self._connection.run(self._run, len(parameters) <= SETS, "executemany", statement, parameters)
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
