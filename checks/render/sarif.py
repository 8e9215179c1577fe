"""SARIF 2.1.0 for code scanning and every other reader of it.

Code scanning refuses a whole file for one result without a place, so findings about commits travel as notifications.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from checks.model.dependency import Location
from checks.model.finding import Finding
from checks.model.phrase import Phrase
from checks.model.report import Report
from checks.render.checkrun import annotation_message
from checks.render.limits import SARIF_LOCATIONS, SARIF_RESULTS
from checks.render.outcomes import exit_code, volume
from checks.render.plaintext import line, shown
from checks.render.presentation import repository_path

Json = dict[str, Any]

#: Key of the fingerprint that stays the same over pushes: the finding's id.
FINGERPRINT = "ospoGate/v1"

_SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
_LOUDEST = ("error", "warning", "note")


@dataclass(frozen=True, slots=True)
class RuleText:
    """What SARIF shows about a rule."""

    id: str
    summary: str
    help: str


def sarif(report: Report, rules: Sequence[RuleText], version: str) -> Json:
    """The report as a SARIF log of one run; `version` is that of the tool."""
    findings = sorted(report.findings, key=lambda f: (_LOUDEST.index(volume(f, report)), not f.counts))
    index = {rule.id: position for position, rule in enumerate(rules)}
    results = [_result(report, finding, index) for finding in findings if _place(finding.location)]
    elsewhere = [_notification(report, finding, index) for finding in findings if not _place(finding.location)]
    run: Json = {
        "tool": {
            "driver": {
                "name": "ospo-gate",
                "semanticVersion": version,
                "rules": [_rule(rule) for rule in rules],
            }
        },
        "automationDetails": {"id": "ospo-gate/"},
        "columnKind": "unicodeCodePoints",
        "invocations": [
            {
                "executionSuccessful": True,
                "exitCode": exit_code(report),
                "toolExecutionNotifications": elsewhere[:SARIF_RESULTS],
            }
        ],
        "results": results[:SARIF_RESULTS],
        "properties": {
            "conclusion": str(report.conclusion),
            "mode": str(report.mode),
            "policy": shown(report.policy.digest),
            "leftOut": max(len(results) - SARIF_RESULTS, 0),
        },
    }
    if report.head and report.repository.name:
        run["properties"] |= {"repository": shown(report.repository.name), "head": shown(report.head)}
    return {"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}


def _rule(rule: RuleText) -> Json:
    return {
        "id": rule.id,
        "shortDescription": {"text": rule.summary},
        "fullDescription": {"text": rule.summary},
        "help": {"text": rule.help},
        "properties": {"tags": ["ospo-gate"]},
    }


def _result(report: Report, finding: Finding, index: dict[str, int]) -> Json:
    result: Json = {
        **_rule_reference(finding, index),
        "level": volume(finding, report),
        "message": {"text": _message(report, finding)},
        "locations": [_location(finding.location)] if finding.location else [],
        "partialFingerprints": {FINGERPRINT: finding.id},
        "properties": _properties(finding),
    }
    related = [place for place in finding.related if _place(place)][: SARIF_LOCATIONS - 1]
    if related:
        result["relatedLocations"] = [_location(place) for place in related]
    if accepted := finding.waiver or finding.override:
        suppression: Json = {"kind": "external", "status": "accepted"}
        if not report.repository.public and accepted.reason:
            suppression["justification"] = _safe((accepted.reason,))
        result["suppressions"] = [suppression]
    return result


def _notification(report: Report, finding: Finding, index: dict[str, int]) -> Json:
    known = finding.rule in index
    return {
        "level": volume(finding, report),
        "message": {"text": _message(report, finding)},
        **({"associatedRule": {"id": finding.rule, "index": index[finding.rule]}} if known else {}),
        "properties": {"rule": finding.rule, **_properties(finding)},
    }


def _rule_reference(finding: Finding, index: dict[str, int]) -> Json:
    known = finding.rule in index
    return {"ruleId": finding.rule, **({"ruleIndex": index[finding.rule]} if known else {})}


def _properties(finding: Finding) -> Json:
    return {
        "id": finding.id,
        "check": finding.check,
        "subject": shown(str(finding.subject)),
        "introduced": finding.introduced,
        "counts": finding.counts,
        "move": str(finding.move),
        "policyLevel": str(finding.level),
    }


def _message(report: Report, finding: Finding) -> str:
    return annotation_message(report, finding).replace("](", "] (")


def _safe(parts: Phrase) -> str:
    """Plain text in which nothing reads as an embedded link (SARIF 3.11.6)."""
    return line(parts).replace("](", "] (")


def _place(location: Location | None) -> bool:
    return location is not None and repository_path(location.path) is not None


def _location(location: Location) -> Json:
    """Line 1 for a whole file: code scanning asks for a region."""
    start = max(location.line, 1)
    return {
        "physicalLocation": {
            "artifactLocation": {"uri": quote(location.path, errors="replace"), "uriBaseId": "%SRCROOT%"},
            "region": {"startLine": start, "endLine": max(location.end_line, start)},
        }
    }
