"""The task that tells others what default branches use: GitHub's dependency graph, and Dependency-Track.

It is never in the way of a verdict: what is stored is sent later, again and again until it has arrived.
"""

import asyncio
import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Protocol

import structlog

from app.dependency_track import DependencyTrack, DependencyTrackError
from app.github.client import GitHubApp, GitHubError, RateLimited, document, repository_path
from app.github.tokens import Permissions
from app.jobs.read_back import FINDINGS
from app.store.documents import StoredTree
from app.store.subjects import SubjectStore
from app.store.uploads import Upload, UploadStore
from app.stored_sboms import Asked, StoredSboms
from app.subject import Claim, task_key

#: Its key; its lease lets one process at a time do it.
KEY = task_key("upload-inventories")
GITHUB, TRACK = "github", "dependency-track"
#: What submitting needs; nothing else of ours may write contents.
SUBMITTING: Permissions = (("contents", "write"), ("metadata", "read"))
#: Seconds before something is sent again; doubled each time, up to the longest.
BACK_OFF, LONGEST = 30.0, 86_400.0
#: Seconds between two looks at what Dependency-Track works on, and for which it may.
POLL, PATIENCE = 5.0, 3_600.0
#: Seconds that its clock may be behind ours.
SKEW = 300.0
#: Uploads of one step: pull requests go on in between.
STEP = 5

log = structlog.get_logger()


class Failed(Exception):
    """It did not arrive; the message says why."""


class Target(Protocol):
    """Where inventories go."""

    async def send(self, one: Upload, tree: StoredTree, uploads: UploadStore) -> None:
        """Send it, or see whether it has arrived, and write down what became of it. Raises `Failed`, `RateLimited`."""
        ...


@dataclass(frozen=True, slots=True)
class Uploads:
    """Handles the claims of the task."""

    subjects: SubjectStore
    store: UploadStore
    sboms: StoredSboms
    targets: Mapping[str, Target]
    clock: Callable[[], float]

    async def changed(self, repository_id: int) -> None:
        """A default branch uses something else from now on."""
        if self.targets:
            await self.store.want(repository_id, [target for target in self.targets if target != FINDINGS])
            await self.schedule()

    async def begin(self) -> None:
        """What was uploaded before it was to be read back is read back, too."""
        if FINDINGS in self.targets:
            await self.store.follow(FINDINGS, TRACK)
            await self.schedule()

    async def schedule(self) -> None:
        await self.subjects.schedule(KEY, self.clock())
        await self.subjects.hurry(KEY, self.clock())

    async def handle(self, claim: Claim) -> None:
        for _ in range(STEP):
            one = await self.store.next()
            if one is None:
                break
            await self._send(one)
        due = await self.store.due_at()
        await self.subjects.finish(claim, None if due is None else max(due, self.clock()))

    async def _send(self, one: Upload) -> None:
        target = self.targets.get(one.target)
        tree = await self.sboms.documents.head(one.repository.id)
        if target is None or tree is None:  # it is not wanted any more
            await self.store.done(one)
            return
        try:
            await target.send(one, tree, self.store)
        except RateLimited as limited:
            await self.store.look_again(one, limited.retry_at)
        except (Failed, GitHubError, DependencyTrackError) as error:
            wait = min(BACK_OFF * 2.0 ** min(one.attempts, 20), LONGEST)
            log.warning("inventory-not-sent", repository=one.repository.name, target=one.target, error=str(error))
            await self.store.failed(one, str(error), self.clock() + wait)


@dataclass(frozen=True, slots=True)
class ToDependencyTrack:
    """Uploads a CycloneDX document, and looks until it was taken in."""

    track: DependencyTrack
    sboms: StoredSboms
    clock: Callable[[], float]
    reads_back: bool = False
    """Whether what the server finds is read as soon as an upload has arrived."""

    async def send(self, one: Upload, tree: StoredTree, uploads: UploadStore) -> None:
        row = one.repository
        name, version = row.name, row.default_branch or "HEAD"
        if one.token is not None:
            await self._look(one, one.token, name, version, uploads)
            return
        text = await self.sboms.written(Asked(name), tree)
        digest = hashlib.sha256(text.encode()).hexdigest()
        if digest == one.sent:
            await uploads.done(one)
            return
        token = await self.track.upload(name, version, text.encode())
        await uploads.sending(one, digest, token, self.clock() + POLL)

    async def _look(self, one: Upload, token: str, name: str, version: str, uploads: UploadStore) -> None:
        now, sent_at = self.clock(), one.sent_at or 0.0
        if await self.track.processing(token):
            if now - sent_at > PATIENCE:
                raise Failed("Dependency-Track has worked on it for an hour")
            await uploads.look_again(one, now + min(POLL + (now - sent_at) / 4, 300.0))
        elif await self.track.imported(name, version) < sent_at - SKEW:
            if now - sent_at > PATIENCE:
                raise Failed("Dependency-Track took it and does not show it")
            await uploads.look_again(one, now + min(POLL + (now - sent_at) / 4, 300.0))
        else:
            await uploads.arrived(one)
            if self.reads_back:
                await uploads.want(one.repository.id, [FINDINGS])


@dataclass(frozen=True, slots=True)
class ToGitHub:
    """Submits a snapshot to GitHub's dependency graph."""

    app: GitHubApp
    sboms: StoredSboms
    everything: bool
    """Also what GitHub reads itself."""
    url: str
    """Where people read about us."""

    async def send(self, one: Upload, tree: StoredTree, uploads: UploadStore) -> None:
        row = one.repository
        if not tree.head or not row.default_branch:
            await uploads.done(one)
            return
        self.app.limits.check_spare(row.installation_id)
        found = await self.sboms.documents.inventories(tree)
        body = await asyncio.to_thread(self._snapshot, row.name, row.default_branch, tree, found)
        digest = hashlib.sha256(json.dumps(body["manifests"], sort_keys=True).encode()).hexdigest()
        # what was never told needs not be taken back
        if digest == one.sent or (one.sent is None and not one.attempts and not body["manifests"]):
            await uploads.done(one)
            return
        # verdicts are created, too, and come first
        if at := self.app.limits.rest_at(row.installation_id, 1, False):
            raise RateLimited("what may be created on GitHub in an hour is kept for verdicts", at)
        client = self.app.installation(row.installation_id, [row.id]).with_permissions(SUBMITTING)
        path = f"{repository_path(row.name)}/dependency-graph/snapshots"
        try:
            answer = document(await client.request("POST", path, json=body))
        except GitHubError as error:
            if error.status in (403, 422):
                raise Failed(f"{error} (it needs the permission `contents: write`)") from None
            raise
        result = answer.get("result") if isinstance(answer, dict) else None
        if result not in ("SUCCESS", "ACCEPTED"):
            raise Failed(f"GitHub took the snapshot as {result}: {str(answer.get('message'))[:300]}")
        await uploads.done(one, digest)

    def _snapshot(self, name: str, branch: str, tree: StoredTree, found: Any) -> dict[str, Any]:
        from checks.sboms.to_github import Scan, snapshot

        at = f"{datetime.fromtimestamp(tree.at, UTC):%Y-%m-%dT%H:%M:%SZ}"
        scan = Scan(tree.head, f"refs/heads/{branch}", at, self.url)
        return snapshot(found, self.sboms.about(Asked(name), tree), scan, everything=self.everything)
