"""What is known of a package version: each fact with its source and age, and every source that could not answer."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from checks.model.facts import Facts
from checks.model.packages import Gap, Known, PackageFacts, VersionFacts
from checks.model.phrase import Phrase, say
from checks.model.trace import Mark, Step
from checks.render.english import age, counted, moment

#: Characters of a reason, and entries of a list.
_REASON, _MOST = 160, 20


def known(purl: str, version: str | None, facts: Facts, now: datetime) -> tuple[Step, ...]:
    """Facts about the version, then about its package, then the gaps; `now` is UTC."""
    mine, package = facts.version(purl, version), facts.package(purl)
    found = (*_of_version(mine, now), *_of_package(package, now))
    gaps = {(gap.source, gap.reason): gap for gap in (*package.gaps, *mine.gaps)}
    silent = tuple(_gap(gap) for gap in list(gaps.values())[:_MOST])
    if found or silent:
        return (*found, *silent)
    return (Step(("facts",), ("nobody was asked, or nobody knows the package",), Mark.UNKNOWN),)


def _of_version(facts: VersionFacts, now: datetime) -> Iterator[Step]:
    if facts.license is not None:
        yield _fact("license", say("{}", facts.license.value), facts.license, now)
    for opinion in facts.opinions[:_MOST]:
        yield _fact("second opinion", say("{}", opinion.value), opinion, now)
    if facts.texts is not None:
        yield _fact("license texts", (counted(len(facts.texts.value), "text"),), facts.texts, now)
    if facts.published is not None:
        yield _fact("published", (moment(facts.published.value),), facts.published, now)
    for what, reason in (("deprecated", facts.deprecated), ("yanked", facts.yanked)):
        if reason is not None:
            yield _fact(what, say("{}", reason.value[:_REASON]) if reason.value else ("yes",), reason, now)
    if facts.advisories is not None:
        ids = facts.advisories.value
        shown: Phrase = say("{}", ", ".join(ids[:_MOST])) if ids else ("none",)
        yield _fact("advisories", shown, facts.advisories, now)


def _of_package(facts: PackageFacts, now: datetime) -> Iterator[Step]:
    if facts.releases is not None:
        yield _fact("releases", (counted(len(facts.releases.value), "release"),), facts.releases, now)
    if facts.latest is not None:
        yield _fact("latest", say("{}", facts.latest.value), facts.latest, now)
    if facts.status is not None:
        status = facts.status.value
        reason = say(": {}", status.reason[:_REASON]) if status.reason else ()
        yield _fact("status", (str(status.standing), *reason), facts.status, now)
    if facts.archived is not None:
        yield _fact("archived", ("yes" if facts.archived.value else "no",), facts.archived, now)
    if facts.scorecard is not None:
        overall = facts.scorecard.value.overall
        yield _fact("scorecard", (f"{overall:g} of 10" if overall is not None else "no total",), facts.scorecard, now)
    for what, count in (("maintainers", facts.maintainers), ("dependents", facts.dependents)):
        if count is not None:
            yield _fact(what, (f"{count.value:,}",), count, now)


def _fact(what: str, value: Phrase, fact: Known[Any], now: datetime) -> Step:
    since = f", {_since(fact.as_of, now)}" if fact.as_of else ""
    return Step((what,), value, Mark.FACT, say("{}" + since, fact.source))


def _since(as_of: datetime, now: datetime) -> str:
    """What was judged in the past may be explained by what was learned since."""
    return f"{age(now - as_of)} old" if as_of <= now else f"as of {moment(as_of)}, after it was judged"


def _gap(gap: Gap) -> Step:
    again = (f"; it is asked again on {moment(gap.retry_at)}",) if gap.retry_at else ()
    return Step(say("{} could not answer", gap.source), (*say("{}", gap.reason[:_REASON]), *again), Mark.UNKNOWN)
