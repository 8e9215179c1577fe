"""A facts file as a source of facts about packages: what a verdict takes from the network, without one."""

import os
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Any, TypeVar

from app.facts.container import FactsFile, UnreadableFacts
from app.facts.file_records import (
    OF_ONE,
    advisories_key,
    advisories_key_of,
    advisory_key,
    cves,
    package_key,
    version_key,
)
from app.facts.kinds import PACKAGE_KINDS
from app.facts.merge import merged
from app.ports import FactKey, FactRecord
from checks.advisories.ecosystems import identity
from checks.advisories.matching import affects
from checks.facts import epss, kev, osv
from checks.facts.codec import (
    decode_advisory,
    decode_exploited,
    decode_likelihood,
    decode_package,
    decode_version,
)
from checks.model.advisory import Advisory
from checks.model.facts import NOTHING, Facts, PackageKey, Questions, SourceState, Want
from checks.model.packages import Gap, Known, PackageFacts, VersionFacts
from checks.model.purl import type_of
from checks.render.english import day

T = TypeVar("T")

#: The name of gaps that are of the file and of no source in it.
SOURCE = "facts file"
#: Of a whole file (bytes).
MAX_FILE = 256_000_000


def open_facts(path: Path) -> FactsFile:
    """The file at `path`. Raises `UnreadableFacts`: whoever names a file must not be judged without it."""
    try:
        with path.open("rb") as file:
            data = file.read(MAX_FILE + 1)
    except FileNotFoundError:
        hint = "Make it with: ospo-gate facts build --for PATH --output FILE"
        raise UnreadableFacts(f"there is no facts file {path}", hint=hint) from None
    except OSError as error:
        raise UnreadableFacts(f"the facts file {path} cannot be read: {error.strerror}") from None
    if len(data) > MAX_FILE:
        raise UnreadableFacts(f"the facts file {path} is larger than {MAX_FILE // 1_000_000} MB", hint="Build it anew.")
    return FactsFile(data, str(path))


def save(path: Path, pieces: Iterable[bytes]) -> int:
    """Write the file and return its size (bytes); who reads it at the same time, or later if this is interrupted, finds
    the old one. Raises `UnreadableFacts`."""
    half = path.with_name(f".{path.name}.{os.getpid()}.new")
    try:
        with half.open("xb") as file:
            for piece in pieces:
                file.write(piece)
            file.flush()
            os.fsync(file.fileno())
            size = file.tell()
        half.replace(path)
    except OSError as error:
        raise UnreadableFacts(f"the facts file {path} cannot be written: {error.strerror}") from None
    finally:
        half.unlink(missing_ok=True)
    return size


