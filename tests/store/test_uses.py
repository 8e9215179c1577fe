"""Uses are intervals: a push writes what it changes, whatever order pushes arrive in and however often."""

import asyncio
from collections.abc import Callable, Mapping
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import event, func, select

from app.store.database import Database
from app.store.tables import component, document, license_, manifest, package, reading, use
from app.store.uses import Stored, UseStore
from app.store.words import given as words
from checks.model.codeowners import parse
from checks.model.dependency import Inventory, Scope
from tests.store.bills import inventory

Run = Callable[[Callable[[Database], Any]], Any]
WEB, API = 7, 8


async def stored(database: Database, day: int, *inventories: Inventory, repository: int = WEB, **more: Any) -> Stored:
    return await UseStore(database, lambda: 1e9).store(repository, f"head-{day}", float(day), inventories, **more)


async def intervals(database: Database, repository: int = WEB) -> list[tuple[str, float, float | None]]:
    """What was used from when to when."""
    query = (
        select(package.c.name, component.c.version, use.c.since, use.c.until)
        .join(component, component.c.id == use.c.component_id)
        .join(package, package.c.id == component.c.package_id)
        .where(use.c.repository_id == repository)
        .order_by(package.c.name, component.c.version, use.c.since)
    )
    async with database.read() as connection:
        rows = await connection.execute(query)
        return [(f"{words(row.name)}@{row.version}", row.since, row.until) for row in rows]


async def counts(database: Database) -> tuple[int, int]:
    """Uses that are open, and what the counters of components say."""
    async with database.read() as connection:
        rows = (await connection.execute(select(func.count()).where(use.c.until.is_(None)))).scalar_one()
        said = (await connection.execute(select(func.sum(component.c.uses)))).scalar_one()
    return rows, said or 0


async def licenses(database: Database) -> Mapping[str, int]:
    async with database.read() as connection:
        return {row.folded: row.uses for row in await connection.execute(select(license_))}


async def number(database: Database, table: Any) -> int:
    async with database.read() as connection:
        return int((await connection.execute(select(func.count()).select_from(table))).scalar_one())


def test_a_push_closes_what_is_gone_and_opens_what_is_new(run: Run) -> None:
    async def story(database: Database) -> None:
        first = await stored(database, 1, inventory({"a@1": ["b@1"], "c@1": []}))
        assert (first.opened, first.closed, first.manifests) == (3, 0, 1)
        second = await stored(database, 2, inventory({"a@1": ["b@2"], "c@1": []}))
        assert (second.opened, second.closed, second.altered) == (1, 1, 0)
        await stored(database, 3, inventory({"a@1": ["b@1"], "c@1": []}))
        assert await intervals(database) == [
            ("a@1", 1, None),
            ("b@1", 1, 2),
            ("b@1", 3, None),
            ("b@2", 2, 3),
            ("c@1", 1, None),
        ]
        assert await counts(database) == (3, 3)

    run(story)


def test_the_same_again_changes_nothing(run: Run) -> None:
    async def story(database: Database) -> None:
        lock = inventory({"a@1": ["b@1"]})
        await stored(database, 1, lock)
        again = await stored(database, 1, lock)
        later = await stored(database, 2, lock)
        assert (again, later) == (Stored(), Stored())
        assert await intervals(database) == [("a@1", 1, None), ("b@1", 1, None)]

    run(story)


def test_an_older_push_that_arrives_late_is_left_alone(run: Run) -> None:
    async def story(database: Database) -> None:
        await stored(database, 2, inventory({"a@2": []}))
        assert await stored(database, 1, inventory({"a@1": []})) == Stored(newest=False)
        assert await intervals(database) == [("a@2", 2, None)]

    run(story)


def test_two_heads_of_one_second_leave_no_trace_of_the_first(run: Run) -> None:
    async def story(database: Database) -> None:
        store = UseStore(database)
        await store.store(WEB, "one", 1.0, [inventory({"a@1": []})])
        await store.store(WEB, "two", 1.0, [inventory({"a@2": []})])
        assert await intervals(database) == [("a@2", 1, None)]
        assert await counts(database) == (1, 1)

    run(story)


