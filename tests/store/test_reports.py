"""Report, publication and history in one transaction; the outbox; what is forgotten."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import DBAPIError

from app.store.database import Database
from app.store.housekeeping import sweep
from app.store.reports import LATER, SENDING, SENT, SUPERSEDED, ReportStore
from app.store.subjects import SubjectStore
from app.store.tables import delivery, history, metadata, outbox, report, subject
from app.subject import About, Claim, Delivery, Wanted
from tests.store.test_subjects import ABOUT

Run = Callable[[Callable[[Database], Any]], Any]


def claim(token: int = 1, wanted: int = 1, head: str = "a") -> Claim:
    return Claim("7/pull/1", 11, 7, 1, head * 40, ABOUT, token, wanted, 0, False, None, None)


def document(conclusion: str = "blocked", *ids: str) -> dict[str, Any]:
    findings = [
        {"id": id_, "rule": "license-not-allowed", "introduced": True, "waiver": None, "level": "block",
         "path": "a\x00b\ud800",
         "subject": {"name": "x\u0000\u202e", "version": None}}
        for id_ in ids
    ]  # fmt: skip
    return {"policy": {"digest": "d"}, "conclusion": conclusion, "findings": findings}


PUBLICATION: dict[str, Any] = {"head": "a" * 40, "runs": [], "comment": None, "digest": "1"}


async def rows(database: Database, table: Any, *columns: Any) -> list[Any]:
    async with database.read() as connection:
        return list((await connection.execute(select(*columns or (table,)).order_by(table.c.id))).all())


def test_history_tells_what_changed(run: Run) -> None:
    async def story(database: Database) -> None:
        store = ReportStore(database)
        await store.save(claim(), document("blocked", "lic-1", "lic-2"), PUBLICATION, 0.1)
        await store.save(claim(), document("passed", "lic-2"), PUBLICATION, 0.1)
        told = [(row.what, row.finding) for row in await rows(database, history)]
        assert told[:2] == [("judged", None), ("concluded", None)]
        assert sorted(told[2:4]) == [("first-seen", "lic-1"), ("first-seen", "lic-2")]
        assert told[4:] == [("judged", None), ("concluded", None), ("cleared", "lic-1")]
        newest = await store.newest("7/pull/1")
        assert newest is not None
        assert newest["findings"][0]["subject"]["name"] == "x\u0000\u202e"

    run(story)


def test_all_or_nothing(run: Run) -> None:
    async def story(database: Database) -> None:
        store = ReportStore(database)
        broken = {**document(), "conclusion": None}  # the column refuses it
        with pytest.raises(DBAPIError):
            await store.save(claim(), broken, PUBLICATION, 0.1)
        for table in (report, outbox, history):
            assert await rows(database, table) == []

    run(story)


def test_only_what_was_begun_is_unfinished_and_a_newer_one_ends_it(run: Run) -> None:
    async def story(database: Database) -> None:
        store = ReportStore(database)
        first = await store.save(claim(1), document(), PUBLICATION, 0.1)
        assert await store.unfinished("7/pull/1") is None
        await store.mark(first, SENDING)
        found = await store.unfinished("7/pull/1")
        assert found is not None
        assert (found.id, found.wanted) == (first.id, 1)
        second = await store.save(claim(2), document(), PUBLICATION, 0.1)
        await store.mark(second, SENT)
        assert await store.unfinished("7/pull/1") is None
        assert [row.state for row in await rows(database, outbox)] == [SUPERSEDED, SENT]

    run(story)


def test_what_follows_later_is_counted_and_found_until_something_newer_is_said(run: Run) -> None:
    async def story(database: Database) -> None:
        store = ReportStore(database)
        first = await store.save(claim(wanted=3), document(), PUBLICATION, 0.1)
        await store.later(first, 1234.5)
        found = await store.unfinished("7/pull/1")
        assert found is not None
        assert (found.state, found.wanted, found.again_at) == (LATER, 3, 1234.5)
        assert await store.waiting_rests() == 1
        await store.save(claim(2, wanted=4), document(), PUBLICATION, 0.1)
        assert await store.unfinished("7/pull/1") is None
        assert await store.waiting_rests() == 0

    run(story)


async def keys(database: Database) -> list[str]:
    async with database.read() as connection:
        return list((await connection.execute(select(subject.c.key))).scalars())


def test_what_does_not_come_back_leaves_nothing_behind(run: Run) -> None:
    async def story(database: Database) -> None:
        group = replace(claim(1), key="7/group/abc")
        store, subjects = ReportStore(database, clock=lambda: 1_000.0), SubjectStore(database, lambda: 1_000.0)
        for one in (group, claim(1)):
            await store.mark(await store.save(one, document(), PUBLICATION, 0.1), SENT)
        names = ("7/comment/5", "7/comment/6", "7/pull/1", "0/task/request-4", "0/task/approval-9", "0/task/notify")
        for number, key in enumerate(names):
            wanted = Wanted(key, 1, 7, 1, "h", 1.0, About("example/web", "R_7"))
            await subjects.accept(Delivery(f"d{number}", "event", None, wanted))
            if (done := await subjects.claim(60.0, key)) and number != 1:
                await subjects.finish(done)
        await sweep(database, clock=lambda: 1_000.0 + 89 * 86_400)
        assert set(await keys(database)) == {"7/comment/6", "7/pull/1", "0/task/notify"}, "one is not obeyed"
        assert len(await rows(database, report)) == 2
        await sweep(database, clock=lambda: 1_000.0 + 91 * 86_400)
        assert [row.subject for row in await rows(database, report)] == ["7/pull/1"]

    run(story)


def test_the_sweep_keeps_history_the_newest_report_and_what_is_recent(run: Run) -> None:
    async def story(database: Database) -> None:
        store = ReportStore(database, clock=lambda: 1_000.0)
        for number in range(3):
            await store.mark(await store.save(claim(number), document("blocked", "lic-1"), PUBLICATION, 0.1), SENT)
        async with database.write() as connection:
            for number in range(1_200):
                await connection.execute(delivery.insert().values(id=f"d{number}", event="x", received_at=1.0))
        assert await sweep(database, clock=lambda: 1_000.0 + 10 * 86_400) == 0
        assert await sweep(database, clock=lambda: 1_000.0 + 365 * 86_400) == 1_200 + 3 + 2
        assert len(await rows(database, report)) == 1
        assert len(await rows(database, history)) > 0

    run(story)


def test_the_migrations_make_just_the_tables(run: Run) -> None:
    async def story(database: Database) -> None:
        def differences(connection: Any) -> list[Any]:
            from alembic.autogenerate import compare_metadata
            from alembic.migration import MigrationContext

            def ours(name: str | None, kind: str, _parents: object) -> bool:
                return kind != "table" or not str(name).startswith("procrastinate_")

            context = MigrationContext.configure(connection, opts={"compare_type": True, "include_name": ours})
            return list(compare_metadata(context, metadata))

        await database.migrate()  # again: nothing happens
        async with database.write() as connection:
            assert await connection.run_sync(differences) == []
            assert (await connection.execute(select(func.count()).select_from(report))).scalar_one() == 0

    run(story)
