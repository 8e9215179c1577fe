"""`ospo-gate vex`: decisions of the policy as documents that others can read."""

import json
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest

from checks.advisories.vex import read_statements
from checks.model.advisory import Statement, VexStatus
from checks.sboms.describe import read
from checks.sboms.validity import validity
from tests.cli.checkout import Checkout
from tests.cli.conftest import Run
from tests.facts_file.files import archive, lock, vulnerability

WAIVER = """
  - {{id: W-1, rules: [vulnerable], package: "pkg:npm/{package}", approved_by: '@grace', created: 2026-11-01,
     expires: 2099-12-31, ticket: SEC-7, reason: {{text: "Only used in tests.", code: {code}}}}}"""
FORMATS = ("openvex", "cyclonedx", "csaf")


def project(tmp_path: Path, run: Run, policy: str) -> Checkout:
    """A project with two vulnerable packages, and what is known of them."""
    files = {"policy.yaml": f"version: 1\n{policy}\n", "package-lock.json": lock(left_pad="1.0.0", glyph="1.0.0")}
    checkout = Checkout(tmp_path / "web", files)
    high = {"severity": "HIGH"}
    archive(
        tmp_path / "osv" / "npm" / "all.zip",
        vulnerability("GHSA-1111-1111-1111", ("npm", "left-pad"), aliases=["CVE-2026-0001"], database_specific=high),
        vulnerability("GHSA-2222-2222-2222", ("npm", "glyph"), database_specific=high),
    )
    built = run(checkout.path, "facts", "build", "--for", ".", "--offline-osv", "../osv", "--output", "../facts.db")
    assert built.code == 0, built.err
    return checkout


def written(run: Run, checkout: Checkout, format_: str, *options: str) -> str:
    ran = run(
        checkout.path, "vex", "--facts", "../facts.db", "--format", format_, "--author", "Example",
        "--author-url", "https://example.com", "--at", "2026-11-20T12:00:00Z", *options,
    )  # fmt: skip
    assert ran.code == 0, ran.err
    return str(ran.out)


def stated(text: str) -> dict[str, Statement]:
    """What our own reader finds, by package."""
    return {statement.purl: statement for statement in read_statements(text, "vex.json")}


def waived(package: str, code: str) -> str:
    return "vulnerabilities: {}\nwaivers:" + WAIVER.format(package=package, code=code)


@pytest.mark.parametrize("format_", FORMATS)
@pytest.mark.parametrize(
    ("code", "status"),
    [
        ("vulnerable-code-not-in-execute-path", VexStatus.NOT_AFFECTED),
        ("code-not-reachable", VexStatus.NOT_AFFECTED),
        ("false-positive", VexStatus.NOT_AFFECTED),
        ("update-planned", VexStatus.AFFECTED),
        ("no-time", VexStatus.AFFECTED),
    ],
)
def test_a_waiver_becomes_a_statement(run: Run, tmp_path: Path, format_: str, code: str, status: VexStatus) -> None:
    checkout = project(tmp_path, run, waived("left-pad", code))
    found = stated(written(run, checkout, format_))
    assert found.keys() == {"pkg:npm/left-pad"}, "nobody has decided about the other one"
    said = found["pkg:npm/left-pad"]
    assert (said.status, said.versions, said.author) == (status, "1.0.0", "Example")
    assert said.names == {"CVE-2026-0001", "GHSA-1111-1111-1111"}


def test_a_waiver_for_one_vulnerability_says_nothing_of_another(run: Run, tmp_path: Path) -> None:
    text = waived("left-pad", "code-not-present").replace("package:", "advisories: [cve-2026-0001], package:")
    checkout = project(tmp_path, run, text)
    high = {"severity": "HIGH"}
    archive(
        tmp_path / "osv" / "npm" / "all.zip",
        vulnerability("GHSA-1111-1111-1111", ("npm", "left-pad"), aliases=["CVE-2026-0001"], database_specific=high),
        vulnerability("GHSA-3333-3333-3333", ("npm", "left-pad"), database_specific=high),
    )
    built = run(checkout.path, "facts", "build", "--for", ".", "--offline-osv", "../osv", "--output", "../facts.db")
    assert built.code == 0, built.err
    (statement,) = json.loads(written(run, checkout, "openvex"))["statements"]
    assert statement["vulnerability"]["name"] == "CVE-2026-0001"


