"""The clocks of the online sources, so that tests can give their own: nothing waits or looks at a clock otherwise."""

import asyncio
import secrets
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime


def _now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Timing:
    """How time passes."""

    now: Callable[[], datetime] = _now
    """UTC."""
    monotonic: Callable[[], float] = time.monotonic
    """Seconds; what waits and budgets are counted by, because the other clock may be set."""
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    jitter: Callable[[], float] = field(default=secrets.SystemRandom().random)
    """0 to 1."""
