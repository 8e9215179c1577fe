"""The gate with every source a stand-in: what a verdict says when one of them is down, and that nothing hangs."""

import asyncio
import json
from collections.abc import Iterator
from typing import Any

import pytest

from app.facts.lookup import FactChain
from app.facts.online.wiring import Online
from app.gate import Gate
from app.policies import PolicyPlace, load_policy
from checks.model.facts import Facts, RepositoryFacts
from checks.model.finding import Move
from checks.model.phrase import plain
from checks.model.report import Report
from tests.engine.trees import NOW, TreeSource
from tests.online.looked_up import Office
from tests.standins import Fault, Standins

POLICY = """
version: 1
licenses: {allow: [permissive]}
vulnerabilities: {epss: {block_from: 0.5}}
freshness: {minimum_age: 3 days}
"""


@pytest.fixture
def standins() -> Iterator[Standins]:
    with Standins() as running:
        yield running


def lock(**versions: str) -> str:
    packages = {f"node_modules/{name.replace('_', '-')}": {"version": version} for name, version in versions.items()}
    return json.dumps({"name": "web", "lockfileVersion": 3, "packages": {"": {"name": "web"}, **packages}}, indent=1)


def judged(
    standins: Standins, head: str, real_time: bool = False, more: dict[str, str] | None = None, **settings: Any
) -> Report:
    """The verdict on a pull request that brings the lock file `head` and `more` files."""

    async def run(online: Online) -> Report:
        base = Facts(repository=RepositoryFacts("example/web", visibility="public"))
        facts = FactChain(base, (), (online.packages,), private=online.private)
        gate = Gate(PolicyPlace(given=load_policy(POLICY.encode(), "policy.yaml")), facts, clock=lambda: NOW)
        tree = TreeSource({"package-lock.json": lock()}, {"package-lock.json": head, **(more or {})})
        return (await gate.judge(tree)).report

    return asyncio.run(Office(standins, **settings).within(run, real_time))


def rules(report: Report) -> dict[str, str]:
    return {finding.rule: plain(finding.message) for finding in report.findings}


def test_all_is_known(standins: Standins) -> None:
    standins.depsdev.knows("NPM", "left-pad", "1.3.0", "MIT")
    assert rules(judged(standins, lock(left_pad="1.3.0"))) == {}


def test_what_the_sources_say_is_judged(standins: Standins) -> None:
    standins.depsdev.knows("NPM", "left-pad", "1.3.0", "AGPL-3.0-only", publishedAt="2026-11-19T12:00:00Z")
    standins.osv.knows("GHSA-aaaa-bbbb-cccc", "npm", "left-pad", "1.3.0", aliases=["CVE-2026-0001"])
    standins.kev.exploited["CVE-2026-0001"] = "2026-02-03"
    found = rules(judged(standins, lock(left_pad="1.3.0")))
    assert {"license-not-allowed", "version-too-new", "vulnerability-exploited"} <= found.keys()


SAYS = {
    "depsdev": {"license-missing": "deps.dev could not answer", "freshness-unknown": "deps.dev could not answer"},
    "osv": {"advisories-unknown": "OSV could not answer"},
    "kev": {"exploitation-unknown": "KEV could not answer"},
    "epss": {"exploitation-unknown": "EPSS could not answer"},
    "endoflife": {"freshness-unknown": "endoflife.date could not answer"},
}


@pytest.mark.parametrize("name", SAYS)
@pytest.mark.parametrize("fault", [Fault(status=500), Fault(silent=True)], ids=["an error", "silence"])
def test_each_source_down_in_turn(standins: Standins, name: str, fault: Fault) -> None:
    """With the real clock and a budget of a second: the verdict says what could not be judged, and nothing else."""
    standins.depsdev.knows("NPM", "left-pad", "1.3.0", "MIT")
    rated = {"aliases": ["CVE-2026-0001"], "database_specific": {"severity": "LOW"}}
    standins.osv.knows("GHSA-aaaa-bbbb-cccc", "npm", "left-pad", "1.3.0", **rated)
    standins.epss.scores["CVE-2026-0001"] = ("0.1", "0.2")
    budget: dict[str, Any] = {
        "SOURCE_SECONDS": "1",
        "READ_SECONDS": "1",
        "DISABLED": "clearlydefined ecosystems github",
    }
    with standins.each[name].behaving(fault):
        report = judged(standins, lock(left_pad="1.3.0"), real_time=True, **budget)
    unknown = {finding.rule: plain(finding.message) for finding in report.findings if finding.could_not_tell}
    assert unknown.keys() == SAYS[name].keys()
    assert all(words in unknown[rule] for rule, words in SAYS[name].items())
    assert report.judge_again_at is not None


def test_when_no_source_answers_the_verdict_comes_all_the_same(standins: Standins) -> None:
    for standin in standins.each.values():
        standin.faults.append(Fault(silent=True))
    report = judged(standins, lock(left_pad="1.3.0", right_pad="2.0.0"), real_time=True, TOTAL_SECONDS="1")
    assert {"license-missing", "advisories-unknown", "freshness-unknown"} <= rules(report).keys()


def test_that_a_private_package_is_not_asked_about_is_said_with_what_to_do(standins: Standins) -> None:
    """No source failed, so nobody waits for one: the registry is to be connected, or the package named."""
    report = judged(standins, lock(secret_tool="1.0.0"), PRIVATE="pkg:npm/secret-*")
    private = "it is private, so nobody outside is asked"
    assert rules(report) == {
        "license-missing": "No license is known for secret-tool 1.0.0: its lock file carries none and "
        f"{private}; connect its registry, or settle it in licenses.clarify.",
        "advisories-unknown": "Whether secret-tool 1.0.0 has vulnerabilities is not known: "
        f"{private}; ask its maintainers, and waive this.",
        "freshness-unknown": "secret-tool 1.0.0 was judged without its publication date and its status: "
        f"{private}; connect its registry, or name it in freshness.exempt.",
    }
    assert not any(finding.move is Move.SERVICE for finding in report.findings)
    assert report.judge_again_at is None
    assert not any(b"secret" in call.body for standin in standins.each.values() for call in standin.calls)


def test_that_nobody_lists_actions_images_and_runtimes_is_no_finding(standins: Standins) -> None:
    """An ordinary repository has them, and no source knows their dates."""
    standins.endoflife.knows("python", "pkg:generic/python", _3_14="2030-10-31")
    workflow = "jobs: {a: {steps: [{uses: actions/checkout@v4}]}}\n"
    files = {".github/workflows/a.yml": workflow, ".python-version": "3.14\n", "Dockerfile": "FROM python:3.14\n"}
    assert rules(judged(standins, lock(), more=files)) == {}


def test_a_private_package_is_judged_by_what_is_known_of_it(standins: Standins) -> None:
    head = lock(secret_tool="1.0.0").replace('"1.0.0"', '"1.0.0", "resolved": "https://npm.registry.example/s.tgz"')
    report = judged(standins, head)
    assert {"license-missing", "advisories-unknown", "publication-date-missing"} <= rules(report).keys()
    assert not any(b"secret" in call.body for standin in standins.each.values() for call in standin.calls)
