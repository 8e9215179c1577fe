"""One host as a client may use it: how many requests at a time, and when it is left alone (circuit breaker)."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

from app.facts.online.timing import Timing
from app.facts.online.unavailable import Passing, Unavailable

#: Failures in a row after which a host is left alone.
FAILURES = 5
#: For how long (seconds); then one request tries it.
REST = 60.0


class Host:
    """Counts what a host did. An open breaker answers at once, so that one dead source costs a lookup nothing."""

    def __init__(self, timing: Timing, concurrency: int) -> None:
        self._timing = timing
        self._turns = asyncio.Semaphore(concurrency)
        self._failures = 0
        self._resting_until = 0.0
        self._held_until = 0.0
        self._trial = False

    @asynccontextmanager
    async def turn(self) -> AsyncIterator[None]:
        """One request at a time of those that the host may have. Raises `Unavailable` while it rests, and `Passing`
        with the seconds left while it asked for a pause."""
        async with self._turns:
            trial = self._admit()
            try:
                yield
            except Passing as problem:
                self._failed(problem.wait)
                raise
            except asyncio.CancelledError:  # it used up the time of whoever asked
                self._failed(None)
                raise
            else:
                self._failures = 0
            finally:
                if trial:
                    self._trial = False

    def _admit(self) -> bool:
        """Whether this request is the one that tries a host which rested."""
        now = self._timing.monotonic()
        if now < self._held_until:
            raise Passing("it asks to be left alone for now", self._held_until - now)
        if self._failures < FAILURES:
            return False
        if now < self._resting_until or self._trial:
            left = max(self._resting_until - now, 1.0)
            raise Unavailable(
                f"it failed {self._failures} times in a row and is left alone for now",
                self._timing.now() + timedelta(seconds=left),
            )
        self._trial = True
        return True

    def _failed(self, wait: float | None) -> None:
        now = self._timing.monotonic()
        if wait is not None:
            self._held_until = max(self._held_until, now + wait)
        self._failures += 1
        self._resting_until = now + REST
