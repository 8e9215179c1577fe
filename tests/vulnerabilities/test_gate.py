"""Vulnerabilities through the whole gate: what counts where, waivers, and what more knowledge may not change."""

import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.cli.drive import drive
from app.facts.lookup import FactChain
from app.gate import Gate
from app.policies import PolicyPlace, load_policy
from checks.model.advisory import Advisory
from checks.model.errors import PolicyError
from checks.model.facts import Facts
from checks.model.packages import Known, VersionFacts
from checks.model.phrase import plain
from checks.model.report import Conclusion, Report
from tests.engine.trees import NOW, Tree, TreeSource
from tests.vulnerabilities.examples import advisory, at, exploited, likely

THING = ("pkg:npm/thing", "1.2.0")


def lock(**packages: str) -> Tree:
    entries = {f"node_modules/{name}": {"version": version} for name, version in packages.items()}
    root = {"": {"dependencies": dict.fromkeys(packages, "*")}}
    return {"package-lock.json": json.dumps({"lockfileVersion": 3, "packages": {**root, **entries}})}


def facts(*advisories: Advisory, **tables: Any) -> Facts:
    known = VersionFacts(advisories=Known(tuple(item.id for item in advisories), "OSV", NOW))
    return Facts(versions={THING: known}, advisories={item.id: item for item in advisories}, **tables)


def judge(base: Tree | None, head: Tree, known: Facts, policy: str = "{}", rest: str = "") -> Report:
    text = f"version: 1\nvulnerabilities: {policy}\n{rest}"
    place = PolicyPlace(given=load_policy(text.encode(), "policy.yaml"))
    return drive(Gate(place, FactChain(known, ()), clock=lambda: NOW).judge(TreeSource(base, head))).report


def rules(report: Report) -> list[str]:
    return sorted(finding.rule for finding in report.findings if finding.counts)


OLD = advisory(1, "critical", published="2026-11-01T00:00:00Z")
NEW = advisory(2, "critical", published="2026-11-18T00:00:00Z")
WITHIN = "{fix_within: {critical: 7 days, high: 30 days}}"


def test_what_was_there_before_does_not_stop_a_change() -> None:
    report = judge(lock(thing="1.2.0"), lock(thing="1.2.0", other="1.0.0"), facts(OLD, NEW), WITHIN)
    assert report.conclusion is not Conclusion.BLOCKED
    assert {finding.rule for finding in report.findings if not finding.counts} == {
        "vulnerability-overdue",
        "vulnerability-due",
    }


def test_a_whole_tree_is_overdue() -> None:
    report = judge(None, lock(thing="1.2.0"), facts(OLD, NEW), WITHIN)
    assert rules(report) == ["vulnerability-due", "vulnerability-overdue"]
    assert report.conclusion is Conclusion.BLOCKED


def test_a_verdict_is_judged_again_when_the_time_ends() -> None:
    report = judge(None, lock(thing="1.2.0"), facts(NEW), WITHIN)
    assert report.judge_again_at == at("2026-11-25")
    silent = judge(
        None,
        lock(thing="1.2.0"),
        facts(NEW),
        "{fix_within: {critical: 7 days, high: 30 days}, levels: {vulnerability-due: off}}",
    )
    assert silent.judge_again_at == at("2026-11-25")


@pytest.mark.parametrize(
    "known", [facts(advisory(1, id="MAL-2026-1", fix=None)), facts(OLD, exploited=exploited("CVE-2026-1"))]
)
def test_malware_and_exploitation_count_wherever_they_are(known: Facts) -> None:
    report = judge(lock(thing="1.2.0"), lock(thing="1.2.0", other="1.0.0"), known)
    assert report.conclusion is Conclusion.BLOCKED


WAIVER = """waivers:
  - {id: W-1, rules: [vulnerable, vulnerability-overdue], package: pkg:npm/thing, reason: "Not reachable",
     approved_by: "@ada", expires: 2027-01-31}
"""


def test_a_waiver_covers_as_usual() -> None:
    report = judge(None, lock(thing="1.2.0"), facts(OLD), WITHIN, WAIVER)
    assert report.conclusion is Conclusion.PASSED
    assert [finding.waiver.id for finding in report.findings if finding.waiver] == ["W-1"]


