"""Upkeep: what the maintainers, the registry and the repository say of a package, and when it was released last."""

from collections.abc import Iterator
from datetime import datetime

from checks.freshness.case import Case, Said, cut, source
from checks.model.finding import Evidence
from checks.model.packages import Known, Standing
from checks.model.phrase import Phrase, say
from checks.render.english import day

_GONE = {Standing.QUARANTINED: "is quarantined by its registry", Standing.REMOVED: "was removed by its registry"}


def said(case: Case) -> Iterator[Said]:
    """`version-yanked`, `package-quarantined`, `package-deprecated`, `package-archived`, `package-unmaintained`."""
    yield from _yanked(case)
    yield from _quarantined(case)
    yield from _deprecated(case)
    yield from _archived(case)
    yield from _unmaintained(case)


def _yanked(case: Case) -> Iterator[Said]:
    known = case.version.yanked or _of_release(case, case.release.yanked if case.release else None)
    if known is not None:
        yield case.observe(
            "version-yanked",
            (" was withdrawn by its maintainers", *_because(known.value), ": use another version."),
            (" was withdrawn by its maintainers",),
            (Evidence("yanked", _quoted(known.value), source(known)),),
        )


def _quarantined(case: Case) -> Iterator[Said]:
    known = case.package.status
    if known is not None and known.value.standing in _GONE:
        gone = _GONE[known.value.standing]
        yield case.observe(
            "package-quarantined",
            (f" {gone}", *_because(known.value.reason), ": do not use it."),
            (f" {gone}",),
            (Evidence("status", (known.value.standing.value,), source(known)),),
        )


def _deprecated(case: Case) -> Iterator[Said]:
    known = case.version.deprecated or _of_release(case, case.release.deprecated if case.release else None)
    status = case.package.status
    if known is None and status is not None and status.value.standing is Standing.DEPRECATED:
        known = Known(status.value.reason, status.source, status.as_of)
    if known is None:
        return
    instead = case.package.replaced_by.value.strip() if case.package.replaced_by else ""
    yield case.observe(
        "package-deprecated",
        (
            " is deprecated by its maintainers",
            *_because(known.value),
            *(say("; they point to {}", cut(instead)) if instead else ()),
            ".",
        ),
        (" is deprecated by its maintainers",),
        (Evidence("deprecated", _quoted(known.value), source(known)),),
    )


def _archived(case: Case) -> Iterator[Said]:
    status, repository = case.package.status, case.package.archived
    if status is not None and status.value.standing is Standing.ARCHIVED:
        where, known, reason = "its registry", source(status), status.value.reason
    elif repository is not None and repository.value:
        where, known, reason = "its source repository", source(repository), ""
    elif (scored := _scored_as_archived(case)) is not None:
        where, known, reason = "its source repository", source(scored), ""
    else:
        return
    yield case.observe(
        "package-archived",
        (f" is archived in {where}", *_because(reason), ": no fixes will come."),
        (f" is archived in {where}",),
        (Evidence("archived", ("yes",), known),),
    )


def _scored_as_archived(case: Case) -> Known[str] | None:
    """The Scorecard check `Maintained` gives an archived repository 0 and says so."""
    card = case.package.scorecard
    for check in card.value.checks if card else ():
        if card and check.name == "Maintained" and check.score == 0 and "archived" in check.reason.lower():
            return Known(check.reason, card.source, card.as_of)
    return None


def _unmaintained(case: Case) -> Iterator[Said]:
    limit = case.section.unmaintained_after
    last = _last_release(case)
    if limit is None or last is None:
        return
    end = limit.after(last.value)
    if case.now < end:
        yield end
        return
    yield case.observe(
        "package-unmaintained",
        (f" belongs to a package that had its last release on {day(last.value)}, longer ago than {limit}.",),
        (f": no release since {day(last.value)}",),
        (Evidence("last release", (day(last.value),), source(last)),),
        key=("unmaintained_after",),
    )


def _last_release(case: Case) -> Known[datetime] | None:
    """Of any kind, prereleases too; None where no list of releases with dates is known."""
    known = case.package.releases
    dates = [release.published for release in known.value if release.published] if known else []
    if known is None or not dates:
        return None
    own = [case.published.value] if case.published else []
    return Known(max([*own, *dates]), known.source, known.as_of)


def _of_release(case: Case, reason: str | None) -> Known[str] | None:
    known = case.package.releases
    return Known(reason, known.source, known.as_of) if known and reason is not None else None


def _because(reason: str) -> Phrase:
    words = cut(reason.strip().rstrip("."))
    return say(" ({})", words) if words else ()


def _quoted(reason: str) -> Phrase:
    return say("{}", cut(reason.strip())) if reason.strip() else ("no reason given",)
