"""The tasks that repair what was lost on the way from GitHub."""

from collections.abc import Callable, Mapping

from app.github.client import GitHubApp
from app.github.deliveries import RETENTION, RETENTION_ENTERPRISE_SERVER
from app.jobs import reached, reconcile, redeliver
from app.jobs.hands import Handle
from app.jobs.reached import Reached
from app.jobs.reconcile import Accept, Reconcile
from app.jobs.redeliver import Redeliver
from app.store.beliefs import BeliefStore
from app.store.subjects import SubjectStore
from app.subject import Claim

#: Seconds after a start until they run: several processes that start together count as one start.
START = 3.0


class Repairs:
    """All of them; each runs in one process at a time."""

    def __init__(
        self,
        app: GitHubApp,
        subjects: SubjectStore,
        accept: Accept,
        clock: Callable[[], float],
        enterprise: bool,
        wanted: bool = True,
    ) -> None:
        """`enterprise`: whether it is GitHub Enterprise Server; not `wanted`: what was scheduled before ends, too."""
        self.wanted = wanted
        self.subjects = subjects
        self.clock = clock
        self.beliefs = BeliefStore(subjects.database, clock)
        retention = RETENTION_ENTERPRISE_SERVER if enterprise else RETENTION
        tasks: Mapping[str, Handle] = {
            redeliver.KEY: Redeliver(app, subjects, clock, retention).handle,
            reached.KEY: Reached(app, subjects, self.beliefs, accept, clock).handle,
            reconcile.KEY: Reconcile(app, subjects, self.beliefs, accept, clock).handle,
        }
        self.handles = tasks if wanted else dict.fromkeys(tasks, self._end)

    async def schedule(self) -> None:
        """See to it that they run soon, and from then on by themselves: what failed first, then repositories."""
        if not self.wanted:
            return
        now = self.clock()
        for index, key in enumerate(self.handles):
            await self.subjects.schedule(key, now + START * (index + 1))
            await self.subjects.hurry(key, now + START * (index + 1))

    async def _end(self, claim: Claim) -> None:
        await self.subjects.finish(claim)
