"""The end of support: the release cycle of a runtime, an image or a framework, and the day on which it ends."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta

from checks.facts.lifecycle import cycle_of, ended
from checks.freshness.case import Case, Said, cut, source
from checks.model.finding import Evidence
from checks.model.packages import Cycle
from checks.model.phrase import Phrase, say
from checks.render.english import day

#: Characters of a tag that a headline has room for.
_TAG = 24


def said(case: Case) -> Iterator[Said]:
    """`end-of-life`, and within the notice period `end-of-life-soon`."""
    known, version = case.package.cycles, _version(case)
    cycle = cycle_of(version, known.value) if known and version else None
    if known is None or cycle is None:
        return
    yield from _moments(case, cycle)
    on = day(cycle.end_of_life) if cycle.end_of_life else ""
    if ended(cycle, case.now.date()):
        rule, what = "end-of-life", f" has had no support since {on}" if on else " is no longer supported"
    elif ended(cycle, _horizon(case)):
        rule, what = "end-of-life-soon", f" is supported only until {on}"
    else:
        return
    for other in known.value:
        yield from _moments(case, other)
    tag = say(" ({})", cut(version, _TAG)) if version and version != case.change.version else ()
    notice = f", and the notice period is {case.section.end_of_life.notify}" if rule == "end-of-life-soon" else ""
    yield case.observe(
        rule,
        (*tag, what, notice, *_instead(case, known.value), "."),
        (*tag, what),
        (
            Evidence("cycle", say("{}", cycle.name), source(known)),
            Evidence("end of life", (on or "ended, without a day",), source(known)),
        ),
        key=("end_of_life", "notify") if notice else (),
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


def _instead(case: Case, cycles: tuple[Cycle, ...]) -> Phrase:
    """The newest cycle that is out and not near its own end, with long-term support where the product has it."""
    supported = [
        cycle
        for cycle in cycles
        if (cycle.released is None or cycle.released <= case.now.date()) and not ended(cycle, _horizon(case))
    ]
    long_term = [cycle for cycle in supported if cycle.long_term]
    best = max(long_term or supported, key=lambda cycle: (cycle.released or date.min, cycle.name), default=None)
    return say(": move to {}", best.name) if best else ()


def _horizon(case: Case) -> date:
    """What ends until this day (UTC) is told now."""
    return case.section.end_of_life.notify.after(case.now).date()


def _moments(case: Case, cycle: Cycle) -> Iterator[datetime]:
    """When the cycle is released, its notice period begins and it ends, as far as that is still to come (UTC)."""
    notify = case.section.end_of_life.notify.delta or timedelta(0)
    for first, before in (
        (cycle.released, timedelta(0)),
        (cycle.end_of_life, notify),
        (cycle.end_of_life, timedelta(0)),
    ):
        if first is not None and (begins := datetime.combine(first, time(), UTC)) - case.now > before:
            yield begins - before
