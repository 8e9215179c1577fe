"""When a waiver holds and what it speaks of: every condition narrows it."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checks.model.finding import Observation, Subject
from checks.policy.values import Account, CommitId, Day, PackagePattern, Pattern, RepositoryPattern
from checks.policy.waivers import Reason, Waiver

SHA = "0123456789abcdef0123456789abcdef01234567"
LEFT_PAD = PackagePattern.parse("pkg:npm/left-pad")
WAIVER = Waiver(
    id="W-1",
    rules=("license-not-allowed",),
    reason=Reason("reviewed"),
    approved_by=Account("@grace"),
    expires=Day("2027-02-28"),
)


def about(purl: str | None = "pkg:npm/left-pad", version: str | None = "1.3.0", **others: Any) -> Observation:
    fields = {"rule": "license-not-allowed", "message": (), "headline": (), **others}
    return Observation(subject=Subject(purl=purl, version=version if purl else None), **fields)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("moment", "holds"),
    [
        ("2026-12-31 23:59:59.999999", False),
        ("2027-01-01 00:00:00", True),
        ("2027-02-28 00:00:00", True),
        ("2027-02-28 23:59:59.999999", True),
        ("2027-03-01 00:00:00", False),
    ],
)
def test_it_holds_from_its_first_day_to_the_end_of_its_last(moment: str, holds: bool) -> None:
    assert replace(WAIVER, created=Day("2027-01-01")).live(at(moment)) is holds


def test_the_day_is_utc_wherever_the_clock_stands() -> None:
    eastward = datetime.fromisoformat("2027-03-01T08:59:59+09:00")
    assert WAIVER.live(eastward)
    assert not WAIVER.live(eastward + timedelta(seconds=1))


@given(st.dates(), st.datetimes(timezones=st.just(UTC)))
def test_it_never_holds_after_its_last_day(last: Any, now: datetime) -> None:
    assert replace(WAIVER, expires=Day.parse(last.isoformat())).live(now) == (now.date() <= last)


@pytest.mark.parametrize(
    ("versions", "version", "covered"),
    [
        (None, "9.9.9", True),
        (None, None, True),
        ("<1.4", "1.3.0", True),
        ("<1.4", "1.4.0", False),
        ("1.3.0", "1.3.0", True),
        (">=1, <2", "2.0.0", False),
        ("<1.4", None, False),
        ("<1.4", "not a version", False),
        ("*", None, False),
    ],
)
def test_versions_that_cannot_be_compared_are_not_covered(
    versions: str | None, version: str | None, covered: bool
) -> None:
    waiver = replace(WAIVER, package=LEFT_PAD, versions=versions)
    assert waiver.covers(about(version=version), (), None) is covered


def test_a_package_is_covered_by_its_normal_name() -> None:
    scoped = replace(WAIVER, package=PackagePattern.parse("pkg:npm/@example/*"))
    assert scoped.covers(about("pkg:npm/%40example/ui"), (), None)
    assert not scoped.covers(about("pkg:npm/%40other/ui"), (), None)
    assert not scoped.covers(about(None), (), None), "a finding about a file or a commit is not about the package"


def test_all_places_of_a_finding_must_be_covered() -> None:
    waiver = replace(WAIVER, paths=(Pattern("web/*"), Pattern("tools/package-lock.json")))
    assert waiver.covers(about(), ("web/package-lock.json",), None)
    assert waiver.covers(about(), ("web/package-lock.json", "tools/package-lock.json"), None)
    assert not waiver.covers(about(), ("web/package-lock.json", "api/package-lock.json"), None)
    assert not waiver.covers(about(), (), None), "a finding without a place is in none of these"


def test_a_repository_that_is_not_known_is_not_covered() -> None:
    waiver = replace(WAIVER, package=LEFT_PAD, repositories=(RepositoryPattern("web-*"),))
    assert waiver.covers(about(), (), "example/web-shop")
    assert not waiver.covers(about(), (), "example/api")
    assert not waiver.covers(about(), (), None)


def test_commits_are_covered_by_their_full_ids() -> None:
    waiver = replace(WAIVER, rules=("signoff-missing",), commits=(CommitId(SHA),))
    missing = Observation("signoff-missing", Subject(commit=SHA), (), ())
    assert waiver.covers(missing, (), None)
    assert not waiver.covers(replace(missing, subject=Subject(commit=SHA[:39] + "0")), (), None)
    assert not waiver.covers(about(), (), None)


def test_another_rule_is_never_covered() -> None:
    assert not replace(WAIVER, package=LEFT_PAD).covers(about(rule="license-unknown"), (), None)


CONDITIONS: dict[str, st.SearchStrategy[Any]] = {
    "rules": st.lists(st.sampled_from(["license-not-allowed", "license-unknown"]), unique=True).map(tuple),
    "package": st.sampled_from([None, LEFT_PAD, PackagePattern("pkg:npm/*"), PackagePattern("pkg:npm/right-pad")]),
    "versions": st.sampled_from([None, "<1.4", ">=1.4", "*"]),
    "repositories": st.lists(st.sampled_from(["web-*", "example/*", "api"]).map(RepositoryPattern), max_size=2).map(
        tuple
    ),
    "paths": st.lists(st.sampled_from(["*", "web/*", "api/*"]).map(Pattern), max_size=2).map(tuple),
    "commits": st.lists(st.just(CommitId(SHA)), max_size=1).map(tuple),
}
OBSERVATIONS = st.one_of(
    st.builds(
        about,
        st.sampled_from(["pkg:npm/left-pad", "pkg:npm/right-pad", "pkg:pypi/left-pad"]),
        st.sampled_from([None, "1.3.0", "1.4.0", "?"]),
        rule=st.sampled_from(["license-not-allowed", "license-unknown"]),
    ),
    st.just(Observation("license-unknown", Subject(commit=SHA), (), ())),
    st.just(Observation("license-unknown", Subject(path="web/a"), (), ())),
)
PATHS = st.lists(st.sampled_from(["web/a", "api/b", "c"]), max_size=3, unique=True).map(tuple)


REPOSITORIES = st.sampled_from([None, "example/web-a", "b/api"])
#: What each condition is when it does not narrow.
WIDEST: dict[str, Any] = {
    "rules": ("license-not-allowed", "license-unknown"),
    "package": None,
    "versions": None,
    "repositories": (),
    "paths": (),
    "commits": (),
}


@given(st.fixed_dictionaries(CONDITIONS), st.sampled_from(sorted(WIDEST)), OBSERVATIONS, PATHS, REPOSITORIES)
def test_a_further_condition_never_covers_more(
    conditions: dict[str, Any], dropped: str, observation: Observation, paths: tuple[str, ...], repository: str | None
) -> None:
    """Coverage is monotone: what the full waiver covers, it covers without any one of its conditions too."""
    full = replace(WAIVER, **conditions)
    if full.covers(observation, paths, repository):
        assert replace(full, **{dropped: WIDEST[dropped]}).covers(observation, paths, repository)


@given(st.fixed_dictionaries(CONDITIONS), OBSERVATIONS, PATHS, PATHS)
def test_a_further_place_never_makes_a_finding_covered(
    conditions: dict[str, Any], observation: Observation, paths: tuple[str, ...], more: tuple[str, ...]
) -> None:
    waiver = replace(WAIVER, **conditions)
    if paths and not waiver.covers(observation, paths, "example/web-a"):
        assert not waiver.covers(observation, tuple(dict.fromkeys((*paths, *more))), "example/web-a")


def test_what_reports_show_of_it() -> None:
    applied = WAIVER.applied
    assert (applied.id, applied.approved_by, applied.expires.isoformat(), applied.reason) == (
        "W-1",
        "@grace",
        "2027-02-28",
        "reviewed",
    )