def test_what_holds_only_below_another_package_is_not_said_of_the_package(run: Run, tmp_path: Path) -> None:
    text = waived("left-pad", "code-not-present").replace("package:", "below: pkg:npm/glyph, package:")
    assert json.loads(written(run, project(tmp_path, run, text), "cyclonedx"))["vulnerabilities"] == []


@pytest.mark.parametrize("format_", FORMATS)
def test_what_is_not_decided_is_said_on_request(run: Run, tmp_path: Path, format_: str) -> None:
    checkout = project(tmp_path, run, waived("left-pad", "code-not-present"))
    found = stated(written(run, checkout, format_, "--undecided"))
    assert {purl: said.status for purl, said in found.items()} == {
        "pkg:npm/left-pad": VexStatus.NOT_AFFECTED,
        "pkg:npm/glyph": VexStatus.UNDER_INVESTIGATION,
    }


@pytest.mark.parametrize("format_", FORMATS)
def test_what_is_private_stays_inside(run: Run, tmp_path: Path, format_: str) -> None:
    checkout = project(tmp_path, run, waived("left-pad", "no-time"))
    private = ("Only used in tests", "grace", "SEC-7", "W-1")
    public = written(run, checkout, format_)
    assert not [word for word in private if word in public]
    assert "accepted until 2099-12-31" in public, "who must act is told until when"
    internal = written(run, checkout, format_, "--internal")
    assert [word for word in private if word in internal] == list(private)


def test_a_decision_beside_the_policy_counts(run: Run, tmp_path: Path) -> None:
    checkout = project(tmp_path, run, "vulnerabilities: {}")
    decision = """
        id: W-1
        rules: [vulnerable]
        package: pkg:npm/glyph
        approved_by: "@grace"
        expires: 2099-12-31
        reason: {text: Only used in tests., code: vulnerable-code-not-present}
    """
    checkout.commit({"waivers/W-1.yaml": dedent(decision)})
    assert list(stated(written(run, checkout, "openvex"))) == ["pkg:npm/glyph"]


def test_an_acceptance_counts_like_a_waiver(run: Run, tmp_path: Path) -> None:
    accept = "{advisory: GHSA-2222-2222-2222, reason: Old., approved_by: '@grace', expires: 2099-12-31}"
    checkout = project(tmp_path, run, f"vulnerabilities: {{accept: [{accept}]}}")
    (statement,) = json.loads(written(run, checkout, "openvex"))["statements"]
    assert statement["action_statement"] == "The risk is accepted until 2099-12-31; no update is planned before."
    assert statement["products"] == [{"@id": "pkg:npm/glyph@1.0.0", "identifiers": {"purl": "pkg:npm/glyph@1.0.0"}}]


def test_a_trusted_statement_is_passed_on(run: Run, tmp_path: Path) -> None:
    checkout = project(tmp_path, run, waived("left-pad", "component-not-present"))
    checkout.commit(
        {
            "vex.json": written(run, checkout, "openvex"),
            "policy.yaml": "version: 1\nvulnerabilities: {vex: {files: [vex.json], authors: [Example]}}\n",
        }
    )
    found = stated(written(run, checkout, "cyclonedx"))
    assert found["pkg:npm/left-pad"].justification == "code_not_present"


def test_what_has_ended_says_nothing(run: Run, tmp_path: Path) -> None:
    checkout = project(tmp_path, run, waived("left-pad", "code-not-present").replace("2099-12-31", "2026-11-19"))
    assert stated(written(run, checkout, "cyclonedx")) == {}


@pytest.mark.parametrize("format_", ["openvex", "csaf"])
def test_a_format_without_empty_documents_writes_none(run: Run, tmp_path: Path, format_: str) -> None:
    """Their lists of statements have at least one item: an empty document would be refused by whoever reads it."""
    checkout = project(tmp_path, run, "vulnerabilities: {}")
    who = ("--author", "Ada", "--author-url", "https://example.com")
    ran = run(checkout.path, "vex", "--facts", "../facts.db", "--format", format_, *who, "--output", "vex.json")
    assert (ran.code, ran.out) == (1, "")
    assert ran.err.startswith("Nothing is decided about a known vulnerability, so no document is written.")
    assert not (checkout.path / "vex.json").exists()


