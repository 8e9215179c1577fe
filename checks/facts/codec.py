"""Facts as bytes and back, for caches and facts files: one compact JSON object a value, the same bytes for the same
value. Every fact keeps its source and its age.

What a reader is given may be cut off, old or hostile; then it raises ValueError and nothing else. Fields that have
their default are left out, so a value that knows little is short.
"""

import json
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, date, datetime
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
_MAX_TEXT = 20_000
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
        releases=_known(value.releases, lambda releases: [_release(release) for release in releases]),
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
    """One advisory. Raises ValueError as `encode_version`."""
    return _encode(
        id=value.id,
        aliases=list(value.aliases),
        upstream=list(value.upstream),
        summary=value.summary,
        published=_moment(value.published),
        modified=_moment(value.modified),
        withdrawn=_moment(value.withdrawn),
        severities=[[vector.system, vector.score] for vector in value.severities],
        rating=value.rating,
        affected=[_affected(affected) for affected in value.affected],
        malicious=value.malicious,
        informational=value.informational,
        url=value.url,
        source=value.source,
        as_of=_moment(value.as_of),
    )


def decode_advisory(data: bytes) -> Advisory:
    """The value that `encode_advisory` wrote. Raises ValueError for anything else."""
    return _decode(data, _read_advisory)


def encode_exploited(value: Known[Exploited]) -> bytes:
    """An entry of the catalog of known exploited vulnerabilities."""
    entry = value.value
    return _encode(
        entry=_known(value, lambda _: [entry.added.isoformat(), _day(entry.due), entry.ransomware])
    )


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
_DEFAULTS: tuple[object, ...] = (None, [], "", False)


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
    return value.astimezone(UTC).isoformat().replace("+00:00", "Z")


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


def _release(release: Release) -> list[object]:
    published = _moment(release.published)
    return _trimmed([release.version, published, release.deprecated, release.yanked, release.license])


def _cycle(cycle: Cycle) -> list[object]:
    ends = (_day(cycle.released), _day(cycle.end_of_life), cycle.ended, _day(cycle.end_of_active_support))
    return _trimmed([cycle.name, *ends, cycle.latest, cycle.long_term or None, cycle.codename])


def _affected(affected: Affected) -> list[object]:
    ranges = [
        _trimmed([item.kind.value, [[event.kind, event.version] for event in item.events], item.repository])
        for item in affected.ranges
    ]
    severities = [[vector.system, vector.score] for vector in affected.severities]
    return _trimmed(
        [affected.purl, affected.release or None, sorted(affected.versions) or None, ranges or None, severities or None]
    )
