"""The outputs of dependency-review-action, with its JSON, so that later steps of a workflow need not change."""

import json
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from checks.engine.plan import Plan
from checks.model.change import Change, ChangeKind
from checks.model.dependency import Dependency, Scope
from checks.model.facts import Facts, PackageKey
from checks.model.purl import type_of, versioned
from checks.model.report import Report
from checks.render.limits import cut_bytes
from checks.render.summary import summary
from checks.vulnerabilities.case import Case
from checks.vulnerabilities.terms import VulnerabilitiesSection

#: Of one list (bytes): the outputs of a job have 1 MB together.
MAX_BYTES = 120_000
_VULNERABLE = (
    *("malicious-package", "vulnerability-exploited", "vulnerability-likely", "vulnerable", "vulnerability-overdue"),
    "severity-unknown",
)
_INVALID = {"forbidden": "license-not-allowed", "unresolved": "license-unknown", "unlicensed": "license-missing"}
#: Its words for ecosystems; the others are purl types.
_ECOSYSTEMS = {"gem": "rubygems", "github": "actions", "golang": "go", "cargo": "rust", "pypi": "pip"}
Json = dict[str, Any]


def review_outputs(
    report: Report, plan: Plan, facts: Facts, section: VulnerabilitiesSection | None, now: datetime
) -> dict[str, str]:
    """The five outputs by name; `now` is UTC. A list that is too long ends earlier, with a whole entry."""
    review = _Review(report, plan, facts, section or VulnerabilitiesSection(), now)
    invalid = {name: list(_fitting(review.with_rules([rule]))) for name, rule in _INVALID.items()}
    return {
        "comment-content": cut_bytes(summary(report), MAX_BYTES),
        "dependency-changes": json.dumps(list(_fitting(review.everything()))),
        "vulnerable-changes": json.dumps(list(_fitting(review.with_rules(_VULNERABLE)))),
        "invalid-license-changes": json.dumps(invalid),
        "denied-changes": json.dumps(list(_fitting(review.with_rules(["package-avoid"])))),
    }


@dataclass(frozen=True, slots=True)
class _Review:
    """What the outputs are made of."""

    report: Report
    plan: Plan
    facts: Facts
    section: VulnerabilitiesSection
    now: datetime

    def everything(self) -> Iterator[Json]:
        """Every addition and removal; an update is both."""
        for change in self.plan.changes:
            if change.kind is ChangeKind.REMOVED:
                yield from (self._entry(place.dependency, "removed", []) for place in change.places)
            elif change.kind in (ChangeKind.ADDED, ChangeKind.UPDATED):
                yield from self._brought(change)
                yield from (self._entry(item, "removed", []) for item in change.before)

    def with_rules(self, rules: Collection[str]) -> Iterator[Json]:
        """The package versions that one of the rules blocks or warns of."""
        found: set[PackageKey] = {
            (item.subject.purl, item.subject.version)
            for item in self.report.findings
            if item.rule in rules and item.subject.purl and (item.blocks or item.warns)
        }
        for change in self.plan.changes:
            if (change.purl, change.version) in found and change.kind is not ChangeKind.REMOVED:
                yield from self._brought(change)

    def _brought(self, change: Change) -> Iterator[Json]:
        advisories = list(self._vulnerabilities(change))
        for place in change.places:
            yield self._entry(place.dependency, "added", advisories)

    def _vulnerabilities(self, change: Change) -> Iterator[Json]:
        case = Case(change, self.facts, self.section, self.now)
        for item in case.certain:
            if not case.accepted(item):
                ids = sorted(name for name in item.names if name.startswith("GHSA-"))
                yield {
                    "severity": str(item.rating.severity or "unknown"),
                    "advisory_ghsa_id": ids[0] if ids else item.label,
                    "advisory_summary": item.summary,
                    "advisory_url": item.url or "",
                }

    def _entry(self, item: Dependency, change_type: str, advisories: list[Json]) -> Json:
        declared = self.facts.version(item.purl, item.version).license
        repository = self.facts.package(item.purl).repository
        return {
            "change_type": change_type,
            "manifest": item.location.path,
            "ecosystem": _ECOSYSTEMS.get(type_of(item.purl), type_of(item.purl)),
            "name": item.name,
            "version": item.version or "",
            "package_url": versioned(item.purl, item.version),
            "license": item.license or (declared.value if declared else None),
            "source_repository_url": f"https://{repository.value}" if repository else None,
            "scope": _scope(item.scope),
            "vulnerabilities": advisories,
        }


def _scope(scope: Scope) -> str:
    """One of its three words."""
    if scope is Scope.UNKNOWN:
        return "unknown"
    return "runtime" if scope.shipped else "development"


def _fitting(entries: Iterable[Json]) -> Iterator[Json]:
    """As many as `MAX_BYTES` hold."""
    size = 0
    for entry in entries:
        size += len(json.dumps(entry)) + 2
        if size > MAX_BYTES:
            return
        yield entry
