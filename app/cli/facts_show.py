"""`ospo-gate facts show`: what a facts file holds of a package, with source and age of each fact; or of itself."""

import argparse
import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict, is_dataclass
from datetime import UTC, date, datetime
from enum import Enum
from pathlib import Path
from typing import Any

from app.cli.output import say
from app.facts.container import FactsFile
from app.facts.file import FileFacts, open_facts
from app.settings import command_environment
from checks.model.errors import UsageError
from checks.model.facts import ANYTHING, Facts, PackageKey, Want
from checks.model.packages import Known, PackageFacts, VersionFacts
from checks.model.phrase import visible
from checks.model.purl import package, parse
from checks.render.english import age, counted, listed, moment

_WIDEST = 48
_NOTHING = "–"
#: What of an advisory people see at a glance.
_SUMMARY = 60


def show(options: argparse.Namespace) -> int:
    """0; 1 where the file holds nothing about the package."""
    file = _file(options)
    now = datetime.now(UTC)
    if options.package is None:
        say(_json(_header(file)) if options.format == "json" else "\n".join(_summary(file, now)) + "\n")
        return 0
    purl, version = _package(options.package)
    keys: dict[PackageKey, Want] = dict.fromkeys(_versions(file, purl, version), ANYTHING & ~Want.TEXTS)
    facts = FileFacts(file).look_up(keys)
    if options.format == "json":
        say(_json(_document(purl, facts)))
    else:
        say("\n".join(_text(purl, facts, now)) + "\n")
    return 0 if _entries(facts.package(purl)) or any(map(_entries, facts.versions.values())) else 1


def _file(options: argparse.Namespace) -> FactsFile:
    path = Path(options.facts) if options.facts else command_environment().facts
    if path is None:
        raise UsageError("facts show: name the file with --facts FILE", hint="Or set OSPO_GATE_FACTS.")
    return open_facts(path)


def _package(text: str) -> PackageKey:
    try:
        type_, namespace, name, version = parse(text if text.startswith("pkg:") else f"pkg:{text}")
    except ValueError:
        raise UsageError(f"'{text}' is no package", hint="Write it as a package URL: pkg:npm/left-pad@1.3.0") from None
    return package(type_, name, namespace), version


def _versions(file: FactsFile, purl: str, version: str | None) -> list[PackageKey]:
    """The version that is asked for, or every one that is in the file, or the package alone."""
    if version is not None:
        return [(purl, version)]
    start = f"{purl}@"
    return [
        (purl, record.key.key.removeprefix(start))
        for record in file.every()
        if record.key.kind == "version" and record.key.key.startswith(start)
    ] or [(purl, None)]


def _entries(known: VersionFacts | PackageFacts) -> dict[str, Known[Any]]:
    found = {name: getattr(known, name) for name in known.__slots__}
    facts = {name: entry for name, entry in found.items() if isinstance(entry, Known)}
    opinions = known.opinions if isinstance(known, VersionFacts) else ()
    return facts | {f"opinion {number}": entry for number, entry in enumerate(opinions, 1)}


def _text(purl: str, facts: Facts, now: datetime) -> Iterator[str]:
    yield visible(purl)
    yield from _facts(facts.package(purl), facts, now)
    for (_, version), known in facts.versions.items():
        yield f"{visible(purl)} {visible(version or '')}"
        yield from _facts(known, facts, now)


def _facts(known: VersionFacts | PackageFacts, facts: Facts, now: datetime) -> Iterator[str]:
    for name, entry in _entries(known).items():
        old = f"{age(now - entry.as_of)} old" if entry.as_of else ""
        yield f"  {name:<12} {_short(entry.value):<{_WIDEST}}  {visible(entry.source)}  {old}".rstrip()
        if name == "advisories":
            for id_ in entry.value:
                summary = facts.advisories[id_].summary if id_ in facts.advisories else ""
                yield f"    {visible(id_)}  {visible(summary, _SUMMARY)}".rstrip()
    for gap in known.gaps:
        about = listed([str(want.name).lower() for want in Want if want & gap.about])
        yield f"  {'not known':<12} {about}  {visible(gap.source)}: {visible(gap.reason)}"


def _short(value: object) -> str:
    if isinstance(value, datetime):
        return moment(value)
    if isinstance(value, tuple):
        return f"{len(value):,}"
    if is_dataclass(value):
        first = next(iter(asdict(value).values()))  # type: ignore[arg-type]
        return visible(str(first), _WIDEST)
    return visible(str(value), _WIDEST) or _NOTHING


def _summary(file: FactsFile, now: datetime) -> Iterator[str]:
    header = file.header
    yield f"{visible(file.name)}, made {moment(header.made_at)} ({age(now - header.made_at)} ago)"
    yield ""
    counts = header.counts
    yield f"  {counted(counts.get('version', 0), 'package version')}"
    yield f"  {counted(counts.get('advisories', 0), 'package')} with all advisories about them"
    yield f"  {counted(counts.get('advisory', 0), 'advisory')}"
    if header.complete:
        yield f"  every advisory about {listed(header.complete)}"
    yield ""
    for source, read in header.read.items():
        yield f"  {visible(source):<20} {age(now - read)} old"


def _header(file: FactsFile) -> dict[str, object]:
    header = file.header
    return {
        "schema": 1,
        "made_at": header.made_at,
        "sources": dict(header.read),
        "complete": list(header.complete),
        "records": dict(header.counts),
    }


def _document(purl: str, facts: Facts) -> dict[str, object]:
    return {
        "schema": 1,
        "package": purl,
        "facts": _values(facts.package(purl)),
        "versions": {version: _values(known) for (_, version), known in facts.versions.items()},
        "advisories": {id_: asdict(advisory) for id_, advisory in facts.advisories.items()},
        "exploited": {cve: asdict(known) for cve, known in facts.exploited.items()},
        "likelihoods": {cve: asdict(known) for cve, known in facts.likelihoods.items()},
    }


def _values(known: VersionFacts | PackageFacts) -> dict[str, object]:
    gaps = [{"source": gap.source, "reason": gap.reason, "about": gap.about} for gap in known.gaps]
    return {name: asdict(entry) for name, entry in _entries(known).items()} | {"gaps": gaps}


def _json(document: Mapping[str, object]) -> str:
    return json.dumps(document, indent=2, sort_keys=True, default=_plain) + "\n"


def _plain(value: object) -> object:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Want):
        return [str(want.name).lower() for want in Want if want & value]
    if isinstance(value, Enum):
        return value.value
    return sorted(value) if isinstance(value, frozenset) else str(value)
