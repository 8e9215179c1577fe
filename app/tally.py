"""What happens in this process, counted where it happens; `app.metrics` tells it to whoever asks."""

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

#: Upper bounds of what durations are sorted into (seconds).
BOUNDS = (0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 300.0, 1800.0)
#: Different labels of one count. What GitHub or a package names could be without end; those beyond become `other`.
MOST = 200
OTHER = "other"

Labels = tuple[str, ...]


@dataclass(slots=True)
class Times:
    """Durations of one kind."""

    counts: list[int] = field(default_factory=lambda: [0] * (len(BOUNDS) + 1))
    """How many are within each bound and beyond the one before it; the last has what is beyond all."""
    total: float = 0.0
    """Seconds."""


class Tally:
    """Nothing is ever taken away, and nothing waits: counting costs less than a microsecond."""

    def __init__(self) -> None:
        self._counts: dict[str, Counter[Labels]] = {}
        self._times: dict[str, dict[Labels, Times]] = {}
        self._moments: dict[str, dict[Labels, float]] = {}

    def count(self, what: str, *labels: str) -> None:
        found = self._counts.setdefault(what, Counter())
        found[labels if labels in found or len(found) < MOST else (OTHER,) * len(labels)] += 1

    def took(self, what: str, seconds: float, *labels: str) -> None:
        """Something lasted so long. A clock that was set back does not make it less than nothing."""
        times = self._times.setdefault(what, {}).setdefault(labels, Times())
        times.counts[bisect_left(BOUNDS, seconds)] += 1
        times.total += max(0.0, seconds)

    def happened(self, what: str, at: float, *labels: str) -> None:
        """The last time of something (seconds since 1970)."""
        found = self._moments.setdefault(what, {})
        if labels in found or len(found) < MOST:
            found[labels] = max(at, found.get(labels, at))

    def counts(self, what: str) -> Iterator[tuple[Labels, int]]:
        yield from sorted(self._counts.get(what, {}).items())

    def times(self, what: str) -> Iterator[tuple[Labels, Times]]:
        yield from sorted(self._times.get(what, {}).items(), key=lambda item: item[0])

    def moments(self, what: str) -> Iterator[tuple[Labels, float]]:
        yield from sorted(self._moments.get(what, {}).items())
