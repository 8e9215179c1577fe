"""Facts as bytes and back, for caches and facts files: one compact JSON object a value, the same bytes for the same
value. Every fact keeps its source and its age.

What a reader is given may be cut off, old or hostile; then it raises ValueError and nothing else. Fields that have
their default are left out, so a value that knows little is short.
"""

import json
from collections.abc import Callable, Iterable
from datetime import UTC, date, datetime
from functools import lru_cache
from itertools import repeat
from math import isfinite
from typing import Any, NoReturn, TypeVar

from checks.model.advisory import (
    Advisory,
    Affected,
    AffectedRange,
    Event,
    Exploited,
    Likelihood,
    RangeKind,
    Vector,
)
from checks.model.facts import (
    ANYTHING,
    NOTHING,
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
    Want,
)

T = TypeVar("T")

#: Raised when what is written changes its meaning; a value of another form is not read.
FORM = 1
#: Of one value (bytes): 100,000 releases of a package.
MAX_BYTES = 16_000_000
_KINDS = {kind.value: kind for kind in RangeKind}
_STANDINGS = {standing.value: standing for standing in Standing}


def encode_version(value: VersionFacts) -> bytes:
    """What is known of a package version. Raises ValueError for a time without zone and for more than MAX_BYTES."""
    return _encode(
        license=_known(value.license),
        opinions=[_known(item) for item in value.opinions],
        texts=_known(value.texts, lambda texts: [[t.path, t.sha256, t.license, t.similarity] for t in texts]),
        published=_known(value.published, _moment),
        deprecated=_known(value.deprecated),
        yanked=_known(value.yanked),
        advisories=_known(value.advisories, list),
        gaps=[_gap(gap) for gap in value.gaps],
    )


def decode_version(data: bytes) -> VersionFacts:
    """The value that `encode_version` wrote. Raises ValueError for anything else."""
    return _decode(data, _read_version)


def encode_package(value: PackageFacts) -> bytes:
    """What is known of a package. Raises ValueError as `encode_version`."""
    return _encode(
        releases=_known(value.releases, _columns),
        latest=_known(value.latest),
        status=_known(value.status, lambda status: [status.standing.value, status.reason]),
        replaced_by=_known(value.replaced_by),
        repository=_known(value.repository),
        archived=_known(value.archived),
        scorecard=_known(
            value.scorecard, lambda card: [card.overall, [[c.name, c.score, c.reason] for c in card.checks]]
        ),
        maintainers=_known(value.maintainers),
        dependents=_known(value.dependents),
        cycles=_known(value.cycles, lambda cycles: [_cycle(cycle) for cycle in cycles]),
        gaps=[_gap(gap) for gap in value.gaps],
    )


def decode_package(data: bytes) -> PackageFacts:
    """The value that `encode_package` wrote. Raises ValueError for anything else."""
    return _decode(data, _read_package)


def encode_advisory(value: Advisory) -> bytes:
    """One advisory. Raises ValueError as `encode_version`, and for one without an id."""
    if not value.id:
        raise ValueError("an advisory without an id")
    return _encode(
        id=value.id,
        aliases=list(value.aliases),
        upstream=list(value.upstream),
        summary=value.summary or None,
        published=_moment(value.published),
        modified=_moment(value.modified),
        withdrawn=_moment(value.withdrawn),
        severities=_flat(value.severities),
        rating=value.rating,
        affected=[_affected(affected) for affected in value.affected],
        malicious=value.malicious,
        informational=value.informational,
        url=value.url,
        source=value.source or None,
        as_of=_moment(value.as_of),
    )


def decode_advisory(data: bytes) -> Advisory:
    """The value that `encode_advisory` wrote. Raises ValueError for anything else."""
    return _decode(data, _read_advisory)


def encode_exploited(value: Known[Exploited]) -> bytes:
    """An entry of the catalog of known exploited vulnerabilities."""
    entry = value.value
    return _encode(entry=_known(value, lambda _: [entry.added.isoformat(), _day(entry.due), entry.ransomware]))


def decode_exploited(data: bytes) -> Known[Exploited]:
    """The value that `encode_exploited` wrote. Raises ValueError for anything else."""
    return _decode(data, lambda found: _required(_read_known(found.pop("entry"), _read_exploited)))


