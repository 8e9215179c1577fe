"""Both databases: a new SQLite file for each test, or a new database of the session's PostgreSQL server."""

import asyncio
import itertools
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TypeVar

import pytest

from app.store.database import Database

T = TypeVar("T")
_numbers = itertools.count(1)


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """An empty database."""
    if request.param == "sqlite":
        return f"sqlite+aiosqlite:///{tmp_path / 'gate.db'}"
    server = request.getfixturevalue("postgres")
    name = f"gate_{next(_numbers)}"
    server.psql(f"CREATE DATABASE {name};")
    return str(server.get_uri(database=name, driver="psycopg"))


@pytest.fixture
def run(url: str) -> Callable[[Callable[[Database], Awaitable[T]]], T]:
    """Runs a story on a migrated database."""

    def run(story: Callable[[Database], Awaitable[T]]) -> T:
        async def on_database() -> T:
            database = Database(url)
            try:
                await database.migrate()
                return await story(database)
            finally:
                await database.close()

        return asyncio.run(on_database())

    return run
