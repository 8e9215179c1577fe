"""When a waiver holds and what it speaks of: every condition narrows it."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checks.engine.waiving import WaiverIndex
from checks.model.facts import RepositoryFacts
from checks.model.finding import Observation, Subject
from checks.policy.values import (
    Account,
    AdvisoryId,
    CommitId,
    Day,
    LicenseText,
    PackagePattern,
    Pattern,
    RepositoryPattern,
)
from checks.policy.waivers import DecisionId, Reason, Surroundings, Waiver

SHA = "0123456789abcdef0123456789abcdef01234567"
LEFT_PAD = PackagePattern.parse("pkg:npm/left-pad")
WAIVER = Waiver(
    id=DecisionId("W-1"),
    rules=("license-not-allowed",),
    reason=Reason("reviewed"),
    approved_by=Account("@grace"),
    expires=Day("2027-02-28"),
)


def about(purl: str | None = "pkg:npm/left-pad", version: str | None = "1.3.0", **others: Any) -> Observation:
    fields = {"rule": "license-not-allowed", "message": (), "headline": (), **others}
    return Observation(subject=Subject(purl=purl, version=version if purl else None), **fields)


def around(
    paths: tuple[str, ...] = (),
    repository: str | None = None,
    branch: str | None = None,
    below: tuple[str, ...] = (),
    properties: Any = None,
) -> Surroundings:
    facts = RepositoryFacts(repository, properties=properties or {})
    return Surroundings(paths, facts, branch, lambda pattern: any(map(pattern.matches, below)))


def covers(waiver: Waiver, observation: Observation, surroundings: Surroundings) -> bool:
    return waiver.reaches(observation, surroundings) and waiver.whole(observation)


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
    assert covers(waiver, about(version=version), around()) is covered


def test_a_package_is_covered_by_its_normal_name() -> None:
    scoped = replace(WAIVER, package=PackagePattern.parse("pkg:npm/@example/*"))
    assert covers(scoped, about("pkg:npm/%40example/ui"), around())
    assert not covers(scoped, about("pkg:npm/%40other/ui"), around())
    assert not covers(scoped, about(None), around()), "a finding about a file or a commit is not about the package"


def test_all_places_of_a_finding_must_be_covered() -> None:
    waiver = replace(WAIVER, paths=(Pattern("web/*"), Pattern("tools/package-lock.json")))
    assert covers(waiver, about(), around(paths=("web/package-lock.json",)))
    assert covers(waiver, about(), around(paths=("web/package-lock.json", "tools/package-lock.json")))
    assert not covers(waiver, about(), around(paths=("web/package-lock.json", "api/package-lock.json")))
    assert not covers(waiver, about(), around()), "a finding without a place is in none of these"


def test_a_repository_that_is_not_known_is_not_covered() -> None:
    waiver = replace(WAIVER, package=LEFT_PAD, repositories=(RepositoryPattern("web-*"),))
    assert covers(waiver, about(), around(repository="example/web-shop"))
    assert not covers(waiver, about(), around(repository="example/api"))
    assert not covers(waiver, about(), around())


def test_commits_are_covered_by_their_full_ids() -> None:
    waiver = replace(WAIVER, rules=("signoff-missing",), commits=(CommitId(SHA),))
    missing = Observation("signoff-missing", Subject(commit=SHA), (), ())
    assert covers(waiver, missing, around())
    assert not covers(waiver, replace(missing, subject=Subject(commit=SHA[:39] + "0")), around())
    assert not covers(waiver, about(), around())


def test_another_rule_is_never_covered() -> None:
    assert not covers(replace(WAIVER, package=LEFT_PAD), about(rule="license-unknown"), around())


def test_a_vulnerability_is_covered_by_any_of_its_names() -> None:
    waiver = replace(WAIVER, advisories=(AdvisoryId("GHSA-35jh-r3h4-6jhm"),))
    one = about(advisories=(("CVE-2021-23337", "GHSA-35jh-r3h4-6jhm"),))
    assert covers(waiver, one, around())
    assert covers(waiver, about(advisories=(("ghsa-35JH-r3h4-6jhm",),)), around())
    assert not covers(waiver, about(advisories=(("CVE-2021-23337",), ("GHSA-35jh-r3h4-6jhm",))), around()), (
        "another one"
    )
    assert not covers(waiver, about(), around()), "a finding that names no vulnerability is not about this one"


def test_a_license_is_covered_until_it_changes() -> None:
    waiver = replace(WAIVER, package=LEFT_PAD, licenses=(LicenseText("GPL-3.0-only"), LicenseText("mit  AND  Zlib")))
    assert covers(waiver, about(licenses=("GPL-3.0-only",)), around())
    assert covers(waiver, about(licenses=("MIT AND Zlib", "gpl-3.0-only")), around())
    assert not covers(waiver, about(licenses=("AGPL-3.0-only",)), around())
    assert not covers(waiver, about(licenses=("GPL-3.0-only", "AGPL-3.0-only")), around()), "each of them was judged"
    assert not covers(waiver, about(licenses=("GPL-3.0-only OR MIT",)), around())
    assert not covers(waiver, about(), around())


def test_below_a_package_only_what_that_package_brings() -> None:
    waiver = replace(WAIVER, below=PackagePattern("pkg:npm/react-scripts"))
    assert covers(waiver, about(), around(below=("pkg:npm/react-scripts",)))
    assert not covers(waiver, about(), around(below=("pkg:npm/webpack",)))
    assert not covers(waiver, about(), Surroundings()), "nobody knows what brings it"


def test_a_branch_and_a_property_that_nobody_knows_are_not_covered() -> None:
    waiver = replace(WAIVER, package=LEFT_PAD, branches=(Pattern("release/*"),))
    assert covers(waiver, about(), around(branch="release/1.x"))
    assert not covers(waiver, about(), around(branch="main"))
    assert not covers(waiver, about(), around())
    internal = replace(WAIVER, package=LEFT_PAD, properties={"distribution": (Pattern("internal"), Pattern("hosted"))})
    assert covers(internal, about(), around(properties={"distribution": "Internal", "tier": "1"}))
    assert not covers(internal, about(), around(properties={"distribution": "public"}))
    assert not covers(internal, about(), around(properties={"tier": "internal"}))


CONDITIONS: dict[str, st.SearchStrategy[Any]] = {
    "rules": st.lists(st.sampled_from(["license-not-allowed", "license-unknown"]), unique=True).map(tuple),
    "package": st.sampled_from([None, LEFT_PAD, PackagePattern("pkg:npm/*"), PackagePattern("pkg:npm/right-pad")]),
    "versions": st.sampled_from([None, "<1.4", ">=1.4", "*"]),
    "below": st.sampled_from([None, PackagePattern("pkg:npm/webpack"), PackagePattern("pkg:npm/w*")]),
    "advisories": st.lists(st.sampled_from(["CVE-1-1", "ghsa-a", "CVE-1-2"]).map(AdvisoryId), max_size=2).map(tuple),
    "licenses": st.lists(st.sampled_from(["MIT", "gpl-3.0-ONLY"]).map(LicenseText), max_size=2).map(tuple),
    "repositories": st.lists(st.sampled_from(["web-*", "example/*", "api"]).map(RepositoryPattern), max_size=2).map(
        tuple
    ),
    "properties": st.sampled_from([{}, {"tier": (Pattern("1"),)}, {"tier": (Pattern("*"),)}]),
    "branches": st.lists(st.sampled_from(["main", "release/*"]).map(Pattern), max_size=1).map(tuple),
    "paths": st.lists(st.sampled_from(["*", "web/*", "api/*"]).map(Pattern), max_size=2).map(tuple),
    "commits": st.lists(st.just(CommitId(SHA)), max_size=1).map(tuple),
}
NAMES = st.sampled_from([("CVE-1-1", "GHSA-A"), ("CVE-1-2",)])
OBSERVATIONS = st.one_of(
    st.builds(
        about,
        st.sampled_from(["pkg:npm/left-pad", "pkg:npm/right-pad", "pkg:pypi/left-pad"]),
        st.sampled_from([None, "1.3.0", "1.4.0", "?"]),
        rule=st.sampled_from(["license-not-allowed", "license-unknown"]),
        advisories=st.lists(NAMES, unique=True, max_size=2).map(tuple),
        licenses=st.lists(st.sampled_from(["MIT", "GPL-3.0-only"]), unique=True, max_size=2).map(tuple),
    ),
    st.just(Observation("license-unknown", Subject(commit=SHA), (), ())),
    st.just(Observation("license-unknown", Subject(path="web/a"), (), ())),
)
PATHS = st.lists(st.sampled_from(["web/a", "api/b", "c"]), max_size=3, unique=True).map(tuple)
AROUND = st.builds(
    around,
    PATHS,
    st.sampled_from([None, "example/web-a", "b/api"]),
    st.sampled_from([None, "main", "release/1"]),
    st.sampled_from([(), ("pkg:npm/webpack",)]),
    st.sampled_from([{}, {"tier": "1"}, {"tier": "2"}]),
)
WAIVERS = st.fixed_dictionaries(CONDITIONS).map(lambda conditions: replace(WAIVER, **conditions))
#: What each condition is when it does not narrow.
WIDEST: dict[str, Any] = {
    "rules": ("license-not-allowed", "license-unknown"),
    "package": None,
    "versions": None,
    "below": None,
    "advisories": (),
    "licenses": (),
    "repositories": (),
    "properties": {},
    "branches": (),
    "paths": (),
    "commits": (),
}


@given(WAIVERS, st.sampled_from(sorted(WIDEST)), OBSERVATIONS, AROUND)
def test_a_waiver_never_covers_more_than_each_of_its_conditions(
    full: Waiver, name: str, observation: Observation, surroundings: Surroundings
) -> None:
    """What the full waiver covers, it covers without any one of its conditions too, and each of them covers alone."""
    if covers(full, observation, surroundings):
        assert covers(replace(full, **{name: WIDEST[name]}), observation, surroundings)
        alone = {**WIDEST, name: getattr(full, name)}
        assert covers(replace(WAIVER, **alone), observation, surroundings)


@given(WAIVERS, OBSERVATIONS, AROUND, PATHS)
def test_a_further_place_never_makes_a_finding_covered(
    waiver: Waiver, observation: Observation, surroundings: Surroundings, more: tuple[str, ...]
) -> None:
    if surroundings.paths and not covers(waiver, observation, surroundings):
        further = surroundings._replace(paths=tuple(dict.fromkeys((*surroundings.paths, *more))))
        assert not covers(waiver, observation, further)


@given(st.lists(WAIVERS, max_size=5), OBSERVATIONS)
def test_the_index_leaves_out_only_what_cannot_speak_of_it(waivers: list[Waiver], observation: Observation) -> None:
    """Where everything else holds, what covers is among the candidates."""
    everywhere = around(("web/a",), "example/web-a", "main", ("pkg:npm/webpack",), {"tier": "1"})

    def speaks(waiver: Waiver) -> bool:
        some = waiver.whole(observation) or bool(waiver.named(observation))
        return some and waiver.reaches(observation, everywhere)

    assert [*filter(speaks, waivers)] == [*filter(speaks, WaiverIndex(waivers).candidates(observation))]


@given(st.dates(), st.dates(), st.datetimes(timezones=st.just(UTC)))
def test_it_has_begun_holds_or_has_ended(first: Any, last: Any, now: datetime) -> None:
    """In UTC, each moment is before the first day, within, or after the last; people hear of the end while it holds."""
    first, last = sorted((first, last))
    waiver = replace(WAIVER, created=Day.parse(first.isoformat()), expires=Day.parse(last.isoformat()))
    assert (now.date() < first) + waiver.live(now) + waiver.ended(now) == 1
    assert not waiver.ended(now) or now.date() > last
    reminded = waiver.reminds_at(timedelta(days=14))
    assert datetime.combine(first, datetime.min.time(), UTC) < reminded < waiver.expires.ends