def test_a_manifest_that_is_gone_uses_nothing_unless_something_may_be_missing(run: Run) -> None:
    async def story(database: Database) -> None:
        web, api = inventory({"a@1": []}, path="web/package-lock.json"), inventory({"b@1": []}, path="api/yarn.lock")
        await stored(database, 1, web, api)
        await stored(database, 2, web, whole=False)
        assert await intervals(database) == [("a@1", 1, None), ("b@1", 1, None)]
        assert (await stored(database, 3, web)).closed == 1
        await stored(database, 4, web, api)
        assert await intervals(database) == [("a@1", 1, None), ("b@1", 1, 3), ("b@1", 4, None)]

    run(story)


@pytest.mark.parametrize(("problem", "until"), [("unreadable", None), ("too-large", None), ("entry", 2)])
def test_what_cannot_be_read_is_not_gone(run: Run, problem: str, until: float | None) -> None:
    async def story(database: Database) -> None:
        await stored(database, 1, inventory({"a@1": [], "b@1": []}))
        left: dict[str, list[str]] = {} if problem != "entry" else {"b@1": []}
        await stored(database, 2, inventory(left, problems=[problem]))
        assert ("a@1", 1, until) in await intervals(database)
        async with database.read() as connection:
            unread = (await connection.execute(select(reading.c.unread))).scalar_one()
        assert unread == (0 if until else 1)

    run(story)


def test_one_lock_file_is_kept_once_whoever_has_it_and_wherever(run: Run) -> None:
    async def story(database: Database) -> None:
        for repository in range(5):
            lock = inventory({"a@1": ["b@1"]}, path=f"folder-{repository}/package-lock.json")
            await stored(database, 1, lock, repository=repository)
        assert [await number(database, table) for table in (document, manifest, package, component)] == [1, 5, 2, 2]
        assert await counts(database) == (10, 10)

    run(story)


def test_a_change_of_20_in_2000_writes_20_rows(run: Run) -> None:
    async def story(database: Database) -> None:
        def lock(bumped: int) -> Inventory:
            names = [f"p{n}@{'2' if n < bumped else '1'}" for n in range(2_000)]
            graph = {name: [names[i] for i in range(10 * (n + 1), 10 * (n + 2)) if i < 2_000] for n, name in
                     enumerate(names)}  # fmt: skip
            return inventory(graph, direct=names[:10])

        await stored(database, 1, lock(0))
        written: list[int] = []

        def note(_c: Any, cursor: Any, statement: str, _parameters: Any, _context: Any, _many: bool) -> None:
            if statement.startswith(("INSERT", "UPDATE", "DELETE")):
                written.append(cursor.rowcount)

        async with database.write() as connection:
            event.listen(connection.engine.sync_engine, "after_cursor_execute", note)
        push = await stored(database, 2, lock(20))
        assert (push.opened, push.closed, push.altered) == (20, 20, 0)
        # 20 uses and 20 components opened, 40 counted, and a few of the document, the manifest and the head
        assert sum(written) <= 110
        assert await counts(database) == (2_000, 2_000)

    run(story)


def test_the_dependency_that_brings_it_stays_the_same_while_it_does(run: Run) -> None:
    async def story(database: Database) -> None:
        await stored(database, 1, inventory({"far@1": ["mid@1"], "mid@1": ["deep@1"]}))
        nearer = inventory({"far@1": ["mid@1"], "mid@1": ["deep@1"], "near@1": ["deep@1"]})
        assert (await stored(database, 2, nearer)).altered == 0
        gone = await stored(database, 3, inventory({"near@1": ["deep@1"]}))
        assert (gone.closed, gone.altered) == (2, 1)

    run(story)


def test_a_change_of_scope_is_no_new_use(run: Run) -> None:
    async def story(database: Database) -> None:
        await stored(database, 1, inventory({"a@1": []}, scopes={"a@1": Scope.DEVELOPMENT}))
        change = await stored(database, 2, inventory({"a@1": []}))
        assert (change.opened, change.closed, change.altered) == (0, 0, 1)
        assert await intervals(database) == [("a@1", 1, None)]

    run(story)


