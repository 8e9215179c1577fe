"""Facts from the network: requests and seconds for a pull request with 500 changed packages, and for 1,000 at once.

Run: python -m tests.benchmarks facts_online
"""

import asyncio
import json
import time
from typing import NamedTuple

from app.facts.lookup import FactChain
from app.facts.online.wiring import Online
from app.gate import Gate
from app.policies import PolicyPlace, load_policy
from checks.model.facts import Facts, RepositoryFacts
from checks.model.report import Report
from tests.engine.trees import NOW, TreeSource
from tests.online.looked_up import Office
from tests.standins import Standins

PACKAGES, VULNERABLE, AT_ONCE, SHARED = 500, 20, 1_000, 300
POLICY = """
version: 1
licenses: {allow: [permissive]}
vulnerabilities: {}
freshness: {minimum_age: 3 days, end_of_life: {notify: 180 days}, levels: {package-archived: off}}
"""


class Cost(NamedTuple):
    """What the verdicts on some pull requests cost."""

    requests: dict[str, int]
    """By source."""
    seconds: float
    reports: list[Report]


def lock(packages: int) -> str:
    entries = {f"node_modules/package-{number}": {"version": "1.0.0"} for number in range(packages)}
    return json.dumps({"name": "web", "lockfileVersion": 3, "packages": {"": {"name": "web"}, **entries}})


def known(standins: Standins) -> None:
    """All packages, and an advisory about each of the first ones."""
    for number in range(PACKAGES):
        standins.depsdev.knows("NPM", f"package-{number}", "1.0.0", "MIT")
        standins.depsdev.knows("NPM", f"package-{number}", "1.0.1", "MIT")
    for number in range(VULNERABLE):
        rated = {"aliases": [f"CVE-2026-{number}"], "database_specific": {"severity": "HIGH"}}
        standins.osv.knows(f"GHSA-{number}", "npm", f"package-{number}", "1.0.0", **rated)


def judged(office: Office, packages: int, pulls: int = 1, fully: bool = False) -> Cost:
    """Pull requests that bring the same packages, judged at the same time in one process."""
    head, standins = lock(packages), office.standins
    standins.forget()

    async def run(online: Online) -> list[Report]:
        base = Facts(repository=RepositoryFacts("example/web", visibility="public"))
        facts = FactChain(base, (), (online.packages,), private=online.private)
        gate = Gate(PolicyPlace(given=load_policy(POLICY.encode(), "policy.yaml")), facts, clock=lambda: NOW)
        trees = [TreeSource({"package-lock.json": lock(0)}, {"package-lock.json": head}) for _ in range(pulls)]
        found = await asyncio.gather(*(gate.judge_fully(tree) if fully else gate.judge(tree) for tree in trees))
        return [item.report for item in found]

    begin = time.perf_counter()
    reports = asyncio.run(office.within(run, real_time=True))
    return Cost(standins.counts, time.perf_counter() - begin, reports)


def _line(what: str, cost: Cost) -> str:
    by_source = ", ".join(f"{name} {count:,}" for name, count in cost.requests.items()) or "none"
    return f"{what:55} {sum(cost.requests.values()):3} requests in {cost.seconds:5.1f} s: {by_source}"


def main() -> None:
    with Standins() as standins:
        known(standins)
        office = Office(standins)
        what = f"{PACKAGES} packages, {VULNERABLE} of them vulnerable"
        print(_line(f"{what}, cold", judged(office, PACKAGES)))
        print(_line(f"{what}, warm", judged(office, PACKAGES)))
        print(_line(f"{what}, with fixes", judged(office, PACKAGES, fully=True)))
        print(_line(f"{what}, with fixes, warm", judged(office, PACKAGES, fully=True)))
        print(_line(f"{AT_ONCE:,} pull requests at once, {SHARED} packages", judged(Office(standins), SHARED, AT_ONCE)))


if __name__ == "__main__":
    main()
