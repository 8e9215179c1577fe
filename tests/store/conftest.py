"""Both databases, new for each test."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TypeVar

import pytest

from app.store.database import Database

T = TypeVar("T")


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A database with its tables, and nothing in them."""
    if request.param == "sqlite":
        return str(request.getfixturevalue("sqlite_database")(tmp_path))
    return str(request.getfixturevalue("postgres_database")())


@pytest.fixture
def run(url: str) -> Callable[[Callable[[Database], Awaitable[T]]], T]:
    """Runs a story on a database."""

    def run(story: Callable[[Database], Awaitable[T]]) -> T:
        async def on_database() -> T:
            database = Database(url)
            try:
                return await story(database)
            finally:
                await database.close()

        return asyncio.run(on_database())

    return run
