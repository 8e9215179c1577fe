"""Facts from the network: requests and seconds for a pull request with 500 changed packages, and for 1,000 lookups.

Run: python -m tests.benchmarks facts_online
"""

import asyncio
import json
import time
from collections.abc import Awaitable, Callable
from typing import NamedTuple

from app.facts.lookup import FactChain
from app.facts.online.wiring import Online
from app.gate import Gate
from app.policies import PolicyPlace, load_policy
from checks.model.facts import Facts, RepositoryFacts
from tests.engine.trees import NOW, TreeSource
from tests.online.looked_up import EVERYTHING, Office, npm
from tests.standins import Standins

PACKAGES, DIRECT, VULNERABLE, AT_ONCE, SHARED = 500, 50, 20, 1_000, 300
POLICY = """
version: 1
licenses: {allow: [permissive]}
vulnerabilities: {}
freshness: {minimum_age: 3 days, end_of_life: {notify: 180 days}}
"""


class Cost(NamedTuple):
    """What was asked of the network."""

    requests: dict[str, int]
    """By source."""
    seconds: float


def lock(packages: int) -> str:
    entries = {f"node_modules/package-{number}": {"version": "1.0.0"} for number in range(packages)}
    root = {
        "name": "web",
        "dependencies": {f"package-{PACKAGES - number}": "^1.0.0" for number in range(1, DIRECT + 1)},
    }
    return json.dumps({"name": "web", "lockfileVersion": 3, "packages": {"": root if packages else {}, **entries}})


def known(standins: Standins) -> None:
    """All packages, and an advisory about each of the first ones."""
    for number in range(PACKAGES):
        standins.depsdev.knows("NPM", f"package-{number}", "1.0.0", "MIT")
        standins.depsdev.knows("NPM", f"package-{number}", "1.0.1", "MIT")
    for number in range(VULNERABLE):
        rated = {"aliases": [f"CVE-2026-{1000 + number}"], "database_specific": {"severity": "HIGH"}}
        standins.osv.knows(f"GHSA-{number}", "npm", f"package-{number}", "1.0.0", **rated)


def judged(office: Office, fully: bool = False) -> Cost:
    """The cost of a verdict on a pull request that brings all packages; `fully`: with the fixes."""

    async def run(online: Online) -> None:
        base = Facts(repository=RepositoryFacts("example/web", visibility="public"))
        facts = FactChain(base, (), (online.packages,), private=online.private)
        gate = Gate(PolicyPlace(given=load_policy(POLICY.encode(), "policy.yaml")), facts, clock=lambda: NOW)
        tree = TreeSource({"package-lock.json": lock(0)}, {"package-lock.json": lock(PACKAGES)})
        judged = await (gate.judge_fully(tree) if fully else gate.judge(tree))
        assert sum(finding.rule == "vulnerable" for finding in judged.report.findings) == VULNERABLE

    return _cost(office, run)


def looked_up(office: Office) -> Cost:
    """The cost of lookups of the same packages at the same time in one process."""
    questions = {npm(f"package-{number}"): EVERYTHING for number in range(SHARED)}

    async def run(online: Online) -> None:
        found = await asyncio.gather(*(online.packages.answer(questions) for _ in range(AT_ONCE)))
        assert all(len(facts.advisories) == VULNERABLE for facts in found)

    return _cost(office, run)


def _cost(office: Office, run: Callable[[Online], Awaitable[None]]) -> Cost:
    office.standins.forget()
    begin = time.perf_counter()
    asyncio.run(office.within(run, real_time=True))
    return Cost(office.standins.counts, time.perf_counter() - begin)


def _line(what: str, cost: Cost) -> str:
    by_source = ", ".join(f"{name} {count:,}" for name, count in cost.requests.items()) or "none"
    return f"{what:55} {sum(cost.requests.values()):3} requests in {cost.seconds:5.1f} s: {by_source}"


def main() -> None:
    with Standins() as standins:
        known(standins)
        office = Office(standins)
        what = f"{PACKAGES} packages, {VULNERABLE} of them vulnerable"
        print(_line(f"{what}, cold", judged(office)))
        print(_line(f"{what}, warm", judged(office)))
        print(_line(f"{what}, with fixes", judged(office, fully=True)))
        print(_line(f"{what}, with fixes, warm", judged(office, fully=True)))
        print(_line(f"{AT_ONCE:,} lookups at once, {SHARED} packages", looked_up(Office(standins))))


if __name__ == "__main__":
    main()
