"""The one path: listing, policy and texts, plan, facts, verdict, fixes. The command and the service both walk it."""

import hashlib
import posixpath
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from app.policies import PolicyPlace
from app.ports import Blob, FactSource, FileRef, InventoryCache, Parse, Side, Source
from checks.engine.evaluate import evaluate
from checks.engine.fixes import propose
from checks.engine.plan import ManifestRequest, Plan, wanted_manifests
from checks.manifests import MAX_BYTES, Format, read, too_large
from checks.model.dependency import Inventory, Location
from checks.model.report import Mode, Report
from checks.model.snapshot import Listing, ManifestPair, Snapshot
from checks.policy.schema import Policy


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
        large = {blob.id: blob for job in missing.values() for blob in job.blobs if blob.data is None and blob.size <= MAX_BYTES}
        fetched = await source.fetch(tuple(large.values())) if large else {}
        parsed = {key: await self._parse(job, fetched) for key, job in missing.items()}
        if self.cache and parsed:
            await self.cache.put(parsed)
        known.update(parsed)
        found = {(job.side, job.path): _named(known[job.key], job.path) for job in jobs}
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
    def blobs(self) -> tuple[Blob, ...]:
        return (self.blob, *self.companions.values())


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

