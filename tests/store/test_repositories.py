"""Repositories are known by GitHub's id: what was told stays, renames cost one row, and who is gone may come back."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from app.store.database import Database
from app.store.repositories import BATCH, RepositoryRow, RepositoryStore

Run = Callable[[Callable[[Database], Any]], Any]
NOW = 1_000_000.0
WEB = RepositoryRow(
    id=9_000_000_001,
    installation_id=11,
    name="Example/Web",
    node_id="R_1",
    visibility="internal",
    default_branch="main",
    archived=False,
    fork=False,
    properties={"ospo-owner": "@example/web", "tiers": ["gold", "silver"]},
    license="Apache-2.0",
)


def repositories(database: Database, now: float = NOW) -> RepositoryStore:
    return RepositoryStore(database, lambda: now)


def test_what_was_told_comes_back(run: Run) -> None:
    async def story(database: Database) -> None:
        store = repositories(database)
        await store.seen([WEB])
        assert await store.get(WEB.id) == replace(WEB, seen_at=NOW)
        assert await store.get(1) is None

    run(story)


def test_an_event_that_says_less_takes_nothing_away(run: Run) -> None:
    async def story(database: Database) -> None:
        await repositories(database).seen([WEB])
        await repositories(database, NOW + 5).seen([RepositoryRow(WEB.id, 12, "other/web", archived=True, license="")])
        known = await repositories(database).get(WEB.id)
        told = replace(WEB, installation_id=12, name="other/web", archived=True, license="", seen_at=NOW + 5)
        assert known == told

    run(story)


def test_the_last_word_about_one_repository_counts(run: Run) -> None:
    async def story(database: Database) -> None:
        store = repositories(database)
        await store.seen([replace(WEB, name="example/old"), WEB])
        await store.seen([])
        assert [row.name for row in await store.active()] == ["Example/Web"]

    run(story)


def test_a_name_is_found_in_any_case_and_belongs_to_who_has_it_now(run: Run) -> None:
    async def story(database: Database) -> None:
        store = repositories(database)
        await store.seen([WEB])
        await store.renamed(WEB.id, "example/site")
        assert await store.named("example/web") is None
        await store.seen([RepositoryRow(2, 11, "example/web")])
        found = [await store.named(name) for name in ("EXAMPLE/WEB", "example/site")]
        assert [row and row.id for row in found] == [2, WEB.id]
        await store.gone(11, [2])
        await store.seen([RepositoryRow(3, 11, "example/web")])
        newest = await store.named("example/web")
        assert newest is not None
        assert newest.id == 3

    run(story)


def test_who_is_gone_is_not_active_and_may_come_back(run: Run) -> None:
    async def story(database: Database) -> None:
        store = repositories(database)
        rows = [RepositoryRow(number, 11 + number % 2, f"example/{number}") for number in range(1, 5)]
        await store.seen(rows)
        await store.gone(12, [1, 2])  # 2 belongs to another installation
        assert [row.id for row in await store.active()] == [2, 3, 4]
        await store.gone(11)
        assert [row.id for row in await store.active()] == [3]
        await store.seen(rows[1:2])
        assert [row.id for row in await store.active()] == [2, 3]
        gone = await store.get(1)
        assert gone is not None
        assert gone.gone_at == NOW

    run(story)


def test_the_archived_are_not_active(run: Run) -> None:
    async def story(database: Database) -> None:
        store = repositories(database)
        await store.seen([WEB, RepositoryRow(2, 11, "example/unknown")])
        await store.archived(WEB.id)
        assert [row.id for row in await store.active()] == [2]
        await store.archived(WEB.id, False)
        assert [row.id for row in await store.active()] == [2, WEB.id]

    run(story)


def test_many_are_given_in_pages(run: Run) -> None:
    async def story(database: Database) -> None:
        store = repositories(database)
        await store.seen([RepositoryRow(number, number % 2, f"example/{number}") for number in range(1, 2 * BATCH + 2)])
        first = await store.active()
        second = await store.active(after=first[-1].id)
        assert (len(first), len(second), second[-1].id) == (BATCH, BATCH, 2 * BATCH)
        assert [row.id for row in await store.active(installation_id=1, after=10, limit=2)] == [11, 13]
        await store.gone(1, range(1, 2 * BATCH + 2))
        assert [row.id for row in await store.active(installation_id=1)] == []

    run(story)