class FileFacts:
    """Implements `PackageSource` over a facts file. What it does not hold is a gap, never "nothing is known"."""

    def __init__(self, file: FactsFile) -> None:
        self.file = file
        self._missing = f"it is not in the facts file of {day(file.header.made_at)}"

    async def answer(self, questions: Questions, private: Collection[str] = ()) -> Facts:
        """As `PackageSource.answer`; nobody outside learns of it, so private packages are answered too."""
        return self.look_up(questions)

    def look_up(self, questions: Questions) -> Facts:
        """What the file knows. Raises `UnreadableFacts` where it is damaged."""
        found = {**self.file.find(list(_keys(questions)))}
        found.update(self.file.find(_lists_of_releases(questions, found)))
        named_by = self._lists(questions, found)
        advisories = self._advisories(named_by.values())
        packages = {purl: self._package(purl, want, found) for purl, want in _packages(questions).items()}
        versions: dict[PackageKey, VersionFacts] = {
            (purl, version): self._version(purl, version, want, found, named_by, advisories)
            for (purl, version), want in questions.items()
            if version is not None and want.of_version
        }
        named = {id_ for known in versions.values() if known.advisories for id_ in known.advisories.value}
        facts = Facts(versions, packages, {id_: advisories[id_] for id_ in named if id_ in advisories})
        exploited = self.exploitation(facts)
        return merged((facts, exploited, Facts(sources=tuple(_states(facts)))))

    def _version(
        self,
        purl: str,
        version: str,
        want: Want,
        found: Mapping[FactKey, FactRecord],
        named_by: Mapping[FactKey, VersionFacts],
        advisories: Mapping[str, Advisory],
    ) -> VersionFacts:
        of_one, of_advisories = _parts(want)
        record = found.get(version_key(purl, version)) if of_one else None
        known = decoded(record, decode_version)
        missing = _without(of_one, record)
        if known is None:
            known = _listed(version, decoded(found.get(package_key("releases", purl)), decode_package))
            missing &= ~_told(known)
        gaps = [gap for gap in known.gaps if gap.about & want]
        judged = None
        if of_advisories:
            named, silent = self._named(purl, version, named_by)
            gaps += silent
            if named is None and not silent:
                missing |= Want.ADVISORIES
            elif named is not None:
                ids = tuple(_affecting(named.value, advisories, purl, version))
                judged = Known(ids, named.source, named.as_of)
        if missing:
            gaps.append(Gap(SOURCE, self._missing, about=missing))
        own = (known.license, known.opinions, known.texts, known.published, known.deprecated, known.yanked)
        return VersionFacts(*own, judged, tuple(gaps))  # `replace` takes three times as long

    def _named(
        self, purl: str, version: str, named_by: Mapping[FactKey, VersionFacts]
    ) -> tuple[Known[tuple[str, ...]] | None, tuple[Gap, ...]]:
        """The advisories of the package or of the version, and who could not tell them."""
        silent: tuple[Gap, ...] = ()
        for key in (advisories_key(purl), advisories_key_of(purl, version)):
            known = named_by.get(key)
            if known is not None and known.advisories is not None:
                return known.advisories, known.gaps
            silent = silent or (known.gaps if known else ())
        header = self.file.header
        if type_of(purl) in header.complete:
            return Known((), osv.SOURCE, header.read.get(osv.SOURCE, header.made_at)), ()
        return None, silent

    def _package(self, purl: str, want: Want, found: Mapping[FactKey, FactRecord]) -> PackageFacts:
        parts: list[Facts] = []
        missing = NOTHING
        for kind, mask in PACKAGE_KINDS.items():
            if about := want & mask:
                record = found.get(package_key(kind, purl))
                missing |= _without(about, record)
                if known := decoded(record, decode_package):
                    parts.append(Facts(packages={purl: known}))
        known = merged(parts).package(purl)
        return replace(known, gaps=(*known.gaps, Gap(SOURCE, self._missing, about=missing))) if missing else known

    def _lists(self, questions: Questions, found: Mapping[FactKey, FactRecord]) -> dict[FactKey, VersionFacts]:
        """The names of advisories: of packages, and of versions where nobody told all of their package."""
        single = [
            advisories_key_of(purl, version)
            for (purl, version), want in questions.items()
            if version is not None and _parts(want)[1] and advisories_key(purl) not in found
        ]
        records = {**found, **self.file.find(single)} if single else found
        return {
            key: known
            for key, record in records.items()
            if key.kind == "advisories" and (known := decoded(record, decode_version))
        }

    def _advisories(self, lists: Iterable[VersionFacts]) -> dict[str, Advisory]:
        """Every advisory that is named."""
        named = {id_ for known in lists if known.advisories for id_ in known.advisories.value}
        records = self.file.find([advisory_key(id_) for id_ in named]) if named else {}
        read = ((key.key, decoded(record, decode_advisory)) for key, record in records.items())
        return {id_: advisory for id_, advisory in read if advisory is not None}

    def exploitation(self, facts: Facts) -> Facts:
        """What is known of the CVEs of all advisories; a source that was not asked about each of them is in trouble."""
        wanted = sorted({cve for advisory in facts.advisories.values() for cve in cves(advisory)})
        if not wanted:
            return Facts()
        records = self.file.find([FactKey(kind, cve, "") for cve in wanted for kind in ("exploited", "likelihood")])
        exploited, likelihoods = {}, {}
        for key, record in records.items():
            if key.kind == "exploited" and (entry := decoded(record, decode_exploited)):
                exploited[key.key] = entry
            elif key.kind == "likelihood" and (score := decoded(record, decode_likelihood)):
                likelihoods[key.key] = score
        states = tuple(
            self._state(name, [records.get(FactKey(kind, cve, "")) for cve in wanted])
            for name, kind in ((kev.SOURCE, "exploited"), (epss.SOURCE, "likelihood"))
        )
        return Facts(exploited=exploited, likelihoods=likelihoods, sources=states)

    def _state(self, name: str, records: Collection[FactRecord | None]) -> SourceState:
        times = [record.fetched_at for record in records if record]
        if len(times) < len(records):
            return SourceState(name, trouble=self._missing)
        return SourceState(name, min(times))


