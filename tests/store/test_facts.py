"""Facts go into the database and come back equal, whatever their names hold; the newer of two counts."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import func, inspect, select

from app.ports import FactKey, FactRecord
from app.store.database import Database
from app.store.facts import EXACTNESS, FactStore
from app.store.housekeeping import FACTS, sweep
from app.store.tables import fact, metadata
from checks.model.facts import Want

Run = Callable[[Callable[[Database], Any]], Any]
NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)


def record(name: str, value: bytes = b"{}", at: datetime = NOON, kind: str = "version") -> FactRecord:
    return FactRecord(FactKey(kind, name, "deps.dev"), Want.LICENSE | Want.PUBLISHED, value, at)


@pytest.mark.parametrize(
    "name", ["pkg:npm/left-pad@1.3.0", "pkg:npm/x@1\x00", "pkg:npm/\ud800@1", "pkg:npm/" + "a" * 5000, "'; DROP--", ""]
)
def test_what_is_kept_comes_back(run: Run, name: str) -> None:
    async def story(database: Database) -> None:
        store = FactStore(database)
        kept = record(name, b"\x00\xff")
        await store.put([kept])
        assert await store.get([kept.key, FactKey("version", "another", "deps.dev")]) == {kept.key: kept}
        (used,) = await store.used(["version"], 0, "", 10)
        assert (used.key, used.about, used.fetched_at) == (kept.key, kept.about, NOON)

    run(story)


def test_one_name_has_a_record_for_each_kind_and_source(run: Run) -> None:
    async def story(database: Database) -> None:
        store = FactStore(database)
        keys = [FactKey(kind, "pkg:npm/a", source) for kind in ("releases", "health") for source in ("a", "b")]
        await store.put([FactRecord(key, Want.HEALTH, str(key).encode(), NOON) for key in keys])
        assert {key: found.value for key, found in (await store.get(keys)).items()} == {
            key: str(key).encode() for key in keys
        }

    run(story)


def test_the_newer_of_two_counts_whichever_is_written_last(run: Run) -> None:
    async def story(database: Database) -> None:
        store = FactStore(database)
        old, new = record("a", b"old"), record("a", b"new", NOON + timedelta(hours=1))
        for given in ([old, new], [new, old], [old], [new], [old]):
            await store.put(given)
        assert (await store.get([old.key]))[old.key] == new

    run(story)


def test_many_writers_of_many_records_do_not_wait_for_each_other(run: Run) -> None:
    async def story(database: Database) -> None:
        store = FactStore(database)
        records = [record(f"pkg:npm/p{number}@1.0.0") for number in range(1_500)]
        await asyncio.gather(store.put(records), store.put(records[::-1]), store.put(records[500:]))
        assert len(await store.get([item.key for item in records])) == 1_500

    run(story)


def test_nothing_is_asked_of_the_database_for_nothing(run: Run) -> None:
    async def story(database: Database) -> None:
        store = FactStore(database)
        await store.put([])
        assert await store.get([]) == {}

    run(story)


def test_what_nobody_uses_is_forgotten_and_what_is_used_stays(run: Run) -> None:
    async def story(database: Database) -> None:
        now = 1_000_000_000.0
        store = FactStore(database, lambda: now)
        await store.put([record("used"), record("unused")])
        for _ in range(10):  # used every three days
            now += FACTS / 10
            await store.get([record("used").key])
        now += EXACTNESS
        assert await sweep(database, lambda: now) == 1
        assert [item.key.key for item in await store.used(["version"], 0, "", 10)] == ["used"]

    run(story)


def test_reading_twice_a_day_writes_once(run: Run) -> None:
    async def story(database: Database) -> None:
        now = 1_000_000_000.0
        store = FactStore(database, lambda: now)
        await store.put([record("a")])

        async def used_at() -> float:
            async with database.read() as connection:
                return float((await connection.execute(select(func.max(fact.c.used_at)))).scalar_one())

        now += EXACTNESS / 2
        await store.get([record("a").key])
        assert await used_at() == 1_000_000_000.0
        now += EXACTNESS
        await store.get([record("a").key])
        assert await used_at() == now

    run(story)


def test_what_was_used_is_told_by_kind_and_in_pages(run: Run) -> None:
    async def story(database: Database) -> None:
        store = FactStore(database)
        await store.put([*(record(str(number)) for number in range(5)), record("other", kind="advisory")])
        seen: list[str] = []
        after = ""
        while page := await store.used(["version"], 0, after, 2):
            assert len(page) <= 2
            seen += [item.key.key for item in page]
            after = page[-1].id
        assert sorted(seen) == ["0", "1", "2", "3", "4"]

    run(story)


def test_migrations_make_the_tables_that_the_stores_use(run: Run) -> None:
    async def story(database: Database) -> None:
        async with database.read() as connection:
            made = await connection.run_sync(
                lambda sync: {
                    name: {column["name"] for column in inspect(sync).get_columns(name)} for name in metadata.tables
                }
            )
        assert made == {name: set(table.columns.keys()) for name, table in metadata.tables.items()}

    run(story)
