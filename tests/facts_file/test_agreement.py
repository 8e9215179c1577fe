"""Judging offline gives the verdict that judging online gives."""

import asyncio
from collections.abc import Iterator, Mapping

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.cli.drive import drive
from app.facts.container import FactsFile
from app.facts.fallback import FileBehind
from app.facts.file import FileFacts
from app.facts.lookup import FactChain
from app.facts.memory import FactsInMemory
from app.facts.online.wiring import online_sources
from app.gate import Gate
from app.policies import PolicyPlace, load_policy
from app.settings import fact_settings
from checks.model.facts import Facts, RepositoryFacts, SourceState
from checks.model.phrase import plain
from checks.model.report import Report
from checks.render.json_report import to_json
from tests.engine.trees import TreeSource
from tests.facts_file.files import Builder, lock
from tests.online.timed import Clock
from tests.standins import Fault, Standins

POLICY = """
version: 1
licenses: {allow: [permissive]}
vulnerabilities: {epss: {block_from: 0.5}}
freshness: {minimum_age: 3 days}
facts: {maximum_age: 7 days}
"""
BASE = Facts(repository=RepositoryFacts("example/web", visibility="public"))


@pytest.fixture(scope="module")
def world() -> Iterator[Standins]:
    with Standins() as standins:
        for version in ("1.0.0", "1.1.0", "2.0.0"):
            standins.depsdev.knows("NPM", "left-pad", version, "MIT")
            standins.depsdev.knows("NPM", "copyleft", version, "GPL-3.0-only")
            standins.depsdev.knows("NPM", "new", version, "ISC", publishedAt="2026-11-19T00:00:00Z")
        standins.depsdev.knows("NPM", "no-license", "1.0.0", "")
        standins.osv.knows("GHSA-aaaa-bbbb-cccc", "npm", "left-pad", "1.0.0", "1.1.0", aliases=["CVE-2026-0001"])
        rated = {"database_specific": {"severity": "CRITICAL"}, "aliases": ["CVE-2026-0002"]}
        standins.osv.knows("GHSA-dddd-eeee-ffff", "npm", "copyleft", "1.0.0", **rated)
        standins.osv.knows("MAL-2026-1", "npm", "new", "2.0.0")
        standins.kev.exploited["CVE-2026-0001"] = "2026-02-03"
        standins.epss.scores["CVE-2026-0002"] = ("0.9", "0.99")
        yield standins


def judged_offline(file: FactsFile | None, files: Mapping[str, str], clock: Clock, policy: str = POLICY) -> Report:
    known = (FileFacts(file),) if file else ()
    gate = Gate(PolicyPlace(given=load_policy(policy.encode(), "policy.yaml")), FactChain(BASE, (), known), clock.now)
    return drive(gate.judge(TreeSource({}, dict(files)))).report


def judged_online(
    world: Standins, files: Mapping[str, str], clock: Clock, file: FactsFile | None = None, **variables: str
) -> Report:
    async def run() -> Report:
        environment = fact_settings(world.environment(**variables))
        async with online_sources(environment, FactsInMemory(), timing=clock.timing) as online:
            known = FileBehind(online.packages, FileFacts(file)) if file else online.packages
            facts = FactChain(BASE, (), (known,), private=online.private)
            gate = Gate(PolicyPlace(given=load_policy(POLICY.encode(), "policy.yaml")), facts, clock.now)
            return (await gate.judge(TreeSource({}, dict(files)))).report

    return asyncio.run(run())


def rules(report: Report) -> list[tuple[str, str]]:
    return [(finding.rule, plain(finding.message)) for finding in report.findings]


def names(states: tuple[SourceState, ...]) -> set[str]:
    return {state.name for state in states if state.as_of}


VERSIONS = st.sampled_from(["1.0.0", "1.1.0", "2.0.0", "not a version"])
LOCKS = st.dictionaries(st.sampled_from(["left_pad", "copyleft", "new", "no_license", "unheard_of"]), VERSIONS)


