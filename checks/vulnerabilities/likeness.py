"""What decides the verdict on the vulnerabilities of a package version: equal for versions that are judged alike."""

from collections.abc import Callable, Collection, Hashable, Sequence
from datetime import datetime

from checks.advisories.affecting import affecting
from checks.advisories.groups import Vulnerability, vulnerabilities
from checks.model.advisory import Advisory
from checks.model.facts import Facts, PackageKey
from checks.model.packages import VersionFacts

_Found = tuple[tuple[str, bool], ...]


class Likeness:
    """Of package versions whose advisories are known, and not when a fix could be had."""

    def __init__(
        self,
        facts: Facts,
        names: Collection[str],
        probabilities: Sequence[float],
        side: Callable[[datetime], Hashable],
    ) -> None:
        """`facts`: advisories and what is known of their exploitation. `names` of vulnerabilities (lower case) and the
        `probabilities` are those that the policies speak of; `side` says where a time is among theirs."""
        self._facts = facts
        self._names = names
        self._probabilities = probabilities
        self._side = side
        self._known: dict[tuple[str, _Found], Hashable] = {}

    def of(self, key: PackageKey, known: VersionFacts) -> Hashable:
        """How many vulnerabilities there are does not count, if each is like another."""
        facts = Facts({key: known}, advisories=self._facts.advisories)
        records = list(affecting(facts, key))
        found = tuple([(record.id, certain) for record, certain in records])
        alike = self._known.get((key[0], found))
        if alike is None:
            alike = self._known[key[0], found] = self._alike(records, key[0])
        return alike

    def _alike(self, records: Sequence[tuple[Advisory, bool]], purl: str) -> Hashable:
        certain = {record.id for record, sure in records if sure}
        return frozenset(
            (self._decides(item), any(record.id in certain for record in item.records))
            for item in vulnerabilities([record for record, _ in records], purl)
        )

    def _decides(self, item: Vulnerability) -> Hashable:
        facts, cves = self._facts, item.cves
        likely = max(
            (facts.likelihoods[cve].value.probability for cve in cves if cve in facts.likelihoods), default=-1.0
        )
        return (
            item.malicious,
            item.rating.severity,
            bool(cves),
            any(cve in facts.exploited for cve in cves),
            tuple(likely >= limit for limit in self._probabilities),
            item.published and self._side(item.published),
            frozenset(self._names).intersection(name.lower() for name in item.names),
        )
