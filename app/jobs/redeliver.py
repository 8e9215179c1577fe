"""The task that has GitHub deliver again what failed: GitHub itself never does."""

from collections.abc import Callable
from dataclasses import dataclass

import structlog

from app.github.client import GitHubApp, GitHubError, RateLimited
from app.github.deliveries import RETENTION, Attempt, attempts, redeliver
from app.store.subjects import SubjectStore
from app.subject import Claim, task_key

#: Its key; its lease lets one process at a time do it.
KEY = task_key("redeliver")
#: Seconds between two looks, and after a look that GitHub did not answer.
EVERY = 300.0
#: Seconds between two looks that also ask again for what failed when it was delivered again.
AGAIN = 3_600.0
#: Seconds that a look goes back behind the newest attempt of the last one: some were under way then.
OVERLAP = 300.0
#: Refusals of ours that may end otherwise the next time: a secret that was wrong, a body that came too slowly.
_PASSING = (401, 408, 429)

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Redeliver:
    """Handles the claims of the task. A claim's `head` says how far GitHub's list is known, and when all was last
    asked for again."""

    app: GitHubApp
    subjects: SubjectStore
    clock: Callable[[], float]
    retention: float = RETENTION

    async def handle(self, claim: Claim) -> None:
        now = self.clock()
        known, asked = _read(claim.head)
        everything = now - asked >= AGAIN
        # what failed again is looked for in the hour that has passed; the first time in all that GitHub keeps
        since = known - OVERLAP - (AGAIN if everything else 0.0) if known else now - self.retention
        try:
            known = max(known, await self._redeliver(since, everything))
        except RateLimited as limited:
            await self.subjects.finish(claim, max(limited.retry_at, now + EVERY))
            return
        except GitHubError as error:
            log.warning("not-redelivered", error=str(error))
            await self.subjects.finish(claim, now + EVERY)
            return
        await self.subjects.finish(claim, now + EVERY, head=f"{known:.0f}:{now if everything else asked:.0f}")

    async def _redeliver(self, since: float, everything: bool) -> float:
        """When the newest attempt was made, by GitHub's own time; 0.0 when there is none."""
        newest, groups = 0.0, dict[str, list[Attempt]]()
        async for attempt in attempts(self.app, since):
            newest = max(newest, attempt.at)
            groups.setdefault(attempt.guid, []).append(attempt)
        failed = [group for group in groups.values() if lost(group, everything)]
        for group in reversed(failed):  # in the order in which it happened: not every event tells its time
            await self._again(group[0])
        if failed:
            log.info("redelivered", deliveries=len(failed))
        return newest

    async def _again(self, attempt: Attempt) -> None:
        try:
            await redeliver(self.app, attempt.id)
        except GitHubError as error:
            if error.passing:
                raise
            # GitHub has forgotten it meanwhile; the others shall not wait for it
            log.warning("not-redelivered", delivery=attempt.guid, error=str(error))


def lost(group: list[Attempt], everything: bool) -> bool:
    """Whether an event reached us with none of its attempts (newest first) and is to be delivered again.

    What failed once more would fail at once again: it is tried with `everything`, and not at all if we refused it.
    """
    if any(attempt.ok or attempt.pending for attempt in group):
        return False
    if not any(attempt.redelivery for attempt in group):
        return True
    refused = 400 <= group[0].code < 500 and group[0].code not in _PASSING
    return everything and not refused


def _read(head: str) -> tuple[float, float]:
    known, _, asked = head.partition(":")
    return float(known or 0.0), float(asked or 0.0)
