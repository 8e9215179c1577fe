"""One helper for the tests of `vulnerabilities`: a policy, a package that changes, its advisories, and what is said."""

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

from app.policies import CheckShape
from checks.advisories.ecosystems import identity
from checks.model.advisory import Advisory, Exploited, Likelihood
from checks.model.change import Change, ChangeKind, Place
from checks.model.dependency import Dependency, Location, Origin
from checks.model.facts import Facts
from checks.model.finding import Observation
from checks.model.packages import Known, VersionFacts
from checks.model.phrase import plain
from checks.policy.load import load
from checks.rules.check import Context
from checks.rules.vulnerabilities import CHECK
from checks.vulnerabilities.terms import VulnerabilitiesSection
from tests.advisories import records
from tests.advisories.records import fixed, introduced

SHAPE = CheckShape(CHECK.id)
NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
VECTORS = {
    "low": "CVSS:3.1/AV:L/AC:H/PR:H/UI:R/S:U/C:L/I:N/A:N",  # 1.8
    "moderate": "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:L",  # 5.3
    "high": "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:N/A:N",  # 7.5
    "critical": "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H",  # 9.8
}


def section(text: str = "{}") -> VulnerabilitiesSection:
    policy = load(f"version: 1\nvulnerabilities: {text}\n".encode(), "policy.yaml", [SHAPE], own_version="0.1")
    found = policy.sections["vulnerabilities"]
    assert isinstance(found, VulnerabilitiesSection)
    return found


def package(
    version: str | None = "1.2.0",
    *before: str,
    kind: ChangeKind | None = None,
    purl: str = "pkg:npm/thing",
    name: str = "thing",
    origin: Origin = Origin.REGISTRY,
) -> Change:
    """A package that is new, or updated from other versions."""
    now = Dependency(purl, name, version, Location("package-lock.json", 7), origin=origin)
    old = tuple(Dependency(purl, name, text, Location("package-lock.json", 7)) for text in before)
    how = kind or (ChangeKind.UPDATED if before else ChangeKind.ADDED)
    return Change(how, purl, name, version, (Place(now, (now,)),), old)


def present(version: str = "1.2.0") -> Change:
    """A package that was there before."""
    return package(version, kind=ChangeKind.PRESENT)


def advisory(number: int, severity: str | None = None, fix: str | None = "1.9.0", **more: Any) -> Advisory:
    """`GHSA-1`, known as CVE-2026-1, about `thing` before a version that fixes it; `more`: fields of the document."""
    events = [introduced(), *([fixed(fix)] if fix else [])]
    vectors = [{"type": "CVSS_V3", "score": VECTORS[severity]}] if severity else []
    given = {"id": f"GHSA-{number}", "aliases": [f"CVE-2026-{number}"], "severity": vectors, **more}
    return records.advisory(*events, **given)


def facts(change: Change, *advisories: Advisory, **tables: Any) -> Facts:
    """A source names all advisories for every version of the change: the records decide."""
    known = VersionFacts(advisories=Known(tuple(item.id for item in advisories), "OSV", NOW))
    versions = {
        (change.purl, version): known for version in (change.version, *(item.version for item in change.before))
    }
    named = {item.id: _renamed(item, change.purl) for item in advisories}
    return Facts(versions=versions, advisories=named, **tables)


def _renamed(record: Advisory, purl: str) -> Advisory:
    """About the package of the test, whatever ecosystem that is."""
    return replace(record, affected=tuple(replace(entry, purl=identity(purl)) for entry in record.affected))


def exploited(*cves: str, due: str = "2026-12-24") -> dict[str, Known[Exploited]]:
    return {
        cve: Known(Exploited(date(2026, 11, 1), date.fromisoformat(due), ransomware=True), "KEV", NOW) for cve in cves
    }


def likely(**probabilities: float) -> dict[str, Known[Likelihood]]:
    """`CVE_2026_1=0.7`."""
    return {cve.replace("_", "-"): Known(Likelihood(value, 0.9), "EPSS", NOW) for cve, value in probabilities.items()}


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def observe(change: Change, known: Facts, policy: str = "{}", now: datetime = NOW) -> list[Observation]:
    assert CHECK.judge_dependency is not None
    return list(CHECK.judge_dependency(change, known, section(policy), Context(now)))


def said(change: Change, known: Facts, policy: str = "{}", now: datetime = NOW) -> list[str]:
    """`rule: message` of everything that is found."""
    return [f"{item.rule}: {plain(item.message)}" for item in observe(change, known, policy, now)]


def rules(change: Change, known: Facts, policy: str = "{}", now: datetime = NOW) -> list[str]:
    return [item.rule for item in observe(change, known, policy, now)]


def changes_at(change: Change, known: Facts, policy: str = "{}", now: datetime = NOW) -> datetime | None:
    assert CHECK.changes_at is not None
    return CHECK.changes_at(change, known, section(policy), Context(now))