def test_malware_cannot_be_waived() -> None:
    malware = facts(advisory(1, id="MAL-2026-1", fix=None))
    with pytest.raises(PolicyError, match="'malicious-package' cannot be waived"):
        judge(None, lock(thing="1.2.0"), malware, "{}", WAIVER.replace("[vulnerable,", "[malicious-package,"))
    assert judge(None, lock(thing="1.2.0"), malware, "{}", WAIVER).conclusion is Conclusion.BLOCKED


def test_an_update_that_fixes_one_thing_says_so() -> None:
    known = facts(advisory(1, "high", fix="1.2.0"))
    named = known.versions[THING]
    report = judge(
        lock(thing="1.1.0"),
        lock(thing="1.2.0"),
        replace(known, versions={THING: named, ("pkg:npm/thing", "1.1.0"): named}),
    )
    assert report.conclusion is Conclusion.PASSED
    assert [plain(finding.headline) for finding in report.findings] == ["thing 1.2.0 fixes CVE-2026-1"]


def test_packages_that_no_source_answers_for_are_said_once_each() -> None:
    report = judge({}, lock(thing="1.2.0", other="1.0.0"), Facts())
    assert report.conclusion is Conclusion.WARNINGS
    assert rules(report) == ["advisories-unknown", "advisories-unknown"]


# -- what more knowledge may not change ------------------------------------------------------------------------------

BETTER = [
    Conclusion.NOTHING_TO_CHECK,
    Conclusion.PASSED,
    Conclusion.WARNINGS,
    Conclusion.CANNOT_JUDGE,
    Conclusion.ACTION_REQUIRED,
    Conclusion.BLOCKED,
]
SEVERITIES = st.sampled_from(["low", "moderate", "high", "critical"])
ADVISORIES = st.lists(
    st.builds(
        lambda number, severity, fix, day, aliases: advisory(
            number,
            severity,
            fix,
            aliases=[f"CVE-2026-{alias}" for alias in aliases],
            published=f"2026-{day:02}-01T00:00:00Z",
        ),
        st.integers(1, 9),
        SEVERITIES,
        st.sampled_from([None, "1.0.0", "1.2.0", "1.2.1", "2.0.0"]),
        st.integers(1, 11),
        st.lists(st.integers(1, 5), max_size=2),
    ),
    max_size=5,
    unique_by=lambda record: record.id,
)
POLICIES = st.sampled_from(
    [
        "{}",
        "{block_from: low}",
        WITHIN,
        "{fix_within: {critical: 30 days, high: 60 days, moderate: 100 days, low: 1 year}}",
    ]
)
ANY_LEVEL = st.sampled_from(["block", "warn", "note", "off"])
BASES = st.sampled_from([None, {}, lock(thing="1.2.0")])


@settings(max_examples=150, deadline=None)
@given(ADVISORIES, ADVISORIES, POLICIES, BASES)
def test_an_advisory_never_makes_a_verdict_better(first: Any, second: Any, policy: str, base: Tree | None) -> None:
    """Not even one that is another name of a vulnerability that is known: then the worse severity counts."""
    more = [*first, *(item for item in second if item.id not in {record.id for record in first})]
    before, after = (judge(base, lock(thing="1.2.0"), facts(*records), policy) for records in (first, more))
    assert BETTER.index(after.conclusion) >= BETTER.index(before.conclusion)


@settings(max_examples=150, deadline=None)
@given(ADVISORIES, POLICIES, BASES, ANY_LEVEL, ANY_LEVEL, st.booleans())
def test_what_is_exploited_takes_no_other_rule_back(
    records: Any, policy: str, base: Tree | None, exploited_level: str, likely_level: str, seen: bool
) -> None:
    """Whatever levels the policy gives: what KEV and EPSS add stands beside what severity and time say."""
    levels = f"levels: {{vulnerability-exploited: {exploited_level}, vulnerability-likely: {likely_level}}}"
    policy = policy[:-1] + (", " if len(policy) > 2 else "") + f"epss: {{block_from: 0.5}}, {levels}}}"
    bare = judge(base, lock(thing="1.2.0"), facts(*records), policy)
    cves = [f"CVE-2026-{number}" for number in range(1, 6)]
    added: dict[str, Any] = (
        {"exploited": exploited(*cves)} if seen else {"likelihoods": likely(CVE_2026_1=0.9, CVE_2026_3=0.6)}
    )
    more = judge(base, lock(thing="1.2.0"), facts(*records, **added), policy)
    blocking = {(finding.rule, finding.subject.key) for finding in bare.blocking}
    assert blocking <= {(finding.rule, finding.subject.key) for finding in more.blocking}
