"""The check `freshness` through its own door: what it asks, what it refuses, what hostile words do to it."""

from datetime import UTC, datetime

import pytest

from checks.model.errors import PolicyError
from checks.model.facts import Want
from checks.model.finding import Level
from checks.model.packages import Known, PackageFacts, Standing, Status, VersionFacts
from checks.model.phrase import plain
from tests.freshness.examples import SHAPE, changes_at, facts, observe, package, published, releases, section, wants

FRESH = published("2026-11-19 18:05")
OLD = published("2026-01-01")


def test_levels() -> None:
    """What stops a merge: too new, withdrawn, quarantined and out of support. Everything else warns or informs."""
    assert [rule for rule, level in SHAPE.levels.items() if level is Level.BLOCK] == [
        "version-too-new",
        "version-yanked",
        "package-quarantined",
        "end-of-life",
    ]
    assert [rule for rule, level in SHAPE.levels.items() if level is Level.NOTE] == ["libyears"]


def test_only_what_the_section_needs_is_asked() -> None:
    change = package("5.3.0")
    key = (change.purl, "5.3.0")
    assert wants(change)[key] == Want.PUBLISHED | Want.STATUS | Want.HEALTH | Want.LIFECYCLE
    for policy in ("{behind: {major: 1}}", "{libyears: {}}", "{unmaintained_after: 1 year}"):
        assert Want.RELEASES in wants(change, policy)[key]
    silent = (
        "{levels: {version-too-new: off, version-yanked: off, package-quarantined: off, package-deprecated: off, "
        "package-archived: off, end-of-life: off, end-of-life-soon: off}}"
    )
    assert wants(change, silent) == {}
    assert wants(package(None))[change.purl, None] == Want.HEALTH | Want.LIFECYCLE


@pytest.mark.parametrize(
    ("policy", "fault"),
    [
        ("{minimum_age: soon}", "2:26: freshness.minimum_age: expected a duration such as '3 days'"),
        ("{minimum_age: {major: 3}}", "freshness.minimum_age.major: expected a duration"),
        ("{behind: {}}", "freshness.behind: it limits nothing"),
        ("{behind: {major: -1}}", "freshness.behind.major: expected a whole number"),
        ("{end_of_life: {notify: 3 working days}}", "freshness.end_of_life.notify: expected hours, days"),
        ("{libyears: {worst: 3 working days}}", "freshness.libyears.worst: expected hours, days"),
        ("{pin: {actions: digest}}", "freshness.pin.actions: expected 'sha', 'tag' or 'off', not 'digest'"),
    ],
)
def test_a_policy_that_cannot_be_meant(policy: str, fault: str) -> None:
    with pytest.raises(PolicyError) as caught:
        section(policy)
    assert fault in caught.value.issues[0].at("")


def test_the_entry_of_the_policy_that_decided() -> None:
    change = package("5.2.0")
    known = facts(change, FRESH, releases("5.2.0 2026-11-19", "6.0.0 2026-01-01"))
    found = observe(change, known, "{behind: {major: 0}, maximum_age: 1 hour, libyears: {worst: 0 days}}")
    assert {item.rule: item.policy_key[1:] for item in found} == {
        "version-too-new": ("minimum_age",),
        "version-too-old": ("maximum_age",),
        "behind-latest": ("behind", "major"),
    }
    status = facts(change, OLD, PackageFacts(status=Known(Status(Standing.QUARANTINED), "registry")))
    assert observe(change, status)[0].policy_key == ("freshness", "levels", "package-quarantined")


@pytest.mark.parametrize("text", ["", " ", ".", "x" * 5_000, "\x1b[31m\n::error::", "`@org/team`", "\ud800"])
def test_hostile_reasons_and_names(text: str) -> None:
    """Foreign text stays marked as such, is cut, and never ends the sentence early."""
    change = package("5.3.0", name=text or "x")
    reason = VersionFacts(yanked=Known(text, "registry"), deprecated=Known(text, "registry"), published=OLD.published)
    found = observe(change, facts(change, reason, PackageFacts(replaced_by=Known(text, "registry"))))
    assert [item.rule for item in found] == ["version-yanked", "package-deprecated"]
    for item in (*found, *observe(change, facts(change, FRESH))):
        assert plain(item.message).endswith(".")
        assert sum(map(len, item.headline)) <= 80
        assert "()" not in plain(item.message)


def test_dates_at_the_end_of_time() -> None:
    for moment in (datetime.max.replace(tzinfo=UTC), datetime.min.replace(tzinfo=UTC)):
        change = package("5.3.0", "5.2.0", published=moment)
        policy = "{maximum_age: 99999 years, unmaintained_after: 99999 years, minimum_age: 99999 years}"
        observe(change, facts(change, None, releases("5.3.0", "6.0.0 9999-12-31")), policy)
        changes_at(change, facts(change, None, releases("5.3.0", "6.0.0 9999-12-31")), policy)
