"""`accept`: vulnerabilities that the organization lives with until a day, by their id."""

import pytest

from checks.model.errors import PolicyError
from checks.model.phrase import plain
from tests.advisories import records
from tests.vulnerabilities.examples import advisory, at, changes_at, exploited, facts, observe, package, present, rules
from tests.vulnerabilities.examples import said as all_said

ENTRY = 'advisory: {ID}, reason: "we do not parse input", approved_by: "@example/security", expires: {DAY}'


def accept(id_: str = "CVE-2026-1", day: str = "2027-01-31", more: str = "") -> str:
    return "{accept: [{" + ENTRY.replace("{ID}", id_).replace("{DAY}", day) + more + "}]}"


@pytest.mark.parametrize("id_", ["CVE-2026-1", "GHSA-1", "cve-2026-1"])
def test_any_name_of_a_vulnerability_accepts_it(id_: str) -> None:
    change = package()
    known = facts(change, advisory(1, "critical"))
    assert all_said(change, known, accept(id_)) == [
        "vulnerability-accepted: thing 1.2.0 has CVE-2026-1, and the policy accepts it until 2027-01-31."
    ]
    assert rules(change, known, accept("CVE-2026-2")) == ["vulnerable"]


def test_neither_who_approved_it_nor_why_is_shown() -> None:
    change = package()
    (found,) = observe(change, facts(change, advisory(1, "high")), accept())
    shown = plain(found.message) + "".join(plain(item.actual) + plain(item.source) for item in found.evidence)
    assert "security" not in shown
    assert "parse" not in shown
    assert found.policy_key == ("vulnerabilities", "accept")


def test_it_ends_with_its_day_and_the_verdict_knows_when() -> None:
    change = package()
    known = facts(change, advisory(1, "high"))
    assert rules(change, known, accept(), at("2027-01-31T23:59")) == ["vulnerability-accepted"]
    assert rules(change, known, accept(), at("2027-02-01T00:00")) == ["vulnerable"]
    assert changes_at(change, known, accept()) == at("2027-02-01T00:00")
    assert changes_at(change, known, accept(), at("2027-02-01T00:00")) is None
    (found,) = observe(change, known, accept())
    assert found.changes_at == at("2027-02-01T00:00")


def test_of_two_entries_the_longer_one_counts() -> None:
    change = package()
    both = accept()[:-2] + ", {" + ENTRY.replace("{ID}", "GHSA-1").replace("{DAY}", "2027-03-31") + "}]}"
    assert changes_at(change, facts(change, advisory(1, "high")), both) == at("2027-04-01T00:00")


def test_it_can_be_for_one_package_and_some_versions() -> None:
    change, older = package("1.2.0"), package("1.1.0")
    only = accept(more=', package: "pkg:npm/thing", versions: ">=1.2"')
    assert rules(change, facts(change, advisory(1, "high")), only) == ["vulnerability-accepted"]
    assert rules(older, facts(older, advisory(1, "high")), only) == ["vulnerable"]
    other = accept(more=', package: "pkg:npm/other"')
    assert rules(change, facts(change, advisory(1, "high")), other) == ["vulnerable"]


def test_what_is_left_still_counts() -> None:
    change = package()
    known = facts(change, advisory(1, "high"), advisory(2, "high"))
    assert sorted(rules(change, known, accept())) == ["vulnerability-accepted", "vulnerable"]


def test_an_exploited_one_can_be_accepted_and_malware_cannot() -> None:
    change = present()
    known = facts(change, advisory(1, "high"), exploited=exploited("CVE-2026-1"))
    assert rules(change, known, accept()) == ["vulnerability-accepted"]
    malware = records.advisory(records.introduced(), id="MAL-2026-1")
    assert rules(change, facts(change, malware), accept("MAL-2026-1")) == ["malicious-package"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (accept("a vulnerability"), "expected the id of an advisory"),
        (accept(day="soon"), "expected a day"),
        (accept(more=', versions: "<2"'), "'versions' needs 'package'"),
        ("{accept: [{advisory: CVE-2026-1, reason: x, expires: 2027-01-31}]}", "'approved_by' is missing"),
    ],
)
def test_what_is_no_entry(text: str, message: str) -> None:
    with pytest.raises(PolicyError, match=message):
        rules(package(), facts(package()), text)
