"""From listed files to inventories: what is read for them, parsed once for each content, known from a cache."""

import hashlib
import posixpath
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import NamedTuple

from app.ports import Blob, FileRef, InventoryCache, Parse, Side, Source
from checks.engine.plan import ManifestRequest
from checks.manifests import MAX_BYTES, Format, read, too_large
from checks.model.dependency import Inventory, Location, Problem
from checks.model.snapshot import Listing, ManifestPair

TYPE_CHECKING = False
if TYPE_CHECKING:
    from checks.engine.projects import ProjectRequest
    from checks.model.project import Project

#: Part of every key: raised when `checks.manifests.codec` writes something else.
FORM = 2
#: Texts that are fetched by id and held at the same time (bytes).
HELD = 2 * MAX_BYTES


async def parse_here(format_: Format, path: str, data: bytes, companions: Mapping[str, bytes]) -> Inventory:
    """Parse in this very process: what the command does."""
    return read(format_, path, data, companions)


@dataclass(frozen=True, slots=True)
class InventoryReader:
    """Makes inventories of blobs, with a cache if there is one."""

    cache: InventoryCache | None = None
    parse: Parse = parse_here

    async def pairs(
        self, source: Source, requests: Sequence[ManifestRequest], blobs: Mapping[FileRef, Blob]
    ) -> tuple[ManifestPair, ...]:
        """Both sides of each request, out of what `source.read` gave for `manifest_refs(requests)`."""
        jobs = [job for request in requests for job in _jobs(request, blobs)]
        known = dict(await self.cache.get([job.key for job in jobs])) if self.cache and jobs else {}
        missing = {job.key: job for job in jobs if job.key not in known}
        for batch in _batches(missing.values()):
            large = {blob.id: blob for job in batch for blob in job.large}
            fetched = await source.fetch(tuple(large.values())) if large else {}
            parsed = {job.key: await self._parse(job, fetched) for job in batch}
            if self.cache:
                await self.cache.put(parsed)
            known.update(parsed)
        found = {(Side.HEAD, r.head_path): _absent(r, r.head_path) for r in requests if r.head_path is not None}
        found.update({(job.side, job.path): placed(known[job.key], job.path) for job in jobs})
        return tuple(
            ManifestPair(
                request.path,
                found.get((Side.BASE, request.base_path or "")),
                found.get((Side.HEAD, request.head_path or "")),
            )
            for request in requests
        )

    async def _parse(self, job: "_Job", fetched: Mapping[str, bytes]) -> Inventory:
        data = _data(job.blob, fetched)
        if data is None:
            return too_large(job.format, job.path, job.blob.size)
        companions = {
            path: content for path, blob in job.companions.items() if (content := _data(blob, fetched)) is not None
        }
        return await self.parse(job.format, job.path, data, companions)

    async def projects(
        self,
        source: Source,
        listing: Listing,
        requests: "Sequence[ProjectRequest]",
        pairs: Sequence[ManifestPair],
        blobs: Mapping[FileRef, Blob],
    ) -> "tuple[Project, ...]":
        """Manifests with their lock files, out of what `source.read` gave for `project_refs(requests, listing)`."""
        if not requests:
            return ()
        from checks.engine.projects import Tree, projects, unchanged_locks

        read_ = [ref.path for ref in blobs if ref.side is Side.HEAD]
        others = await self.pairs(source, unchanged_locks(requests, read_, listing), blobs)
        same = [replace(pair, base=pair.head if listing.base else None) for pair in others]
        locks = {pair.path: pair for pair in (*pairs, *same) if pair.head is not None}
        changed = {file.path for file in listing.files}
        head = _Texts({ref.path: blob for ref, blob in blobs.items() if ref.side is Side.HEAD})
        before = {ref.path: blob for ref, blob in blobs.items() if ref.side is Side.BASE}
        before.update({path: blob for path, blob in head.blobs.items() if path not in changed and listing.base})
        return projects(requests, Tree(_Texts(before), head, locks))


class _Texts(Mapping[str, str]):
    """Blobs as texts, decoded when they are asked for; a large one that was left out is not there."""

    def __init__(self, blobs: Mapping[str, Blob]) -> None:
        self.blobs = {path: blob for path, blob in blobs.items() if blob.data is not None}

    def __getitem__(self, path: str) -> str:
        return (self.blobs[path].data or b"").decode("utf-8-sig", "replace")

    def __contains__(self, path: object) -> bool:
        return path in self.blobs

    def __iter__(self) -> Iterator[str]:
        return iter(self.blobs)

    def __len__(self) -> int:
        return len(self.blobs)


