"""The embedded loop: workers of this very process take what is due from the database."""

import asyncio
import secrets
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress

import structlog

from app.store.subjects import SubjectStore
from app.subject import Claim

#: Seconds after which a sleeping worker looks again even if nobody woke it: another process may have accepted work.
LOOK_AGAIN = 15.0
#: Seconds that a shutdown waits for work in hand; what is left is given back.
GRACE = 20.0
#: Seconds before a worker goes on after a fault outside of a claim: the database may be away.
PAUSE = 1.0
#: Seconds before a subject is tried again after a fault of ours; doubled each time.
BACK_OFF = 5.0

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
            try:
                await self._step()
            except Exception:
                # Nothing may end a worker but the end of the process; what it had in hand is taken over.
                log.exception("worker-fault")
                await asyncio.sleep(PAUSE)

    async def _step(self) -> None:
        claim = await self.subjects.claim(self.lease_seconds)
        if claim is None:
            await self._sleep()
            return
        self._woken.set()  # there may be more: the next worker looks at once
        await self._handle(claim)

    async def _sleep(self) -> None:
        if self._stopping:
            return
        # Cleared before the look: what is accepted from here on either is seen by it or sets the event again.
        self._woken.clear()
        due = await self.subjects.seconds_until_due()
        if due == 0:  # it became due between claim and here
            due = 0.05
        with suppress(TimeoutError):
            await asyncio.wait_for(self._woken.wait(), min(LOOK_AGAIN, LOOK_AGAIN if due is None else due))

    async def _handle(self, claim: Claim) -> None:
        keeper = asyncio.create_task(self._keep(claim))
        try:
            await self.handle(claim)
        except asyncio.CancelledError:
            await self.subjects.release(claim)
            raise
        except Exception:
            # A fault of ours. The subject waits; people get its id, the log has the rest.
            fault = secrets.token_hex(4)
            log.exception("internal-error", subject=claim.key, id=fault)
            await self.subjects.retry(
                claim, f"internal error {fault}", self.subjects.clock() + BACK_OFF * 2**claim.attempts
            )
        finally:
            keeper.cancel()

    async def _keep(self, claim: Claim) -> None:
        while True:
            await asyncio.sleep(self.lease_seconds / 3)
            try:
                if not await self.subjects.keep(claim, self.lease_seconds):
                    return
            except Exception:
                log.exception("lease-not-kept", subject=claim.key)
