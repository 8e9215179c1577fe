"""What could not be judged because nobody could answer: said once for each package version, never passed over."""

from collections.abc import Iterator

from checks.freshness.case import Case, Said, listed
from checks.freshness.wanted import wanted
from checks.model import gaps as silence
from checks.model.facts import NOTHING, Want
from checks.model.finding import Move
from checks.model.packages import EVERYBODY, Gap
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
    gaps = _gaps(case, open_)
    unknown = _about(gaps) & open_
    if Want.RELEASES in open_ and listed(case.change):
        unknown |= Want.RELEASES
    if not unknown:
        return
    what = enumerated([words for want, words in _WORDS.items() if want in unknown])
    who = silence.who(gaps, "no source knows it", "connect its registry, or name it in freshness.exempt")
    yield case.observe(
        "freshness-unknown",
        (f" was judged without {what}: ", *who, "."),
        (" was not judged completely",),
        silence.evidence(gaps),
        move=silence.turn(gaps, Move.AUTHOR),
        clears_at=silence.asked_again([gap for gap in gaps if gap.retry_at and gap.retry_at > case.now]),
    )


def _gaps(case: Case, open_: Want) -> list[Gap]:
    """Who did not answer; that nobody lists the releases of actions, images and runtimes is no news."""
    gaps = [*case.version.silent(open_.of_version), *case.package.silent(open_.of_package)]
    expected = listed(case.change)
    return [gap for gap in gaps if expected or gap.source != EVERYBODY or gap.about & Want.LIFECYCLE]


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
