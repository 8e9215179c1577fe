"""Facts as bytes: equal after a round trip, the same bytes for the same value, and no bytes do harm."""

import json
from collections.abc import Callable
from dataclasses import fields, replace
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checks.facts import codec
from checks.model.advisory import Advisory, Affected, AffectedRange, Event, Exploited, Likelihood, RangeKind, Vector
from checks.model.facts import ANYTHING, Want
from checks.model.packages import (
    Cycle,
    Gap,
    Known,
    LicenseText,
    PackageFacts,
    Release,
    Score,
    Scorecard,
    Standing,
    Status,
    VersionFacts,
)

Pair = tuple[Callable[[Any], bytes], Callable[[bytes], Any]]
PAIRS: dict[type, Pair] = {
    VersionFacts: (codec.encode_version, codec.decode_version),
    PackageFacts: (codec.encode_package, codec.decode_package),
    Advisory: (codec.encode_advisory, codec.decode_advisory),
    Exploited: (codec.encode_exploited, codec.decode_exploited),
    Likelihood: (codec.encode_likelihood, codec.decode_likelihood),
}

_texts = st.text(max_size=8)
_ZONES = st.sampled_from([UTC, timezone(timedelta(hours=5, minutes=30))])
_times = st.datetimes(datetime(2, 1, 1), timezones=_ZONES)  # noqa: DTZ001
_numbers = st.floats(allow_nan=False, allow_infinity=False)
_counts = st.integers(0, 2**53)
_shares = st.floats(0, 1)


def _known(values: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.none() | st.builds(Known, values, _texts, st.none() | _times)


def _tuple(values: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.lists(values, max_size=3).map(tuple)


_gaps = _tuple(
    st.builds(
        Gap,
        _texts,
        _texts,
        st.none() | _times,
        st.sampled_from([ANYTHING, Want.LICENSE, Want(0), Want.LICENSE | Want.HEALTH]),
    )
)
_maybe = st.none() | _texts
_days = st.none() | st.dates()
_vectors = _tuple(st.builds(Vector, _texts, _texts))
_scores = _tuple(st.builds(Score, _texts, st.none() | _numbers, _texts))
_ranges = _tuple(st.builds(AffectedRange, st.sampled_from(RangeKind), _tuple(st.builds(Event, _texts, _texts)), _maybe))
VALUES: dict[type, st.SearchStrategy[Any]] = {
    VersionFacts: st.builds(
        VersionFacts,
        _known(_texts),
        _tuple(_known(_texts).filter(bool)),
        _known(
            _tuple(
                st.builds(LicenseText, _texts, _texts, _maybe, _numbers)
                | st.builds(LicenseText, _texts, _texts, _maybe, _numbers, _texts, _tuple(_texts))
            )
        ),
        _known(_times),
        _known(_texts),
        _known(_texts),
        _known(_tuple(_texts)),
        _gaps,
    ),
    PackageFacts: st.builds(
        PackageFacts,
        _known(_tuple(st.builds(Release, _texts, st.none() | _times, _maybe, _maybe, _maybe))),
        _known(_texts),
        _known(st.builds(Status, st.sampled_from(Standing), _texts)),
        _known(_texts),
        _known(_texts),
        _known(st.booleans()),
        _known(
            st.builds(Scorecard, st.none() | _numbers, _tuple(st.builds(Score, _texts, st.none() | _numbers, _texts)))
        ),
        _known(_counts),
        _known(_counts),
        _known(
            _tuple(
                st.builds(Cycle, _texts, _days, _days, st.none() | st.booleans(), _days, _maybe, st.booleans(), _maybe)
            )
        ),
        _gaps,
    ),
    Advisory: st.builds(
        Advisory,
        id=_texts.filter(bool),
        aliases=_tuple(_texts),
        upstream=_tuple(_texts),
        summary=_texts,
        published=st.none() | _times,
        modified=st.none() | _times,
        withdrawn=st.none() | _times,
        severities=_vectors,
        rating=_maybe,
        affected=_tuple(st.builds(Affected, _texts, _texts, st.frozensets(_texts, max_size=3), _ranges, _vectors)),
        malicious=st.booleans(),
        informational=_maybe,
        url=_maybe,
        source=_texts,
        as_of=st.none() | _times,
    ),
    Exploited: _known(st.builds(Exploited, st.dates(), _days, st.booleans())).filter(bool),
    Likelihood: _known(st.builds(Likelihood, _shares, _shares)).filter(bool),
}


@pytest.mark.parametrize("kind", PAIRS)
@given(data=st.data())
def test_every_value_survives_with_its_sources_and_ages(kind: type, data: st.DataObject) -> None:
    encode, decode = PAIRS[kind]
    value = data.draw(VALUES[kind])
    written = encode(value)
    assert decode(written) == value
    assert encode(decode(written)) == written, "the same bytes for the same value"


@pytest.mark.parametrize("kind", PAIRS)
@given(st.binary(max_size=60))
def test_no_bytes_raise_anything_but_value_error(kind: type, data: bytes) -> None:
    with pytest.raises(ValueError, match="not a fact"):
        PAIRS[kind][1](data)


_json: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | _texts,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(_texts, inner, max_size=4),
    max_leaves=12,
)


@pytest.mark.parametrize("kind", PAIRS)
@given(data=st.data())
def test_a_changed_value_is_refused_or_another_value(kind: type, data: st.DataObject) -> None:
    encode, decode = PAIRS[kind]
    document = json.loads(encode(data.draw(VALUES[kind])))
    place = document
    for _ in range(data.draw(st.integers(0, 5))):
        keys = list(place) if isinstance(place, dict) else range(len(place))
        inside = [key for key in keys if isinstance(place[key], dict | list) and place[key]]
        if not inside:
            break
        place = place[data.draw(st.sampled_from(inside))]
    key = data.draw(st.sampled_from(list(place) if isinstance(place, dict) else list(range(len(place)))))
    place[key] = data.draw(_json)
    try:
        value = decode(json.dumps(document).encode())
    except ValueError:
        return
    assert decode(encode(value)) == value


@pytest.mark.parametrize(
    ("kind", "count"),
    [
        *((VersionFacts, 8), (PackageFacts, 11), (Advisory, 15), (Exploited, 3), (Likelihood, 2), (Known, 3), (Gap, 4)),
        *((LicenseText, 6), (Release, 5), (Status, 2), (Score, 3), (Scorecard, 2), (Cycle, 8), (Affected, 5)),
        *((AffectedRange, 3), (Event, 2), (Vector, 2)),
    ],
)
def test_a_new_field_has_to_be_written_too(kind: type, count: int) -> None:
    assert len(fields(kind)) == count, "write it, read it, give it a strategy above, and raise FORM if its absence lies"


ADVISORY = Advisory("GHSA-1", affected=(Affected("pkg:npm/a", versions=frozenset({"2", "1"})),), source="OSV")


def _with(**changes: object) -> bytes:
    return json.dumps({**json.loads(codec.encode_advisory(ADVISORY)), **changes}).encode()


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"[]",
        b'{"form":1,',
        b'{"id":"GHSA-1"}',
        b'{"form":1}',
        _with(id=""),
        _with(form=2),
        _with(new="field"),
        _with(id=7),
        _with(aliases="CVE-2026-1"),
        _with(aliases={"CVE-2026-1": 1}),
        _with(malicious=1),
        _with(published="2026-01-01T00:00:00"),
        _with(published="2026-01-01T00:00:00+02:00"),
        _with(published=0),
        _with(affected=[["pkg:npm/a", None, ["1", 2]]]),
        _with(affected=[["pkg:npm/a", None, None, [["GUESS", []]]]]),
        _with(affected=[["pkg:npm/a", None, None, [["SEMVER", ["introduced"]]]]]),
        _with(affected=[["pkg:npm/a"] * 9]),
        _with(affected="pkg"),
        b'{"form":1,"id":"GHSA-1","as_of":' + b"[" * 100_000,
        b'{"form":1,"id":"' + b"a" * codec.MAX_BYTES + b'"}',
        codec.encode_advisory(ADVISORY) + b"{}",
        codec.encode_version(VersionFacts(license=Known("MIT", "OSV"))),
    ],
)
def test_what_is_no_advisory_is_refused(data: bytes) -> None:
    with pytest.raises(ValueError, match="not a fact"):
        codec.decode_advisory(data)


