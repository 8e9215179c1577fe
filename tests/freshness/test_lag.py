"""How old a version may be, and how far behind."""

from dataclasses import replace
from datetime import timedelta

import pytest

from checks.model.facts import Want
from checks.model.packages import Known, PackageFacts
from tests.freshness.examples import (
    at,
    changes_at,
    facts,
    gap,
    package,
    published,
    releases,
    rules,
    said,
)

FRESH = published("2026-11-19 18:05")
OLD = published("2026-01-01")


def test_a_version_may_be_used_for_so_long() -> None:
    change = package("5.3.0")
    known = facts(change, published("2023-11-21"), releases("5.3.0 2023-11-21", "6.0.0 2026-03-01"))
    policy = "{maximum_age: 3 years}"
    end = at("2026-11-20")  # 3 times 365 days: there was a leap day
    assert rules(change, known, policy, end - timedelta(seconds=1)) == []
    assert changes_at(change, known, policy, end - timedelta(seconds=1)) == end
    assert said(change, known, policy, end) == [
        "version-too-old: http-lite 5.3.0 was published on 21 Nov 2023, and versions may be used for 3 years; the "
        "newest is 6.0.0 of 1 Mar 2026."
    ]
    waiting = facts(change, published("2020-01-01"), releases("5.3.0 2020-01-01", "6.0.0 2026-11-19 18:05"))
    assert "6.0.0" not in said(change, waiting, policy)[0]
    assert changes_at(change, waiting, policy) == at("2026-11-22 18:05")
    assert said(change, waiting, policy, at("2026-11-22 18:05"))[0].endswith("; the newest is 6.0.0 of 19 Nov 2026.")
    assert said(change, facts(change, published("2020-02-29")), policy) == [
        "version-too-old: http-lite 5.3.0 was published on 29 Feb 2020, and versions may be used for 3 years."
    ]


BEHIND = releases("5.2.0 2024-01-01", "5.3.0 2024-02-01", "6.0.0 2025-01-01", "8.0.0 2025-02-01", "8.1.0 2026-01-01")


@pytest.mark.parametrize(
    ("version", "policy", "message"),
    [
        ("5.2.0", "{behind: {major: 1}}", "is 2 major versions behind 8.1.0, and it may be 1"),
        ("5.2.0", "{behind: {major: 2}}", None),
        ("6.0.0", "{behind: {major: 0}}", "is 1 major version behind 8.1.0, and it may not be behind"),
        ("5.2.0", "{behind: {major: 9, minor: 0}}", "is 1 minor version behind 5.3.0, and it may not be behind"),
        ("8.1.0", "{behind: {major: 0, minor: 0}}", None),
        ("9.0.0-rc.1", "{behind: {major: 0, minor: 0}}", None),
        ("not a version", "{behind: {major: 0, minor: 0}}", None),
    ],
)
def test_how_far_behind_counts_versions_that_were_released(version: str, policy: str, message: str | None) -> None:
    change = package(version)
    expected = [f"behind-latest: http-lite {version} {message}."] if message else []
    assert said(change, facts(change, OLD, BEHIND), policy) == expected


def test_nobody_is_behind_a_version_that_must_still_wait() -> None:
    change = package("5.3.0")
    known = facts(change, OLD, releases("5.3.0 2026-01-01", "6.0.0 2026-11-19 18:05"))
    assert rules(change, known, "{behind: {major: 0}}") == []
    assert changes_at(change, known, "{behind: {major: 0}}") == at("2026-11-22 18:05")
    assert rules(change, known, "{behind: {major: 0}}", at("2026-11-22 18:05")) == ["behind-latest"]
    assert rules(change, known, "{behind: {major: 0}, levels: {version-too-new: off}}") == ["behind-latest"]
    known = facts(change, OLD, releases("5.3.0 2026-01-01", "5.4.0 2026-11-19 18:05", "6.0.0 2026-10-01"))
    assert rules(change, known, "{behind: {minor: 0}}") == []
    for policy in ("{behind: {minor: 0}}", "{behind: {minor: 0}, minimum_age: {major: 14 days}}"):
        assert rules(change, known, policy, at("2026-11-22 18:05")) == ["behind-latest"]


def test_the_registrys_own_latest_counts_if_it_is_stable() -> None:
    change = package("5.2.0")
    named = replace(BEHIND, latest=Known("5.3.0", "npm"))
    assert rules(change, facts(change, OLD, named), "{behind: {major: 0}}") == []
    preview = replace(BEHIND, latest=Known("9.0.0-rc.1", "npm"))
    assert rules(change, facts(change, OLD, preview), "{behind: {major: 0}}") == ["behind-latest"]


def test_one_package_may_be_so_many_libyears_behind() -> None:
    change = package("5.2.0")
    known = facts(change, published("2024-01-01"), BEHIND)
    assert rules(change, known, "{libyears: {}}") == []
    assert said(change, known, "{libyears: {worst: 23 months}}") == [
        "libyears-exceeded: http-lite 5.2.0 is 2.0 libyears behind 8.1.0, and one package may be 23 months."
    ]


def test_releases_that_nobody_knows_are_told() -> None:
    change = package("5.3.0")
    assert said(change, facts(change, OLD), "{behind: {major: 1}}") == [
        "freshness-unknown: http-lite 5.3.0 was judged without its releases: no source knows it."
    ]
    known = facts(change, OLD, PackageFacts(gaps=(gap("deps.dev", Want.RELEASES), gap("registry", Want.HEALTH))))
    assert said(change, known, "{behind: {major: 1}}") == [
        "freshness-unknown: http-lite 5.3.0 was judged without its releases and its upkeep: deps.dev and "
        "registry could not answer."
    ]
