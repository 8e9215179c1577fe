"""Accepting: together where deliveries arrive together, each for itself where one cannot be stored, or not at all."""

import asyncio
import itertools
import random
import sqlite3
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import structlog
from sqlalchemy import event, func, select

from app.store.acceptance import Acceptance, Raised, Unavailable
from app.store.database import Database
from app.store.subjects import SubjectStore
from app.store.tables import delivery, repository, subject
from app.subject import About, Again, Changed, Closed, Command, Delivery, Told, Wanted

Run = Callable[[Callable[[Database], Any]], Any]
ABOUT = About("example/web", "R_1", "PR_1")
#: No database has integers like this one.
HUGE = 2**80


def wanted(number: int = 1, head: str = "a", at: float = 1.0, repository_id: int = 7) -> Wanted:
    return Wanted(f"7/pull/{number}", 11, repository_id, number, head, at, ABOUT)


def delivered(id_: str, command: Command | None, **more: Any) -> Delivery:
    return Delivery(id_, "pull_request", "synchronize", command, **more)


async def states(database: Database) -> dict[str, str]:
    async with database.read() as connection:
        rows = await connection.execute(select(delivery.c.id, delivery.c.state))
        return {row.id: row.state for row in rows}


async def count(database: Database) -> int:
    async with database.read() as connection:
        return int((await connection.execute(select(func.count()).select_from(delivery))).scalar_one())


def commits(database: Database) -> list[object]:
    seen: list[object] = []
    event.listen(database._writer.sync_engine, "commit", seen.append)
    return seen


def test_deliveries_that_arrive_together_share_a_commit(run: Run) -> None:
    async def story(database: Database) -> None:
        acceptance = Acceptance(database)
        await acceptance.accept(delivered("first", wanted()))
        seen = commits(database)
        burst = [acceptance.accept(delivered(f"d{n}", wanted(n % 5, f"h{n}", float(n)))) for n in range(100)]
        assert await asyncio.gather(*burst) == [True] * 100
        assert len(seen) <= 3
        assert await count(database) == 101
        claim = await SubjectStore(database).claim(60, "7/pull/4")
        assert claim is not None
        assert (claim.head, claim.wanted) == ("h99", 20)

    run(story)


def test_one_that_cannot_be_stored_fails_alone(run: Run) -> None:
    async def story(database: Database) -> None:
        acceptance = Acceptance(database)
        good = [acceptance.accept(delivered(f"d{n}", wanted(n))) for n in range(10)]
        bad = acceptance.accept(delivered("bad", wanted(99, repository_id=HUGE)))
        *stored, failed = await asyncio.gather(*good, bad, return_exceptions=True)
        assert stored == [True] * 10
        assert isinstance(failed, Unavailable)
        assert set(await states(database)) == {f"d{n}" for n in range(10)}
        async with database.read() as connection:
            assert (await connection.execute(select(subject.c.key).where(subject.c.number == 99))).all() == []
        assert await acceptance.accept(delivered("bad", wanted(99)))  # delivered again, and better

    run(story)


def test_one_id_twice_at_the_same_time_is_taken_once(run: Run) -> None:
    async def story(database: Database) -> None:
        acceptances = [Acceptance(database), Acceptance(database)]  # as of two web processes
        calls = [each.accept(delivered("same", wanted())) for each in acceptances for _ in range(5)]
        assert sorted(await asyncio.gather(*calls)) == [False] * 9 + [True]
        claim = await SubjectStore(database).claim(60)
        assert claim is not None
        assert claim.wanted == 1

    run(story)


def test_a_delivery_is_done_when_its_subject_is(run: Run) -> None:
    async def story(database: Database) -> None:
        store = SubjectStore(database)
        await store.accept(delivered("d1", wanted()))
        claim = await store.claim(60)
        assert claim is not None
        await store.accept(delivered("d2", wanted(head="b", at=2.0)))
        await store.accept(delivered("ping", None))
        assert await states(database) == {"d1": "accepted", "d2": "accepted", "ping": "done"}
        await store.finish(claim)
        assert await states(database) == {"d1": "done", "d2": "accepted", "ping": "done"}
        claim = await store.claim(60)
        assert claim is not None
        await store.finish(claim, failed="GitHub answered 404")
        assert (await states(database))["d2"] == "failed"
        assert not await store.accept(delivered("ping", None))
        assert await store.accept(delivered("d2", wanted(head="b", at=2.0)))  # failed: it runs again
        claim = await store.claim(60)
        assert claim is not None
        assert (await states(database))["d2"] == "accepted"
        await store.finish(claim)
        assert (await states(database))["d2"] == "done"
        assert not await store.accept(delivered("d2", wanted(head="b", at=2.0)))

    run(story)


def test_what_a_delivery_asked_for_is_kept_with_it(run: Run) -> None:
    async def story(database: Database) -> None:
        await Acceptance(database).accept(delivered("d1", Again(11, 7, "a")))
        async with database.read() as connection:
            row = (await connection.execute(select(delivery))).one()
        assert row.command == {"type": "Again", "installation_id": 11, "repository_id": 7, "head": "a"}
        assert (row.state, row.done_at is None) == ("done", False)  # nothing is known under this head

    run(story)


