"""The task that reads each default branch once, and each night those whose push was not heard of: docs/sbom-service.md.

What is still to be read is in the database, so that a crash costs nothing but the repository that was in hand.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import structlog

from app.github.client import READING, GitHubApp, GitHubError, Installation, RateLimited
from app.github.heads import REPOSITORIES, Head, heads
from app.jobs.branches import Branches
from app.jobs.nights import next_night
from app.store.backfill import BackfillStore, Unread
from app.store.effects import BACKFILL
from app.store.repositories import RepositoryRow
from app.store.subjects import SubjectStore
from app.subject import About, Claim
from checks.model.errors import SourceError

#: Its key; its lease lets one process at a time do it.
KEY = BACKFILL
#: Seconds after a start, and for which one step lasts: pull requests go on in between.
START, STEP = 5.0, 2.0
#: Seconds before a repository is tried again; doubled each time, up to a day.
BACK_OFF, LONGEST = 60.0, 86_400.0

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Backfill:
    """Handles the claims of the task. A claim's `head` is the night that all heads were compared in."""

    app: GitHubApp
    subjects: SubjectStore
    store: BackfillStore
    branches: Branches
    share: int
    """Percent of GitHub's primary limit that may be used, by everybody, when it goes on; 0: nothing is read."""
    forks: bool
    hour: int
    """Of the day (UTC)."""
    clock: Callable[[], float]

    async def schedule(self) -> None:
        """See to it that it runs soon."""
        soon = self.clock() + START
        await self.subjects.schedule(KEY, soon)
        await self.subjects.hurry(KEY, soon)

    async def handle(self, claim: Claim) -> None:
        share = (claim.comment or {}).get("share", self.share)
        if not share:
            await self.subjects.finish(claim)
            return
        night = self._night()
        again = bool(claim.head) and claim.head != night
        await self.store.want(again=again, forks=self.forks)
        try:
            await self._step(share / 100)
        except RateLimited as limited:
            log.info("backfill-waits", until=limited.retry_at)
            await self.subjects.finish(claim, limited.retry_at, head=night)
            return
        due = await self.store.due_at()
        if due is None:
            tomorrow = next_night(datetime.fromtimestamp(self.clock(), UTC), self.hour).timestamp()
            await self.subjects.finish(claim, tomorrow, head=night, comment=None)
        else:
            await self.subjects.finish(claim, max(due, self.clock()), head=night)

    def _night(self) -> str:
        """The night that it is, or that was last."""
        return next_night(datetime.fromtimestamp(self.clock(), UTC), self.hour).date().isoformat()

    async def _step(self, share: float) -> None:
        """As many as can be read in a few seconds. Raises `RateLimited`."""
        end = self.clock() + STEP
        while self.clock() < end:
            if rows := await self.store.unasked(REPOSITORIES):
                await self._ask(rows, share)
            elif unread := await self.store.next():
                await self._read(unread, share)
            else:
                return

    def _client(self, installation_id: int, share: float) -> Installation:
        self.app.limits.check_share(installation_id, share)
        # one token reads all of them: GitHub narrows a token to no more than 500
        return self.app.installation(installation_id, ()).with_permissions(READING)

    async def _ask(self, rows: Sequence[RepositoryRow], share: float) -> None:
        client = self._client(rows[0].installation_id, share)
        ids = [row.id for row in rows]
        await self.store.begin(ids, self.clock() + BACK_OFF)
        try:
            found: dict[str, Head] = await heads(client, [row.name for row in rows])
        except RateLimited as limited:
            await self.store.postponed(ids, limited.retry_at)
            raise
        except GitHubError as error:
            await self.store.failed(ids, str(error), self.clock() + BACK_OFF)
            return
        known = {row.id: found[row.name] for row in rows if row.name in found}
        for row in rows:
            if row.id in known:
                await self._learn(row, known[row.id])
        await self.store.told({id_: (head.sha, head.pushed_at) for id_, head in known.items()})
        for id_, head in known.items():
            if head.archived or (head.fork and not self.forks):
                await self.store.done(id_)
        if hidden := [row.id for row in rows if row.name not in found]:
            await self.store.failed(hidden, "GitHub does not show the repository", self.clock() + LONGEST)

    async def _learn(self, row: RepositoryRow, head: Head) -> None:
        """What the event of an installation leaves out. What differs from what is known has further effects, which are
        the repair's business."""
        told = {"default_branch": head.branch, "archived": head.archived, "fork": head.fork}
        news = {name: value for name, value in told.items() if getattr(row, name) is None and value is not None}
        if news:
            await self.store.learn(row.id, **news)

    async def _read(self, unread: Unread, share: float) -> None:
        row = unread.repository
        client = self._client(row.installation_id, share)
        again_at = self.clock() + min(BACK_OFF * 2.0 ** min(unread.attempts, 20), LONGEST)
        await self.store.begin([row.id], again_at)
        about = About(row.name, row.node_id or "", visibility=row.visibility, default_branch=row.default_branch)
        try:
            if unread.head:
                await self.branches.read(client, about, row.id, unread.head, unread.pushed_at)
            else:
                await self.branches.empty(row.id, unread.pushed_at)
        except RateLimited as limited:
            await self.store.postponed([row.id], limited.retry_at)
            raise
        except (GitHubError, SourceError) as error:
            log.warning("default-branch-not-read", repository=row.name, error=str(error))
            await self.store.failed([row.id], str(error), again_at)
            return
        await self.store.done(row.id)