def encode_likelihood(value: Known[Likelihood]) -> bytes:
    """How likely the exploitation of a vulnerability is."""
    return _encode(entry=_known(value, lambda entry: [entry.probability, entry.percentile]))


def decode_likelihood(data: bytes) -> Known[Likelihood]:
    """The value that `encode_likelihood` wrote. Raises ValueError for anything else."""
    return _decode(data, lambda found: _required(_read_known(found.pop("entry"), _read_likelihood)))


# -- writing


def _encode(**fields: object) -> bytes:
    document = {"form": FORM, **{name: value for name, value in fields.items() if value not in _DEFAULTS}}
    text = json.dumps(document, separators=(",", ":"), sort_keys=True, ensure_ascii=True, allow_nan=False)
    if len(text) > MAX_BYTES:
        raise ValueError(f"a value of {len(text):,} bytes; {MAX_BYTES:,} are kept")
    return text.encode("ascii")


#: What is left out; a fact that is false or 0 is a list and stays.
_DEFAULTS: tuple[object, ...] = (None, [], False)


def _known(fact: Known[T] | None, write: Callable[[T], object] | None = None) -> list[object] | None:
    if fact is None:
        return None
    value = write(fact.value) if write else fact.value
    return [value, fact.source, _moment(fact.as_of)] if fact.as_of else [value, fact.source]


def _moment(value: datetime | None) -> str | None:
    if value is None:
        return None
    if value.tzinfo is None:
        raise ValueError("a time without a zone")
    try:
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
    except OverflowError:
        raise ValueError("a time beyond the calendar") from None


def _day(value: date | None) -> str | None:
    return value.isoformat() if value else None


def _gap(gap: Gap) -> list[object]:
    about = [want.name for want in Want if want & gap.about] if gap.about != ANYTHING else None
    return [gap.source, gap.reason, _moment(gap.retry_at), about]


def _trimmed(row: list[object]) -> list[object]:
    """Without the empty columns at the end."""
    while row and row[-1] is None:
        row.pop()
    return row


def _columns(releases: tuple[Release, ...]) -> list[object]:
    """A column for each field, because a package can have thousands of versions; None for a column without values."""
    columns: tuple[list[Any], ...] = (
        [release.version for release in releases],
        [_moment(release.published) for release in releases],
        [release.deprecated for release in releases],
        [release.yanked for release in releases],
        [release.license for release in releases],
    )
    return [columns[0], *(column if any(item is not None for item in column) else None for column in columns[1:])]


def _cycle(cycle: Cycle) -> list[object]:
    ends = (_day(cycle.released), _day(cycle.end_of_life), cycle.ended, _day(cycle.end_of_active_support))
    return _trimmed([cycle.name, *ends, cycle.latest, cycle.long_term or None, cycle.codename])


def _affected(affected: Affected) -> list[object]:
    ranges = [
        _trimmed(
            [item.kind.value, [word for event in item.events for word in (event.kind, event.version)], item.repository]
        )
        for item in affected.ranges
    ]
    versions, severities = sorted(affected.versions), _flat(affected.severities)
    return _trimmed([affected.purl, affected.release or None, versions or None, ranges or None, severities or None])


def _flat(vectors: Iterable[Vector]) -> list[object]:
    """Pairs in one list: half the time of a list for each, and advisories are many."""
    return [word for vector in vectors for word in (vector.system, vector.score)]


# -- reading


def _decode(data: bytes, read: Callable[[dict[str, Any]], T]) -> T:
    if len(data) > MAX_BYTES:
        raise ValueError(f"not a fact: it has more than {MAX_BYTES:,} bytes")
    try:
        found = _LOAD(data.decode("ascii"))
        if type(found) is not dict or found.pop("form") != FORM:
            raise ValueError("another form")
        value = read(found)
        if found:
            raise ValueError("a field that is not known")
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError, OverflowError) as error:
        raise ValueError(f"not a fact: {type(error).__name__}: {error}"[:200]) from None
    return value


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is no JSON value")


_LOAD = json.JSONDecoder(parse_constant=_no_constant).decode


