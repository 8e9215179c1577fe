"""A clock that only moves when somebody sleeps."""

from datetime import UTC, datetime, timedelta

from app.facts.online.timing import Timing

START = datetime(2026, 11, 20, 12, tzinfo=UTC)


class Clock:
    """Time for tests: sleeping is instant, and what was slept is written down."""

    def __init__(self) -> None:
        self.seconds = 0.0
        self.slept: list[float] = []

    def now(self) -> datetime:
        return START + timedelta(seconds=self.seconds)

    def passes(self, **time: float) -> None:
        self.seconds += timedelta(**time).total_seconds()

    @property
    def timing(self) -> Timing:
        return Timing(self.now, lambda: self.seconds, self._sleep, lambda: 1.0)

    async def _sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.seconds += seconds
