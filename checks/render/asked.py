"""The answer to "may I use this?": one line first, then the reasons, what may be used instead, and the age of it."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from checks.model.answer import Answer, Verdict
from checks.model.facts import Facts, Want
from checks.model.finding import Finding
from checks.model.phrase import Foreign, Phrase, say
from checks.model.purl import versioned
from checks.render.english import age, counted, day, listed
from checks.render.json_report import finding_json
from checks.render.plaintext import line, shown

Json = dict[str, Any]


def text(answer: Answer, facts: Facts, now: datetime) -> str:
    """For people, ending in a line end."""
    return "\n".join(_lines(answer, facts, now)) + "\n"


def to_json(answer: Answer, facts: Facts) -> Json:
    """For programs; the findings are those of the JSON report."""
    asked = answer.asked
    return {
        "schema": 1,
        "verdict": str(answer.verdict),
        "package": versioned(asked.purl, asked.version),
        "version": asked.version,
        "until": answer.until.isoformat() if answer.until else None,
        "alternative": answer.alternative,
        "summary": line(_summary(answer, facts)),
        "findings": [finding_json(finding, public=False) for finding in answer.findings],
        "sources": [
            {"name": state.name, "as_of": state.as_of.isoformat() if state.as_of else None, "trouble": state.trouble}
            for state in facts.sources
        ],
    }


def _lines(answer: Answer, facts: Facts, now: datetime) -> Iterator[str]:
    warned = sum(finding.warns for finding in answer.findings) if answer.verdict is Verdict.YES else 0
    aside = f", with {counted(warned, 'warning')}" if warned else ""
    yield f"{answer.verdict}{aside}: {line(_summary(answer, facts))}"
    told = {finding.id for finding in answer.findings[:1] if answer.verdict is not Verdict.YES}
    for finding in answer.findings:
        if finding.id not in told:
            yield f"  {_level(finding)}: {line(finding.message)} [{finding.rule}]"
        if finding.guidance is not None:
            yield f"    {shown(finding.guidance.text)}" + (f" {finding.guidance.link}" if finding.guidance.link else "")
    if answer.alternative and answer.verdict is not Verdict.NOT_NOW:
        yield f"  May be used: {shown(answer.asked.name)} {shown(answer.alternative)}"
    yield from _data(facts, now)


def _summary(answer: Answer, facts: Facts) -> Phrase:
    asked = answer.asked
    if asked.version is None:
        return (*say("no version of {} is known here", asked.name), *_silence(answer, facts), ".")
    name = say("{} {}", asked.name, asked.version)
    if answer.verdict is Verdict.YES:
        return (*name, " may be used", *_known(answer, facts), ".")
    if answer.verdict is Verdict.NOT_NOW and answer.until is not None:
        instead = say("; {} may be used now", answer.alternative) if answer.alternative else ()
        return (*answer.findings[0].message[:-1], *_unended(answer.findings[0].message[-1]), *instead, ".")
    return answer.findings[0].message


def _unended(last: str) -> Phrase:
    """The end of a sentence without its period; foreign text stays foreign."""
    return (last,) if isinstance(last, Foreign) else (last.rstrip("."),)


def _known(answer: Answer, facts: Facts) -> Phrase:
    """`(MIT, published 9 Apr 2018, no known advisories)`: as far as it is known."""
    known = facts.version(answer.asked.purl, answer.asked.version)
    parts: list[Phrase] = []
    if known.license is not None:
        parts.append(say("{}", known.license.value))
    if known.published is not None:
        parts.append((f"published {day(known.published.value.date())}",))
    if known.advisories is not None:
        count = len(known.advisories.value)
        parts.append(("no known advisories" if not count else counted(count, "advisory"),))
    if not parts:
        return ()
    inside = [word for part in parts for word in (", ", *part)][1:]
    return (" (", *inside, ")")


def _silence(answer: Answer, facts: Facts) -> Phrase:
    gaps = facts.package(answer.asked.purl).silent(Want.RELEASES)
    return say(": {}", f"{gaps[0].source}: {gaps[0].reason}") if gaps else ()


def _level(finding: Finding) -> str:
    return {"block": "no", "warn": "warning", "note": "note"}[str(finding.level)]


def _data(facts: Facts, now: datetime) -> Iterator[str]:
    """Where the answer comes from and how old that is."""
    told = [f"{state.name} ({age(now - state.as_of)} old)" for state in facts.sources if state.as_of]
    if told:
        yield f"  Data: {listed(told)}"
    for state in facts.sources:
        if state.trouble:
            yield f"  {state.name} could not answer: {shown(state.trouble)}"