@pytest.mark.parametrize(
    "entry", ["[[2, 0.5]]", '[[NaN, 0.5], "EPSS"]', '[[1e999, 0.5], "EPSS"]', '[[true, 0], "EPSS"]']
)
def test_what_is_no_likelihood_is_refused(entry: str) -> None:
    with pytest.raises(ValueError, match="not a fact"):
        codec.decode_likelihood(f'{{"form":1,"entry":{entry}}}'.encode())


def test_bytes_are_short_sorted_and_plain() -> None:
    assert codec.encode_version(VersionFacts()) == b'{"form":1}'
    assert codec.encode_version(VersionFacts(yanked=Known("", "registry"), license=Known("MIT é", "deps.dev"))) == (
        b'{"form":1,"license":["MIT \\u00e9","deps.dev"],"yanked":["","registry"]}'
    )
    assert codec.encode_advisory(ADVISORY) == (
        b'{"affected":[["pkg:npm/a",null,["1","2"]]],"form":1,"id":"GHSA-1","source":"OSV"}'
    )


def test_a_time_without_a_zone_is_not_written() -> None:
    naive = datetime(2026, 1, 1)  # noqa: DTZ001
    with pytest.raises(ValueError, match="without a zone"):
        codec.encode_advisory(replace(ADVISORY, published=naive))
    first = datetime(1, 1, 1, tzinfo=timezone(timedelta(hours=1)))
    with pytest.raises(ValueError, match="beyond the calendar"):
        codec.encode_advisory(replace(ADVISORY, published=first))


def test_a_value_that_could_not_be_read_again_is_not_written() -> None:
    with pytest.raises(ValueError, match="without an id"):
        codec.encode_advisory(Advisory(""))
    with pytest.raises(ValueError, match="are kept"):
        codec.encode_advisory(replace(ADVISORY, summary="a" * codec.MAX_BYTES))
