"""One case to judge: a changed package version with what is known of its vulnerabilities, the terms and the time."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import NamedTuple

from checks.advisories.affecting import affecting, speaks
from checks.advisories.ecosystems import COVERED, identity
from checks.advisories.groups import Vulnerability, vulnerabilities
from checks.advisories.matching import common_fix
from checks.advisories.severity import Severity
from checks.model.advisory import Advisory, Exploited, Likelihood, Statement, Violation
from checks.model.change import Change, ChangeKind
from checks.model.dependency import Origin
from checks.model.facts import Facts, PackageKey, Want
from checks.model.packages import Gap, Known
from checks.model.purl import type_of
from checks.vulnerabilities.statements import accepting
from checks.vulnerabilities.terms import Accepted, Clock, VulnerabilitiesSection


def own(change: Change) -> bool:
    """Whether it is a package of the repository itself: it has no identity that an advisory could name."""
    return all(place.dependency.origin is Origin.PATH for place in change.places)


def covered(change: Change) -> bool:
    """Whether anybody publishes advisories for packages of its type."""
    return type_of(change.purl) in COVERED


def wanted(change: Change) -> Iterator[tuple[PackageKey, Want]]:
    """The advisories of the version, and of those that it replaces."""
    if covered(change) and not own(change):
        for version in dict.fromkeys((change.version, *(item.version for item in change.before))):
            yield (change.purl, version), Want.ADVISORIES


class Allowance(NamedTuple):
    """The time that the policy allows to fix a vulnerability."""

    since: datetime | None
    """When it began (UTC); None: not yet, because no version fixes it."""
    ends: datetime | None
    """UTC."""


@dataclass(frozen=True)
class Case:
    """Everything that one judgment may know."""

    change: Change
    facts: Facts
    section: VulnerabilitiesSection
    now: datetime
    """UTC."""

    @property
    def key(self) -> PackageKey:
        return self.change.purl, self.change.version

    @property
    def own(self) -> bool:
        return own(self.change)

    @property
    def covered(self) -> bool:
        return covered(self.change)

    @property
    def threshold(self) -> Severity:
        return Severity(self.section.block_from.value)

    @property
    def was_there(self) -> bool:
        return self.change.kind is ChangeKind.PRESENT

    @cached_property
    def named(self) -> Known[tuple[str, ...]] | None:
        """The ids that a source names; None where none could say."""
        return self.facts.version(*self.key).advisories

    @cached_property
    def gaps(self) -> tuple[Gap, ...]:
        return self.facts.version(*self.key).silent(Want.ADVISORIES)

    @cached_property
    def found(self) -> tuple[tuple[Vulnerability, bool], ...]:
        """The vulnerabilities, the worst first, and whether it is certain that they affect this version."""
        return tuple(_affecting(self.facts, self.key))

    @cached_property
    def certain(self) -> tuple[Vulnerability, ...]:
        return tuple(item for item, certain in self.found if certain)

    @cached_property
    def uncertain(self) -> tuple[Vulnerability, ...]:
        return tuple(item for item, certain in self.found if not certain)

    def unread(self, item: Vulnerability) -> bool:
        """Whether only its name is known, because no record of it could be read."""
        told = {record.id for record in self.reported}
        return not any(record.id in self.facts.advisories or record.id in told for record in item.records)

    @property
    def reported(self) -> tuple[Advisory, ...]:
        """What a server of the organization finds in this version."""
        return self.facts.reported.get(self._identity, ()) if self.facts.reported else ()

    @property
    def violations(self) -> tuple[Violation, ...]:
        """What such a server reports and the policy takes up."""
        terms = self.section.dependency_track
        if terms is None or not self.facts.violations:
            return ()
        reported = self.facts.violations.get(self._identity, ())
        return tuple(item for item in reported if terms.violations.covers(item.state))

    @property
    def _identity(self) -> PackageKey:
        return identity(self.change.purl), self.change.version

    def accepted(self, item: Vulnerability) -> Statement | Accepted | None:
        """The VEX statement or, without one, the entry of the policy that accepts it. Malware is never accepted."""
        if item.malicious:
            return None
        return accepting(item, self.facts, self.key) or self._accepted_by_policy(item)

    def _accepted_by_policy(self, item: Vulnerability) -> Accepted | None:
        """Of several entries that hold today the one that holds longest."""
        names = frozenset(item.names)
        entries = [e for e in self.section.accept if self.now < e.expires.ends and e.covers(names, *self.key)]
        return max(entries, key=lambda entry: entry.expires, default=None)

    def exploited(self, item: Vulnerability) -> Known[Exploited] | None:
        """The entry of the catalog of known exploited vulnerabilities."""
        catalog = self.facts.exploited
        return next((catalog[cve] for cve in item.cves if cve in catalog), None) if catalog else None

    def likelihood(self, item: Vulnerability) -> Known[Likelihood] | None:
        """How probable its exploitation is, if at least as probable as the policy's threshold."""
        if self.section.epss is None:
            return None
        known = [self.facts.likelihoods[cve] for cve in item.cves if cve in self.facts.likelihoods]
        highest = max(known, key=lambda likelihood: likelihood.value.probability, default=None)
        threshold = self.section.epss.block_from.value
        return highest if highest is not None and highest.value.probability >= threshold else None

    def allowance(self, item: Vulnerability) -> Allowance | None:
        """The time to fix it; None where the policy allows none, or nobody knows when it began."""
        allowed = self.section.fix_within.of(item.rating.severity) if self.was_there else None
        if allowed is None:
            return None
        if self.section.clock is Clock.FIX_AVAILABLE:
            fix = self.fix([item])
            if fix is None:
                return Allowance(None, None)
            since = self._published(fix, item)
        else:
            since = self._first_seen(item) or item.published
        return Allowance(since, allowed.after(since)) if since else None

    def fix(self, items: Sequence[Vulnerability]) -> str | None:
        """The smallest version that fixes all of them; None where no record of one of them speaks of the package."""
        asked = tuple(item.label for item in items)
        if asked not in self._fixes:
            told = all(any(speaks(record, self.change.purl) for record in item.records) for item in items)
            records = [record for item in items for record in item.records]
            self._fixes[asked] = common_fix(records, *self.key) if told else None
        return self._fixes[asked]

    @cached_property
    def _fixes(self) -> dict[tuple[str, ...], str | None]:
        return {}

    def _first_seen(self, item: Vulnerability) -> datetime | None:
        seen = (self.facts.first_seen.get((self.change.purl, name)) for name in item.names)
        return min(filter(None, seen), default=None)

    def _published(self, fix: str, item: Vulnerability) -> datetime | None:
        """When the fix could be had: not before the advisory, which names it, and not before the version."""
        releases = self.facts.package(self.change.purl).releases
        dates = (release.published for release in releases.value if release.version == fix) if releases else ()
        return max(filter(None, (item.published, *dates)), default=None)

    @cached_property
    def fixed(self) -> tuple[Vulnerability, ...]:
        """What affected every version that the change replaces and does not affect the new one."""
        if self.change.kind is not ChangeKind.UPDATED or self.named is None:
            return ()
        left = {name for item, _ in self.found for name in item.names}
        gone: dict[str, Vulnerability] = {}
        for version in dict.fromkeys(item.version for item in self.change.before):
            for item, certain in _affecting(self.facts, (self.change.purl, version)):
                if certain and left.isdisjoint(item.names):
                    gone.setdefault(item.label, item)
        return tuple(sorted(gone.values(), key=lambda item: item.order))


def _affecting(facts: Facts, key: PackageKey) -> Iterator[tuple[Vulnerability, bool]]:
    """The vulnerabilities of a version, the worst first, and whether it is certain that they affect it."""
    found = list(affecting(facts, key))
    if not found:
        return
    certain = {record.id for record, sure in found if sure}
    for item in vulnerabilities([record for record, _ in found], key[0]):
        yield item, any(record.id in certain for record in item.records)