def test_licenses_are_counted_by_the_parts_of_their_expressions(run: Run) -> None:
    async def story(database: Database) -> None:
        said = {"a@1": "MIT OR Apache-2.0", "b@1": "GPL-2.0-only WITH Classpath-exception-2.0"}
        first = await stored(database, 1, inventory({"a@1": [], "b@1": [], "c@1": []}, licenses=said))
        assert first.unlicensed == (("pkg:npm/c", "1"),)
        store = UseStore(database)
        assert await store.learn({("pkg:npm/c", "1"): "mit", ("pkg:npm/unknown", "1"): "MIT"}) == 1
        await stored(database, 1, inventory({"a@1": []}, licenses=said), repository=API)
        assert await licenses(database) == {
            "mit": 3,
            "apache-2.0": 2,
            "gpl-2.0-only with classpath-exception-2.0": 1,
            "gpl-2.0-only": 1,
        }
        await store.learn({("pkg:npm/a", "1"): "ISC"})
        await stored(database, 2, inventory({"a@1": []}))
        found = await licenses(database)
        assert (found["mit"], found["isc"], found["gpl-2.0-only"]) == (0, 2, 0)

    run(story)


def test_owners_of_a_manifest_come_from_codeowners(run: Run) -> None:
    async def story(database: Database) -> None:
        async def owners() -> object:
            async with database.read() as connection:
                return (await connection.execute(select(manifest.c.owners))).scalar_one()

        lock = inventory({"a@1": []})
        await stored(database, 1, lock)
        assert await owners() is None
        await stored(database, 2, lock, codeowners=parse(b"/web/ @example/web"))
        await stored(database, 3, lock)
        assert await owners() == ["@example/web"]
        assert (await stored(database, 4, lock, codeowners=parse(b""))).opened == 0
        assert await owners() == []

    run(story)


def test_a_repository_that_goes_closes_its_uses_and_may_come_back(run: Run) -> None:
    async def story(database: Database) -> None:
        lock = inventory({"a@1": [], "b@1": []})
        await stored(database, 5, lock)
        await stored(database, 5, lock, repository=API)
        store = UseStore(database)
        assert await store.gone(WEB, 6.0) == 2
        assert await store.gone(WEB, 7.0) == 0
        assert await counts(database) == (2, 2)
        await stored(database, 8, lock)
        assert await intervals(database) == [("a@1", 5, 6), ("a@1", 8, None), ("b@1", 5, 6), ("b@1", 8, None)]
        await store.forget(WEB)
        assert await intervals(database) == []
        assert await counts(database) == (2, 2)

    run(story)


def test_names_of_any_kind_are_kept(run: Run) -> None:
    async def story(database: Database) -> None:
        strange = ["a\x00\ud800@1\x00", "'; DROP TABLE use--@1", "x" * 5000 + "@" + "9" * 5000, "ü@1", 'q"\\u0041@"']
        await stored(database, 1, inventory({name: [] for name in strange}, path="a\udcff/\x00.json"))
        found = {name.rpartition("@")[0] for name, _, _ in await intervals(database)}
        assert found == {name.rpartition("@")[0] for name in strange}
        await stored(database, 2)
        assert await counts(database) == (0, 0)

    run(story)


def test_a_worker_that_is_overtaken_writes_no_more(run: Run) -> None:
    async def story(database: Database) -> None:
        class Overtaken(UseStore):
            async def _manifests(self, repository_id: int) -> dict[str, Any]:
                await stored(database, 9, inventory({"new@1": []}))
                return {}

        assert await Overtaken(database).store(WEB, "old", 1.0, [inventory({"old@1": []})]) == Stored(newest=False)
        assert await intervals(database) == [("new@1", 9, None)]

    run(story)


_HEADS = st.lists(
    st.dictionaries(
        st.sampled_from(["a/package-lock.json", "b/package-lock.json"]),
        st.frozensets(st.sampled_from(["p@1", "p@2", "q@1", "r@1", "s@1"])),
    ),
    min_size=1,
    max_size=6,
)


@settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(heads=_HEADS, order=st.randoms(use_true_random=False))
def test_whatever_was_pushed_the_open_uses_are_those_of_the_newest_head(
    tmp_path_factory: pytest.TempPathFactory, heads: list[dict[str, frozenset[str]]], order: Any
) -> None:
    async def story() -> None:
        database = Database(f"sqlite+aiosqlite:///{tmp_path_factory.mktemp('uses') / 'gate.db'}")
        try:
            await database.migrate()
            days = list(range(1, len(heads) + 1))
            order.shuffle(days)
            for day in days:
                locks = [inventory({name: [] for name in names}, path=path) for path, names in heads[day - 1].items()]
                await stored(database, day, *locks)
            now = [name for name, _, until in await intervals(database) if until is None]
            assert sorted(now) == sorted(name for names in heads[-1].values() for name in names)
            assert await counts(database) == (len(now), len(now))
        finally:
            await database.close()

    asyncio.run(story())
