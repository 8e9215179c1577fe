"""What a judgment read of a pull request, kept, so that the next one of the same head reads only what is new in it.

The next judgment walks the same path over the same `Source`: what was asked before is answered from what is kept, and
only the rest is asked of GitHub. Commits are what they are for ever; the few things that are not (settings on a default
branch, memberships) are believed for a day.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import structlog
from pydantic import TypeAdapter, ValidationError

from app.facts.members import Members
from app.inventories import manifest_refs, project_refs
from app.ports import Blob, FileRef, Side, Source
from app.store.snapshots import SnapshotStore, StoredSnapshot
from app.subject import Claim, Kind
from checks.engine.plan import Plan, wanted_manifests
from checks.engine.projects import wanted_projects
from checks.model.facts import Facts, Membership
from checks.model.snapshot import BY_LINE, AddedLine, Listing
from checks.policy.schema import Policy

#: Raised when what is written changes; what has another form is read again.
FORM = 1
#: Seconds after which all of it is read again: GitHub may know other accounts for the same commits.
LASTS = 30 * 86_400.0
#: Seconds for which what may change without a new commit is believed.
BELIEVED = 86_400.0
#: Bytes of one text, and of all texts of a pull request, that are kept; others are read again where they are needed.
LARGE, ALL = 256_000, 2_000_000
#: Lines of all files that are kept.
LINES = 20_000
_CHANGING = (Side.DEFAULT, Side.OWNER)

log = structlog.get_logger()


@dataclass(slots=True)
class File:
    """A file that was asked for; no `blob`: there is none."""

    side: Side
    path: str
    blob: str | None = None
    size: int = 0
    whole: bool = False
    """Whether its content came with the answer."""


@dataclass(slots=True)
class Record:
    """All that was asked and answered."""

    form: int
    listing: Listing
    files: list[File] = field(default_factory=list)
    added: dict[str, list[AddedLine] | None] = field(default_factory=dict)
    members: dict[str, Membership] = field(default_factory=dict)


_RECORD = TypeAdapter(Record)


class Recording:
    """Implements `Source` over another, and remembers what it said."""

    def __init__(self, inner: Source) -> None:
        self.inner = inner
        self.record: Record | None = None
        self.texts: dict[str, bytes] = {}
        """Contents by git id."""
        self.current = True
        """Whether what may change without a new commit is believed."""
        self.more = True
        """Whether there is something to keep."""
        self._parsed: frozenset[FileRef] = frozenset()

    async def listing(self) -> Listing:
        listing = await self.inner.listing()
        self.record = Record(FORM, listing)
        self._parsed = parsed_only(listing)
        return listing

    async def read(self, refs: Sequence[FileRef]) -> Mapping[FileRef, Blob]:
        found = await self.inner.read(refs)
        for ref in refs:
            if ref.side is not Side.POLICY:
                self.remember(ref, found.get(ref))
        return found

    def remember(self, ref: FileRef, blob: Blob | None) -> None:
        assert self.record is not None
        if blob is None:
            self.record.files.append(File(ref.side, ref.path))
            return
        self.record.files.append(File(ref.side, ref.path, blob.id, blob.size, blob.data is not None))
        if blob.data is not None and ref not in self._parsed:
            self.texts[blob.id] = blob.data

    async def fetch(self, blobs: Sequence[Blob]) -> Mapping[str, bytes]:
        return await self.inner.fetch(blobs)

    async def added(self, paths: Sequence[str]) -> Mapping[str, tuple[AddedLine, ...] | None]:
        found = await self.inner.added(paths)
        assert self.record is not None
        self.record.added.update({path: None if lines is None else list(lines) for path, lines in found.items()})
        return found


class Replay(Recording):
    """Implements `Source`: what was read before, and of another one what was not."""

    def __init__(self, inner: Source, record: Record, store: SnapshotStore, age: float) -> None:
        """`age`: of the record, in seconds."""
        super().__init__(inner)
        self.record = record
        self.more, self.current = False, age < BELIEVED
        self._store = store
        self._files = {FileRef(file.side, file.path): file for file in record.files}
        self._parsed = parsed_only(record.listing)
        self._listed = False

    async def listing(self) -> Listing:
        assert self.record is not None
        return self.record.listing

    async def read(self, refs: Sequence[FileRef]) -> Mapping[FileRef, Blob]:
        known = {ref: self._files[ref] for ref in refs if ref in self._files and self._believed(ref)}
        needed = {file.blob for ref, file in known.items() if file.blob and file.whole and ref not in self._parsed}
        texts = await self._store.texts(needed) if needed else {}
        found: dict[FileRef, Blob] = {}
        left = [ref for ref in refs if ref not in known]
        for ref, file in known.items():
            if file.blob in needed and file.blob not in texts:
                left.append(ref)
            elif file.blob:
                found[ref] = Blob(file.blob, file.size, texts.get(file.blob))
        return {**found, **(await self._further(left) if left else {})}

    async def fetch(self, blobs: Sequence[Blob]) -> Mapping[str, bytes]:
        known = await self._store.texts([blob.id for blob in blobs])
        left = [blob for blob in blobs if blob.id not in known]
        if left:
            self.more = True
            found = await self.inner.fetch(left)
            self.texts.update(found)
            known.update(found)
        return known

    def _believed(self, ref: FileRef) -> bool:
        return self.current or ref.side not in _CHANGING

    async def _further(self, refs: Sequence[FileRef]) -> Mapping[FileRef, Blob]:
        """What nobody has asked before."""
        assert self.record is not None
        await self._list()
        found = await self.inner.read(refs)
        again = set(refs)
        self.record.files = [file for file in self.record.files if FileRef(file.side, file.path) not in again]
        for ref in refs:
            self.remember(ref, found.get(ref))
        return found

    async def _list(self) -> None:
        """The other source knows its merge base and patches only when it has listed."""
        self.more = True
        if not self._listed:
            self._listed = True
            await self.inner.listing()

    async def added(self, paths: Sequence[str]) -> Mapping[str, tuple[AddedLine, ...] | None]:
        assert self.record is not None
        kept = self.record.added
        known = {path: _lines(kept[path]) for path in paths if path in kept}
        left = [path for path in paths if path not in kept]
        if left:
            await self._list()
            found = await self.inner.added(left)
            kept.update({path: None if lines is None else list(lines) for path, lines in found.items()})
            known.update(found)
        return known


def _lines(lines: list[AddedLine] | None) -> tuple[AddedLine, ...] | None:
    return None if lines is None else tuple(lines)


class KnownMembers:
    """Implements `FactSource` over `Members`: who was looked up for this record is not looked up again."""

    def __init__(self, inner: Members, reading: Source) -> None:
        self.inner = inner
        self.reading = reading if isinstance(reading, Recording) else None

    async def lookup(self, plan: Plan, policy: Policy) -> Facts:
        record = self.reading.record if self.reading else None
        if self.reading is None or record is None:
            return await self.inner.lookup(plan, policy)
        known = record.members if self.reading.current else {}
        found = await self.inner.lookup(plan, policy, known)
        if found.members.keys() - known.keys():
            record.members = {**known, **found.members}
            self.reading.more = True
        return found


def parsed_only(listing: Listing) -> frozenset[FileRef]:
    """The files whose content is not needed where their inventories are known by their git ids."""
    requests = wanted_manifests(listing)
    texts = set(project_refs(wanted_projects(listing), listing))
    by_line = {ref for request in requests if request.format.id in BY_LINE for ref in manifest_refs([request])}
    return frozenset(manifest_refs(requests)) - texts - by_line


@dataclass(frozen=True, slots=True)
class Records:
    """Keeps and finds records."""

    store: SnapshotStore

    async def source(self, claim: Claim, inner: Source) -> Source:
        """Where the claim is judged from: what is kept of this very head, or else GitHub itself."""
        if claim.kind is not Kind.PULL:
            return inner
        # who asks again, and whoever could not be told the verdict, gets it from GitHub itself
        said = (claim.published or "").startswith(f"{claim.head}:") and not claim.forced and claim.attempts == 0
        row = await self.store.get(claim.key) if claim.kept and said else None
        if row is None or (row.head, row.base, row.head_at) != (claim.head, claim.about.base, claim.head_at):
            return Recording(inner)
        age = self.store.clock() - row.stored_at
        record = read_record(row.data) if age < LASTS else None
        return Replay(inner, record, self.store, age) if record else Recording(inner)

    async def of_head(self, key: str, head: str) -> Source | None:
        """What is kept of a head of a subject, and nothing else, whatever its age; None: nothing is."""
        row = await self.store.get(key)
        record = read_record(row.data) if row and row.head == head else None
        return Replay(_Nowhere(), record, self.store, 0.0) if record else None

    async def keep(self, claim: Claim, source: Source) -> None:
        """What was read in this judgment, if it is new."""
        if not isinstance(source, Recording) or source.record is None or not source.more:
            return
        data = _written(source.record)
        if data is None:
            return
        row = StoredSnapshot(claim.head, claim.about.base, claim.head_at, data, 0.0)
        await self.store.keep(claim.key, claim.repository_id, row, _bounded(source.texts))


def _bounded(texts: Mapping[str, bytes]) -> dict[str, bytes]:
    """The smallest first: what is left out is read again where it is needed."""
    kept, size = {}, 0
    for blob, data in sorted(texts.items(), key=lambda item: len(item[1])):
        size += len(data)
        if len(data) > LARGE or size > ALL:
            break
        kept[blob] = data
    return kept


def _written(record: Record) -> dict[str, Any] | None:
    """None: it has text that JSON cannot hold."""
    try:
        data: dict[str, Any] = _RECORD.dump_python(replace(record, added=_short(record.added)), mode="json")
        _RECORD.validate_python(data)
    except ValueError as error:
        log.info("snapshot-not-kept", reason=type(error).__name__)
        return None
    return data


def _short(added: Mapping[str, list[AddedLine] | None]) -> dict[str, list[AddedLine] | None]:
    """The files with the fewest lines: what is left out is asked for again where it is needed."""
    kept, count = {}, 0
    for path, lines in sorted(added.items(), key=lambda item: len(item[1] or ())):
        count += len(lines or ())
        if count > LINES:
            break
        kept[path] = lines
    return kept


def read_record(data: Mapping[str, Any]) -> Record | None:
    """None: another release wrote it."""
    try:
        return _RECORD.validate_python(data) if data.get("form") == FORM else None
    except ValidationError:
        return None


class _Nowhere:
    """Implements `Source` for what is not kept: nothing of it is there."""

    async def listing(self) -> Listing:
        return Listing("", "")

    async def read(self, refs: Sequence[FileRef]) -> Mapping[FileRef, Blob]:
        return {}

    async def fetch(self, blobs: Sequence[Blob]) -> Mapping[str, bytes]:
        return {}

    async def added(self, paths: Sequence[str]) -> Mapping[str, tuple[AddedLine, ...] | None]:
        return dict.fromkeys(paths)
