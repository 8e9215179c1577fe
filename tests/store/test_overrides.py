"""Checks that people set to pass: written down once a head, judged with, and forgotten with their people."""

import asyncio
from dataclasses import replace
from typing import Any

from sqlalchemy import select

from app.store.database import Database
from app.store.gone import forget_verdicts
from app.store.overrides import Override, OverrideStore
from app.store.persons import Person, forget_person
from app.store.subjects import SubjectStore
from app.store.tables import history
from app.store.tables import override as table
from app.subject import About, Claim, Delivery, Wanted

PULL = "7/pull/1"
GIVEN = Override(
    11, 7, PULL, "a" * 40, "signoff", 99, "grace", "Signed on\u2028 paper\x00 with grace", "comment", "example/web"
)


async def judged(database: Database) -> SubjectStore:
    """A pull request that is known and judged."""
    subjects = SubjectStore(database)
    await subjects.accept(Delivery("d", "e", None, Wanted(PULL, 11, 7, 1, "a" * 40, 1.0, About("example/web", "R"))))
    claim = await subjects.claim(60)
    assert isinstance(claim, Claim)
    await subjects.finish(claim)
    return subjects


def test_the_first_one_on_a_head_counts(run: Any) -> None:
    async def story(database: Database) -> None:
        subjects, store = await judged(database), OverrideStore(database, lambda: 1_000_000.0)
        assert await store.record(GIVEN)
        assert not await store.record(replace(GIVEN, login="mallory", account_id=1))
        assert await store.record(replace(GIVEN, check="licenses", reason=""))
        found = await store.of(PULL, "a" * 40)
        assert {check: override.by for check, override in found.items()} == {"signoff": "grace", "licenses": "grace"}
        assert found["signoff"].reason.isprintable()
        assert found["signoff"].at.timestamp() == 1_000_000.0
        assert await store.of(PULL, "b" * 40) == {}
        assert set(await store.of_newest(PULL)) == {"signoff", "licenses"}
        moved = Wanted(PULL, 11, 7, 1, "b" * 40, 2.0, About("example/web", "R"))
        await subjects.accept(Delivery("d2", "e2", None, moved))
        assert await store.of_newest(PULL) == {}
        assert await store.of("7/pull/2", "a" * 40) == {}
        assert await subjects.claim(60) is not None  # the pull request is judged with it

    run(story)


def test_what_happened_is_in_the_history_without_the_reason(run: Any) -> None:
    async def story(database: Database) -> None:
        await OverrideStore(database).record(GIVEN)
        async with database.read() as connection:
            rows = (await connection.execute(select(history).where(history.c.what == "overridden"))).all()
        details = {"repository": "example/web", "check": "signoff", "by": "grace", "way": "comment"}
        assert [(row.subject, row.head, row.details) for row in rows] == [(PULL, "a" * 40, details)]

    run(story)


def test_of_many_at_the_same_time_one_is_first(run: Any) -> None:
    async def story(database: Database) -> None:
        store = OverrideStore(database)
        given = (replace(GIVEN, login=f"person-{number}", account_id=number) for number in range(20))
        assert sum(await asyncio.gather(*map(store.record, given))) == 1

    run(story)


def test_a_person_is_forgotten(run: Any) -> None:
    async def story(database: Database) -> None:
        store = OverrideStore(database)
        await store.record(GIVEN)
        await forget_person(database, Person("Grace", ["grace"]))
        found = (await store.of(PULL, "a" * 40))["signoff"]
        assert found.by == "ghost"
        assert "grace" not in found.reason
        async with database.read() as connection:
            assert (await connection.execute(select(table.c.account_id))).scalar_one() == 0

    run(story)


def test_a_repository_is_forgotten(run: Any) -> None:
    async def story(database: Database) -> None:
        store = OverrideStore(database)
        await store.record(GIVEN)
        async with database.write() as connection:
            await forget_verdicts(connection, 7)
        assert await store.of(PULL, "a" * 40) == {}

    run(story)
