"""OSV's database exports: `all.zip`, `<ECOSYSTEM>/all.zip`, or folders of their records, read one record at a time.

Whoever made an export is not trusted: nothing is unpacked onto the disk, no name in it is used, every record and all of
them together are bounded. A record that cannot be read fails the export, because nobody could tell whom it is about.
"""

import json
import mmap
import re
import zipfile
import zlib
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path

from checks.advisories.ecosystems import purl_of
from checks.advisories.osv import UnreadableAdvisory, read_record
from checks.facts.osv import ECOSYSTEMS
from checks.model.advisory import Advisory
from checks.model.errors import UsageError
from checks.model.phrase import visible
from checks.model.purl import type_of

#: Of one record, and of all records of a run (bytes); how many there may be.
MAX_RECORD = 16_000_000
MAX_BYTES = 20_000_000_000
MAX_RECORDS = 4_000_000
#: Entries of one archive; its table of contents is read whole.
MAX_ENTRIES = 2_000_000
#: By how much an archive may grow when it is unpacked; that of JSON grows far less.
MAX_RATIO = 100
_ENTRY = re.compile(rb"PK\x01\x02")


@dataclass
class Export:
    """What exports say about the packages that are wanted."""

    advisories: dict[str, Advisory] = field(default_factory=dict)
    ids: dict[str, set[str]] = field(default_factory=dict)
    """By purl as in `Affected`: the ids of its advisories."""
    complete: set[str] = field(default_factory=set)
    """purl types whose export was read: some record is about packages of that type alone. An export of another type may
    hold records about both, but never those."""
    read: int = 0


def exported_at(path: Path) -> datetime:
    """When an export was got (UTC): the time stamp of its file, of a folder the oldest archive or the newest record.
    Raises `UsageError`."""
    try:
        archives = [file.stat().st_mtime for file in _files(path) if file.suffix != ".json"]
        stamp = min(archives) if archives else max(file.stat().st_mtime for file in _files(path))
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror}") from None
    return datetime.fromtimestamp(int(stamp), UTC)


def read_exports(
    paths: Iterable[Path],
    wanted: Collection[str] | None,
    as_of: datetime,
    told: Callable[[int], None] = lambda done: None,
) -> Export:
    """The advisories about the packages `wanted` (purls as `identity` gives them; None: about all) as of `as_of` (UTC);
    withdrawn ones are left out. `told` hears how many records are read. Raises `UsageError`."""
    found = Export()
    size = 0
    for path in paths:
        for name, data in _records(path):
            size += len(data)
            found.read += 1
            told(found.read)
            if size > MAX_BYTES or found.read > MAX_RECORDS:
                raise UsageError(f"{path}: more than {MAX_RECORDS:,} records or {MAX_BYTES:,} bytes are not read")
            _take(found, _document(path, name, data), wanted, as_of, f"{path}: {visible(name, 200)}")
    # Of a distribution's type there is more than one ecosystem, and nobody can tell which of them an export was of.
    found.complete &= ECOSYSTEMS.keys()
    return found


def _take(found: Export, document: object, wanted: Collection[str] | None, as_of: datetime, place: str) -> None:
    purls = _purls(document)
    types = {type_of(purl) for purl in purls if purl}
    if len(types) == 1 and "" not in purls:
        found.complete |= types
    concerned = {purl for purl in purls if purl and (wanted is None or purl in wanted)}
    if not concerned:
        return
    try:
        advisory = read_record(document, as_of)
    except UnreadableAdvisory:
        raise UsageError(f"{place}: an advisory without a usable id", hint=_HINT) from None
    if advisory.withdrawn is None:
        found.advisories[advisory.id] = advisory
        for purl in concerned:
            found.ids.setdefault(purl, set()).add(advisory.id)


def _purls(document: object) -> set[str]:
    """The packages that a record is about; empty for one without a purl type."""
    affected = document.get("affected") if isinstance(document, dict) else None
    packages = (
        [entry.get("package") for entry in affected if isinstance(entry, dict)] if isinstance(affected, list) else []
    )
    return {
        purl_of(_text(package.get("ecosystem")), _text(package.get("name")), _text(package.get("purl")))
        for package in packages
        if isinstance(package, dict)
    }


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


_HINT = "Get the export again; it is read whole or not at all."


def _document(path: Path, name: str, data: bytes) -> object:
    try:
        document = json.loads(data)
    except (ValueError, RecursionError):
        document = None
    if not isinstance(document, dict):
        raise UsageError(f"{path}: {visible(name, 200)} is no advisory", hint=_HINT)
    return document


def _records(path: Path) -> Iterator[tuple[str, bytes]]:
    """Name and content of every record in an archive, or in the archives and records below a folder."""
    for file in _files(path):
        yield from [(file.name, _content(file))] if file.suffix == ".json" else _archived(file)


def _files(path: Path) -> list[Path]:
    if not path.is_dir():
        return [path]
    files = sorted(file for file in path.rglob("*") if file.suffix in (".zip", ".json") and file.is_file())
    if not files:
        raise UsageError(f"{path} holds no .zip and no .json", hint="Give a folder or an all.zip of OSV's exports.")
    return files


def _content(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            data = file.read(MAX_RECORD + 1)
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror}") from None
    if len(data) > MAX_RECORD:
        raise UsageError(f"{path} is larger than {MAX_RECORD:,} bytes", hint=_HINT)
    return data


def _archived(path: Path) -> Iterator[tuple[str, bytes]]:
    try:
        left = MAX_RECORD + MAX_RATIO * _size(path)
        with zipfile.ZipFile(path) as archive:
            for entry in archive.infolist():
                if entry.filename.endswith(".json"):
                    data = _unpacked(path, archive, entry)
                    left -= len(data)
                    if left < 0:
                        raise UsageError(f"{path} unpacks to more than {MAX_RATIO} times its size", hint=_HINT)
                    yield entry.filename, data
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror or error}") from None
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, ValueError):
        raise UsageError(f"{path} is no archive, is damaged or is encrypted", hint=_HINT) from None


def _size(path: Path) -> int:
    """Bytes. The library reads the whole table of contents, so how long that is is looked at before."""
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
        entries = sum(1 for _ in islice(_ENTRY.finditer(data), MAX_ENTRIES + 1))
        size = len(data)
    if entries > MAX_ENTRIES:
        raise UsageError(f"{path} has more than {MAX_ENTRIES:,} entries", hint="Give the exports by ecosystem.")
    return size


def _unpacked(path: Path, archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> bytes:
    """What an entry holds; never more than its limit, whatever the table of contents says."""
    if entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise zipfile.BadZipFile
    with archive.open(entry) as file:
        data = file.read(MAX_RECORD + 1)
    if len(data) > MAX_RECORD:
        raise UsageError(f"{path}: {visible(entry.filename, 200)} is larger than {MAX_RECORD:,} bytes", hint=_HINT)
    return data
