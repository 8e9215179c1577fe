"""The task that tells the owner of the policy through other channels: never in the way of a verdict, and each channel
once, however often it takes."""

from dataclasses import dataclass

import structlog

from app.notify import Channels
from app.store.notices import NoticeStore, Waiting
from app.store.subjects import SubjectStore
from app.subject import Claim

#: Notices of one step.
STEP = 10
#: Longest wait until a channel is tried again (seconds), and how often it is tried: for about a day.
LONGEST, ATTEMPTS = 6 * 3_600.0, 16

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Telling:
    """Handles the claims of the task."""

    subjects: SubjectStore
    store: NoticeStore
    channels: Channels
    retry_seconds: float = 5.0
    """Before a channel is tried again the first time; doubled each time."""

    async def handle(self, claim: Claim) -> None:
        for waiting in await self.store.due(STEP):
            await self._tell(waiting)
        due = await self.store.due_at()
        await self.subjects.finish(claim, None if due is None else max(due, self.subjects.clock()))

    async def _tell(self, waiting: Waiting) -> None:
        found = await self.channels.send(waiting.told, self.channels.ids - waiting.sent)
        sent = waiting.sent | {id_ for id_, arrived in found.items() if arrived}
        left = self.channels.ids - sent
        next_at = None
        if left and waiting.attempts + 1 < ATTEMPTS:
            next_at = self.subjects.clock() + min(self.retry_seconds * 2.0**waiting.attempts, LONGEST)
        error = f"{len(left)} of {len(self.channels.ids)} channels did not take it" if left else None
        if error:
            log.warning("not-told-elsewhere", notice=waiting.id, error=error, again=next_at is not None)
        await self.store.sent(waiting, sent, error, next_at)
