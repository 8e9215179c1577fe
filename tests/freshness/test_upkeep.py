"""What maintainers, registries and repositories say of a package."""

from datetime import timedelta

import pytest

from checks.model.packages import Known, PackageFacts, Release, Score, Scorecard, Standing, Status, VersionFacts
from tests.freshness.examples import READ, at, changes_at, facts, package, published, releases, rules, said

FRESH = published("2026-11-19 18:05")
OLD = published("2026-01-01")


def test_a_withdrawn_version() -> None:
    change = package("5.3.0")
    yanked = VersionFacts(published=OLD.published, yanked=Known("broken on Windows.", "registry", READ))
    assert said(change, facts(change, yanked)) == [
        "version-yanked: http-lite 5.3.0 was withdrawn by its maintainers (broken on Windows): use another version."
    ]
    assert rules(change, facts(change, OLD, releases("!5.3.0 2026-01-01"))) == ["version-yanked"]


@pytest.mark.parametrize(
    ("status", "message"),
    [
        (
            Status(Standing.QUARANTINED),
            "package-quarantined: http-lite 5.3.0 is quarantined by its registry: do not use it.",
        ),
        (
            Status(Standing.REMOVED, "spam"),
            "package-quarantined: http-lite 5.3.0 was removed by its registry (spam): do not use it.",
        ),
        (Status(Standing.DEPRECATED), "package-deprecated: http-lite 5.3.0 is deprecated by its maintainers."),
        (
            Status(Standing.ARCHIVED),
            "package-archived: http-lite 5.3.0 is archived in its registry: no fixes will come.",
        ),
        (Status(Standing.ACTIVE), None),
    ],
)
def test_what_the_registry_says_of_a_package(status: Status, message: str | None) -> None:
    change = package("5.3.0")
    known = facts(change, OLD, PackageFacts(status=Known(status, "registry", READ)))
    assert said(change, known) == ([message] if message else [])


def test_a_deprecated_version_with_its_reason_and_what_to_use_instead() -> None:
    change = package("5.3.0")
    deprecated = VersionFacts(published=OLD.published, deprecated=Known("use fetch", "registry", READ))
    instead = PackageFacts(replaced_by=Known("undici", "registry", READ))
    assert said(change, facts(change, deprecated, instead)) == [
        "package-deprecated: http-lite 5.3.0 is deprecated by its maintainers (use fetch); they point to undici."
    ]
    by_release = PackageFacts(releases=Known((Release("5.3.0", deprecated=""),), "deps.dev", READ))
    assert said(change, facts(change, OLD, by_release)) == [
        "package-deprecated: http-lite 5.3.0 is deprecated by its maintainers."
    ]


def test_an_archived_repository() -> None:
    change = package("5.3.0")
    message = ["package-archived: http-lite 5.3.0 is archived in its source repository: no fixes will come."]
    assert said(change, facts(change, OLD, PackageFacts(archived=Known(True, "ecosyste.ms")))) == message
    assert said(change, facts(change, OLD, PackageFacts(archived=Known(False, "ecosyste.ms")))) == []
    card = Scorecard(3.1, (Score("License", 10.0), Score("Maintained", 0.0, "project is archived")))
    assert said(change, facts(change, OLD, PackageFacts(scorecard=Known(card, "deps.dev")))) == message
    idle = Scorecard(3.1, (Score("Maintained", 0.0, "0 commits in the last 90 days"),))
    assert said(change, facts(change, OLD, PackageFacts(scorecard=Known(idle, "deps.dev")))) == []


def test_a_package_without_any_release_for_too_long() -> None:
    change = package("5.3.0")
    dates = releases("5.2.0 2020-01-01", "5.3.0 2023-01-01", "6.0.0-rc.1 2024-11-20 12:00")
    known = facts(change, published("2023-01-01"), dates)
    policy, end = "{unmaintained_after: 2 years}", at("2026-11-20 12:00")
    assert rules(change, known, policy, end - timedelta(seconds=1)) == []
    assert changes_at(change, known, policy, end - timedelta(seconds=1)) == end
    assert said(change, known, policy, end) == [
        "package-unmaintained: http-lite 5.3.0 belongs to a package that had its last release on 20 Nov 2024, longer "
        "ago than 2 years."
    ]
    newer = package("6.0.0", published=at("2025-06-01"))
    assert rules(newer, facts(newer, None, releases("5.3.0 2023-01-01")), policy) == []
