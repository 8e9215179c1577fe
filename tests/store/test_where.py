"""Where is it used: found by all that people ask for, in pages, with totals and what they are founded on."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import update

from app.ports import FactKey, FactRecord
from app.store.database import Database
from app.store.facts import FactStore
from app.store.repositories import RepositoryRow, RepositoryStore
from app.store.tables import component
from app.store.uses import UseStore
from app.store.where import COUNTED, WhereStore
from checks.facts.codec import encode_advisory
from checks.model.advisory import Advisory, Affected, AffectedRange, Event, RangeKind
from checks.model.codeowners import parse
from checks.model.dependency import Scope
from checks.model.errors import UsageError
from checks.model.facts import Want
from checks.model.where import Answer, Coverage, Place, Question, Standing
from checks.policy.owners import Owners
from checks.policy.values import Account
from tests.store.bills import inventory

Run = Callable[[Callable[[Database], Any]], Any]
LODASH = "pkg:npm/lodash"


async def organization(database: Database) -> None:
    """Three repositories: the first two use lodash, one through express; the third was not read yet."""
    await RepositoryStore(database).seen(
        [
            RepositoryRow(1, 11, "example/web", visibility="public", properties={"ospo-owner": "web-team"}),
            RepositoryRow(2, 11, "example/api", visibility="private"),
            RepositoryRow(3, 11, "example/new"),
            RepositoryRow(4, 11, "example/old", archived=True),
        ]
    )
    store = UseStore(database)
    graph = {"express@4.0.0": ["lodash@4.17.20"], "@types/lodash@1.0.0": []}
    said = {"express@4.0.0": "MIT", "lodash@4.17.20": "MIT", "@types/lodash@1.0.0": "GPL-3.0-only OR MIT"}
    await store.store(1, "a", 100.0, [inventory(graph, licenses=said)])
    await store.store(1, "b", 200.0, [inventory({**graph, "async@2.0.0": []}, licenses=said)])
    await store.store(
        2,
        "c",
        300.0,
        [inventory({"lodash@4.17.21": []}, path="package-lock.json", scopes={"lodash@4.17.21": Scope.DEVELOPMENT})],
        codeowners=parse(b"* @example/api"),
    )


async def ask(database: Database, question: Question, **more: Any) -> Answer:
    return await WhereStore(database).ask(question, Owners(), **more)


def found(answer: Answer) -> list[str]:
    return [f"{place.repository} {place.name}@{place.version}" for place in answer.places]


def test_by_package_with_all_that_people_want_to_know(run: Run) -> None:
    async def story(database: Database) -> None:
        await organization(database)
        answer = await ask(database, Question(purl=LODASH))
        assert (answer.standing, answer.uses, answer.repositories) == (Standing.USED, 2, 2)
        assert answer.coverage == Coverage(active=3, read=2, unread=0)
        first, second = answer.places
        assert (first.repository, first.manifest, first.version) == ("example/web", "web/package-lock.json", "4.17.20")
        assert (first.scope, first.direct, first.via) == ("runtime", False, "pkg:npm/express")
        assert (first.since, first.or_earlier, first.license, first.visibility) == (100.0, True, "MIT", "public")
        assert (first.owners, first.because) == (("@example/web-team",), "property")
        assert (second.repository, second.scope, second.direct, second.via) == (
            "example/api",
            "development",
            True,
            None,
        )
        assert (second.owners, second.because) == (("@example/api",), "codeowners")
        (later,) = (await ask(database, Question(name="async"))).places
        assert (later.since, later.or_earlier) == (200.0, False)

    run(story)


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        (Question(name="LODASH"), ["lodash@4.17.20", "@types/lodash@1.0.0", "lodash@4.17.21"]),
        (Question(name="@types/lodash"), ["@types/lodash@1.0.0"]),
        (Question(purl=LODASH, versions="4.17.21"), ["lodash@4.17.21"]),
        (Question(purl=LODASH, versions="<4.17.21"), ["lodash@4.17.20"]),
        (Question(purl=LODASH, versions="vers:npm/>=4.17.20|<5.0.0"), ["lodash@4.17.20", "lodash@4.17.21"]),
        (Question(name="lodash", versions=">=4.17.21"), ["lodash@4.17.21"]),
        (Question(license="gpl-3.0-only"), ["@types/lodash@1.0.0"]),
        (Question(license="MIT"), ["express@4.0.0", "lodash@4.17.20", "@types/lodash@1.0.0"]),
        (Question(purl="pkg:npm/nobody"), []),
        (Question(license="'; DROP TABLE use--\x00"), []),
    ],
)
def test_by_whatever_people_know(run: Run, question: Question, expected: list[str]) -> None:
    async def story(database: Database) -> None:
        await organization(database)
        answer = await ask(database, question)
        assert sorted(line.split()[1] for line in found(answer)) == sorted(expected)
        assert answer.uses == len(expected)
        assert answer.repositories == len({place.repository for place in answer.places})

    run(story)


def test_what_was_used_says_until_when(run: Run) -> None:
    async def story(database: Database) -> None:
        await organization(database)
        await UseStore(database).store(2, "d", 400.0, [])
        gone = await ask(database, Question(purl=LODASH, versions="4.17.21"))
        assert (gone.standing, gone.uses, gone.until) == (Standing.WAS_USED, 0, 400.0)
        never = await ask(database, Question(purl="pkg:npm/nobody"))
        assert (never.standing, never.until) == (Standing.NEVER_SEEN, None)
        await UseStore(database).gone(1, 500.0)
        licensed = await ask(database, Question(license="MIT"))
        assert (licensed.standing, licensed.until) == (Standing.WAS_USED, 500.0)

    run(story)


def test_a_version_that_cannot_be_compared_is_counted_and_told(run: Run) -> None:
    async def story(database: Database) -> None:
        await UseStore(database).store(1, "a", 1.0, [inventory({"lodash@": [], "lodash@main": [], "lodash@4.0.0": []})])
        answer = await ask(database, Question(purl=LODASH, versions="<4.17.21"))
        assert (found(answer), answer.undecided) == (["None lodash@4.0.0"], 2)
        assert (await ask(database, Question(purl=LODASH))).uses == 3

    run(story)


async def advisory(database: Database, id_: str, *names: str, fixed: str = "4.17.21", **more: Any) -> None:
    events = (Event("introduced", "0"), Event("fixed", fixed))
    affected = (Affected(LODASH, ranges=(AffectedRange(RangeKind.SEMVER, events),)),)
    data = encode_advisory(Advisory(id_, aliases=names, affected=affected, **more))
    key = FactKey("advisory", id_, "OSV")
    await FactStore(database).put([FactRecord(key, Want.ADVISORIES, data, datetime(2026, 11, 20, tzinfo=UTC))])


def test_by_an_advisory_under_any_of_its_names(run: Run) -> None:
    async def story(database: Database) -> None:
        await organization(database)
        await advisory(database, "GHSA-aaaa-bbbb-cccc", "CVE-2026-1")
        for name in ("CVE-2026-1", "ghsa-aaaa-bbbb-cccc"):
            assert found(await ask(database, Question(advisory=name))) == ["example/web lodash@4.17.20"]
        unknown = await ask(database, Question(advisory="CVE-2026-2"))
        assert (unknown.standing, unknown.uses) == (Standing.UNKNOWN_ADVISORY, 0)

    run(story)


def test_an_advisory_that_lost_a_name_or_was_withdrawn_is_not_found_by_it(run: Run) -> None:
    async def story(database: Database) -> None:
        await organization(database)
        await advisory(database, "GHSA-aaaa-bbbb-cccc", "CVE-2026-1")
        await advisory(database, "GHSA-aaaa-bbbb-cccc", "CVE-2026-3")
        assert (await ask(database, Question(advisory="CVE-2026-1"))).standing is Standing.UNKNOWN_ADVISORY
        await advisory(database, "GHSA-aaaa-bbbb-cccc", withdrawn=datetime(2026, 1, 1, tzinfo=UTC))
        assert (await ask(database, Question(advisory="GHSA-aaaa-bbbb-cccc"))).uses == 0

    run(story)


@pytest.mark.parametrize("limit", [1, 2, 3, 7, 50])
@pytest.mark.parametrize("question", [Question(name="p"), Question(license="MIT")], ids=["name", "license"])
def test_pages_give_each_use_once_in_the_same_order(run: Run, limit: int, question: Question) -> None:
    async def story(database: Database) -> None:
        store = UseStore(database)
        for repository in range(1, 6):
            names = [f"p@1.{minor}.0" for minor in range(repository)]
            for folder in "ab":
                lock = inventory({n: [] for n in names}, path=f"{folder}.json", licenses=dict.fromkeys(names, "MIT"))
                await store.store(repository, f"{repository}{folder}", 1.0, [lock], whole=False)
        whole = await ask(database, question)
        assert (len(whole.places), whole.uses, whole.following) == (30, 30, None)
        paged: list[Place] = []
        cursor = None
        while True:
            answer = await ask(database, question, limit=limit, cursor=cursor)
            assert answer.uses == 30
            assert len(answer.places) <= limit
            assert answer.repositories == (5 if cursor is None else None)
            paged += answer.places
            cursor = answer.following
            if cursor is None:
                break
        assert paged == list(whole.places)
        for wrong in ("1", "a-b-c", "1-2-3-4", "-1-2-3", "1-2-" + "9" * 30):
            with pytest.raises(UsageError, match="cursor"):
                await ask(database, question, cursor=wrong)

    run(story)


def test_nobody_waits_until_the_repositories_of_very_many_uses_are_counted(run: Run) -> None:
    async def story(database: Database) -> None:
        await organization(database)
        many = COUNTED + 1
        async with database.write() as connection:
            await connection.execute(update(component).where(component.c.uses > 0).values(uses=many))
        answer = await ask(database, Question(purl=LODASH))
        assert (answer.uses, answer.repositories) == (2 * many, None)
        assert len(answer.places) == 2

    run(story)


def test_what_a_repository_has_now_in_pages(run: Run) -> None:
    async def story(database: Database) -> None:
        await organization(database)
        await UseStore(database).store(1, "z", 900.0, [inventory({"async@2.0.0": [], "b@1": [], "c@1": []})])
        where, names, cursor = WhereStore(database), [], None
        while True:
            places, cursor = await where.has(1, Owners(), cursor, 2)
            names += [place.name for place in places]
            if cursor is None:
                break
        assert sorted(names) == ["async", "b", "c"]
        assert await where.has(99, Owners()) == ([], None)

    run(story)


def test_the_history_of_a_component_and_all_ways_to_it(run: Run) -> None:
    async def story(database: Database) -> None:
        store = UseStore(database)
        await store.store(1, "a", 1.0, [inventory({"x@1.0.0": ["deep@1.0.0"]})])
        await store.store(1, "b", 2.0, [inventory({"x@1.0.0": ["deep@2.0.0"]})])
        await store.store(
            1, "c", 3.0, [inventory({"x@1.0.0": ["mid@1.0.0"], "mid@1.0.0": ["deep@1.0.0"], "y@1.0.0": ["deep@1.0.0"]})]
        )
        where = WhereStore(database)
        story_ = await where.history(1, Question(purl="pkg:npm/deep"), Owners())
        assert [(place.version, place.since, place.until) for place in story_] == [
            ("1.0.0", 1, 2),
            ("2.0.0", 2, 3),
            ("1.0.0", 3, None),
        ]
        (way,) = await where.ways(1, story_)
        assert (way.version, way.direct) == ("1.0.0", (("pkg:npm/x", "1.0.0"), ("pkg:npm/y", "1.0.0")))
        assert await where.history(2, Question(purl="pkg:npm/deep"), Owners()) == []
        older = await where.history(1, Question(purl="pkg:npm/deep", versions=">=2"), Owners())
        assert [place.since for place in older] == [2]

    run(story)


def test_the_policy_names_owners_first(run: Run) -> None:
    async def story(database: Database) -> None:
        await organization(database)
        owners = Owners(default=(Account("@example/ospo"),), property="none")
        answer = await WhereStore(database).ask(Question(purl=LODASH), owners)
        assert [(place.owners, place.because) for place in answer.places] == [
            (("@example/ospo",), "default"),
            (("@example/api",), "codeowners"),
        ]

    run(story)
