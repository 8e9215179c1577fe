"""All that is said of one case, by one function for the verdict and for the moments at which it may change."""

from collections.abc import Iterable, Iterator
from datetime import datetime

from checks.freshness import cooldown, lag, pins, support, unknown, upkeep
from checks.freshness.case import Case, Said
from checks.model.dependency import Origin
from checks.model.finding import Observation

_PARTS = (cooldown.said, lag.said, upkeep.said, support.said, pins.said, unknown.said)


def said(case: Case) -> Iterator[Said]:
    """Findings, and the moments (UTC) at which time alone may make others of them. Own folders are not judged."""
    if any(place.dependency.origin is not Origin.PATH for place in case.change.places):
        for part in _PARTS:
            yield from part(case)


def observations(found: Iterable[Said]) -> Iterator[Observation]:
    return (item for item in found if isinstance(item, Observation))


def next_moment(found: Iterable[Said]) -> datetime | None:
    """The earliest of the moments."""
    return min((item for item in found if isinstance(item, datetime)), default=None)
