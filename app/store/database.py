"""The database: one engine, short transactions, and the migrations that run before anything else.

SQLite has one writer, so all write transactions of the process take turns on one connection; that is five times faster
than letting them collide. PostgreSQL needs no such turn.
"""

import sqlite3
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, nullcontext
from enum import StrEnum
from pathlib import Path
from typing import Any, NamedTuple

from sqlalchemy import Connection, event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import ArgumentError, InvalidatePoolError, OperationalError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine
from sqlalchemy.pool import ConnectionPoolEntry, QueuePool

from app.store.manner import Manner
from app.store.turns import Turns
from checks.model.errors import UsageError

#: Connections that only read SQLite, and all connections to PostgreSQL.
READERS = 8
CONNECTIONS = 12
#: Connections to PostgreSQL that are made beyond these in a rush, and given back after it.
SPARE = 10
#: Seconds for which another process may hold SQLite's lock, or PostgreSQL may not answer a new connection. GitHub waits
#: for ten.
BUSY_SECONDS = 5
#: Of libpq: a server that is gone without a word is noticed within ten seconds. TCP alone waits for a quarter of an
#: hour, in which nothing would be accepted. What the URL says wins.
_WATCHFUL = {
    "connect_timeout": str(BUSY_SECONDS),
    "keepalives_idle": "5",
    "keepalives_interval": "2",
    "keepalives_count": "2",
    "tcp_user_timeout": "10000",
}
#: Seconds after which an idle connection to PostgreSQL is tried before it is used.
RESTED = 1.0
_USED = "used"
#: The one driver of each database; a URL need not name it.
_DRIVERS = {"sqlite": "sqlite+aiosqlite", "postgresql": "postgresql+psycopg"}


class Schema(StrEnum):
    """How the database's schema compares with this release."""

    CURRENT = "current"
    BEHIND = "behind"
    """An older release wrote it, or nobody yet."""
    AHEAD = "ahead"
    """A newer release migrated it. Migrations only add, so this release works on it."""


class Pool(NamedTuple):
    """Connections of one purpose."""

    used: int
    limit: int


class Database:
    """Transactions on SQLite or PostgreSQL."""

    def __init__(self, url: str) -> None:
        try:
            parsed = make_url(url)
        except ArgumentError as error:
            raise UsageError(f"OSPO_GATE_DATABASE is not a database URL: {error}") from None
        self.url = url
        if parsed.get_backend_name() not in _DRIVERS:
            raise UsageError(f"OSPO_GATE_DATABASE: {parsed.get_backend_name()} is neither sqlite nor postgresql")
        driver = _DRIVERS[parsed.get_backend_name()]
        if parsed.drivername not in (driver, parsed.get_backend_name()):
            raise UsageError(f"OSPO_GATE_DATABASE: expected {driver}://…, not {parsed.drivername}://…")
        parsed = parsed.set(drivername=driver)
        self.sqlite = parsed.get_backend_name() == "sqlite"
        name = (parsed.database if self.sqlite else None) or ":memory:"
        self.file = None if name.startswith((":memory:", "file:")) else Path(name)
        self._turns = Turns() if self.sqlite else None
        self._manner = Manner()
        if self.sqlite:
            self._writer = _sqlite(parsed, self._manner, pool_size=1, max_overflow=0)
            event.listen(self._writer.sync_engine, "begin", _begin_to_write)
            self._reader = _sqlite(parsed, Manner(reading=True), pool_size=READERS, max_overflow=0)
        else:
            self._writer = create_async_engine(watchful(parsed), pool_size=CONNECTIONS, max_overflow=SPARE)
            _ping_the_rested(self._writer)
            # What only reads needs no BEGIN before it and no ROLLBACK after it: each is a way to the server and back.
            self._reader = self._writer.execution_options(isolation_level="AUTOCOMMIT")

    @asynccontextmanager
    async def write(
        self, first: bool = False, brief: bool = False, durable: bool = True
    ) -> AsyncIterator[AsyncConnection]:
        """A transaction that commits at the end of the block, or leaves nothing behind.

        `first`: somebody outside waits for the answer, so it goes before whoever waits for SQLite's writer. `brief`: it
        writes a few rows, which SQLite does in microseconds, so that no thread is needed for it. One that is not
        `durable` survives the process, but on SQLite a power cut only when a durable one was committed after it.
        """
        async with self._turns.turn(first) if self._turns else nullcontext():
            self._manner.brief, self._manner.durable = brief, durable
            async with self._writer.begin() as connection:
                yield connection

    @asynccontextmanager
    async def read(self) -> AsyncIterator[AsyncConnection]:
        async with self._reader.connect() as connection:
            yield connection

    async def migrate(self) -> None:
        """Bring the schema up to date; one that is ahead stays as it is."""
        from app.store.schema import upgrade

        async with self.write() as connection:
            await connection.run_sync(upgrade)

    async def schema(self) -> Schema:
        from app.store.schema import compare

        async with self._reader.connect() as connection:
            return Schema(await connection.run_sync(compare))

    def pools(self) -> dict[str, Pool]:
        """What is in use of the connections that there may be."""
        if not self.sqlite:
            return {"all": Pool(_used(self._writer), CONNECTIONS + SPARE)}
        return {"write": Pool(_used(self._writer), 1), "read": Pool(_used(self._reader), READERS)}

    async def close(self) -> None:
        await self._writer.dispose()
        await self._reader.dispose()


def watchful(url: URL) -> URL:
    """The address of a PostgreSQL server, so that connections notice when it is away."""
    return url.set(query={**_WATCHFUL, **url.query})


def _used(engine: AsyncEngine) -> int:
    pool = engine.pool
    return pool.checkedout() if isinstance(pool, QueuePool) else 0


def _ping_the_rested(engine: AsyncEngine) -> None:
    """A connection that was not used for a while is tried before it is given out: PostgreSQL may have been restarted.
    SQLAlchemy would try each one each time, which is a fifth of what a short transaction takes."""
    dialect = engine.sync_engine.dialect

    def used(_connection: DBAPIConnection, record: ConnectionPoolEntry) -> None:
        record.info[_USED] = time.monotonic()

    def given_out(connection: DBAPIConnection, record: ConnectionPoolEntry, _proxy: object) -> None:
        if time.monotonic() - record.info[_USED] < RESTED:
            return
        try:
            dialect.do_ping(connection)
        except dialect.loaded_dbapi.Error as error:
            raise InvalidatePoolError from error  # the others are as old; this one is made anew

    event.listen(engine.sync_engine, "connect", used)
    event.listen(engine.sync_engine, "checkin", used)
    event.listen(engine.sync_engine, "checkout", given_out)


def _sqlite(url: URL, manner: Manner, **pool: Any) -> AsyncEngine:
    from app.store.quick import opener  # who has PostgreSQL needs no driver for SQLite

    engine = create_async_engine(url, async_creator=opener(url, manner, BUSY_SECONDS), **pool)
    event.listen(engine.sync_engine, "connect", _prepare_sqlite)
    return engine


def _prepare_sqlite(connection: DBAPIConnection, _record: object) -> None:
    # Python's own transactions begin too late for what reads before it writes, and leave out changes of the schema.
    connection.isolation_level = None
    cursor = connection.cursor()
    # FULL: an acknowledged delivery survives a power cut, not only a crash of the process.
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin_to_write(connection: Connection) -> None:
    driver: Any = connection.connection.driver_connection
    try:
        driver.prepare()
    except sqlite3.Error as error:
        raise OperationalError("PRAGMA synchronous", None, error) from error
    connection.exec_driver_sql("BEGIN IMMEDIATE")
