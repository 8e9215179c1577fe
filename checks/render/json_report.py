"""The report as JSON for other programs: versioned, documented by docs/report.schema.json, equal for equal reports.

Sentences are plain text with nothing hidden in them; names, versions and paths are exactly what the files say. On a
public repository a waiver is shown without the person who approved it and without the reason.
"""

from datetime import UTC, datetime
from typing import Any

from checks.model.dependency import Location
from checks.model.finding import AppliedOverride, AppliedWaiver, Evidence, Finding, Fix, Guidance, Subject
from checks.model.report import CheckOutcome, Report
from checks.render import sentences
from checks.render.plaintext import line

#: Raised when a reader of the old form could misread the new one; additions do not raise it.
SCHEMA = 1

Json = dict[str, Any]


def to_json(report: Report) -> Json:
    """The report as a dict of JSON values, keys in a fixed order."""
    repository, policy = report.repository, report.policy
    return {
        "schema": SCHEMA,
        "conclusion": str(report.conclusion),
        "mode": str(report.mode),
        "policy": {
            "source": _text(policy.source),
            "digest": _text(policy.digest),
            "revision": policy.revision,
            "built_in": policy.built_in,
        },
        "base": report.base or None,
        "head": report.head or None,
        "repository": {
            "name": _text(repository.name),
            "visibility": repository.visibility,
            "properties": {key: _text(repository.properties[key]) for key in sorted(repository.properties)},
        },
        "findings": [finding_json(finding, report.repository.public) for finding in report.findings],
        "outcomes": [_outcome(report, outcome) for outcome in report.outcomes],
        "notices": [line(notice) for notice in report.notices],
        "repair": [_text(command) for command in report.repair],
        "judge_again_at": _moment(report.judge_again_at),
        "contact": _text(report.contact),
        "answered_within": _text(report.answered_within),
        "sources": [
            {"name": _text(state.name), "as_of": _moment(state.as_of), "trouble": _text(state.trouble)}
            for state in report.sources
        ],
    }


def finding_json(finding: Finding, public: bool) -> Json:
    """One finding; `public`: without the names and reasons of a waiver."""
    location = finding.location
    return {
        "id": finding.id,
        "rule": finding.rule,
        "check": finding.check,
        "level": str(finding.level),
        "introduced": finding.introduced,
        "counts": finding.counts,
        "move": str(finding.move),
        "clears_at": _moment(finding.clears_at),
        "headline": line(finding.headline),
        "message": line(finding.message),
        "path": _text(location.path) if location else None,
        "line": (location.line or None) if location else None,
        "end_line": (location.end_line or None) if location else None,
        "related": [_location(place) for place in finding.related],
        "subject": _subject(finding.subject),
        "fix": _fix(finding.fix),
        "why": [_text(step) for step in finding.why],
        "evidence": [_evidence(fact) for fact in finding.evidence],
        "guidance": _guidance(finding.guidance),
        "waiver": _waiver(finding.waiver, public),
        "lapsed": _waiver(finding.lapsed, public),
        "advisories": [[_text(name) for name in names] for names in finding.advisories],
        "licenses": [_text(license_) for license_ in finding.licenses],
        "override": _override(finding.override, public),
        "policy_line": finding.policy_line,
        "policy_file": _text(finding.policy_file) if finding.policy_file else None,
        "waivable": finding.waivable,
    }


def _subject(subject: Subject) -> Json:
    return {
        "purl": subject.purl,
        "version": _text(subject.version),
        "name": _text(subject.name),
        "commit": subject.commit,
        "path": _text(subject.path),
        "policy": _text(subject.policy),
        "person": _text(subject.person),
    }


def _location(location: Location) -> Json:
    return {"path": _text(location.path), "line": location.line or None, "end_line": location.end_line or None}


def _fix(fix: Fix | None) -> Json | None:
    if fix is None:
        return None
    commands = [_text(command) for command in fix.commands]
    return {
        "summary": line(fix.summary),
        "commands": commands,
        "suggestion": _suggestion(fix.suggestion),
        "without_terminal": line(fix.without_terminal) or None,
    }


def _suggestion(suggestion: tuple[Location, str] | None) -> Json | None:
    if suggestion is None:
        return None
    place, text = suggestion
    return {"path": _text(place.path), "line": place.line, "text": _text(text)}


def _evidence(fact: Evidence) -> Json:
    return {"what": fact.what, "actual": line(fact.actual), "source": line(fact.source) or None}


def _guidance(guidance: Guidance | None) -> Json | None:
    return None if guidance is None else {"text": _text(guidance.text), "link": _text(guidance.link)}


def _waiver(waiver: AppliedWaiver | None, public: bool) -> Json | None:
    if waiver is None:
        return None
    return {
        "id": _text(waiver.id),
        "expires": waiver.expires.isoformat(),
        "ending": waiver.ending,
        "beside": [_text(id_) for id_ in waiver.beside],
        "approved_by": None if public else _text(waiver.approved_by),
        "reason": None if public else _text(waiver.reason),
    }


def _override(override: AppliedOverride | None, public: bool) -> Json | None:
    if override is None:
        return None
    reason = None if public or not override.reason else _text(override.reason)
    return {"by": _text(override.by), "at": _moment(override.at), "reason": reason}


def _outcome(report: Report, outcome: CheckOutcome) -> Json:
    found = report.of(outcome.check)
    return {
        "check": outcome.check,
        "title": _text(outcome.title),
        "judged": outcome.judged,
        "noun": outcome.noun,
        "blocking": sum(finding.blocks for finding in found),
        "warnings": sum(finding.warns for finding in found),
        "notes": sum(finding.notes for finding in found),
        "waived": sum(finding.waiver is not None for finding in found),
        "not_judged_here": [line(sentences.sentence(reason)) for reason in outcome.not_judged_here],
    }


def _moment(value: datetime | None) -> str | None:
    """RFC 3339 in UTC, seconds; a time without a zone is UTC."""
    if value is None:
        return None
    utc = value.astimezone(UTC) if value.tzinfo else value
    return utc.replace(tzinfo=None).isoformat(timespec="seconds") + "Z"


def _text(text: str | None) -> str | None:
    """Exact text, except for halves of surrogate pairs, which no encoder of UTF-8 writes."""
    if text is None or text.isascii():
        return text
    return text.encode("utf-8", "backslashreplace").decode("utf-8")
