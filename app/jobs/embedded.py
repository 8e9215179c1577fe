"""The embedded loop: workers of this very process take what is due from the database."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress

import structlog

from app.jobs.subject import Claim
from app.store.subjects import SubjectStore

#: Seconds after which a sleeping worker looks again even if nobody woke it: leases run out silently.
LOOK_AGAIN = 15.0
#: Seconds that a shutdown waits for work in hand; what is left is taken over when its lease ends.
GRACE = 20.0

log = structlog.get_logger()


class Loop:
    """Runs `handle` for one claim at a time in each of `workers` tasks, and keeps their leases."""

    def __init__(
        self, subjects: SubjectStore, handle: Callable[[Claim], Awaitable[None]], workers: int, lease_seconds: float
    ) -> None:
        self.subjects = subjects
        self.handle = handle
        self.workers = workers
        self.lease_seconds = lease_seconds
        self._woken = asyncio.Event()
        self._stopping = False

    def wake(self) -> None:
        """Something is due now."""
        self._woken.set()

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """The workers run inside the block; at its end they finish what they have in hand."""
        tasks = [asyncio.create_task(self._work()) for _ in range(self.workers)]
        try:
            yield
        finally:
            self._stopping = True
            self._woken.set()
            _, left = await asyncio.wait(tasks, timeout=GRACE)
            for task in left:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def _work(self) -> None:
        while not self._stopping:
            claim = await self.subjects.claim(self.lease_seconds)
            if claim is None:
                await self._sleep()
                continue
            self._woken.set()  # there may be more: the next worker looks at once
            await self._handle(claim)

    async def _sleep(self) -> None:
        self._woken.clear()
        due = await self.subjects.seconds_until_due()
        if due == 0:  # it became due between claim and here, or another worker holds it
            due = 0.05
        with suppress(TimeoutError):
            await asyncio.wait_for(self._woken.wait(), min(LOOK_AGAIN, LOOK_AGAIN if due is None else due))

    async def _handle(self, claim: Claim) -> None:
        keeper = asyncio.create_task(self._keep(claim))
        try:
            await self.handle(claim)
        except asyncio.CancelledError:
            raise
        except Exception as error:
            # A fault of ours must not end the worker; the subject waits, its error is kept and logged.
            log.exception("internal-error", subject=claim.key)
            await self.subjects.retry(claim, f"internal error: {error!r}", self.subjects.clock() + 30 * 2**claim.attempts)
        finally:
            keeper.cancel()

    async def _keep(self, claim: Claim) -> None:
        while True:
            await asyncio.sleep(self.lease_seconds / 3)
            if not await self.subjects.keep(claim, self.lease_seconds):
                return
