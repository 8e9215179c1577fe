"""The one path: listing, policy and texts, plan, facts, verdict, fixes. The command and the service both walk it."""

import hashlib
import posixpath
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from app.policies import PolicyPlace
from app.ports import Blob, FactSource, FileRef, InventoryCache, Parse, Side, Source
from checks.engine.evaluate import evaluate
from checks.engine.fixes import propose
from checks.engine.plan import ManifestRequest, Plan, wanted_manifests
from checks.manifests import MAX_BYTES, Format, read, too_large
from checks.model.dependency import Inventory, Location, Problem
from checks.model.report import Mode, Report
from checks.model.snapshot import ManifestPair, Snapshot
from checks.policy.schema import Policy

#: Texts that are fetched by id and held at the same time (bytes).
HELD = 2 * MAX_BYTES


@dataclass(frozen=True, slots=True)
class Judged:
    """A report with what it was made from."""

    report: Report
    plan: Plan
    policy: Policy
    policy_data: bytes | None = None
    """The bytes of the policy, if they were read with the change and are valid."""


async def parse_here(format_: Format, path: str, data: bytes, companions: Mapping[str, bytes]) -> Inventory:
    """Parse in this very process: what the command does."""
    return read(format_, path, data, companions)


@dataclass(frozen=True, slots=True)
class Gate:
    """The gate with its adapters."""

    policies: PolicyPlace
    facts: FactSource
    clock: Callable[[], datetime]
    cache: InventoryCache | None = None
    parse: Parse = parse_here
    only: frozenset[str] | None = None

    async def judge(self, source: Source) -> Judged:
        """Judge what `source` lists. Raises `SourceError` and `PolicyError`; content never raises."""
        listing = await source.listing()
        requests = wanted_manifests(listing)
        wanted = dict.fromkeys((*self.policies.refs(listing), *_refs(requests)))
        blobs = await source.read(tuple(wanted)) if wanted else {}
        loaded = self.policies.load(listing, blobs)
        policy = loaded.policy
        if policy.mode is Mode.OFF:
            requests = ()
        pairs = await self._inventories(source, requests, blobs)
        snapshot = Snapshot(listing, pairs, self.policies.changed(listing))
        plan = Plan(snapshot)
        facts = await self.facts.lookup(plan, policy)
        report = evaluate(plan, facts, policy, self.clock(), self.only)
        report = replace(report, notices=(*loaded.notices, *report.notices))
        return Judged(propose(report, plan, policy), plan, policy, loaded.data)

    async def _inventories(
        self, source: Source, requests: Sequence[ManifestRequest], blobs: Mapping[FileRef, Blob]
    ) -> tuple[ManifestPair, ...]:
        jobs = [job for request in requests for job in _jobs(request, blobs)]
        known = dict(await self.cache.get([job.key for job in jobs])) if self.cache else {}
        missing = {job.key: job for job in jobs if job.key not in known}
        for batch in _batches(missing.values()):
            large = {blob.id: blob for job in batch for blob in job.large}
            fetched = await source.fetch(tuple(large.values())) if large else {}
            parsed = {job.key: await self._parse(job, fetched) for job in batch}
            if self.cache:
                await self.cache.put(parsed)
            known.update(parsed)
        found = {(Side.HEAD, r.head_path): _absent(r, r.head_path) for r in requests if r.head_path is not None}
        found.update({(job.side, job.path): _named(known[job.key], job.path) for job in jobs})
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
        companions = {path: content for path, blob in job.companions.items() if (content := _data(blob, fetched)) is not None}
        return await self.parse(job.format, job.path, data, companions)


@dataclass(frozen=True, slots=True)
class _Job:
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


def _refs(requests: Sequence[ManifestRequest]) -> list[FileRef]:
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
    """Parser, its version and contents. The name of the file counts only where formats read it; folders never do."""
    parts = [format_.id, str(format_.version), path.rpartition("/")[2], blob.id]
    folder = posixpath.dirname(path) or "."
    parts += [f"{posixpath.relpath(name, folder)}={other.id}" for name, other in sorted(companions.items())]
    return hashlib.sha256("\0".join(parts).encode("utf-8", "surrogatepass")).hexdigest()


def _named(inventory: Inventory, path: str) -> Inventory:
    """An inventory that was known from another folder, as it stands at `path`."""
    if inventory.path == path:
        return inventory
    folders = posixpath.dirname(inventory.path) or ".", posixpath.dirname(path)

    def moved(location: Location) -> Location:
        beside = posixpath.relpath(location.path, folders[0])
        return replace(location, path=posixpath.normpath(posixpath.join(folders[1], beside)))

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

