"""What could not be judged because nobody could answer: said once for each package version, never passed over."""

from collections.abc import Iterator

from checks.freshness.case import Case, Said, cut, listed
from checks.freshness.wanted import wanted
from checks.model.facts import NOTHING, Want
from checks.model.finding import Evidence, Move
from checks.model.packages import Gap
from checks.model.phrase import join, say
from checks.render.english import listed as enumerated

_WORDS = {
    Want.PUBLISHED: "its publication date",
    Want.STATUS: "its status",
    Want.RELEASES: "its releases",
    Want.HEALTH: "its upkeep",
    Want.LIFECYCLE: "its end of life",
}


def said(case: Case) -> Iterator[Said]:
    """`freshness-unknown`: a source was asked and could not answer, or nobody knows the releases that are needed."""
    lacks_releases = case.section.needs_releases and case.package.releases is None
    if case.exempt or not (lacks_releases or case.version.gaps or case.package.gaps):
        return
    open_ = _open(case)
    gaps = [*case.version.silent(open_.of_version), *case.package.silent(open_.of_package)]
    unknown = _about(gaps) & open_
    if Want.RELEASES in open_ and listed(case.change):
        unknown |= Want.RELEASES
    if not unknown:
        return
    what = enumerated([words for want, words in _WORDS.items() if want in unknown])
    retries = [gap.retry_at for gap in gaps if gap.retry_at and gap.retry_at > case.now]
    sources = join([say("{}", name) for name in dict.fromkeys(gap.source for gap in gaps)], last=" and ")
    who = (*sources, " could not answer") if gaps else ("no source knows it",)
    yield case.observe(
        "freshness-unknown",
        (f" was judged without {what}: ", *who, "."),
        (" was not judged completely",),
        tuple(Evidence("asked", say("{}", cut(gap.reason)), say("{}", gap.source)) for gap in gaps),
        move=Move.SERVICE if gaps else Move.AUTHOR,
        clears_at=min(retries, default=None),
    )


def _open(case: Case) -> Want:
    """What was wanted of this version and is not known."""
    known = NOTHING
    if case.published:
        known |= Want.PUBLISHED
    if case.version.deprecated or case.version.yanked or case.package.status:
        known |= Want.STATUS
    if case.package.releases:
        known |= Want.RELEASES
    if case.package.archived or case.package.scorecard:
        known |= Want.HEALTH
    if case.package.cycles:
        known |= Want.LIFECYCLE
    return wanted(case.change, case.section) & ~known & ~Want.ADVISORIES


def _about(gaps: list[Gap]) -> Want:
    about = NOTHING
    for gap in gaps:
        about |= gap.about
    return about
