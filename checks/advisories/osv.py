"""Reads advisories in the format of the OSV schema 1.7. Every field may be missing, hostile or of another type."""

import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from urllib.parse import quote

from checks.advisories.ecosystems import purl_of, release_of
from checks.model.advisory import Advisory, Affected, AffectedRange, Event, RangeKind, Vector

#: Characters of a summary that are kept.
MAX_SUMMARY = 300
_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:+-]{0,127}")
_ADDRESS = re.compile(r"https://[^\s\0-\x20\x7f-\xa0<>\"'()\[\]`\\]{1,500}")
_EVENTS = ("introduced", "fixed", "last_affected", "limit")
_KINDS = {kind.value: kind for kind in (RangeKind.SEMVER, RangeKind.ECOSYSTEM, RangeKind.GIT)}
#: No advisory is older.
_FIRST_YEAR = 1990
#: Collections of malware write where each report came from under this key (ossf/malicious-packages).
_MALWARE = "malicious-packages-origins"


class UnreadableAdvisory(ValueError):
    """A document that is no advisory: not an object, or without a usable id."""


def read_record(document: object, as_of: datetime | None, source: str = "OSV") -> Advisory:
    """The advisory in a parsed OSV document; `as_of` is when `source` was read (UTC).

    What cannot be understood of a range stays in it as `UNREADABLE`, so that nobody takes it for "not affected".
    Raises UnreadableAdvisory.
    """
    record = _object(document)
    id_ = _id(record.get("id"))
    if id_ is None:
        raise UnreadableAdvisory("an advisory has no usable id")
    aliases = _ids(record, "aliases")
    specific = _object(record.get("database_specific"))
    entries = [entry for entry in _list(record.get("affected")) if isinstance(entry, dict)]
    return Advisory(
        id=id_,
        aliases=aliases,
        upstream=_ids(record, "upstream"),
        summary=_summary(record),
        published=_moment(record.get("published")),
        modified=_moment(record.get("modified")),
        withdrawn=_moment(record.get("withdrawn")),
        severities=_vectors(record.get("severity")),
        rating=_text(specific.get("severity"))[:40] or None,
        affected=tuple(_affected(entry) for entry in entries),
        malicious=_MALWARE in specific or any(name.startswith("MAL-") for name in (id_, *aliases)),
        informational=_informational(entries),
        url=_url(id_, record),
        source=source,
        as_of=as_of,
    )


def _affected(entry: Mapping[str, object]) -> Affected:
    package = _object(entry.get("package"))
    ecosystem, name = _text(package.get("ecosystem")), _text(package.get("name"))
    ranges = tuple(_range(item) for item in _list(entry.get("ranges")))
    if any(not isinstance(entry.get(key, []), list) for key in ("ranges", "versions")):
        ranges = (*ranges, _UNREADABLE)
    return Affected(
        purl=purl_of(ecosystem, name, _text(package.get("purl"))),
        release=release_of(ecosystem),
        versions=frozenset(item for item in _list(entry.get("versions")) if isinstance(item, str)),
        ranges=ranges,
        severities=_vectors(entry.get("severity")),
    )


_UNREADABLE = AffectedRange(RangeKind.UNREADABLE, ())


def _range(value: object) -> AffectedRange:
    fields = _object(value)
    kind = _KINDS.get(_text(fields.get("type")))
    events = [event for item in _list(fields.get("events")) for event in _events(item)]
    if kind is None or None in events or not events:
        return _UNREADABLE
    repository = _text(fields.get("repo")) or None
    return AffectedRange(kind, tuple(event for event in events if event is not None), repository)


def _events(value: object) -> Iterator[Event | None]:
    """One event for each known key, None for what is no event; keys of later versions of the schema are left out."""
    fields = _object(value)
    if not fields:
        yield None
    for kind in _EVENTS:
        if kind in fields:
            version = fields[kind]
            yield Event(kind, version) if isinstance(version, str) and version else None


def _summary(record: Mapping[str, object]) -> str:
    """One line: the summary, or the first words of the details, which are Markdown."""
    text = _text(record.get("summary")) or _text(record.get("details"))[: 4 * MAX_SUMMARY].lstrip("# \n")
    line = " ".join(text[: 4 * MAX_SUMMARY].split())
    return line if len(line) <= MAX_SUMMARY else line[: MAX_SUMMARY - 1] + "…"


def _vectors(value: object) -> tuple[Vector, ...]:
    found = []
    for item in _list(value):
        fields = _object(item)
        system, score = _text(fields.get("type")), _text(fields.get("score"))
        if system and score:
            found.append(Vector(system[:40], score[:300]))
    return tuple(found)


def _informational(entries: list[dict[str, object]]) -> str | None:
    """RustSec's word for a record that is no vulnerability: `unmaintained`, `unsound`, `notice`."""
    words = {_text(_object(entry.get("database_specific")).get("informational")) for entry in entries}
    return words.pop()[:40] if len(words) == 1 and "" not in words else None


def _url(id_: str, record: Mapping[str, object]) -> str | None:
    """Where people can read it. Addresses that the record names count only for collections that nobody publishes."""
    if id_.startswith("GHSA-"):
        return f"https://github.com/advisories/{id_}"
    if not id_.startswith("x_"):
        return f"https://osv.dev/vulnerability/{quote(id_, safe='')}"
    for item in _list(record.get("references")):
        address = _text(_object(item).get("url"))
        if _ADDRESS.fullmatch(address):
            return address
    return None


def _ids(record: Mapping[str, object], key: str) -> tuple[str, ...]:
    found = (_id(item) for item in _list(record.get(key)))
    return tuple(dict.fromkeys(item for item in found if item is not None))


def _id(value: object) -> str | None:
    return value if isinstance(value, str) and _ID.fullmatch(value) else None


def _moment(value: object) -> datetime | None:
    """RFC 3339 as UTC; a time without offset is UTC. The Go database writes "unknown" as the year 1."""
    if not isinstance(value, str) or len(value) > 40:
        return None
    try:
        found = datetime.fromisoformat(value)
        found = found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)
    except (ValueError, OverflowError):
        return None
    return found if found.year >= _FIRST_YEAR else None


def _object(value: object) -> Mapping[str, object]:
    return value if isinstance(value, dict) else {}


def _list(value: object) -> list[object]:
    return value if isinstance(value, list) else []


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""