def project_refs(requests: "Sequence[ProjectRequest]", listing: Listing) -> list[FileRef]:
    """All that is read for the requests; what the change does not touch is the same on both sides."""
    changed = {file.path for file in listing.files if file.base_path}
    refs = [FileRef(Side.HEAD, name, guessed=name != r.path) for r in requests for name in r.names]
    refs += [FileRef(Side.BASE, r.base_path) for r in requests if r.base_path and r.path in changed]
    return refs


class _Job(NamedTuple):
    """One manifest on one side, with the key under which its inventory is known."""

    side: Side
    path: str
    format: Format
    blob: Blob
    companions: Mapping[str, Blob]
    key: str

    @property
    def large(self) -> tuple[Blob, ...]:
        """What `read` left out and `fetch` will get."""
        blobs = (self.blob, *self.companions.values())
        return tuple(blob for blob in blobs if blob.data is None and blob.size <= MAX_BYTES)


def manifest_refs(requests: Sequence[ManifestRequest]) -> list[FileRef]:
    """All that is read for the requests: the manifests and their companions, on both sides."""
    refs = []
    for request in requests:
        for side, path in ((Side.BASE, request.base_path), (Side.HEAD, request.head_path)):
            if path is not None:
                refs += [FileRef(side, name) for name in (path, *request.companions(path))]
    return refs


def _jobs(request: ManifestRequest, blobs: Mapping[FileRef, Blob]) -> list[_Job]:
    jobs = []
    for side, path in ((Side.BASE, request.base_path), (Side.HEAD, request.head_path)):
        blob = blobs.get(FileRef(side, path)) if path is not None else None
        if path is None or blob is None:
            continue
        companions = {
            name: other for name in request.companions(path) if (other := blobs.get(FileRef(side, name))) is not None
        }
        jobs.append(_Job(side, path, request.format, blob, companions, _key(request.format, path, blob, companions)))
    return jobs


def _batches(jobs: Iterable[_Job]) -> Iterator[list[_Job]]:
    """Jobs whose large texts are held at the same time: memory holds some of a monorepo, never all of it."""
    batch: list[_Job] = []
    held = 0
    for job in jobs:
        weight = sum(blob.size for blob in job.large)
        if batch and held + weight > HELD:
            yield batch
            batch, held = [], 0
        batch.append(job)
        held += weight
    if batch:
        yield batch


def _absent(request: ManifestRequest, path: str) -> Inventory:
    """A manifest that the listing names and no read finds: it must not look as if it were empty."""
    message = "it is listed in this change, but it has no text that could be read (a link to another repository?)"
    return Inventory(path, request.format.id, problems=(Problem("unreadable", message, Location(path)),))


def _key(format_: Format, path: str, blob: Blob, companions: Mapping[str, Blob]) -> str:
    """The form of what is kept, the parser with its version, and contents.

    The name of the file counts only where formats read it; folders never do.
    """
    parts = [str(FORM), format_.id, str(format_.version), path.rpartition("/")[2], blob.id]
    folder = posixpath.dirname(path) or "."
    parts += [f"{posixpath.relpath(name, folder)}={other.id}" for name, other in sorted(companions.items())]
    return hashlib.sha256("\0".join(parts).encode("utf-8", "surrogatepass")).hexdigest()


def placed(inventory: Inventory, path: str) -> Inventory:
    """An inventory that was known from another folder, as it stands at `path`."""
    if inventory.path == path:
        return inventory
    folders = posixpath.dirname(inventory.path) or ".", posixpath.dirname(path)

    @cache
    def beside(name: str) -> str:
        return posixpath.normpath(posixpath.join(folders[1], posixpath.relpath(name, folders[0])))

    def moved(location: Location) -> Location:
        return Location(beside(location.path), location.line, location.end_line)

    return replace(
        inventory,
        path=path,
        dependencies=tuple(
            replace(d, location=moved(d.location), required_at=d.required_at and moved(d.required_at))
            for d in inventory.dependencies
        ),
        problems=tuple(replace(p, location=moved(p.location)) for p in inventory.problems),
    )


def _data(blob: Blob, fetched: Mapping[str, bytes]) -> bytes | None:
    return blob.data if blob.data is not None else fetched.get(blob.id)
