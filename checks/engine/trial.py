"""Versions that nobody uses yet, judged as the change would be judged with them: by the very same checks."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import TypeVar

from checks.engine.evaluate import evaluate
from checks.engine.plan import Plan, running
from checks.model.dependency import Dependency, Inventory
from checks.model.facts import Facts, PackageKey, Questions
from checks.model.finding import Finding
from checks.model.packages import Known, PackageFacts, Release, VersionFacts, filled
from checks.model.snapshot import ManifestPair
from checks.policy.schema import Policy

T = TypeVar("T")
_UNKNOWN = VersionFacts()

#: Package versions of the change, and for each the versions to try in its place.
Versions = Mapping[PackageKey, Sequence[str]]


class Trial:
    """A change in thought: where the real one has a version, it has all that are tried instead."""

    def __init__(self, plan: Plan, versions: Versions) -> None:
        self.versions = versions
        pairs = tuple(filter(None, (_pair(pair, versions) for pair in plan.snapshot.manifests)))
        self.plan = Plan(replace(plan.snapshot, manifests=pairs, projects=()))

    def questions(self, policy: Policy, only: frozenset[str] | None = None) -> Questions:
        """What must be known to judge the versions that are tried."""
        asked = {purl for purl, _ in self.versions}
        questions = self.plan.questions(policy, _single(policy, only))
        return {key: want for key, want in questions.items() if key[0] in asked}

    def judge(
        self, facts: Facts, policy: Policy, now: datetime, only: frozenset[str] | None = None
    ) -> Mapping[PackageKey, Sequence[Finding]]:
        """What counts against each of them, by purl and version. `now` is UTC."""
        found: dict[PackageKey, list[Finding]] = {
            (purl, version): [] for (purl, _), tried in self.versions.items() for version in tried
        }
        for finding in evaluate(self.plan, facts, policy, now, _single(policy, only)).findings:
            key = (finding.subject.purl or "", finding.subject.version)
            if finding.counts and key in found:
                found[key].append(finding)
        return found


def as_listed(facts: Facts, versions: Versions) -> Facts:
    """`facts`, with what the lists of releases say of the versions: nobody has to be asked for it again."""
    known = dict(facts.versions)
    for (purl, _), tried in versions.items():
        package, wanted = facts.package(purl), set(tried)
        for release in package.releases.value if package.releases else ():
            key = (purl, release.version)
            if release.version in wanted:
                known[key] = filled(known.get(key, _UNKNOWN), _listed(release, package))
    return replace(facts, versions=known)


def _listed(release: Release, package: PackageFacts) -> VersionFacts:
    listed = package.releases
    assert listed is not None
    return VersionFacts(
        license=_said(release.license, listed),
        published=_said(release.published, listed),
        deprecated=_said(release.deprecated, listed),
        yanked=_said(release.yanked, listed),
    )


def _said(value: T | None, listed: Known[tuple[Release, ...]]) -> Known[T] | None:
    return None if value is None else Known(value, listed.source, listed.as_of)


def _single(policy: Policy, only: frozenset[str] | None) -> frozenset[str]:
    """The checks that judge single packages."""
    return frozenset(check.id for check, _ in running(policy, only) if check.judge_dependency is not None)


def _pair(pair: ManifestPair, versions: Versions) -> ManifestPair | None:
    """One manifest with nothing but the packages in question."""
    if pair.head is None:
        return None
    purls = {purl for purl, _ in versions}
    head = [item for item in pair.head.dependencies if item.purl in purls]
    if not any((item.purl, item.version) in versions for item in head):
        return None
    before = [item for item in pair.base.dependencies if item.purl in purls] if pair.base else []
    base = None if pair.base is None else _only(pair.base, before)
    return ManifestPair(pair.path, base, _only(pair.head, _tried(head, versions, before)))


def _tried(head: Iterable[Dependency], versions: Versions, before: Iterable[Dependency]) -> Iterable[Dependency]:
    had = {(item.purl, item.version): item for item in before}
    for item in head:
        tried = versions.get((item.purl, item.version))
        if tried is None:
            yield item
        for version in tried or ():
            same = had.get((item.purl, version))
            # What the file says of the version that is there holds for no other.
            other = same or replace(item, version=version, license=None, published=None, integrity=())
            yield replace(other, location=item.location)


def _only(inventory: Inventory, dependencies: Iterable[Dependency]) -> Inventory:
    return Inventory(inventory.path, inventory.format, tuple(dependencies))