def _read_version(found: dict[str, Any]) -> VersionFacts:
    take = found.pop
    return VersionFacts(
        license=_read_known(take("license", None), _text),
        opinions=tuple([_required(_read_known(item, _text)) for item in _rows(take("opinions", []))]),
        texts=_read_known(take("texts", None), _read_texts),
        published=_read_known(take("published", None), _read_moment),
        deprecated=_read_known(take("deprecated", None), _text),
        yanked=_read_known(take("yanked", None), _text),
        advisories=_read_known(take("advisories", None), _texts),
        gaps=tuple([_read_gap(*row) for row in _rows(take("gaps", []))]),
    )


def _read_package(found: dict[str, Any]) -> PackageFacts:
    take = found.pop
    return PackageFacts(
        releases=_read_known(take("releases", None), _read_releases),
        latest=_read_known(take("latest", None), _text),
        status=_read_known(take("status", None), lambda row: Status(_STANDINGS[row[0]], _text(row[1]))),
        replaced_by=_read_known(take("replaced_by", None), _text),
        repository=_read_known(take("repository", None), _text),
        archived=_read_known(take("archived", None), _flag),
        scorecard=_read_known(take("scorecard", None), lambda row: _read_scorecard(*row)),
        maintainers=_read_known(take("maintainers", None), _count),
        dependents=_read_known(take("dependents", None), _count),
        cycles=_read_known(take("cycles", None), lambda rows: tuple([_read_cycle(*row) for row in _rows(rows)])),
        gaps=tuple([_read_gap(*row) for row in _rows(take("gaps", []))]),
    )


def _read_advisory(found: dict[str, Any]) -> Advisory:
    take = found.pop
    rating, informational, url = take("rating", None), take("informational", None), take("url", None)
    return Advisory(
        _text(take("id") or None),
        _texts(take("aliases", ())),
        _texts(take("upstream", ())),
        _text(take("summary", "")),
        _optional_moment(take("published", None)),
        _optional_moment(take("modified", None)),
        _optional_moment(take("withdrawn", None)),
        _vectors(take("severities", ())),
        _optional(rating),
        tuple([_read_affected(*row) for row in _rows(take("affected", []))]),
        _flag(take("malicious", False)),
        _optional(informational),
        _optional(url),
        _text(take("source", "")),
        _optional_moment(take("as_of", None)),
    )


def _read_affected(
    purl: Any, release: Any = None, versions: Any = None, ranges: Any = (), severities: Any = ()
) -> Affected:
    return Affected(
        _text(purl),
        "" if release is None else _text(release),
        frozenset(_texts(versions)) if versions else _NO_VERSIONS,
        tuple([_read_range(*row) for row in _rows(ranges)]) if ranges else (),
        _vectors(severities),
    )


_NO_VERSIONS: frozenset[str] = frozenset()


def _read_range(kind: Any, events: Any, repository: Any = None) -> AffectedRange:
    return AffectedRange(_KINDS[kind], tuple(map(Event, *_pairs(_texts(events)))), _optional(repository))


def _read_releases(columns: Any) -> tuple[Release, ...]:
    versions, published, *others = columns
    names = _texts(versions)
    times = [None] * len(names) if published is None else list(map(_optional_moment, published))
    rest = [_column(column, len(names)) for column in others]
    if len(rest) != 3 or len(times) != len(names):
        raise ValueError("columns of different lengths")
    return tuple(map(Release, names, times, *rest))


def _column(values: Any, length: int) -> Iterable[str | None]:
    if values is None:
        return repeat(None, length)
    if type(values) is not list or len(values) != length or not set(map(type, values)) <= _TEXT_OR_NONE:
        raise ValueError("a column that is none")
    return values


def _read_cycle(
    name: Any,
    released: Any = None,
    ends: Any = None,
    ended: Any = None,
    active: Any = None,
    latest: Any = None,
    long_term: Any = None,
    codename: Any = None,
) -> Cycle:
    return Cycle(
        _text(name),
        _optional_day(released),
        _optional_day(ends),
        None if ended is None else _flag(ended),
        _optional_day(active),
        _optional(latest),
        long_term is not None and _flag(long_term),
        _optional(codename),
    )


