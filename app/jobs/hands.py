"""One claim in the hands of a worker, whichever engine gave it: its lease is kept, and its faults end here."""

import asyncio
import secrets
import time
from collections.abc import Awaitable, Callable
from typing import NamedTuple

import structlog

from app.store.subjects import SubjectStore
from app.subject import Claim
from app.tracing import ended, of_claim, span

#: Seconds before a subject is tried again after a fault of ours; doubled each time, up to the longest.
BACK_OFF = 5.0
LONGEST = 900.0
#: Seconds of a shutdown in which work in hand is finished; what is left is given back.
GRACE = 15.0
#: Seconds before a worker goes on after a fault outside of a claim: the database may be away.
PAUSE = 1.0


class Hand(NamedTuple):
    """What the workers of a process do."""

    workers: int
    busy: int


Handle = Callable[[Claim], Awaitable[None]]

log = structlog.get_logger()


class Hands:
    """Runs `handle` for a claim and keeps its lease."""

    def __init__(self, subjects: SubjectStore, handle: Handle, lease_seconds: float) -> None:
        self.subjects = subjects
        self.handle = handle
        self.lease_seconds = lease_seconds
        self.busy = 0
        """How many claims are in hand."""

    async def take(self, key: str | None = None) -> Claim | None:
        """Claim what is due, or this subject."""
        began = time.time_ns()
        claim = await self.subjects.claim(self.lease_seconds, key)
        if claim is not None:  # an idle worker looks again and again
            ended("claim", began, **of_claim(claim))
        return claim

    async def work(self, claim: Claim) -> None:
        keeper = asyncio.create_task(self._keep(claim))
        self.busy += 1
        try:
            with span("judge", **of_claim(claim)):
                await self.handle(claim)
        except asyncio.CancelledError:
            await self.subjects.release(claim)
            raise
        except Exception:
            # A fault of ours. The subject waits; people get its id, the log has the rest.
            fault = secrets.token_hex(4)
            self.subjects.tally.count("ospo_gate_internal_errors_total")
            log.exception("internal-error", subject=claim.key, id=fault)
            wait = min(BACK_OFF * 2 ** min(claim.attempts, 10), LONGEST)
            await self.subjects.retry(claim, f"internal error {fault}", self.subjects.clock() + wait)
        finally:
            self.busy -= 1
            keeper.cancel()

    async def _keep(self, claim: Claim) -> None:
        while True:
            await asyncio.sleep(self.lease_seconds / 3)
            try:
                if not await self.subjects.keep(claim, self.lease_seconds):
                    return
            except Exception:
                log.exception("lease-not-kept", subject=claim.key)


async def tirelessly(step: Callable[[], Awaitable[None]], going: Callable[[], bool]) -> None:
    """Take one step after the other. No fault ends it; what a step had in hand is taken over from it."""
    while going():
        try:
            await step()
        except Exception:
            log.exception("worker-fault")
            await asyncio.sleep(PAUSE)
