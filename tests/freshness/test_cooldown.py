"""How long a new version waits, who need not, and when nobody can tell."""

from dataclasses import replace
from datetime import timedelta

import pytest

from checks.model.advisory import Advisory, Affected, AffectedRange, Event, RangeKind
from checks.model.change import ChangeKind
from checks.model.dependency import Origin
from checks.model.facts import Want
from checks.model.finding import Move
from checks.model.packages import Known, Release, VersionFacts
from checks.model.phrase import plain
from tests.freshness.examples import (
    NOW,
    READ,
    at,
    changes_at,
    facts,
    gap,
    observe,
    package,
    published,
    releases,
    rules,
    said,
    wants,
)

FRESH = published("2026-11-19 18:05")
OLD = published("2026-01-01")


def test_a_new_version_waits_until_it_turns_green_by_itself() -> None:
    change = package("5.3.0")
    (found,) = observe(change, facts(change, FRESH))
    assert plain(found.message) == (
        "http-lite 5.3.0 was published on 19 Nov 2026, 18:05 UTC, and new versions wait 3 days."
    )
    assert plain(found.headline) == "http-lite 5.3.0 is too new until 22 Nov 2026, 18:05 UTC"
    assert (found.rule, found.move, found.clears_at) == ("version-too-new", Move.CLOCK, at("2026-11-22 18:05"))
    assert [(item.what, plain(item.actual), plain(item.source)) for item in found.evidence][:2] == [
        ("published", "19 Nov 2026, 18:05 UTC", "deps.dev, 2026-11-20"),
        ("rule", "version-too-new: versions wait 3 days", ""),
    ]
    assert rules(change, facts(change, FRESH), now=at("2026-11-22 18:05") - timedelta(microseconds=1))
    assert rules(change, facts(change, FRESH), now=at("2026-11-22 18:05")) == []


@pytest.mark.parametrize(
    ("before", "policy", "until"),
    [
        ("4.9.9", "{minimum_age: {major: 14 days, minor: 7 days, patch: 2 days}}", "2026-12-03"),
        ("5.2.9", "{minimum_age: {major: 14 days, minor: 7 days, patch: 2 days}}", "2026-11-26"),
        ("5.3.0-rc.1", "{minimum_age: {major: 14 days, minor: 7 days, patch: 2 days}}", "2026-11-21"),
        ("4.9.9", "{minimum_age: {minor: 7 days}}", "2026-11-22"),
        ("5.2.9", "{minimum_age: {default: 30 days, minor: 0 days}}", None),
        ("", "{minimum_age: {major: 14 days}}", "2026-11-22"),
        ("", "{minimum_age: 1 week}", "2026-11-26"),
        ("", "{minimum_age: 2 working days}", "2026-11-23"),
        ("", "{minimum_age: 12 hours}", None),
    ],
)
def test_how_long_depends_on_what_the_update_changes(before: str, policy: str, until: str | None) -> None:
    change = package("5.3.0", *before.split())
    found = observe(change, facts(change, FRESH), policy)
    assert [item.clears_at for item in found] == ([at(f"{until} 18:05")] if until else [])


def test_of_several_steps_the_longest_wait_counts_and_is_named() -> None:
    change = package("5.3.0", "5.2.0", "4.0.0")
    assert said(change, facts(change, FRESH), "{minimum_age: {major: 14 days}}") == [
        "version-too-new: http-lite 5.3.0 was published on 19 Nov 2026, 18:05 UTC, and new major versions wait 14 days."
    ]


def test_an_older_version_that_has_waited_is_named() -> None:
    """Between what is there and what is too new: stable, not withdrawn, not deprecated."""
    change = package("5.3.0", "5.2.0")
    known = releases(
        "5.1.9 2026-01-01",
        "5.2.0 2026-01-02",
        "5.2.4 2026-11-01",
        "!5.2.5 2026-11-02",
        "5.2.6-rc.1 2026-11-03",
        "5.2.7 2026-11-18 12:30",
        "5.3.0 2026-11-19 18:05",
        "6.0.0 2026-01-01",
    )
    assert known.releases is not None
    deprecated = Release("5.2.6", at("2026-11-05"), deprecated="")
    known = replace(known, releases=Known((*known.releases.value, deprecated), "deps.dev", READ))
    (message,) = said(change, facts(change, FRESH, known))
    assert message.endswith("and new versions wait 3 days (5.2.4 is old enough).")
    later = at("2026-11-21 12:30")
    assert changes_at(change, facts(change, FRESH, known)) == later
    (message,) = said(change, facts(change, FRESH, known), now=later)
    assert message.endswith("(5.2.7 is old enough).")


def test_the_lock_files_own_date_is_enough_and_never_makes_a_version_older() -> None:
    dated = package("5.3.0", published=at("2026-11-19 18:05"))
    assert rules(dated) == ["version-too-new"]
    assert Want.PUBLISHED not in wants(dated)[dated.purl, "5.3.0"]
    forged = package("5.3.0", published=at("2020-01-01"))
    assert rules(forged) == []
    assert rules(forged, facts(forged, FRESH)) == ["version-too-new"]
    assert rules(forged, facts(forged, None, releases("5.3.0 2026-11-20"))) == ["version-too-new"]


def test_your_own_packages_and_what_comes_with_others_need_not_wait() -> None:
    own = package("1.0.0", purl="pkg:npm/%40example/ui", name="@example/ui")
    assert rules(own, facts(own, FRESH), "{exempt: [pkg:npm/@example/*]}") == []
    assert rules(own, None, "{exempt: [pkg:npm/@example/*], behind: {major: 1}}") == []
    indirect, unknown = package(direct=False), package(direct=None)
    assert rules(indirect, facts(indirect, FRESH)) == ["version-too-new"]
    assert rules(indirect, facts(indirect, FRESH), "{transitive: false}") == []
    assert rules(unknown, facts(unknown, FRESH), "{transitive: false}") == ["version-too-new"]


