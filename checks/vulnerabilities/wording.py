"""What is said about the vulnerabilities of a package version: one sentence, a headline, and each as evidence."""

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from typing import Any

from checks.advisories.groups import Vulnerability
from checks.advisories.severity import Severity
from checks.model.finding import Evidence
from checks.model.packages import Known
from checks.model.phrase import Foreign, Phrase, join, say
from checks.vulnerabilities.case import Case

#: How many vulnerabilities a sentence names, and how many the evidence lists.
NAMED, LISTED = 3, 40
_HEADLINE, _SUMMARY, _LABEL, _VERSION, _ID = 80, 100, 24, 16, 60


def about(case: Case) -> Phrase:
    """`lodash 4.17.20`."""
    version = case.change.version
    return say("{} {}", case.change.name, version) if version else say("{}", case.change.name)


def listing(items: Sequence[Vulnerability]) -> Phrase:
    """`CVE-2021-23337 (high 7.2: Command injection)`, `5 vulnerabilities: CVE-A (critical 9.8), …, and 2 more`."""
    if len(items) == 1:
        summary = _cut(items[0].summary, _SUMMARY)
        return say("{} ({}: {})", name(items[0]), (rated(items[0]),), summary) if summary else _named(items[0])
    return (f"{len(items):,} vulnerabilities: ", *_first(items, _named))


def labels(items: Sequence[Vulnerability]) -> Phrase:
    """`CVE-A, CVE-B, CVE-C and 2 more`."""
    return _first(items, lambda item: say("{}", name(item)))


def name(item: Vulnerability) -> str:
    """What it is called, at the length that real names have."""
    return _cut(item.label, _ID)


def _first(items: Sequence[Vulnerability], words: Callable[[Vulnerability], Phrase]) -> Phrase:
    named = [words(item) for item in items[:NAMED]]
    if len(items) > NAMED:
        named.append((f"{len(items) - NAMED:,} more",))
    return join(named, last=" and ")


def _named(item: Vulnerability) -> Phrase:
    return say("{} ({})", name(item), (rated(item),))


def rated(item: Vulnerability) -> str:
    """`critical 9.8`, `high`, `not rated`."""
    severity, score = item.rating.severity, item.rating.score
    if severity is None:
        return "not rated"
    word = "informational" if severity is Severity.NONE else str(severity)
    return f"{word} {score:.1f}" if score is not None else word


def remedy(case: Case, items: Sequence[Vulnerability], *, must: bool) -> Phrase:
    """What to do about all of them: `update to 4.17.21, which fixes it`. `must`: whether something is to be done."""
    it = {1: "it", 2: "both"}.get(len(items), "all of them")
    fix = case.fix(items)
    if fix:
        return say("update to {}, which fixes " + it, fix)
    return (f"no version is known that fixes {it}{': use another package, or ask for a waiver' if must else ''}",)


def told_by(case: Case, items: Sequence[Vulnerability]) -> Phrase:
    """Who reports it, where that is a server of the organization alone."""
    reported = {record.id for record in case.reported}
    named = frozenset(case.named.value if case.named else ())
    alone = [item for item in items if all(record.id in reported - named for record in item.records)]
    if not alone:
        return ()
    which = "which" if len(alone) == len(items) else f"{len(alone):,} of which"
    return say(", " + which + " {} reports", case.reported[0].source)


def headline(case: Case, items: Sequence[Vulnerability], tail: str) -> Phrase:
    """`lodash 4.17.20: CVE-2021-23337 exploited`, `lodash 4.17.20: 3 vulnerabilities exploited`."""
    return shortened(case, (": ", *counted(items), tail))


def counted(items: Sequence[Vulnerability]) -> Phrase:
    """`CVE-2021-23337`, `3 vulnerabilities`."""
    return say("{}", _cut(items[0].label, _LABEL)) if len(items) == 1 else (f"{len(items):,} vulnerabilities",)


def shortened(case: Case, rest: Phrase) -> Phrase:
    """The package and `rest`, in at most 80 characters."""
    version = f" {_cut(case.change.version, _VERSION)}" if case.change.version else ""
    room = _HEADLINE - len(version) - sum(map(len, rest))
    return (*say("{}{}", _cut(case.change.name, room), version), *rest)


def evidence(case: Case, items: Sequence[Vulnerability]) -> Iterator[Evidence]:
    """Each vulnerability with its severity, its other names, what fixes it and where to read it; then who said so."""
    for item in items[:LISTED]:
        yield _line(item, case.fix([item]) or "")
    yield from _rest(items)
    if case.named is not None:
        yield Evidence("advisories", (f"{len(case.named.value):,} named for this version",), source(case.named))
    shown = {record.id for item in items for record in item.records}
    if reported := [record for record in case.reported if record.id in shown]:
        known = Known((), reported[0].source, reported[0].as_of)
        yield Evidence("findings", (f"{len(reported):,} reported for this version",), source(known))


def fixed(items: Sequence[Vulnerability]) -> Iterator[Evidence]:
    """Each vulnerability that is no longer there."""
    for item in items[:LISTED]:
        yield _line(item)
    yield from _rest(items)


def _line(item: Vulnerability, fix: str | None = None) -> Evidence:
    """`CVE-2021-23337 (also GHSA-35jh-r3h4-6jhm): Command Injection in lodash; fixed in 4.17.21`.

    `fix` is empty where none is known, and None where nobody asks.
    """
    parts: list[str] = [Foreign(name(item))]
    for place, other in enumerate(sorted(item.names - {item.label})[:NAMED]):
        parts += (", " if place else " (also ", Foreign(_cut(other, _ID)))
    summary = _cut(item.summary, _SUMMARY)
    if summary:
        parts += ("): " if len(parts) > 1 else ": ", Foreign(summary))
    elif len(parts) > 1:
        parts.append(")")
    if fix:
        parts += ("; fixed in ", Foreign(fix))
    elif fix is not None:
        parts.append("; no fix is known")
    what = f"{rated(item)}, {item.rating.system}" if item.rating.system else rated(item)
    return Evidence(what, tuple(parts), (Foreign(item.url),) if item.url else ())


def _rest(items: Sequence[Vulnerability]) -> Iterator[Evidence]:
    if len(items) > LISTED:
        yield Evidence("not listed", (f"{len(items) - LISTED:,} more",))


def source(known: Known[Any]) -> Phrase:
    """`OSV, 2026-11-20`."""
    return say("{}" + (f", {day(known.as_of)}" if known.as_of else ""), known.source)


def day(moment: datetime) -> str:
    """`2026-11-20`."""
    return f"{moment:%Y-%m-%d}"


def _cut(text: str, length: int) -> str:
    text = text.strip().removesuffix(".")
    return text if len(text) <= length else text[: max(length - 1, 0)].rstrip() + "…"
