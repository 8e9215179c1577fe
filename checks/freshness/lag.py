"""Lag: how old a version is, and how far behind the newest stable one."""

from collections.abc import Iterator

from checks.freshness import releases
from checks.freshness.case import Case, Said, source
from checks.freshness.libyears import as_libyears, libyears
from checks.freshness.steps import Part
from checks.model.finding import Evidence
from checks.model.packages import Release
from checks.model.phrase import Phrase, say
from checks.render.english import counted, day


def said(case: Case) -> Iterator[Said]:
    """`version-too-old`, `behind-latest` and, for one package, `libyears-exceeded`."""
    yield from _too_old(case)
    if case.section.behind or case.section.libyears:
        yield from case.held.values()
        if case.current is not None and case.change.version is not None:
            yield from _behind(case, case.current)
            yield from _libyears(case, case.current)


def _too_old(case: Case) -> Iterator[Said]:
    limit = case.section.maximum_age
    if limit is None or case.published is None:
        return
    end = limit.after(case.published.value)
    if case.now < end:
        yield end
        return
    yield from case.held.values()
    newest = case.current if case.current in case.newer else None
    instead = say("; the newest is {}", _dated(newest)) if newest else ()
    yield case.observe(
        "version-too-old",
        (f" was published on {day(case.published.value)}, and versions may be used for {limit}", *instead, "."),
        (f" is older than {limit}",),
        (Evidence("published", (day(case.published.value),), source(case.published)),),
        key=("maximum_age",),
    )


def _behind(case: Case, current: Release) -> Iterator[Said]:
    limits = case.section.behind
    if limits is None:
        return
    found = releases.behind(case.type, case.change.version or "", case.ready, current)
    for part, limit in ((Part.MAJOR, limits.major), (Part.MINOR, limits.minor)):
        distance = found.get(part)
        if limit is not None and distance is not None and distance.count > limit:
            behind = f"{counted(distance.count, f'{part} version')} behind"
            may = f"and it may be {limit:,}" if limit else "and it may not be behind"
            yield case.observe(
                "behind-latest",
                (*say(f" is {behind} {{}}, ", distance.to.version), may, "."),
                (f" is {behind}",),
                (Evidence("current", _dated(current), _listed(case)),),
                key=("behind", part),
            )
            return


def _libyears(case: Case, current: Release) -> Iterator[Said]:
    limit = case.section.libyears.worst if case.section.libyears else None
    if limit is None or limit.delta is None or case.published is None or current.published is None:
        return
    behind = libyears(case.published.value, current.published)
    if behind > as_libyears(limit.delta):
        yield case.observe(
            "libyears-exceeded",
            say(f" is {behind:,.1f} libyears behind {{}}, and one package may be {limit}.", current.version),
            (f" is {behind:,.1f} libyears behind",),
            (
                Evidence("published", (day(case.published.value),), source(case.published)),
                Evidence("current", _dated(current), _listed(case)),
            ),
            key=("libyears", "worst"),
        )


def _dated(release: Release) -> Phrase:
    return say("{}" + (f" of {day(release.published)}" if release.published else ""), release.version)


def _listed(case: Case) -> Phrase:
    return source(case.package.releases) if case.package.releases else ()
