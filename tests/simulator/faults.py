"""Fault injection: answer an error before or after an operation, or hold a request until it is released."""

import asyncio
import fnmatch
import threading
from collections.abc import Callable
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Seen:
    """What a matcher sees of a request; `document` is the text of a GraphQL query, else empty."""

    method: str
    path: str
    query: dict[str, str]
    body: bytes
    document: str = ""

    def __str__(self) -> str:
        return f"{self.method} {self.path}"


# A predicate, `METHOD /path` with `*` wildcards, or a text that the GraphQL document contains.
Matcher = Callable[[Seen], bool] | str


@dataclass(eq=False)
class Fault:
    """An answer instead of (or with `after`, behind the back of) the real one. `body` may be JSON or bytes."""

    matcher: Matcher
    status: int
    body: object
    headers: dict[str, str]
    times: int
    after: bool
    delay_seconds: float = 0.0


@dataclass(eq=False)
class Hold:
    """A request that waits; `reached` is set when one arrived, `release()` lets all of them go on."""

    matcher: Matcher
    reached: threading.Event = field(default_factory=threading.Event)
    released: threading.Event = field(default_factory=threading.Event)
    times: int = 1

    def release(self) -> None:
        self.released.set()

    def wait_until_reached(self, timeout: float = 30.0) -> bool:
        return self.reached.wait(timeout)


class Faults:
    def __init__(self) -> None:
        self._lock = threading.Lock()
        self.faults: list[Fault] = []
        self.holds: list[Hold] = []

    def take(self, seen: Seen) -> Fault | None:
        """The first planned fault for this request, counted down."""
        if not self.faults:
            return None
        with self._lock:
            for fault in self.faults:
                if matches(fault.matcher, seen):
                    fault.times -= 1
                    if fault.times <= 0:
                        self.faults.remove(fault)
                    return fault
        return None

    async def wait(self, seen: Seen) -> None:
        """Wait while a hold applies."""
        for hold in list(self.holds):
            if hold.times > 0 and not hold.released.is_set() and matches(hold.matcher, seen):
                hold.times -= 1
                hold.reached.set()
                await asyncio.to_thread(hold.released.wait)

    def clear(self) -> None:
        with self._lock:
            self.faults.clear()
        for hold in self.holds:
            hold.release()
        self.holds.clear()


def matches(matcher: Matcher, seen: Seen) -> bool:
    if callable(matcher):
        return matcher(seen)
    if " /" in matcher:
        return fnmatch.fnmatchcase(str(seen), matcher)
    return matcher in seen.document