def test_a_trusted_false_positive_is_passed_on_in_words(run: Run, tmp_path: Path) -> None:
    """CycloneDX has a state for it, OpenVEX and CSAF have sentences."""
    checkout = project(tmp_path, run, waived("left-pad", "false-positive"))
    checkout.commit(
        {
            "vex.cdx.json": written(run, checkout, "cyclonedx").replace('"not_affected"', '"false_positive"'),
            "policy.yaml": "version: 1\nvulnerabilities: {vex: {files: [vex.cdx.json], authors: [Example]}}\n",
        }
    )
    (statement,) = json.loads(written(run, checkout, "openvex"))["statements"]
    assert statement["impact_statement"] == "The report was examined and is a false positive."


@pytest.mark.parametrize(("level", "says"), [("block", False), ("warn", False), ("note", True)])
def test_each_rule_must_be_waived(run: Run, tmp_path: Path, level: str, says: bool) -> None:
    """A waiver of the severity does not say that it is not exploited, unless the policy only takes note of that."""
    levels = f"vulnerabilities: {{levels: {{vulnerability-exploited: {level}}}}}\nwaivers:"
    checkout = project(
        tmp_path, run, waived("left-pad", "code-not-present").replace("vulnerabilities: {}\nwaivers:", levels)
    )
    (tmp_path / "kev.json").write_text('{"vulnerabilities":[{"cveID":"CVE-2026-0001","dateAdded":"2026-02-03"}]}')
    exports = ("--offline-osv", "../osv", "--offline-kev", "../kev.json")
    assert run(checkout.path, "facts", "build", "--for", ".", *exports, "--output", "../facts.db").code == 0
    assert bool(stated(written(run, checkout, "cyclonedx"))) == says


@pytest.mark.parametrize("format_", FORMATS)
def test_equal_decisions_are_equal_bytes(run: Run, tmp_path: Path, format_: str) -> None:
    checkout = project(tmp_path, run, waived("left-pad", "code-not-present"))
    assert written(run, checkout, format_, "--undecided") == written(run, checkout, format_, "--undecided")


@pytest.mark.parametrize("code", ["code-not-present", "false-positive", "update-planned", "no-time"])
def test_cyclonedx_is_valid_by_its_schema(run: Run, tmp_path: Path, code: str) -> None:
    checkout = project(tmp_path, run, waived("left-pad", code))
    text = written(run, checkout, "cyclonedx", "--undecided", "--internal")
    found = validity(text, read(text))
    assert (found.faults, found.unknown) == ((), None)


@pytest.mark.parametrize("code", ["code-not-present", "false-positive", "update-planned", "no-time"])
def test_openvex_has_what_each_status_needs(run: Run, tmp_path: Path, code: str) -> None:
    """The rules of OpenVEX 0.2.0 and of its JSON schema, which knows these members and no others: a justification or an
    impact for what is not affected, an action for what is."""
    checkout = project(tmp_path, run, waived("left-pad", code))
    document = json.loads(written(run, checkout, "openvex", "--undecided"))
    assert document.keys() == {"@context", "@id", "author", "timestamp", "version", "tooling", "statements"}
    for statement in document["statements"]:
        assert statement["vulnerability"]["name"]
        assert statement["vulnerability"].keys() <= {"name", "description", "aliases"}
        assert statement["products"]
        assert statement.keys() <= {
            "vulnerability", "timestamp", "products", "status", "justification", "impact_statement", "action_statement",
        }  # fmt: skip
        has: dict[str, Any] = {name: name in statement for name in ("justification", "impact_statement")}
        assert sum(has.values()) == (statement["status"] == "not_affected"), "one of the two, and never both"
        assert (statement["status"] == "affected") is ("action_statement" in statement)


@pytest.mark.parametrize(
    ("options", "policy", "says"),
    [
        ((), "vulnerabilities: {}", "nothing is known of vulnerabilities"),
        (("--facts", "../facts.db"), "vulnerabilities: {}", "names who says it"),
        (("--facts", "../facts.db", "--author", "Ada", "--format", "csaf"), "vulnerabilities: {}", "an address"),
        (("--facts", "../facts.db", "--author", "Ada"), "licenses: {}", "decides nothing about vulnerabilities"),
        (("--facts", "../facts.db", "--at", "today"), "vulnerabilities: {}", "expected a date and time"),
    ],
)
def test_what_is_missing_is_said(run: Run, tmp_path: Path, options: tuple[str, ...], policy: str, says: str) -> None:
    checkout = project(tmp_path, run, policy)
    ran = run(checkout.path, "vex", *options)
    assert (ran.code, ran.out) == (2, "")
    assert says in ran.err
