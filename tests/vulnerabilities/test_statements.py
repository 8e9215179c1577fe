"""VEX statements of the repository, through the gate: whose count, for what, and why others do not."""

import json
from dataclasses import replace
from typing import Any

import pytest

from app.cli.drive import drive
from app.facts.lookup import FactChain
from app.gate import Gate
from app.policies import PolicyPlace, load_policy
from checks.model.advisory import Statement, VexStatus
from checks.model.facts import Facts, RepositoryFacts
from checks.model.finding import Finding
from checks.model.packages import Known, VersionFacts
from checks.model.phrase import plain
from checks.model.report import Conclusion, Report
from checks.model.snapshot import ChangedFile, FileStatus, Listing, Snapshot
from checks.rules.vulnerabilities import CHECK
from tests.engine.trees import NOW, Tree, TreeSource
from tests.vulnerabilities.examples import advisory, facts, package, rules, section

PATH = "security/vex.json"
POLICY = f'{{vex: {{files: [{PATH}], authors: ["Example *"]}}}}'
LOCK = """{"lockfileVersion": 3, "packages": {"": {"dependencies": {"thing": "*"}},
    "node_modules/thing": {"version": "1.2.0", "resolved": "https://registry.example/thing.tgz"}}}"""


def vex(status: str = "not_affected", author: str = "Example Security", **more: Any) -> str:
    """One statement of OpenVEX about CVE-2026-1 in `thing`."""
    statement = {
        "vulnerability": {"name": "CVE-2026-1"},
        "products": [{"@id": "pkg:npm/thing"}],
        "status": status,
        "justification": "vulnerable_code_not_in_execute_path",
        **more,
    }
    statements = more.pop("statements", [statement])
    return json.dumps({"@context": "https://openvex.dev/ns/v0.2.0", "author": author, "statements": statements})


def judge(
    base: Tree | None, head: Tree, *advisories: Any, policy: str = POLICY, repository: str = "example/app"
) -> Report:
    found = advisories or (advisory(1, "high"),)
    known = VersionFacts(advisories=Known(tuple(item.id for item in found), "OSV", NOW))
    knowledge = Facts(
        versions={("pkg:npm/thing", "1.2.0"): known},
        advisories={item.id: item for item in found},
        repository=RepositoryFacts(name=repository, visibility="private"),
    )
    place = PolicyPlace(given=load_policy(f"version: 1\nvulnerabilities: {policy}\n".encode(), "policy.yaml"))
    return drive(Gate(place, FactChain(knowledge, ()), clock=lambda: NOW).judge(TreeSource(base, head))).report


def spoken(report: Report) -> dict[str, Finding]:
    return {finding.rule: finding for finding in report.of("vulnerabilities")}


def with_vex(text: str, *advisories: Any, policy: str = POLICY, repository: str = "example/app") -> dict[str, Finding]:
    """What is said about a change that brings `thing` where the statements were there before."""
    base = {PATH: text}
    return spoken(judge(base, {**base, "package-lock.json": LOCK}, *advisories, policy=policy, repository=repository))


def test_a_trusted_statement_accepts_and_is_shown() -> None:
    found = with_vex(vex(timestamp="2026-11-01T00:00:00Z"))
    assert list(found) == ["vulnerability-accepted"]
    accepted = found["vulnerability-accepted"]
    assert plain(accepted.message) == (
        "thing 1.2.0 has CVE-2026-1, and a VEX statement of Example Security says that there is nothing to do."
    )
    assert plain(accepted.evidence[0].actual) == "CVE-2026-1 not_affected: vulnerable_code_not_in_execute_path"
    assert plain(accepted.evidence[0].source) == "security/vex.json, by Example Security, 2026-11-01"


def test_the_verdict_with_and_without() -> None:
    head = {PATH: vex(), "package-lock.json": LOCK}
    assert judge({PATH: vex()}, head).conclusion is Conclusion.PASSED
    assert judge({PATH: vex()}, head, policy="{}").conclusion is Conclusion.BLOCKED


@pytest.mark.parametrize(
    "text",
    [
        vex(status="affected"),
        vex(status="under_investigation"),
        vex(justification=""),
        vex(vulnerability={"name": "CVE-2026-2"}),
        vex(products=[{"@id": "pkg:npm/other"}]),
        vex(products=[{"@id": "pkg:npm/thing@1.3.0"}]),
        vex(products=[{"@id": "pkg:github/example/other", "subcomponents": [{"@id": "pkg:npm/thing"}]}]),
    ],
)
def test_a_statement_about_something_else_accepts_nothing(text: str) -> None:
    assert list(with_vex(text)) == ["vulnerable"]


@pytest.mark.parametrize(
    "text",
    [
        vex(status="fixed", justification=""),
        vex(vulnerability={"name": "GHSA-1"}),
        vex(vulnerability={"name": "OTHER-1", "aliases": ["CVE-2026-1"]}),
        vex(products=[{"@id": "pkg:npm/thing@1.2.0"}]),
        vex(products=[{"@id": "pkg:npm/thing@v1.2.0+build"}]),
        vex(products=[{"@id": "pkg:github/Example/App", "subcomponents": [{"@id": "pkg:npm/thing"}]}]),
    ],
)
def test_what_a_statement_may_be_about(text: str) -> None:
    assert list(with_vex(text)) == ["vulnerability-accepted"]