@given(LOCKS)
@settings(
    max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
def test_offline_judges_as_online(world: Standins, versions: dict[str, str]) -> None:
    clock = Clock()
    files = {"package-lock.json": lock(**versions)}
    offline = judged_offline(Builder(world, clock).build(files, POLICY), files, clock)
    online = judged_online(world, files, clock)
    assert {**to_json(offline), "sources": None} == {**to_json(online), "sources": None}
    assert names(offline.sources) <= names(online.sources)


def test_another_version_is_judged_by_the_advisories_of_its_package(world: Standins) -> None:
    """Of the version itself nothing else is known, and that is said."""
    clock = Clock()
    file = Builder(world, clock).build({"package-lock.json": lock(left_pad="2.0.0")}, POLICY)
    found = dict(rules(judged_offline(file, {"package-lock.json": lock(left_pad="1.1.0")}, clock)))
    assert "CVE-2026-0001" in found["vulnerability-exploited"]
    assert "facts file could not answer" in found["license-missing"]
    assert "advisories-unknown" not in found


def test_a_file_with_lists_of_releases_knows_the_date_of_every_version(world: Standins) -> None:
    clock = Clock()
    files = {"package-lock.json": lock(new="1.0.0")}
    other = {"package-lock.json": lock(new="1.1.0")}
    without, with_lists = (Builder(world, clock).build(files, POLICY, releases) for releases in (False, True))
    assert "freshness-unknown" in dict(rules(judged_offline(without, other, clock)))
    found = dict(rules(judged_offline(with_lists, other, clock)))
    assert "version-too-new" in found
    assert "freshness-unknown" not in found


def test_a_package_that_is_not_in_the_file_is_not_known(world: Standins) -> None:
    clock = Clock()
    file = Builder(world, clock).build({"package-lock.json": lock(left_pad="2.0.0")}, POLICY)
    report = judged_offline(file, {"package-lock.json": lock(tiny="1.0.0")}, clock)
    assert {"advisories-unknown", "license-missing"} <= dict(rules(report)).keys()
    (gap,) = [fact for finding in report.findings if finding.rule == "advisories-unknown" for fact in finding.evidence]
    assert plain(gap.actual) == "it is not in the facts file of 20 Nov 2026"


def test_without_kev_nobody_knows_what_is_exploited(world: Standins) -> None:
    clock = Clock()
    with world.kev.behaving(Fault(status=500)):
        file = Builder(world, clock).build({"package-lock.json": lock(left_pad="1.0.0")}, POLICY)
    found = dict(rules(judged_offline(file, {"package-lock.json": lock(left_pad="1.0.0")}, clock)))
    assert "KEV could not answer" in found["exploitation-unknown"]


def test_old_data_is_not_taken(world: Standins) -> None:
    """At the level that the policy gives to what cannot be judged."""
    clock = Clock()
    files = {"package-lock.json": lock(left_pad="2.0.0")}
    file = Builder(world, clock).build(files, POLICY)
    assert "advisories-unknown" not in dict(rules(judged_offline(file, files, clock)))
    clock.passes(days=8)
    strict = POLICY.replace("{epss", "{levels: {advisories-unknown: block}, epss")
    report = judged_offline(file, files, clock, strict)
    assert "advisories-unknown" in dict(rules(report))
    assert report.conclusion.value == "cannot-judge"


def test_the_file_serves_where_the_network_is_silent(world: Standins) -> None:
    clock = Clock()
    files = {"package-lock.json": lock(left_pad="1.0.0", copyleft="2.0.0")}
    file = Builder(world, clock).build(files, POLICY)
    expected = rules(judged_online(world, files, clock))
    for name in ("osv", "depsdev", "kev"):
        with world.each[name].behaving(Fault(status=500)):
            report = judged_online(world, files, clock, file, DISABLED="github")
            alone = rules(judged_online(world, files, clock, DISABLED="github"))
        assert rules(report) == expected, name
        assert alone != expected
        assert not [state for state in report.sources if state.trouble]


def test_where_neither_knows_the_network_says_why(world: Standins) -> None:
    clock = Clock()
    file = Builder(world, clock).build({"package-lock.json": lock(left_pad="2.0.0")}, POLICY)
    with world.osv.behaving(Fault(status=500)):
        files = {"package-lock.json": lock(tiny="1.0.0")}
        found = dict(rules(judged_online(world, files, clock, file, DISABLED="github")))
    assert found["advisories-unknown"].endswith("is not known: OSV could not answer.")


def test_what_was_told_about_one_version_is_not_taken_for_all(world: Standins) -> None:
    """GitHub answers in OSV's place about the version that it was asked about."""
    clock = Clock()
    with world.osv.behaving(Fault(status=500)):
        file = Builder(world, clock).build({"package-lock.json": lock(left_pad="2.0.0")}, POLICY)
    known, unknown = (
        dict(rules(judged_offline(file, {"package-lock.json": lock(left_pad=version)}, clock)))
        for version in ("2.0.0", "1.0.0")
    )
    assert "advisories-unknown" not in known
    assert "advisories-unknown" in unknown


def test_the_network_knows_newer_than_the_file(world: Standins) -> None:
    clock = Clock()
    files = {"package-lock.json": lock(new="1.1.0")}
    file = Builder(world, clock).build(files, POLICY)
    world.osv.knows("MAL-2026-2", "npm", "new", "1.1.0")
    try:
        assert "malicious-package" in dict(rules(judged_online(world, files, clock, file)))
        assert "malicious-package" not in dict(rules(judged_offline(file, files, clock)))
    finally:
        del world.osv.records["MAL-2026-2"]