def test_a_rerun_is_done_when_the_subject_is(run: Run) -> None:
    async def story(database: Database) -> None:
        store = SubjectStore(database)
        await store.accept(delivered("d1", wanted()))
        await store.accept(delivered("d2", Again(11, 7, "a")))
        assert await states(database) == {"d1": "accepted", "d2": "accepted"}
        claim = await store.claim(60)
        assert claim is not None
        await store.finish(claim)
        assert await states(database) == {"d1": "done", "d2": "done"}

    run(story)


def test_a_closed_pull_request_has_no_open_deliveries(run: Run) -> None:
    async def story(database: Database) -> None:
        store = SubjectStore(database)
        await store.accept(delivered("d1", wanted(at=1.0)))
        await store.accept(delivered("d2", Closed("7/pull/1", "a", 2.0, "example/web")))
        assert await states(database) == {"d1": "done", "d2": "done"}
        assert await store.claim(60) is None
        await store.accept(delivered("d3", wanted(at=3.0)))  # opened again
        assert await store.claim(60) is not None

    run(story)


def test_what_events_tell_about_repositories_is_kept_once_each(run: Run) -> None:
    async def story(database: Database) -> None:
        acceptance = Acceptance(database)
        told = Told(7, 11, "example/web", visibility="public")
        later = replace(told, name="example/site", visibility=None)
        await asyncio.gather(
            acceptance.accept(delivered("d1", wanted(), told=told)),
            acceptance.accept(delivered("d2", wanted(), told=told)),
        )
        await acceptance.accept(delivered("d3", wanted(), told=later))
        async with database.read() as connection:
            row = (await connection.execute(select(repository.c.name, repository.c.visibility))).one()
        assert tuple(row) == ("example/site", "public")

    run(story)


def test_subjects_are_submitted_in_the_transaction_that_wants_them(run: Run) -> None:
    async def story(database: Database) -> None:
        submitted: list[Raised] = []

        async def submit(connection: Any, rows: Any) -> None:
            assert connection.in_transaction()
            submitted.extend(rows)

        acceptance = Acceptance(database, submit=submit)
        await asyncio.gather(*(acceptance.accept(delivered(f"d{n}", wanted(n % 2))) for n in range(6)))
        assert {(row.key, row.job) for row in submitted} == {("7/pull/0", False), ("7/pull/1", False)}

    run(story)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "gate.db"


def test_a_full_disk_leaves_nothing_half_written(path: Path) -> None:
    async def story() -> None:
        database = Database(f"sqlite+aiosqlite:///{path}")
        await database.migrate()
        store = SubjectStore(database)
        async with database._writer.begin() as connection:
            pages = (await connection.exec_driver_sql("PRAGMA page_count")).scalar_one()
            await connection.exec_driver_sql(f"PRAGMA max_page_count={pages + 2}")
        long = replace(wanted(), about=replace(ABOUT, base="b" * 100_000))
        with pytest.raises(Unavailable):
            await store.accept(delivered("d1", long))
        assert await count(database) == 0
        assert await store.waiting() == 0
        async with database._writer.begin() as connection:  # somebody made room
            await connection.exec_driver_sql("PRAGMA max_page_count=1000000")
        assert await store.accept(delivered("d1", long))  # delivered again
        await database.close()

    asyncio.run(story())


def test_a_database_that_somebody_locks_takes_nothing_until_it_is_free(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.store.database.BUSY_SECONDS", 0.05)

    async def story() -> None:
        database = Database(f"sqlite+aiosqlite:///{path}")
        await database.migrate()
        store = SubjectStore(database)
        other = sqlite3.connect(path, isolation_level=None)
        other.execute("BEGIN EXCLUSIVE")
        with pytest.raises(Unavailable):
            await store.accept(delivered("d1", wanted()))
        other.execute("ROLLBACK")
        other.close()
        assert await store.accept(delivered("d1", wanted()))
        await database.close()

    asyncio.run(story())


def test_a_database_that_hangs_is_not_waited_for(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.store.acceptance.PATIENCE", 0.05)

    async def story() -> None:
        database = Database(f"sqlite+aiosqlite:///{path}")
        await database.migrate()
        store = SubjectStore(database)
        async with database.write():
            with pytest.raises(Unavailable, match="busy"):
                await store.accept(delivered("d1", wanted()))
        monkeypatch.setattr("app.store.acceptance.PATIENCE", 8.0)
        await store.accept(delivered("d2", wanted(2)))  # whoever hung is through by now
        assert await count(database) == 2
        assert not await store.accept(delivered("d1", wanted()))
        await database.close()

    asyncio.run(story())


def test_several_web_processes_never_wait_for_each_other_in_a_circle(run: Run) -> None:
    async def story(database: Database) -> None:
        dice, numbers = random.Random(7), itertools.count()

        def any_of_them() -> Delivery:
            number, id_ = dice.randrange(6), f"d{next(numbers)}"
            closed = Closed(wanted(number=number).key, "a" * 40, 1.0, "example/web")
            return delivered(id_, dice.choice((wanted(number=number), closed, Changed(7))))

        acceptances = [Acceptance(database) for _ in range(3)]
        with structlog.testing.capture_logs() as logs:
            for _ in range(10):
                calls = [each.accept(any_of_them()) for each in acceptances for _ in range(12)]
                assert all(await asyncio.gather(*calls))
        assert not [entry for entry in logs if entry["event"] == "stored-one-by-one"]

    run(story)
