"""Advisories, and what is known of single vulnerabilities, as JSON values and back."""

from typing import Any

from checks.facts.codec.values import (
    day,
    moment,
    pairs,
    read_day,
    read_flag,
    read_number,
    read_optional,
    read_optional_day,
    read_optional_moment,
    read_rows,
    read_text,
    read_texts,
    read_vectors,
    trimmed,
    vectors,
)
from checks.model.advisory import Advisory, Affected, AffectedRange, Event, Exploited, Likelihood, RangeKind

_KINDS = {kind.value: kind for kind in RangeKind}
_NO_VERSIONS: frozenset[str] = frozenset()


def write_advisory(value: Advisory) -> dict[str, object]:
    """The fields of an advisory; those without a value are None or empty."""
    if not value.id:
        raise ValueError("an advisory without an id")
    return {
        "id": value.id,
        "aliases": list(value.aliases),
        "upstream": list(value.upstream),
        "summary": value.summary or None,
        "published": moment(value.published),
        "modified": moment(value.modified),
        "withdrawn": moment(value.withdrawn),
        "severities": vectors(value.severities),
        "rating": value.rating,
        "affected": [_affected(affected) for affected in value.affected],
        "malicious": value.malicious,
        "informational": value.informational,
        "url": value.url,
        "source": value.source or None,
        "as_of": moment(value.as_of),
    }


def read_advisory(found: dict[str, Any]) -> Advisory:
    """The advisory in `found`, which loses every field that was read. Raises ValueError and its like."""
    take = found.pop
    return Advisory(
        read_text(take("id") or None),
        read_texts(take("aliases", ())),
        read_texts(take("upstream", ())),
        read_text(take("summary", "")),
        read_optional_moment(take("published", None)),
        read_optional_moment(take("modified", None)),
        read_optional_moment(take("withdrawn", None)),
        read_vectors(take("severities", ())),
        read_optional(take("rating", None)),
        tuple([_read_affected(*row) for row in read_rows(take("affected", []))]),
        read_flag(take("malicious", False)),
        read_optional(take("informational", None)),
        read_optional(take("url", None)),
        read_text(take("source", "")),
        read_optional_moment(take("as_of", None)),
    )


def write_exploited(value: Exploited) -> list[object]:
    return [value.added.isoformat(), day(value.due), value.ransomware]


def read_exploited(row: Any) -> Exploited:
    added, due, ransomware = row
    return Exploited(read_day(added), read_optional_day(due), read_flag(ransomware))


def write_likelihood(value: Likelihood) -> list[object]:
    return [value.probability, value.percentile]


def read_likelihood(row: Any) -> Likelihood:
    probability, percentile = map(read_number, row)
    if not (0 <= probability <= 1 and 0 <= percentile <= 1):
        raise ValueError("a probability that is none")
    return Likelihood(probability, percentile)


def _affected(affected: Affected) -> list[object]:
    ranges = [
        trimmed(
            [item.kind.value, [word for event in item.events for word in (event.kind, event.version)], item.repository]
        )
        for item in affected.ranges
    ]
    versions, severities = sorted(affected.versions), vectors(affected.severities)
    return trimmed([affected.purl, affected.release or None, versions or None, ranges or None, severities or None])


def _read_affected(
    purl: Any, release: Any = None, versions: Any = None, ranges: Any = (), severities: Any = ()
) -> Affected:
    return Affected(
        read_text(purl),
        "" if release is None else read_text(release),
        frozenset(read_texts(versions)) if versions else _NO_VERSIONS,
        tuple([_read_range(*row) for row in read_rows(ranges)]) if ranges else (),
        read_vectors(severities),
    )


def _read_range(kind: Any, events: Any, repository: Any = None) -> AffectedRange:
    return AffectedRange(_KINDS[kind], tuple(map(Event, *pairs(read_texts(events)))), read_optional(repository))