def test_ranges_of_versions() -> None:
    def cyclonedx(range_: str) -> str:
        affects = [{"ref": "pkg:npm/thing", "versions": [{"range": range_}]}]
        analysis = {"state": "not_affected", "justification": "code_not_reachable"}
        vulnerability = {"id": "CVE-2026-1", "analysis": analysis, "affects": affects}
        metadata = {"authors": [{"name": "Example Security"}]}
        return json.dumps({"bomFormat": "CycloneDX", "metadata": metadata, "vulnerabilities": [vulnerability]})

    assert list(with_vex(cyclonedx("vers:npm/>=1.0.0|<2.0.0"))) == ["vulnerability-accepted"]
    assert list(with_vex(cyclonedx("vers:npm/<1.2.0"))) == ["vulnerable"]
    assert list(with_vex(cyclonedx("vers:pypi/<2.0.0"))) == ["vulnerable"]
    assert list(with_vex(cyclonedx("nonsense"))) == ["vulnerable"]


def test_the_newest_statement_counts_and_of_two_the_stricter() -> None:
    def both(first: str, second: str) -> str:
        documents = [json.loads(vex(timestamp=first)), json.loads(vex(status="affected", timestamp=second))]
        return vex(statements=[document["statements"][0] for document in documents])

    assert list(with_vex(both("2026-11-02", "2026-11-01"))) == ["vulnerability-accepted"]
    assert list(with_vex(both("2026-11-01", "2026-11-02"))) == ["vulnerable"]
    assert list(with_vex(both("2026-11-01", "2026-11-01"))) == ["vulnerable"]
    assert list(with_vex(both("", ""))) == ["vulnerable"]


def test_malware_is_never_accepted() -> None:
    malware = advisory(1, id="MAL-2026-1", fix=None)
    assert list(with_vex(vex(vulnerability={"name": "MAL-2026-1"}), malware)) == ["malicious-package"]


def test_malware_of_which_it_is_not_certain_is_not_accepted_either() -> None:
    change = package("main", purl="pkg:github/example/thing")
    malware = advisory(1, id="MAL-2026-1", ecosystem="GitHub Actions", name="example/thing")
    statement = Statement(frozenset({"MAL-2026-1"}), change.purl, None, VexStatus.FIXED)
    assert rules(change, facts(change, malware, statements={change.purl: (statement,)})) == ["advisory-version-unknown"]


def test_a_text_that_another_check_asked_for_counts_no_sooner() -> None:
    listing = Listing("b" * 40, "a" * 40, (ChangedFile(PATH, FileStatus.MODIFIED),))
    snapshot = Snapshot(listing, texts={PATH: vex()})
    assert CHECK.own_facts is not None
    assert CHECK.own_facts(snapshot, section(POLICY)).statements == {}
    assert list(CHECK.own_facts(replace(snapshot, listing=Listing("", "")), section(POLICY)).statements) == [
        "pkg:npm/thing"
    ]


def test_only_what_is_named_is_accepted() -> None:
    found = with_vex(vex(), advisory(1, "high"), advisory(2, "critical"))
    assert set(found) == {"vulnerability-accepted", "vulnerable"}
    assert "CVE-2026-2" in plain(found["vulnerable"].message)


@pytest.mark.parametrize(
    ("author", "why"), [("Mallory", "the policy does not trust Mallory"), ("", "they name no author")]
)
def test_an_author_whom_the_policy_does_not_trust(author: str, why: str) -> None:
    found = with_vex(vex(author=author))
    assert set(found) == {"vulnerable", "vex-ignored"}
    assert plain(found["vex-ignored"].message) == f"Statements of security/vex.json do not count: {why}."


@pytest.mark.parametrize("before", [{}, {PATH: vex(status="affected")}])
def test_a_file_that_the_change_itself_edits_does_not_count(before: Tree) -> None:
    found = spoken(judge(before, {PATH: vex(), "package-lock.json": LOCK}))
    assert set(found) == {"vulnerable", "vex-ignored"}
    assert plain(found["vex-ignored"].message) == (
        "This change edits security/vex.json: its statements count after the merge."
    )


def test_a_file_that_the_change_moves_there_does_not_count() -> None:
    base = {"docs/example.json": vex()}
    source = TreeSource(base, {PATH: vex(), "package-lock.json": LOCK}, {PATH: "docs/example.json"})
    report = judge_source(source)
    assert set(spoken(report)) == {"vulnerable", "vex-ignored"}
    assert not any(PATH in read for read in (path for paths in source.reads for path in paths))


def judge_source(source: TreeSource) -> Report:
    known = VersionFacts(advisories=Known(("GHSA-1",), "OSV", NOW))
    knowledge = Facts(versions={("pkg:npm/thing", "1.2.0"): known}, advisories={"GHSA-1": advisory(1, "high")})
    place = PolicyPlace(given=load_policy(f"version: 1\nvulnerabilities: {POLICY}\n".encode(), "policy.yaml"))
    return drive(Gate(place, FactChain(knowledge, ()), clock=lambda: NOW).judge(source)).report


@pytest.mark.parametrize("text", ["", "no JSON", "{}", "[" * 10_000])
def test_a_file_that_is_no_vex_document(text: str) -> None:
    found = with_vex(text)
    assert set(found) == {"vulnerable", "vex-ignored"}
    assert plain(found["vex-ignored"].message) == (
        "security/vex.json is no VEX document in JSON, so no statement of it counts."
    )


def test_a_file_that_is_not_there_is_not_worth_a_word() -> None:
    assert list(spoken(judge({}, {"package-lock.json": LOCK}))) == ["vulnerable"]


def test_a_whole_tree_is_judged_with_the_statements_in_it() -> None:
    assert list(spoken(judge(None, {PATH: vex(), "package-lock.json": LOCK}))) == ["vulnerability-accepted"]
