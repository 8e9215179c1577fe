"""Uses are forgotten when nobody can need them any more, and not a moment earlier."""

from collections.abc import Callable
from typing import Any

from sqlalchemy import func, select

from app.store.database import Database
from app.store.forgetting import DOCUMENTS, ENDED, GONE, forget_uses
from app.store.repositories import RepositoryRow, RepositoryStore
from app.store.tables import advisory_name, document, fact, manifest, use
from app.store.uses import UseStore
from app.store.where import WhereStore
from checks.model.where import Question, Standing
from checks.policy.owners import Owners
from tests.store.bills import inventory
from tests.store.test_where import advisory

Run = Callable[[Callable[[Database], Any]], Any]


async def number(database: Database, table: Any) -> int:
    async with database.read() as connection:
        return int((await connection.execute(select(func.count()).select_from(table))).scalar_one())


def test_a_repository_that_is_gone_uses_nothing_and_is_forgotten_after_a_year(run: Run) -> None:
    async def story(database: Database) -> None:
        await RepositoryStore(database, lambda: 10.0).seen(
            [RepositoryRow(1, 11, "example/a"), RepositoryRow(2, 11, "example/b")]
        )
        for repository in (1, 2):
            await UseStore(database).store(repository, "h", 5.0, [inventory({"a@1": []})])
        await RepositoryStore(database, lambda: 10.0).gone(11, [1])
        assert await forget_uses(database, lambda: 11.0) == 0
        answer = await WhereStore(database).ask(Question(name="a"), Owners())
        assert [place.repository for place in answer.places] == ["example/b"]
        await UseStore(database).store(2, "i", 6.0, [])
        gone = await WhereStore(database).ask(Question(name="a"), Owners())
        assert gone.standing is Standing.WAS_USED
        assert await number(database, use) == 2
        await forget_uses(database, lambda: 11.0 + GONE)
        assert (await number(database, use), await number(database, manifest)) == (1, 1)
        assert await RepositoryStore(database).get(1) is None

    run(story)


def test_what_ended_two_years_ago_and_what_nothing_refers_to_goes(run: Run) -> None:
    async def story(database: Database) -> None:
        store = UseStore(database, lambda: 100.0)
        await store.store(1, "a", 100.0, [inventory({"a@1": [], "b@1": []})])
        await store.store(1, "b", 200.0, [inventory({"a@1": []})])
        assert (await number(database, use), await number(database, document)) == (2, 2)
        assert await forget_uses(database, lambda: 100.0 + DOCUMENTS) == 0
        assert await forget_uses(database, lambda: 101.0 + DOCUMENTS) == 1
        assert await forget_uses(database, lambda: 200.0 + ENDED) == 0
        assert await forget_uses(database, lambda: 201.0 + ENDED) == 1
        assert (await number(database, use), await number(database, document)) == (1, 1)

    run(story)


def test_names_of_advisories_go_with_them(run: Run) -> None:
    async def story(database: Database) -> None:
        await advisory(database, "GHSA-aaaa-bbbb-cccc", "CVE-2026-1")
        assert await forget_uses(database, lambda: 1.0) == 0
        async with database.write() as connection:
            await connection.execute(fact.delete())
        assert await forget_uses(database, lambda: 1.0) == 2
        assert await number(database, advisory_name) == 0

    run(story)