@pytest.mark.parametrize(
    ("advisories", "waits"),
    [
        ({"5.2.0": ("GHSA-1",), "5.3.0": ()}, False),
        ({"5.2.0": ("GHSA-1", "GHSA-2"), "5.3.0": ("GHSA-2",)}, False),
        ({"5.2.0": ("GHSA-1",), "5.3.0": ("GHSA-3",)}, True),
        ({"5.2.0": ("GHSA-1",), "5.3.0": ("GHSA-1",)}, True),
        ({"5.2.0": (), "5.3.0": ()}, True),
        ({"5.2.0": ("GHSA-9",), "5.3.0": ()}, True),  # withdrawn
        ({"5.2.0": ("GHSA-1",), "5.3.0": ("GHSA-9",)}, False),
        ({"5.2.0": ("GHSA-1",)}, True),
        ({"5.3.0": ()}, True),
    ],
)
def test_a_security_fix_does_not_wait(advisories: dict[str, tuple[str, ...]], waits: bool) -> None:
    change = package("5.3.0", "5.2.0")
    known = facts(change, FRESH, advisories=advisories, withdrawn=("GHSA-9",))
    assert rules(change, known) == (["version-too-new"] if waits else [])
    assert rules(change, known, "{security_fixes: wait}") == ["version-too-new"]


def advisory(id_: str, introduced: str, fixed: str) -> Advisory:
    events = (Event("introduced", introduced), Event("fixed", fixed))
    return Advisory(id_, affected=(Affected(package().purl, ranges=(AffectedRange(RangeKind.SEMVER, events),)),))


@pytest.mark.parametrize(
    ("records", "waits"),
    [
        ([advisory("GHSA-1", "0", "5.3.0")], False),
        ([advisory("GHSA-1", "0", "5.2.0")], True),
        ([advisory("GHSA-1", "0", "5.4.0")], True),
        ([advisory("GHSA-1", "0", "5.3.0"), advisory("GHSA-2", "5.2.5", "5.4.0")], True),
        ([advisory("GHSA-1", "0", "5.3.0"), advisory("GHSA-2", "0", "5.4.0")], False),
    ],
)
def test_only_what_the_records_say_affects_a_version_counts(records: list[Advisory], waits: bool) -> None:
    """A source that only knows the package names every advisory of it for every version."""
    change = package("5.3.0", "5.2.0")
    named = tuple(record.id for record in records)
    known = facts(change, FRESH, advisories={"5.2.0": named, "5.3.0": named})
    known = replace(known, advisories={record.id: record for record in records})
    assert rules(change, known) == (["version-too-new"] if waits else [])


def test_that_nobody_could_tell_whether_it_is_a_security_fix_is_said() -> None:
    change = package("5.3.0", "5.2.0")
    (found,) = observe(change, facts(change, FRESH))
    assert "not known: no source of advisories answered" in [plain(item.actual) for item in found.evidence]
    assert wants(change)[change.purl, "5.2.0"] == Want.ADVISORIES
    assert Want.ADVISORIES not in wants(package("5.3.0"))[change.purl, "5.3.0"]


@pytest.mark.parametrize("kind", [ChangeKind.PRESENT, ChangeKind.MOVED, ChangeKind.RESOURCED])
def test_a_version_is_as_new_as_it_is_however_it_changes(kind: ChangeKind) -> None:
    change = package("5.3.0", kind=kind)
    assert rules(change, facts(change, FRESH)) == ["version-too-new"]


def test_a_missing_date_is_told_and_never_waits() -> None:
    (found,) = observe(package("5.3.0"))
    assert plain(found.message) == (
        "http-lite 5.3.0 has no known publication date (its lock file carries none and no source names one), so nobody "
        "can tell whether it is too new."
    )
    assert (found.rule, found.clears_at) == ("publication-date-missing", None)
    assert "(no exact version is named)" in said(package(None))[0]
    for nothing in ("0 days", "0 working days", "{default: 0 hours, major: 0 weeks}"):
        assert rules(package("5.3.0"), None, f"{{minimum_age: {nothing}}}") == []
    git = package("5.3.0", origin=Origin.GIT)
    assert rules(git) == ["publication-date-missing"]
    assert wants(git) == {}


def test_a_source_that_did_not_answer_is_no_missing_date() -> None:
    change = package("5.3.0")
    known = facts(change, VersionFacts(gaps=(gap("deps.dev", Want.PUBLISHED, timedelta(minutes=15)),)))
    (found,) = observe(change, known)
    assert plain(found.message) == (
        "http-lite 5.3.0 was judged without its publication date: deps.dev could not answer."
    )
    assert (found.rule, found.move) == ("freshness-unknown", Move.SERVICE)
    assert found.clears_at == NOW + timedelta(minutes=15)
    assert observe(change, known, now=NOW + timedelta(minutes=15))[0].clears_at is None


def test_what_no_registry_dates_is_not_asked_for_a_date() -> None:
    for purl in ("pkg:github/actions/checkout", "pkg:docker/python", "pkg:generic/python", "pkg:golang/stdlib"):
        assert rules(package("v4", purl=purl), None, "{behind: {major: 1}, unmaintained_after: 1 year}") == []


def test_own_folders_are_not_judged() -> None:
    own = package("5.3.0", origin=Origin.PATH)
    assert observe(own, facts(own, FRESH)) == []
    assert wants(own) == {}
