"""The time that a policy allows to fix what was there before, and when it ends."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checks.model.change import ChangeKind
from checks.model.packages import Known, PackageFacts, Release
from checks.model.phrase import plain
from tests.vulnerabilities.examples import NOW, advisory, at, changes_at, facts, observe, package, present, rules, said

WITHIN = "{fix_within: {critical: 7 days, high: 30 days}}"
FIX_AVAILABLE = "{fix_within: {critical: 7 days, high: 30 days}, clock: fix-available}"


def test_it_counts_from_the_first_detection() -> None:
    change = present()
    known = facts(
        change,
        advisory(1, "critical", published="2020-01-01T00:00:00Z"),
        first_seen={("pkg:npm/thing", "CVE-2026-1"): at("2026-11-15"), ("pkg:npm/thing", "GHSA-1"): at("2026-11-16")},
    )
    assert said(change, known, WITHIN) == [
        "vulnerability-due: thing 1.2.0 has CVE-2026-1 (critical 9.8), to be fixed by 2026-11-22; "
        "update to 1.9.0, which fixes it."
    ]
    (found,) = observe(change, known, WITHIN)
    assert found.changes_at == changes_at(change, known, WITHIN) == at("2026-11-22")
    assert plain(found.evidence[0].actual) == "2026-11-22 CVE-2026-1"
    assert plain(found.evidence[0].source) == "7 days from 2026-11-15, first-detected"
    assert found.policy_key == ("vulnerabilities", "fix_within")


def test_the_moment_itself_is_too_late() -> None:
    change = present()
    known = facts(change, advisory(1, "critical", published="2026-11-10T00:00:00Z"))
    moment = at("2026-11-17")
    assert rules(change, known, WITHIN, moment - timedelta(seconds=1)) == ["vulnerability-due"]
    assert rules(change, known, WITHIN, moment) == ["vulnerability-overdue"]
    assert changes_at(change, known, WITHIN, moment - timedelta(seconds=1)) == moment
    assert changes_at(change, known, WITHIN, moment) is None


def test_what_is_overdue_in_words() -> None:
    change = present()
    old = advisory(1, "critical", published="2026-11-01T00:00:00Z")
    older = advisory(2, "high", published="2026-10-01T00:00:00Z", fix="1.3.0")
    assert said(change, facts(change, old), WITHIN) == [
        "vulnerability-overdue: thing 1.2.0 has CVE-2026-1 (critical 9.8), and the time to fix it ended on 2026-11-08; "
        "update to 1.9.0, which fixes it."
    ]
    (found,) = observe(change, facts(change, old, older), WITHIN)
    assert plain(found.message) == (
        "thing 1.2.0 has 2 vulnerabilities: CVE-2026-1 (critical 9.8) and CVE-2026-2 (high 7.5), and the time to fix "
        "the first of them ended on 2026-10-31; update to 1.9.0, which fixes both."
    )
    assert plain(found.headline) == "thing 1.2.0: 2 vulnerabilities overdue since 2026-10-31"


@pytest.mark.parametrize("kind", [ChangeKind.ADDED, ChangeKind.UPDATED, ChangeKind.MOVED, ChangeKind.RESOURCED])
def test_what_a_change_brings_has_no_time(kind: ChangeKind) -> None:
    change = package(kind=kind)
    assert rules(change, facts(change, advisory(1, "critical", published="2020-01-01T00:00:00Z")), WITHIN) == [
        "vulnerable"
    ]


@pytest.mark.parametrize(
    ("severity", "rule"),
    [
        ("critical", "vulnerability-overdue"),
        ("high", "vulnerability-overdue"),
        ("moderate", "vulnerable-below-threshold"),  # no time is allowed, none ends
        (None, "severity-unknown"),
    ],
)
def test_each_severity_has_its_own_time(severity: str | None, rule: str) -> None:
    change = present()
    assert rules(change, facts(change, advisory(1, severity, published="2020-01-01T00:00:00Z")), WITHIN) == [rule]


def test_a_time_below_the_threshold_ends_too() -> None:
    change = present()
    known = facts(change, advisory(1, "low", published="2026-01-01T00:00:00Z"))
    assert rules(change, known, "{fix_within: {low: 180 days}}") == ["vulnerability-overdue"]


def test_nobody_knows_when_the_time_began() -> None:
    """Then none is allowed: what is vulnerable stays so."""
    change = present()
    assert rules(change, facts(change, advisory(1, "critical")), WITHIN) == ["vulnerable"]
    assert changes_at(change, facts(change, advisory(1, "critical")), WITHIN) is None


def released(*texts: str) -> dict[str, PackageFacts]:
    """`1.9.0 2026-11-18`."""
    found = tuple(Release(version, at(day)) for version, day in (text.split() for text in texts))
    return {"pkg:npm/thing": PackageFacts(releases=Known(found, "registry", NOW))}


def test_it_may_count_from_the_fix() -> None:
    change = present()
    record = advisory(1, "critical", published="2026-11-01T00:00:00Z")
    known = facts(change, record, packages=released("1.9.0 2026-11-18", "1.8.0 2026-11-02"))
    assert rules(change, known, FIX_AVAILABLE) == ["vulnerability-due"]
    assert changes_at(change, known, FIX_AVAILABLE) == at("2026-11-25")
    earlier = facts(change, record, packages=released("1.9.0 2026-10-01"))
    assert changes_at(change, earlier, FIX_AVAILABLE, at("2026-11-02")) == at("2026-11-08")  # not before the advisory
    assert rules(change, facts(change, record), FIX_AVAILABLE) == ["vulnerability-overdue"]  # no release date is known


def test_without_a_fix_the_time_does_not_begin() -> None:
    change = present()
    known = facts(change, advisory(1, "critical", fix=None, published="2020-01-01T00:00:00Z"))
    assert said(change, known, FIX_AVAILABLE) == [
        "vulnerability-due: thing 1.2.0 has CVE-2026-1 (critical 9.8), and the time to fix it begins with the first "
        "fixed version; no version is known that fixes it."
    ]
    assert changes_at(change, known, FIX_AVAILABLE) is None
    assert rules(change, known, WITHIN) == ["vulnerability-overdue"]


def test_working_days() -> None:
    change = present()
    friday = facts(change, advisory(1, "critical", published="2026-11-13T09:00:00Z"))
    assert changes_at(
        change, friday, "{block_from: critical, fix_within: {critical: 5 working days}}", at("2026-11-16")
    ) == at("2026-11-20 09:00")


@given(st.integers(0, 2000), st.integers(0, 2000))
def test_waiting_never_makes_it_less_overdue(first: int, second: int) -> None:
    change = present()
    known = facts(change, advisory(1, "critical", published="2026-01-01T00:00:00Z"))
    earlier, later = sorted((first, second))
    order = ["vulnerability-due", "vulnerability-overdue"]
    spoken = [rules(change, known, WITHIN, at("2026-01-01") + timedelta(hours=hours))[0] for hours in (earlier, later)]
    assert order.index(spoken[0]) <= order.index(spoken[1])
