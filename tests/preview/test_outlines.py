"""What is read of a stored fact without decoding it: equal outlines say the same, but for the time of day."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from checks.engine.knowledge import Knowledge
from checks.facts.codec import decode_package, decode_version, encode_package, encode_version
from checks.facts.codec.outline import DAYS, OUTLINES
from checks.model.facts import ANYTHING, Want
from checks.model.packages import (
    Known,
    LicenseText,
    PackageFacts,
    Score,
    Scorecard,
    Standing,
    Status,
    VersionFacts,
)
from checks.policy.values import Duration
from tests.preview.examples import NOW

#: Times of three days, with and without fractions of a second; the policies' durations end in none of them.
times = st.sampled_from([NOW - timedelta(days=days, hours=hours) for days in (1, 40, 400) for hours in (0, 3, 3.0001)])
texts = st.sampled_from(["", "MIT", 'a "word"', "\\", "naïve", "},{", '","published":["2020-01-01T00:00:00Z"'])


def known(values: st.SearchStrategy[object]) -> st.SearchStrategy[Known[object] | None]:
    return st.none() | st.builds(Known, values, texts, st.none() | times)


versions = st.builds(
    VersionFacts,
    license=known(texts),
    opinions=st.lists(st.builds(Known, texts, texts), max_size=2).map(tuple),
    texts=known(st.just((LicenseText("LICENSE", "0" * 64, None, 0.5), LicenseText("COPYING", "1" * 64, "MIT")))),
    published=known(times),
    deprecated=known(texts),
    yanked=known(texts),
)
named = st.builds(VersionFacts, advisories=known(st.lists(texts, max_size=2).map(tuple)))
packages = st.builds(
    PackageFacts,
    status=known(st.builds(Status, st.sampled_from(Standing), texts)),
    replaced_by=known(texts),
    repository=known(texts),
    archived=known(st.booleans()),
    scorecard=known(st.builds(Scorecard, st.none() | st.just(5.5), st.just((Score("A", None, "x"), Score("B", 3.0))))),
    maintainers=known(st.just(3)),
    dependents=known(st.just(12)),
)


def knowledge() -> Knowledge:
    durations = [Duration.parse(text) for text in ("7 days", "3 working days", "1 year")]
    return Knowledge({"freshness": {"npm": ANYTHING & ~Want.RELEASES}}, durations, [timedelta(days=30)], NOW)


@pytest.mark.parametrize(("kind", "facts"), [("version", versions), ("advisories", named)])
@settings(max_examples=150, deadline=None)
@given(data=st.data())
def test_versions_with_one_outline_are_judged_alike(
    kind: str, facts: st.SearchStrategy[VersionFacts], data: st.DataObject
) -> None:
    known_ = knowledge()
    written = [encode_version(data.draw(facts)) for _ in range(2)]
    first, second = (OUTLINES[kind](value) for value in written)
    if first and second and first.groups() == second.groups():
        assert known_.version(decode_version(written[0])) is known_.version(decode_version(written[1]))


@settings(max_examples=150, deadline=None)
@given(packages, packages)
def test_packages_with_one_outline_are_judged_alike(one: PackageFacts, other: PackageFacts) -> None:
    known_ = knowledge()
    written = encode_package(one), encode_package(other)
    first, second = map(OUTLINES["health"], written)
    if first and second and first.groups() == second.groups():
        assert known_.package(decode_package(written[0])) == known_.package(decode_package(written[1]))


def test_what_sources_usually_say_has_an_outline() -> None:
    at = datetime(2026, 11, 1, 8, 30, tzinfo=UTC)
    full = VersionFacts(
        license=Known("MIT OR Apache-2.0", "deps.dev", at),
        opinions=(Known("MIT", "registry"),),
        texts=Known((LicenseText("LICENSE", "0" * 64, "MIT", 0.99),), "registry", at),
        published=Known(datetime(2020, 2, 3, tzinfo=UTC), "deps.dev", at),
        deprecated=Known("use another one", "registry", at),
        yanked=Known("", "registry"),
    )
    found = OUTLINES["version"](encode_version(full))
    assert found is not None
    assert found.groups() == (b"deprecated", b"2026-11-01", b"2020-02-03", b"yanked", None)
    assert [found.groups()[place] for place in DAYS["version"]] == [b"2026-11-01", b"2020-02-03", None]


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b'{"form":1',
        b'{"form":2}',
        b'{"form":1,"published":["soon","x"]}',
        b'{"form":1,"unknown":1}',
        b'{"form":1}{"form":1}',
        b'{"form":1,"license":["\\q","x"]}',
    ],
)
def test_what_the_codec_does_not_write_has_none(data: bytes) -> None:
    assert OUTLINES["version"](data) is None


def test_a_day_in_which_a_duration_ends_is_not_steady() -> None:
    known_ = knowledge()
    week_ago = (NOW - timedelta(days=7)).date()
    assert not known_.steady(week_ago)
    assert known_.steady(week_ago - timedelta(days=1))