@lru_cache(maxsize=1 << len(Want))
def _parts(want: Want) -> tuple[Want, Want]:
    """What of it is about a version, and about its advisories. Flags are slow, and a lookup does this often."""
    return want & OF_ONE, want & Want.ADVISORIES


@lru_cache(maxsize=1 << len(Want))
def _kinds(want: Want) -> tuple[str, ...]:
    """The records about a package that hold what is wanted."""
    return tuple(kind for kind, mask in PACKAGE_KINDS.items() if want & mask)


def _without(want: Want, record: FactRecord | None) -> Want:
    """What of it the record does not answer."""
    about = record.about._value_ if record else 0
    return want & ~Want(about) if want._value_ & ~about else NOTHING


def _keys(questions: Questions) -> Iterator[FactKey]:
    for (purl, version), want in questions.items():
        of_one, of_advisories = _parts(want)
        if version is not None and of_one:
            yield version_key(purl, version)
        if version is not None and of_advisories:
            yield advisories_key(purl)
        for kind in _kinds(want):
            yield package_key(kind, purl)


def _lists_of_releases(questions: Questions, found: Mapping[FactKey, FactRecord]) -> set[FactKey]:
    """Those that may know something of versions which are not in the file."""
    return {
        package_key("releases", purl)
        for (purl, version), want in questions.items()
        if version is not None and _parts(want)[0] and version_key(purl, version) not in found
    }


def _listed(version: str, package: PackageFacts | None) -> VersionFacts:
    """What the list of releases says of one of them."""
    listed = package.releases if package else None
    release = next((item for item in listed.value if item.version == version), None) if listed else None
    if listed is None or release is None:
        return VersionFacts()
    told = (release.license, release.published, release.deprecated, release.yanked)
    license_, published, deprecated, yanked = (
        None if value is None else Known(value, listed.source, listed.as_of) for value in told
    )
    return VersionFacts(license_, (), None, published, deprecated, yanked)  # type: ignore[arg-type]


def _told(known: VersionFacts) -> Want:
    """What is known of a listed release; who knows when it was published knows whether it was withdrawn."""
    told = Want.LICENSE if known.license else NOTHING
    return told | Want.PUBLISHED | Want.STATUS if known.published else told


def _packages(questions: Questions) -> dict[str, Want]:
    wanted: dict[str, Want] = {}
    for (purl, _), want in questions.items():
        if want.of_package:
            wanted[purl] = wanted.get(purl, NOTHING) | want.of_package
    return wanted


def decoded(record: FactRecord | None, decode: Callable[[bytes], T]) -> T | None:
    """The value of a record; None where there is none."""
    if record is None or not record.value:
        return None
    try:
        return decode(record.value)
    except ValueError:
        reason = "the facts file holds a record that this release cannot read"
        raise UnreadableFacts(reason, hint="Build it anew with this release.") from None


def _affecting(ids: Iterable[str], advisories: Mapping[str, Advisory], purl: str, version: str) -> Iterator[str]:
    """Those that affect the version, or of which nobody can tell. Where a record is not there or does not speak of the
    package, the word of the source counts."""
    wanted = identity(purl)
    for id_ in ids:
        advisory = advisories.get(id_)
        speaks = advisory is not None and any(entry.purl == wanted for entry in advisory.affected)
        if advisory is None or not speaks or affects(advisory, purl, version) is not False:
            yield id_


def _states(facts: Facts) -> Iterator[SourceState]:
    """The sources of what is given, with the age of each one's oldest."""
    oldest: dict[str, datetime] = {}
    entries: tuple[Any, ...] = (*facts.versions.values(), *facts.packages.values())
    for entry in entries:
        for name in entry.__slots__:
            known = getattr(entry, name)
            if isinstance(known, Known) and known.as_of is not None:
                oldest[known.source] = min(oldest.get(known.source, known.as_of), known.as_of)
    for name, as_of in oldest.items():
        yield SourceState(name, as_of)
