"""Python's garbage collector while millions of objects are made that all stay: looking through them again and again is
a third of the work, and finds nothing."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager

#: Collections of the middle generation before the oldest is looked through: never, in practice.
_RARELY = 1_000_000


class _Collecting:
    """Whoever is the last to leave brings back what the first one found."""

    def __init__(self) -> None:
        self._inside = 0
        self._before = gc.get_threshold()

    @contextmanager
    def rarely(self) -> Iterator[None]:
        """What is young is looked through as ever. From one thread only: that of the event loop."""
        if not self._inside:
            self._before = gc.get_threshold()
            gc.set_threshold(*self._before[:2], _RARELY)
        self._inside += 1
        try:
            yield
        finally:
            self._inside -= 1
            if not self._inside:
                gc.set_threshold(*self._before)


collecting = _Collecting()
