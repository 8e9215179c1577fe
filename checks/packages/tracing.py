"""What advice and criteria say of a package version, also where they say nothing against it."""

from collections.abc import Iterator
from datetime import datetime

from checks.model.change import Change
from checks.model.facts import Facts
from checks.model.finding import Observation
from checks.model.phrase import Phrase, say
from checks.model.trace import Mark, Step
from checks.packages import acceptance, advice, sources
from checks.packages.terms import PackagesSection, Ring


def traced(change: Change, facts: Facts, section: PackagesSection, now: datetime) -> Iterator[Step]:
    """Each entry of the advice that names the package, which of them counts, and every rule that speaks."""
    said = tuple(
        item for item in advice.said(change, section, now, facts.repository.public) if isinstance(item, Observation)
    )
    counts = section.advised(change.purl, change.version)
    entries = [
        _entry(section, place, change, place == counts)
        for place, entry in enumerate(section.advice)
        if entry.package.matches(change.purl)
    ]
    rules = tuple(dict.fromkeys(item.rule for item in said))
    if not entries:
        yield Step(
            ("advice",), ("none of the entries in force names it",) if section.advice else ("no entry is in force",)
        )
    else:
        words: Phrase = ("none is for this version",) if counts is None else (str(section.advice[counts].advice),)
        against = counts is not None and section.advice[counts].advice in (Ring.HOLD, Ring.AVOID)
        yield Step(("advice",), words, Mark.NO if against else Mark.YES, speaks=rules, steps=tuple(entries))
    others = (*sources.said(change, facts.repository, section), *acceptance.said(change, facts, section, now))
    for item in others:
        if isinstance(item, Observation):
            steps = tuple(Step((row.what,), row.actual, source=row.source) for row in item.evidence)
            key = item.policy_key
            yield Step((item.rule,), item.headline, Mark.NO, policy_key=key, speaks=(item.rule,), steps=steps)


def _entry(section: PackagesSection, place: int, change: Change, counts: bool) -> Step:
    entry = section.advice[place]
    which = say("{}", entry.package) if entry.versions is None else say("{} {}", entry.package, entry.versions)
    covers = entry.covers(change.purl, change.version)
    if counts:
        words = f"{entry.advice}; it counts"
    elif covers:
        words = f"{entry.advice}; a stricter or earlier entry counts"
    else:
        words = f"{entry.advice}; not for this version"
    mark = Mark.YES if counts else Mark.FACT if covers else Mark.NO
    return Step(which, (words,), mark, policy_key=("packages", "advice", str(place)))
