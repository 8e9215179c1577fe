"""The end of support: the release cycle of a runtime, an image or a framework, and the day on which it ends."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta

from checks.facts.lifecycle import cycle_of
from checks.freshness.case import Case, Said, source
from checks.model.facts import Cycle
from checks.model.finding import Evidence
from checks.model.phrase import Phrase, say
from checks.render.english import day


def said(case: Case) -> Iterator[Said]:
    """`end-of-life`, and within the notice period `end-of-life-soon`."""
    known, version = case.package.cycles, _version(case)
    cycle = cycle_of(version, known.value) if known and version else None
    if known is None or cycle is None:
        return
    evidence = (Evidence("cycle", say("{}", cycle.name), source(known)),)
    if cycle.end_of_life is None:
        if cycle.ended:
            yield from _supported_changes(case)
            yield case.observe(
                "end-of-life",
                (" is no longer supported", *_instead(case), "."),
                (" is no longer supported",),
                evidence,
            )
        return
    end, notify = _begins(cycle.end_of_life), case.section.end_of_life.notify
    soon = _earlier(end, notify.delta or timedelta(0))
    on = day(cycle.end_of_life)
    if case.now < soon:
        yield soon
        return
    yield from _supported_changes(case)
    if case.now < end:
        yield end
        yield case.observe(
            "end-of-life-soon",
            (f" is supported only until {on}, and the notice period is {notify}", *_instead(case), "."),
            (f" is supported only until {on}",),
            (*evidence, Evidence("end of life", (on,), source(known))),
            key=("end_of_life", "notify"),
        )
    else:
        yield case.observe(
            "end-of-life",
            (f" has had no support since {on}", *_instead(case), "."),
            (f" has had no support since {on}",),
            (*evidence, Evidence("end of life", (on,), source(known))),
        )


def _version(case: Case) -> str | None:
    """The version; of an image that is pinned by digest the tag that stands before it."""
    if case.type != "docker":
        return case.change.version
    for place in case.change.places:
        image, at, _ = (place.dependency.source or "").partition("@")
        tag = image.rpartition("/")[2].partition(":")[2]
        if at and tag:
            return tag
    return case.change.version


def _instead(case: Case) -> Phrase:
    """The newest cycle that is supported, with long-term support where the product has such cycles."""
    cycles = _supported(case)
    long_term = [cycle for cycle in cycles if cycle.long_term]
    best = max(long_term or cycles, key=lambda cycle: (cycle.released or date.min, cycle.name), default=None)
    return say(": move to {}", best.name) if best else ()


def _supported(case: Case) -> list[Cycle]:
    """Released, and supported beyond the notice period."""
    horizon = case.section.end_of_life.notify.delta or timedelta(0)
    return [
        cycle
        for cycle in (case.package.cycles.value if case.package.cycles else ())
        if (cycle.released is None or _begins(cycle.released) <= case.now)
        and (_earlier(_begins(cycle.end_of_life), horizon) > case.now if cycle.end_of_life else not cycle.ended)
    ]


def _supported_changes(case: Case) -> Iterator[datetime]:
    """The moments at which another cycle is released or comes near its own end."""
    horizon = case.section.end_of_life.notify.delta or timedelta(0)
    for cycle in case.package.cycles.value if case.package.cycles else ():
        moments = (
            _begins(cycle.released) if cycle.released else None,
            _earlier(_begins(cycle.end_of_life), horizon) if cycle.end_of_life else None,
        )
        yield from (moment for moment in moments if moment and moment > case.now)


def _begins(start: date) -> datetime:
    return datetime.combine(start, time(), UTC)


def _earlier(moment: datetime, by: timedelta) -> datetime:
    """Never before the first year that there is."""
    return moment - by if moment - datetime.min.replace(tzinfo=UTC) > by else datetime.min.replace(tzinfo=UTC)
