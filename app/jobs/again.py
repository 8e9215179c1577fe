"""The task that judges all open pull requests again, some at a time, those first that a change may set free."""

from dataclasses import dataclass

import structlog

from app.store.effects import AGAIN
from app.store.open_pulls import OpenPulls
from app.store.subjects import SubjectStore
from app.subject import Claim, Kind

#: Its key; whoever changes the policy wants it.
KEY = AGAIN
#: Pull requests that become due in one second: what people push meanwhile is judged between them.
PACE = 50
#: Rows of one transaction: webhooks are accepted between the slices.
SLICE = 200
#: Seconds over which default branches follow: nobody waits for them.
BRANCHES = 600.0

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class JudgeAgain:
    """Handles the claims of the task. One that is broken off begins anew: what is judged twice says the same."""

    subjects: SubjectStore
    pulls: OpenPulls

    async def handle(self, claim: Claim) -> None:
        begin, count = self.subjects.clock(), 0
        for blocked in (True, False):
            after = ""
            while keys := await self.pulls.page(blocked, after, SLICE):
                await self.pulls.due(keys, begin + count / PACE, 1 / PACE)
                after, count = keys[-1], count + len(keys)
        await self.subjects.hasten(Kind.BRANCH, BRANCHES)
        log.info("judged-again", pulls=count)
        await self.subjects.finish(claim)