def _read_scorecard(overall: Any, checks: Any) -> Scorecard:
    found = [
        Score(_text(name), None if score is None else _number(score), _text(why)) for name, score, why in _rows(checks)
    ]
    return Scorecard(None if overall is None else _number(overall), tuple(found))


def _read_texts(rows: Any) -> tuple[LicenseText, ...]:
    return tuple(
        [
            LicenseText(_text(path), _text(sha256), _optional(license_), _number(similarity))
            for path, sha256, license_, similarity in _rows(rows)
        ]
    )


def _read_gap(source: Any, reason: Any, retry_at: Any, about: Any) -> Gap:
    want = ANYTHING
    if about is not None:
        want = NOTHING
        for name in _texts(about):
            want |= Want[name]
    return Gap(_text(source), _text(reason), _optional_moment(retry_at), want)


def _read_exploited(row: Any) -> Exploited:
    added, due, ransomware = row
    return Exploited(_read_day(added), _optional_day(due), _flag(ransomware))


def _read_likelihood(row: Any) -> Likelihood:
    probability, percentile = map(_number, row)
    if not (0 <= probability <= 1 and 0 <= percentile <= 1):
        raise ValueError("a probability that is none")
    return Likelihood(probability, percentile)


def _read_known(row: Any, read: Callable[[Any], T]) -> Known[T] | None:
    if row is None:
        return None
    if type(row) is not list:
        raise ValueError("a fact that is no list")
    if len(row) == 2:
        return Known(read(row[0]), _text(row[1]))
    value, source, as_of = row
    return Known(read(value), _text(source), _read_moment(as_of))


def _required(value: T | None) -> T:
    if value is None:
        raise ValueError("a fact is missing")
    return value


def _rows(values: Any) -> list[list[Any]]:
    """A list of lists: a text would be taken for a row of letters."""
    if type(values) is not list or not set(map(type, values)) <= _LIST:
        raise ValueError("a value that is no list of lists")
    return values


def _text(value: Any) -> str:
    if type(value) is not str:
        raise ValueError("a value that is no text")
    return value


def _texts(values: Any) -> tuple[str, ...]:
    """A list; a text would be a sequence of letters, a mapping one of keys."""
    if values == ():
        return ()
    if type(values) is not list or not set(map(type, values)) <= _TEXT:
        raise ValueError("a value that is no list of texts")
    return tuple(values)


_TEXT = {str}
_LIST = {list}
_TEXT_OR_NONE = {str, type(None)}


def _optional(value: Any) -> str | None:
    return None if value is None else _text(value)


def _vectors(words: Any) -> tuple[Vector, ...]:
    if not words:
        return ()
    found = _texts(words)
    return _same_vectors(found) if sum(map(len, found)) < 1_000 else _same_vectors.__wrapped__(found)


@lru_cache(maxsize=4096)
def _same_vectors(words: tuple[str, ...]) -> tuple[Vector, ...]:
    """Thousands of advisories share a few hundred severities."""
    return tuple(map(Vector, *_pairs(words)))


def _pairs(words: tuple[str, ...]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    if len(words) % 2:
        raise ValueError("a pair without its second part")
    return words[::2], words[1::2]


def _flag(value: Any) -> bool:
    if type(value) is not bool:
        raise ValueError("a value that is neither true nor false")
    return value


def _count(value: Any) -> int:
    if type(value) is not int or value < 0:
        raise ValueError("a value that counts nothing")
    return value


def _number(value: Any) -> float:
    if type(value) not in (int, float) or not isfinite(value):
        raise ValueError("a value that is no number")
    return float(value)


def _read_moment(value: Any) -> datetime:
    if type(value) is not str or not value.endswith("Z"):
        raise ValueError("a value that is no time in UTC")
    return datetime.fromisoformat(value)


def _optional_moment(value: Any) -> datetime | None:
    return None if value is None else _read_moment(value)


def _read_day(value: Any) -> date:
    if type(value) is not str or len(value) != 10:
        raise ValueError("a value that is no day")
    return date.fromisoformat(value)


def _optional_day(value: Any) -> date | None:
    return None if value is None else _read_day(value)
