"""Data that is older than the policy takes is not known."""

from datetime import UTC, datetime, timedelta

import pytest

from app.policies import load_policy
from checks.engine.ages import expired
from checks.engine.evaluate import evaluate
from checks.engine.plan import Plan
from checks.model.advisory import Exploited
from checks.model.errors import PolicyError
from checks.model.facts import Facts, Want
from checks.model.packages import Known, PackageFacts, Release, VersionFacts
from checks.model.snapshot import Listing, Snapshot

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
KEY = ("pkg:npm/glyph", "2.1.0")


def judged(facts: Facts, maximum_age: str = "7 days") -> Facts:
    text = f"version: 1\nfacts: {{maximum_age: {maximum_age}}}\n"
    return expired(facts, load_policy(text.encode(), "policy.yaml"), NOW)


def advisories(days: int) -> Facts:
    ids: tuple[str, ...] = ("GHSA-1",)
    return Facts(versions={KEY: VersionFacts(advisories=Known(ids, "OSV", NOW - timedelta(days=days)))})


def test_data_of_exactly_the_age_that_the_policy_takes_counts() -> None:
    assert judged(advisories(7)) == advisories(7)


def test_older_data_is_a_gap_that_says_how_old_it_is() -> None:
    known = judged(advisories(9)).version(*KEY)
    assert known.advisories is None
    (gap,) = known.silent(Want.ADVISORIES)
    assert (gap.source, gap.reason) == ("OSV", "its data is 9 days old, and the policy takes at most 7 days")
    assert not known.silent(Want.LICENSE)


def test_what_a_release_cannot_change_does_not_grow_old() -> None:
    long_ago = NOW - timedelta(days=900)
    facts = Facts(
        versions={
            KEY: VersionFacts(
                license=Known("MIT", "deps.dev", long_ago), published=Known(long_ago, "deps.dev", long_ago)
            )
        }
    )
    assert judged(facts) == facts


def test_what_is_known_of_a_package_grows_old_too() -> None:
    long_ago = NOW - timedelta(days=30)
    known = judged(Facts(packages={KEY[0]: PackageFacts(releases=Known((Release("2.1.0"),), "deps.dev", long_ago))}))
    assert known.package(KEY[0]).releases is None
    assert [gap.about for gap in known.package(KEY[0]).gaps] == [Want.RELEASES]


def test_a_vulnerability_that_was_exploited_is_not_forgotten() -> None:
    long_ago = NOW - timedelta(days=30)
    facts = Facts(exploited={"CVE-2026-1": Known(Exploited(long_ago.date()), "KEV", long_ago)})
    assert judged(facts) == facts


def test_without_the_key_nothing_grows_old() -> None:
    assert expired(advisories(900), load_policy(b"version: 1", "policy.yaml"), NOW) == advisories(900)


def test_working_days_are_no_age() -> None:
    with pytest.raises(PolicyError, match=r"facts\.maximum_age: expected hours, days, weeks, months or years"):
        judged(Facts(), "2 working days")


def test_a_verdict_is_made_anew_when_its_data_has_grown_too_old() -> None:
    text = b"version: 1\nlicenses: {}\nfacts: {maximum_age: 7 days}\n"
    loaded = load_policy(text, "policy.yaml")
    plan = Plan(Snapshot(Listing("b" * 40, "a" * 40)))
    again = evaluate(plan, advisories(2), loaded, NOW).judge_again_at
    assert again is not None
    assert timedelta(days=5) < again - NOW < timedelta(days=5, seconds=1)
    assert expired(advisories(2), loaded, again - timedelta(microseconds=1)) == advisories(2)
    assert expired(advisories(2), loaded, again) != advisories(2)
