"""What a default branch uses is kept with the verdict, and licenses are asked only of packages that others may know."""

import asyncio
from collections.abc import Collection
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from app.gate import Judged
from app.jobs.used import KeepUses
from app.policies import starter_policy
from app.store.database import Database
from app.store.uses import Stored, UseStore
from app.store.where import WhereStore
from checks.engine.evaluate import evaluate
from checks.engine.plan import Plan
from checks.model.codeowners import parse
from checks.model.dependency import Inventory, Location, Origin, Problem
from checks.model.facts import Facts, Questions, RepositoryFacts
from checks.model.packages import Known, VersionFacts
from checks.model.snapshot import Listing, ManifestPair, Snapshot
from checks.model.where import Place
from checks.policy.owners import Owners
from tests.store.bills import LOCK, inventory

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)


class Asked:
    """A source that knows every package as MIT, and what it was asked."""

    def __init__(self, connected: bool = True) -> None:
        self.connected = connected
        self.questions: Questions = {}
        self.hidden: Collection[str] = ()

    def private(self, plan: Plan, repository: RepositoryFacts) -> Collection[str]:
        return ["pkg:npm/secret"]

    async def answer(self, questions: Questions, private: Collection[str] = ()) -> Facts:
        self.questions, self.hidden = questions, private
        known = VersionFacts(license=Known("MIT", "deps.dev"))
        return Facts(versions={key: known for key in questions if key[0] not in private})


def judged(lock: Inventory | None, *problems: Problem) -> Judged:
    pairs = (ManifestPair(LOCK, None, lock),) if lock else ()
    plan, policy = Plan(Snapshot(Listing("", "h" * 40, problems=problems), pairs)), starter_policy()
    return Judged(evaluate(plan, Facts(), policy, NOON), plan, policy, Facts(), NOON)


def keep(folder: Path, source: Asked, *heads: Judged) -> tuple[Stored, list[Place]]:
    """What the last head changed, and what is used after it."""

    async def story() -> tuple[Stored, list[Place]]:
        database = Database(f"sqlite+aiosqlite:///{folder / 'gate.db'}")
        try:
            await database.migrate()
            keeper = KeepUses(UseStore(database), source)
            for day, head in enumerate(heads):
                stored = await keeper.keep(1, f"head-{day}", float(day), head, parse(b"* @example/web"))
            return stored, list((await WhereStore(database).has(1, Owners()))[0])
        finally:
            await database.close()

    return asyncio.run(story())


def test_what_is_new_gets_its_license(tmp_path: Path) -> None:
    lock = inventory(
        {"a@1": [], "stated@1": [], "secret@1": [], "any@": [], "fork@1": []}, licenses={"stated@1": "ISC"}
    )
    lock = replace(
        lock,
        dependencies=tuple(replace(d, origin=Origin.GIT) if d.name == "fork" else d for d in lock.dependencies),
    )
    source = Asked()
    stored, places = keep(tmp_path, source, judged(lock))
    assert stored.opened == 5
    assert ({purl for purl, _ in source.questions}, source.hidden) == (
        {"pkg:npm/a", "pkg:npm/secret"},
        ["pkg:npm/secret"],
    )
    assert {place.name: place.license for place in places} == {
        **dict.fromkeys(["secret", "any", "fork"]),
        "a": "MIT",
        "stated": "ISC",
    }
    assert {place.owners for place in places} == {("@example/web",)}


def test_nobody_is_asked_where_there_is_nobody(tmp_path: Path) -> None:
    source = Asked(connected=False)
    keep(tmp_path, source, judged(inventory({"a@1": []})))
    assert source.questions == {}


@pytest.mark.parametrize(("problems", "left"), [((), 0), ((Problem("listing", "cut off", Location("")),), 1)])
def test_what_the_listing_leaves_out_is_not_gone(tmp_path: Path, problems: tuple[Problem, ...], left: int) -> None:
    _, places = keep(tmp_path, Asked(), judged(inventory({"a@1": []})), judged(None, *problems))
    assert len(places) == left
