"""SQLite beside the event loop: what is read at once, what is not, and what survives a power cut."""

import asyncio
import sqlite3
import threading
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from app.store.database import Database
from app.store.subjects import APART, SubjectStore

MANY = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {}) SELECT max(i), count(*) FROM n"


def on(folder: Path, story: Callable[[Database], Awaitable[Any]]) -> Any:
    """What `story` does with a database that has a table `word`."""

    async def told() -> Any:
        database = Database(f"sqlite+aiosqlite:///{folder / 'gate.db'}")
        try:
            async with database.write() as connection:
                await connection.execute(text("CREATE TABLE word (id INTEGER PRIMARY KEY, said TEXT)"))
            return await story(database)
        finally:
            await database.close()

    return asyncio.run(told())


def where_from(database: Database) -> Any:
    """A function for SQL that says in which thread it runs."""

    async def add(connection: Any) -> None:
        raw = (await connection.get_raw_connection()).driver_connection
        raw._conn.create_function("thread", 0, threading.get_ident)

    return add


@pytest.mark.parametrize(("steps", "here"), [(10, True), (200_000, False)])
def test_a_long_read_leaves_the_event_loop(tmp_path: Path, steps: int, here: bool) -> None:
    async def story(database: Database) -> None:
        async with database.read() as connection:
            await where_from(database)(connection)
            row = (await connection.execute(text(f"SELECT thread(), * FROM ({MANY.format(steps)})"))).one()
        assert (row[0] == threading.get_ident(), row[1], row[2]) == (here, steps, steps)

    on(tmp_path, story)


@pytest.mark.parametrize(
    ("manner", "synchronous", "here"),
    [
        ({}, 2, False),
        ({"brief": True}, 2, True),
        ({"brief": True, "durable": False}, 1, True),
        ({"durable": False}, 1, False),
    ],
)
def test_a_commit_waits_for_the_disk_unless_it_need_not(
    tmp_path: Path, manner: dict[str, bool], synchronous: int, here: bool
) -> None:
    async def story(database: Database) -> None:
        for manner_before in ({"brief": True, "durable": False}, {}):  # whatever was before it
            async with database.write(**manner_before) as connection:
                await connection.execute(text("INSERT INTO word (said) VALUES ('before')"))
            async with database.write(**manner) as connection:
                await where_from(database)(connection)
                assert (await connection.execute(text("PRAGMA synchronous"))).scalar_one() == synchronous
                ran = (await connection.execute(text("SELECT thread()"))).scalar_one()
                assert (ran == threading.get_ident()) == here
                waits = (await connection.execute(text("PRAGMA busy_timeout"))).scalar_one()
                assert (waits == 0) == here, "the event loop would wait for another process"

    on(tmp_path, story)


@pytest.mark.parametrize("durable", [True, False])
def test_a_brief_transaction_leaves_nothing_behind_when_it_fails(tmp_path: Path, durable: bool) -> None:
    async def story(database: Database) -> list[str]:
        async def write(*words: str) -> None:
            async with database.write(brief=True, durable=durable) as connection:
                for said in words:
                    await connection.execute(text("INSERT INTO word (id, said) VALUES (1, :said)"), {"said": said})

        with pytest.raises(SQLAlchemyError):
            await write("lost", "twice")
        await write("kept")
        async with database.read() as connection:
            return list((await connection.execute(text("SELECT said FROM word"))).scalars())

    assert on(tmp_path, story) == ["kept"]


def test_a_brief_transaction_waits_for_another_process_in_the_thread(tmp_path: Path) -> None:
    async def story(database: Database) -> list[str]:
        other = sqlite3.connect(tmp_path / "gate.db", isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        began = asyncio.Event()

        async def write() -> None:
            began.set()
            async with database.write(brief=True) as connection:
                await connection.execute(text("INSERT INTO word (said) VALUES ('second')"))

        waiting = asyncio.create_task(write())
        await began.wait()  # were it to wait in this thread, nobody could let it go on
        other.execute("INSERT INTO word (said) VALUES ('first')")
        await asyncio.sleep(0)
        other.execute("COMMIT")
        other.close()
        await waiting
        async with database.read() as connection:
            return list((await connection.execute(text("SELECT said FROM word ORDER BY id"))).scalars())

    assert on(tmp_path, story) == ["first", "second"]


def test_a_transaction_that_is_cancelled_leaves_the_next_one_alone(tmp_path: Path) -> None:
    async def story(database: Database) -> list[str]:
        other = sqlite3.connect(tmp_path / "gate.db", isolation_level=None)
        other.execute("BEGIN IMMEDIATE")

        async def write(said: str) -> None:
            async with database.write(brief=True, durable=False) as connection:
                await connection.execute(text("INSERT INTO word (said) VALUES (:said)"), {"said": said})

        cancelled = asyncio.create_task(write("cancelled"))
        for _ in range(20):  # until it waits for the other process
            await asyncio.sleep(0)
        cancelled.cancel()
        await asyncio.wait({cancelled})
        other.execute("COMMIT")
        other.close()
        await write("next")
        async with database.read() as connection:
            return list((await connection.execute(text("SELECT said FROM word"))).scalars())

    assert on(tmp_path, story) == ["next"]


def test_the_log_does_not_grow_for_ever(tmp_path: Path) -> None:
    async def story(database: Database) -> int:
        for _ in range(60):
            async with database.write(brief=True, durable=False) as connection:
                await connection.execute(text("INSERT INTO word (said) VALUES (:said)"), {"said": "x" * 300_000})
            async with database.write(brief=True) as connection:
                await connection.execute(text("DELETE FROM word"))
        return (tmp_path / "gate.db-wal").stat().st_size

    assert on(tmp_path, story) < 10_000_000


def test_with_very_many_waiting_the_next_one_is_looked_for_beside_the_event_loop(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.store.subjects.BRIEF", -1.0)  # as if it always took long

    async def story(database: Database) -> list[bool]:
        await database.migrate()
        subjects, threads = SubjectStore(database), []
        async with database.write() as connection:
            raw: Any = (await connection.get_raw_connection()).driver_connection
            raw._conn.create_function("ran", 0, lambda: threads.append(threading.get_ident()))
            trigger = "CREATE TEMP TRIGGER claimed AFTER UPDATE OF token ON subject BEGIN SELECT ran(); END"
            await connection.execute(text(trigger))
        await subjects.schedule("task/sweep", 0.0)
        for _ in range(APART + 2):
            claim = await subjects.claim(60)
            assert claim is not None
            await subjects.release(claim)
        return [thread == threading.get_ident() for thread in threads]

    assert on(tmp_path, story) == [True, *[False] * APART, True]
