"""The embedded engine: workers of this very process take what is due from the database. The row is the job."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from app.jobs.hands import GRACE, Hands, tirelessly

#: Seconds after which a sleeping worker looks again even if nobody woke it: another process may have accepted work.
LOOK_AGAIN = 2.0


class Loop:
    """One claim at a time in each of `workers` tasks."""

    submit = None

    def __init__(self, hands: Hands, workers: int, look_again: float = LOOK_AGAIN) -> None:
        self.hands = hands
        self.workers = workers
        self.look_again = look_again
        self._woken = asyncio.Event()
        self._stopping = False

    def wake(self) -> None:
        """Something is due now."""
        self._woken.set()

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """The workers run inside the block; at its end they finish what they have in hand."""
        tasks = [asyncio.create_task(tirelessly(self._step, self._going)) for _ in range(self.workers)]
        try:
            yield
        finally:
            self._stopping = True
            self._woken.set()
            if tasks:
                await asyncio.wait(tasks, timeout=GRACE)
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    def _going(self) -> bool:
        return not self._stopping

    async def _step(self) -> None:
        claim = await self.hands.take()
        if claim is None:
            await self._sleep()
            return
        self._woken.set()  # there may be more: the next worker looks at once
        await self.hands.work(claim)

    async def _sleep(self) -> None:
        if self._stopping:
            return
        # Cleared before the look: what is accepted from here on either is seen by it or sets the event again.
        self._woken.clear()
        due = await self.hands.subjects.seconds_until_due()
        if due == 0:  # it became due between claim and here
            due = 0.05
        with suppress(TimeoutError):
            await asyncio.wait_for(self._woken.wait(), min(self.look_again, self.look_again if due is None else due))
