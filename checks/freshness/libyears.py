"""Libyears (CHAOSS): the time between the release that is used and the current stable one, in years, never negative."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

#: As the policy counts: `5 years` is five of these.
_YEAR = timedelta(days=365)


@dataclass(frozen=True, slots=True)
class Lag:
    """How far one package version is behind."""

    name: str
    version: str | None
    libyears: float | None
    """None: a date is not known."""


@dataclass(frozen=True, slots=True)
class Total:
    """The libyears of several package versions."""

    known: int
    """How many of them have dates."""
    unknown: int
    together: float
    worst: Lag | None
    """The first of the worst; None where nothing is behind."""

    @property
    def mean(self) -> float:
        return self.together / self.known if self.known else 0.0


def libyears(used: datetime, current: datetime) -> float:
    """Between two publications; 0 where the used version is the later one."""
    return max((current - used) / _YEAR, 0.0)


def as_libyears(time: timedelta) -> float:
    return time / _YEAR


def total(lags: Iterable[Lag]) -> Total:
    """The sum of what is known; what is not is counted apart."""
    found = list(lags)
    known = [(lag.libyears, lag) for lag in found if lag.libyears is not None]
    worst = max(known, key=lambda item: item[0], default=None)
    behind = worst[1] if worst and worst[0] > 0 else None
    return Total(len(known), len(found) - len(known), sum(years for years, _ in known), behind)
