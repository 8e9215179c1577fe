"""How often one caller may do a thing."""

import time
from collections import Counter
from collections.abc import Callable

#: Callers that are told apart in one window; further ones are counted together, so that memory has an end.
CALLERS = 10_000


class Throttle:
    """At most `limit` times in each window of `seconds`, for each caller; counted in this process."""

    def __init__(self, limit: int, seconds: float, clock: Callable[[], float] = time.monotonic) -> None:
        self.limit = limit
        self.seconds = seconds
        self.clock = clock
        self._window = -1
        self._counts: Counter[str] = Counter()

    def allows(self, caller: str) -> bool:
        """Whether it may be done once more; counts it."""
        window = int(self.clock() // self.seconds)
        if window != self._window:
            self._window, self._counts = window, Counter()
        name = caller if caller in self._counts or len(self._counts) < CALLERS else ""
        self._counts[name] += 1
        return self._counts[name] <= self.limit
