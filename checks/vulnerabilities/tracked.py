"""What Dependency-Track reports of one project, as a CycloneDX 1.6 document: made from its answers, and read again.

Findings and their analyses are the document's `vulnerabilities`, so that whoever reads VEX reads them, too; violations
of its policies are properties of components, for which the format has no place of its own.
"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from checks.advisories.ecosystems import identity
from checks.advisories.vex import UnreadableVex, read_statements
from checks.advisories.vex_bill import CYCLONEDX, moment
from checks.facts.fields import mapping, mappings, text
from checks.facts.fields import moment as moment_of
from checks.model.advisory import Advisory, Statement, Vector, Violation
from checks.model.facts import Facts, PackageKey, SourceState
from checks.model.purl import package, parse

if TYPE_CHECKING:
    from checks.vulnerabilities.terms import DependencyTrack

SOURCE = "Dependency-Track"
#: The property of a component that holds a violation, as JSON.
PROPERTY = "ospo-gate:dependency-track:violation"
#: Findings and violations of one project that are read.
MOST = 50_000
Document = dict[str, object]
_Fields = Mapping[str, object]
#: Its states, and those of CycloneDX; `NOT_SET` states nothing.
_STATES = {
    "EXPLOITABLE": "exploitable",
    "IN_TRIAGE": "in_triage",
    "RESOLVED": "resolved",
    "FALSE_POSITIVE": "false_positive",
    "NOT_AFFECTED": "not_affected",
}
_SEVERITIES = {"CRITICAL": "critical", "HIGH": "high", "MEDIUM": "medium", "LOW": "low", "INFO": "info"}
#: Its field of a vector, the method's name in CycloneDX, and the one of OSV.
_VECTORS = (
    ("cvssV4Vector", "CVSSv4", "CVSS_V4"),
    ("cvssV3Vector", "CVSSv3", "CVSS_V3"),
    ("cvssV2Vector", "CVSSv2", "CVSS_V2"),
)
_METHODS = {"CVSSv31": "CVSS_V3", **{method: system for _, method, system in _VECTORS}}


@dataclass(frozen=True, slots=True)
class Analysis:
    """What people wrote about a finding, as far as the finding itself does not tell it."""

    justification: str = ""
    """Raw: `CODE_NOT_REACHABLE`."""
    at: datetime | None = None
    """When it was changed last (UTC)."""


@dataclass(frozen=True, slots=True)
class Answers:
    """What the server said of one project; all of it is foreign."""

    project: str
    """The name and version that people know it by."""
    at: datetime
    """When it was asked (UTC)."""
    findings: Sequence[object]
    violations: Sequence[object] = ()
    analyses: Mapping[str, Analysis] = field(default_factory=dict)
    """By `matrix`, the name of a finding."""


@dataclass(frozen=True, slots=True)
class Tracked:
    """A document that was read."""

    at: datetime | None
    findings: Mapping[PackageKey, tuple[Advisory, ...]]
    """By purl as in `Affected`, and version."""
    violations: Mapping[PackageKey, tuple[Violation, ...]]
    statements: tuple[Statement, ...]

    @property
    def counts(self) -> tuple[int, int]:
        """Findings and violations."""
        return sum(map(len, self.findings.values())), sum(map(len, self.violations.values()))


def asks_why(finding: object) -> bool:
    """Whether only the justification of its analysis tells whether there is nothing to do."""
    return text(mapping(mapping(finding).get("analysis")).get("state")) == "NOT_AFFECTED"


def analysis_of(answer: object) -> Analysis:
    """From `/api/v1/analysis`."""
    fields = mapping(answer)
    times = [_milliseconds(comment.get("timestamp")) for comment in mappings(fields.get("analysisComments"))]
    return Analysis(text(fields.get("analysisJustification")) or "", max(filter(None, times), default=None))


def document(answers: Answers, tool_version: str) -> Document:
    """What has no package URL with a version is left out: nothing that the gate sees could be compared with it."""
    components: dict[str, Document] = {}
    vulnerabilities: dict[str, Document] = {}
    for finding in mappings(list(answers.findings[:MOST])):
        purl = _purl(mapping(finding.get("component")))
        name = text(mapping(finding.get("vulnerability")).get("vulnId"), 200)
        if purl and name:
            components.setdefault(purl, _component(purl))
            analysis = answers.analyses.get(text(finding.get("matrix")) or "", Analysis())
            vulnerabilities.setdefault(f"{name}@{purl}", _vulnerability(finding, name, purl, analysis))
    for violation in mappings(list(answers.violations[:MOST])):
        purl = _purl(mapping(violation.get("component")))
        if purl and not _approved(violation):
            properties = components.setdefault(purl, _component(purl)).setdefault("properties", [])
            assert isinstance(properties, list)
            properties.append({"name": PROPERTY, "value": json.dumps(_violation(violation), sort_keys=True)})
    return {
        "$schema": "http://cyclonedx.org/schema/bom-1.6.schema.json",
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": {
            "timestamp": moment(answers.at),
            "tools": {"components": [{"type": "application", "name": "ospo-gate", "version": tool_version}]},
            "authors": [{"name": SOURCE}],
            "component": {"type": "application", "name": answers.project, "bom-ref": "project"},
        },
        "components": [components[purl] for purl in sorted(components)],
        "vulnerabilities": [vulnerabilities[ref] for ref in sorted(vulnerabilities)],
    }


def read(content: str, path: str = SOURCE) -> Tracked:
    """A document of `document`, or another one of that format with vulnerabilities. Raises `UnreadableVex`."""
    statements = read_statements(content, path)
    fields = mapping(json.loads(content))
    if fields.get("bomFormat") != "CycloneDX":
        raise UnreadableVex("it is not CycloneDX")
    at = moment_of(mapping(fields.get("metadata")).get("timestamp"))
    keys = dict(_keys(fields))
    findings: dict[PackageKey, dict[str, Advisory]] = {}
    for item in mappings(fields.get("vulnerabilities")):
        for affected in mappings(item.get("affects")):
            key = keys.get(text(affected.get("ref")) or "")
            if key and (found := _advisory(item, at)):
                findings.setdefault(key, {}).setdefault(found.id, found)
    violations: dict[PackageKey, tuple[Violation, ...]] = {}
    for component in mappings(fields.get("components")):
        key = keys.get(text(component.get("bom-ref")) or "")
        if key and (told := tuple(dict.fromkeys(_violations(component, at)))):
            violations[key] = (*violations.get(key, ()), *told)
    return Tracked(at, {key: tuple(found.values()) for key, found in findings.items()}, violations, statements)


def facts(tracked: Tracked, terms: "DependencyTrack | None") -> Facts:
    """What of it counts by the policy; without its key, nothing."""
    if terms is None:
        return Facts()
    spoken: dict[str, list[Statement]] = {}
    for statement in tracked.statements if terms.analyses else ():
        spoken.setdefault(statement.purl, []).append(statement)
    return Facts(
        statements={purl: tuple(items) for purl, items in spoken.items()},
        reported=tracked.findings if terms.findings else {},
        violations=tracked.violations,
        sources=(SourceState(SOURCE, tracked.at),),
    )


def part(document: Document, purl: str) -> Document:
    """The same of one component, without what was decided about it in this project: for others that use it."""
    components = [item for item in _listed(document, "components") if item.get("bom-ref") == purl]
    vulnerabilities = [item for item in _listed(document, "vulnerabilities") if item.get("affects") == [{"ref": purl}]]
    return {
        **{key: document[key] for key in ("bomFormat", "specVersion", "version", "metadata")},
        "components": [{key: item[key] for key in item if key != "properties"} for item in components],
        "vulnerabilities": [{key: item[key] for key in item if key != "analysis"} for item in vulnerabilities],
    }


def affected(document: Document) -> dict[str, PackageKey]:
    """By their `bom-ref`: the components with findings, as they are looked up."""
    # each has one, for `document` was made here
    found = {str(item["affects"][0]["ref"]) for item in _listed(document, "vulnerabilities")}  # type: ignore[index]
    return {ref: key for ref, key in _keys(document) if ref in found}


def _listed(document: Document, name: str) -> list[Document]:
    found = document[name]
    assert isinstance(found, list)
    return found


def _keys(fields: _Fields) -> Iterator[tuple[str, PackageKey]]:
    for component in mappings(fields.get("components")):
        reference, purl = text(component.get("bom-ref")), text(component.get("purl"))
        try:
            type_, namespace, name, version = parse(purl or "")
        except ValueError:
            continue
        if reference and version:
            yield reference, (identity(package(type_, name, namespace)), version)


def _purl(component: _Fields) -> str:
    """Empty where it has none with a version that can be understood."""
    purl = text(component.get("purl"), 1_000) or ""
    try:
        return purl if parse(purl)[3] else ""
    except ValueError:
        return ""


def _component(purl: str) -> Document:
    _, namespace, name, version = parse(purl)
    group = {"group": namespace} if namespace else {}
    return {"type": "library", **group, "name": name, "version": version, "bom-ref": purl, "purl": purl}


def _vulnerability(finding: _Fields, name: str, purl: str, analysis: Analysis) -> Document:
    fields = mapping(finding.get("vulnerability"))
    ratings: list[Document] = [
        {"method": method, "vector": vector} for key, method, _ in _VECTORS if (vector := text(fields.get(key), 300))
    ]
    severity = _SEVERITIES.get(text(fields.get("severity")) or "")
    ratings += [{"severity": severity}] if severity else []
    source = text(fields.get("source"), 100) or SOURCE
    found: dict[str, object] = {
        "bom-ref": f"{name}@{purl}",
        "id": name,
        "source": {"name": source},
        "references": [{"id": alias, "source": {"name": alias.partition("-")[0]}} for alias in _aliases(fields, name)],
        "ratings": ratings,
        "description": text(fields.get("title")) or text(fields.get("subtitle")) or "",
        "published": _day(fields.get("published")),
        "analysis": _analysis(finding, analysis),
        "affects": [{"ref": purl}],
    }
    return {key: value for key, value in found.items() if value}


def _aliases(fields: _Fields, name: str) -> list[str]:
    """Each entry names one vulnerability in the words of several databases: `{"cveId": …, "ghsaId": …}`."""
    found = {
        alias for entry in mappings(fields.get("aliases")) for value in entry.values() if (alias := text(value, 200))
    }
    return sorted(found - {name})[:50]


def _analysis(finding: _Fields, analysis: Analysis) -> Document:
    state = _STATES.get(text(mapping(finding.get("analysis")).get("state")) or "")
    if state is None:
        return {}
    reason = analysis.justification.lower()
    justified = {"justification": reason} if state == "not_affected" and reason in CYCLONEDX else {}
    dated = {"lastUpdated": moment(analysis.at)} if analysis.at else {}
    return {"state": state, **justified, **dated}


def _violation(violation: _Fields) -> Document:
    condition = mapping(violation.get("policyCondition"))
    policy = mapping(condition.get("policy"))
    said = " ".join(filter(None, (text(condition.get(key), 200) for key in ("subject", "operator", "value"))))
    return {
        "policy": text(policy.get("name"), 200) or "without a name",
        "state": text(policy.get("violationState"), 20) or "FAIL",
        "type": text(violation.get("type"), 20) or "",
        "text": text(violation.get("text"), 300) or said,
    }


def _approved(violation: _Fields) -> bool:
    analysis = mapping(violation.get("analysis"))
    return analysis.get("isSuppressed") is True or text(analysis.get("analysisState")) == "APPROVED"


def _violations(component: _Fields, at: datetime | None) -> Iterator[Violation]:
    for item in mappings(component.get("properties")):
        value = item.get("value")
        if item.get("name") != PROPERTY or not isinstance(value, str):
            continue
        try:
            told = mapping(json.loads(value))
        except (ValueError, RecursionError):
            told = {}
        words = {key: text(told.get(key), 300) or "" for key in ("policy", "state", "type", "text")}
        yield Violation(words["policy"] or "without a name", words["state"] or "FAIL", words["type"], words["text"], at)


def _advisory(item: _Fields, at: datetime | None) -> Advisory | None:
    name = text(item.get("id"), 200)
    if name is None:
        return None
    ratings = list(mappings(item.get("ratings")))
    return Advisory(
        id=name,
        aliases=tuple(_names(mappings(item.get("references")), name)),
        summary=text(item.get("description")) or "",
        published=moment_of(item.get("published")),
        severities=tuple(_rated(ratings)),
        rating=next((word for rating in ratings if (word := text(rating.get("severity"), 20))), None),
        malicious=name.startswith("MAL-"),
        source=SOURCE,
        as_of=at,
    )


def _names(references: Iterable[_Fields], name: str) -> Iterator[str]:
    for reference in references:
        alias = text(reference.get("id"), 200)
        if alias and alias != name:
            yield alias


def _rated(ratings: Iterable[_Fields]) -> Iterator[Vector]:
    for rating in ratings:
        system, vector = _METHODS.get(text(rating.get("method")) or ""), text(rating.get("vector"), 300)
        if system and vector:
            yield Vector(system, vector)


def _day(value: object) -> str:
    """Version 4 says milliseconds, version 5 a time."""
    found = _milliseconds(value) or moment_of(value)
    return moment(found) if found else ""


def _milliseconds(value: object) -> datetime | None:
    try:
        return datetime.fromtimestamp(value / 1000, UTC) if isinstance(value, int | float) else None
    except (ValueError, OverflowError, OSError):
        return None
