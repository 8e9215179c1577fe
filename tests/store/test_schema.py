"""Migrations run while the release before this one serves, and that release goes on working after them."""

import asyncio
import itertools
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from sqlalchemy import Connection, MetaData, Table, insert, select, update

from app.store.database import Database, Schema
from app.store.schema import HEAD, _config, revisions
from app.store.subjects import SubjectStore

#: The schema of the release before.
BEFORE = "0003"


_numbers = itertools.count(1)


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """An empty database."""
    if request.param == "sqlite":
        return f"sqlite+aiosqlite:///{tmp_path / 'gate.db'}"
    server = request.getfixturevalue("postgres")
    name = f"empty_{next(_numbers)}"
    server.psql(f"CREATE DATABASE {name};")
    return str(server.get_uri(database=name, driver="psycopg"))


def older(connection: Connection) -> None:
    config = _config()
    config.attributes["connection"] = connection
    command.upgrade(config, BEFORE)


def story_on(url: str, story: Callable[[Database], Awaitable[None]]) -> None:
    async def tell() -> None:
        database = Database(url)
        try:
            async with database.write() as connection:
                await connection.run_sync(older)
            await story(database)
        finally:
            await database.close()

    asyncio.run(tell())


async def tables_of(database: Database) -> dict[str, Table]:
    """The tables as the older release knows them."""
    metadata = MetaData()
    async with database.read() as connection:
        await connection.run_sync(metadata.reflect)
    return dict(metadata.tables)


async def accepts(database: Database, tables: dict[str, Table], number: int) -> None:
    """The older release stores a delivery and what it wants, with the columns that it knows."""
    about = {"repository": "example/web", "repository_node": "R_1"}
    row = {
        "key": f"7/pull/{number}", "installation_id": 11, "repository_id": 7, "number": number, "head": "a",
        "about": about, "head_at": 1.0, "wanted": 1, "done": 0,
        "forced": False, "token": 0, "next_at": 1.0, "attempts": 0,
    }  # fmt: skip
    async with database.write() as connection:
        known = {"event": "pull_request", "received_at": 1.0, "subject": row["key"]}
        await connection.execute(insert(tables["delivery"]).values(id=f"d{number}", **known))
        await connection.execute(insert(tables["subject"]).values(row))


async def finishes(database: Database, tables: dict[str, Table]) -> int:
    """The older release does whatever waits; how many subjects that were."""
    subject = tables["subject"]
    async with database.write() as connection:
        waiting = select(subject.c.key).where(subject.c.wanted > subject.c.done)
        keys = (await connection.execute(waiting)).scalars().all()
        for key in keys:
            done = {"token": subject.c.token + 1, "done": subject.c.wanted}
            await connection.execute(update(subject).where(subject.c.key == key).values(done))
    return len(keys)


def test_a_new_database_is_behind_and_then_current(url: str) -> None:
    async def story() -> None:
        database = Database(url)
        assert await database.schema() is Schema.BEHIND
        await asyncio.gather(database.migrate(), database.migrate())  # several processes start at the same time
        assert await database.schema() is Schema.CURRENT
        await database.close()

    asyncio.run(story())


def test_the_older_release_works_on_the_newer_schema(url: str) -> None:
    async def story(database: Database) -> None:
        tables = await tables_of(database)
        await accepts(database, tables, 1)
        await database.migrate()
        await accepts(database, tables, 2)
        assert await finishes(database, tables) == 2
        await accepts(database, tables, 3)
        claim = await SubjectStore(database).claim(60)  # and this release does what the older one accepted
        assert claim is not None
        assert (claim.key, claim.about.repository) == ("7/pull/3", "example/web")

    story_on(url, story)


def test_the_older_release_serves_while_the_schema_changes(url: str) -> None:
    async def story(database: Database) -> None:
        tables = await tables_of(database)
        other, numbers = Database(url), itertools.count(1)
        migrated = asyncio.create_task(database.migrate())
        while not migrated.done():
            await accepts(other, tables, next(numbers))
        await migrated
        assert await finishes(other, tables) == next(numbers) - 1
        await other.close()

    story_on(url, story)


def test_the_revision_that_this_release_needs_is_the_newest() -> None:
    assert revisions()[0] == HEAD


def test_a_schema_that_is_ahead_is_left_as_it_is(url: str) -> None:
    async def story(database: Database) -> None:
        await database.migrate()
        async with database.write() as connection:
            await connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
        await database.migrate()
        assert await database.schema() is Schema.AHEAD

    story_on(url, story)


@pytest.mark.parametrize("text", ["not a url", "mysql://x"])
def test_what_is_no_database_is_a_sentence(text: str) -> None:
    from checks.model.errors import UsageError

    with pytest.raises(UsageError, match="OSPO_GATE_DATABASE"):
        Database(text)


def test_the_engines_tables_are_those_of_the_installed_release(url: str) -> None:
    async def story(database: Database) -> None:
        await database.migrate()
        names: Any = (await tables_of(database)).keys()
        assert ("procrastinate_jobs" in names) == (not database.sqlite)

    story_on(url, story)
