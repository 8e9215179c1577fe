"""The database: one engine, short transactions, and the migrations that run before anything else.

SQLite has one writer, so all write transactions of the process take turns on one connection; that is five times faster
than letting them collide. PostgreSQL needs no such turn.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, nullcontext
from pathlib import Path

from sqlalchemy import Connection, event, text
from sqlalchemy.engine import make_url
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import ArgumentError
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine

from checks.model.errors import UsageError

#: Connections that only read, and seconds that a reader waits for SQLite's lock.
READERS = 4
BUSY_SECONDS = 30
#: Any number that nobody else locks in this database.
MIGRATING = 7_160_421


class Database:
    """Transactions on SQLite or PostgreSQL."""

    def __init__(self, url: str) -> None:
        try:
            parsed = make_url(url)
        except ArgumentError as error:
            raise UsageError(f"OSPO_GATE_DATABASE is not a database URL: {error}") from None
        self.url = url
        self.sqlite = parsed.get_backend_name() == "sqlite"
        self._turn = asyncio.Lock() if self.sqlite else None
        if self.sqlite:
            self.engine = create_async_engine(
                url, pool_size=1, max_overflow=READERS, connect_args={"timeout": BUSY_SECONDS}
            )
            event.listen(self.engine.sync_engine, "connect", _prepare_sqlite)
        else:
            self.engine = create_async_engine(url, pool_size=READERS, max_overflow=READERS, pool_pre_ping=True)

    @asynccontextmanager
    async def write(self) -> AsyncIterator[AsyncConnection]:
        """A transaction that commits at the end of the block, durably, or leaves nothing behind."""
        async with self._turn or nullcontext(), self.engine.begin() as connection:
            yield connection

    @asynccontextmanager
    async def read(self) -> AsyncIterator[AsyncConnection]:
        async with self.engine.connect() as connection:
            yield connection

    async def migrate(self) -> None:
        """Bring the schema up to date."""
        async with self.write() as connection:
            await connection.run_sync(_upgrade)

    async def close(self) -> None:
        await self.engine.dispose()


def _prepare_sqlite(connection: DBAPIConnection, _record: object) -> None:
    cursor = connection.cursor()
    # FULL: an acknowledged delivery survives a power cut, not only a crash of the process.
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", f"busy_timeout={BUSY_SECONDS * 1000}"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _upgrade(connection: Connection) -> None:
    from alembic import command
    from alembic.config import Config

    if connection.dialect.name == "postgresql":  # several services may start at the same time
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": MIGRATING})
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
