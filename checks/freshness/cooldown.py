"""Cool-down: a new version waits, because most malicious releases are found and withdrawn within days."""

from collections.abc import Iterator
from datetime import datetime

from checks.advisories.affecting import affecting
from checks.freshness.case import Case, Said, listed, source
from checks.freshness.terms import SecurityFixes
from checks.model.change import ChangeKind
from checks.model.facts import Want
from checks.model.finding import Evidence, Move
from checks.model.packages import Release
from checks.model.phrase import say
from checks.model.versions import InvalidVersion, compare
from checks.render.english import moment


def said(case: Case) -> Iterator[Said]:
    """`version-too-new`, or `publication-date-missing` where nobody can tell."""
    if not case.waits:
        return
    if case.published is None:
        if listed(case.change) and not case.version.silent(Want.PUBLISHED):
            yield _undated(case)
        return
    ready = case.section.ready_at(case.published.value, case.steps_to(case.change.version))
    if ready <= case.now or fixes_a_vulnerability(case):
        return
    older = list(_between(case))
    yield from (at for at, _ in older if case.now < at < ready)
    old_enough = [release.version for at, release in older if at <= case.now]
    terms = decided(case)
    published = f" was published on {moment(case.published.value)}, and new {terms}"
    yield case.observe(
        "version-too-new",
        (published, *(say(" ({} is old enough)", old_enough[-1]) if old_enough else ()), "."),
        (f" is too new until {moment(ready)}",),
        (
            Evidence("published", (moment(case.published.value),), source(case.published)),
            Evidence("rule", (f"version-too-new: {terms}",)),
            *_advisories(case),
        ),
        key=("minimum_age",),
        move=Move.CLOCK,
        clears_at=ready,
    )


def _undated(case: Case) -> Said:
    dated = "its lock file carries none and no source names one" if case.change.version else "no exact version is named"
    return case.observe(
        "publication-date-missing",
        (f" has no known publication date ({dated}), so nobody can tell whether it is too new.",),
        (" has no known publication date",),
    )


def decided(case: Case) -> str:
    """The waiting time that decides: `major versions wait 14 days`."""
    terms, published = case.section.minimum_age, case.published
    assert published is not None
    steps = case.steps_to(case.change.version) or {None}
    step = max(steps, key=lambda step: (terms.of(step).after(published.value), step or ""))
    own = f"{step} " if step is not None and getattr(terms, step) is not None else ""
    return f"{own}versions wait {terms.of(step)}"


def _between(case: Case) -> Iterator[tuple[datetime, Release]]:
    """Stable releases that the update could use instead, oldest first, and when each has waited long enough: they are
    older than this one and newer than what is there."""
    before = [item.version for item in case.change.before if item.version]
    for release in case.stable:
        if release.deprecated is None and release.published and _orders(case, [*before, release.version]):
            yield case.section.ready_at(release.published, case.steps_to(release.version)), release


def _orders(case: Case, versions: list[str]) -> bool:
    """Whether the last of `versions` is newer than all others and older than this one."""
    *older, last = versions
    try:
        return all(compare(case.type, old, last) < 0 for old in older) and (
            case.change.version is not None and compare(case.type, last, case.change.version) < 0
        )
    except InvalidVersion:
        return False


def fixes_a_vulnerability(case: Case) -> bool:
    """Whether the update leaves a known advisory behind and brings none that was not there."""
    if case.section.security_fixes is not SecurityFixes.EXEMPT or case.change.kind is not ChangeKind.UPDATED:
        return False
    now = _named(case, case.change.version)
    if now is None:
        return False
    for version in dict.fromkeys(item.version for item in case.change.before):
        old = _named(case, version)
        if old is not None and now.keys() <= old.keys() and any(old[id_] for id_ in old.keys() - now.keys()):
            return True
    return False


def _named(case: Case, version: str | None) -> dict[str, bool] | None:
    """Ids of the advisories that may affect a version, and whether it is certain; without withdrawn ones. None: not
    known."""
    key = case.change.purl, version
    if case.facts.version(*key).advisories is None:
        return None
    return {record.id: certain for record, certain in affecting(case.facts, key) if record.withdrawn is None}


def _advisories(case: Case) -> Iterator[Evidence]:
    """That a security fix would not wait, where nobody could tell whether this is one."""
    if case.section.security_fixes is SecurityFixes.EXEMPT and case.change.kind is ChangeKind.UPDATED:
        versions = (case.change.version, *(item.version for item in case.change.before))
        if any(_named(case, version) is None for version in versions):
            yield Evidence("security fix", ("not known: no source of advisories answered",))
