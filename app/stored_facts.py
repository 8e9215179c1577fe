"""What the service has stored of packages, for a preview: nobody is asked, and what is alike is kept once."""

from collections.abc import Hashable, Mapping, Sequence
from functools import lru_cache
from typing import NamedTuple

from app.facts.kinds import PACKAGE_KINDS, VERSION_KINDS
from app.store.preview_facts import StoredRecord
from checks.advisories.affecting import affecting
from checks.engine.knowledge import Knowledge, gaps, told_apart
from checks.facts import clearlydefined, depsdev, ecosystems, endoflife, github, osv, scorecard
from checks.facts.codec import (
    decode_advisory,
    decode_exploited,
    decode_likelihood,
    decode_package,
    decode_version,
)
from checks.model.advisory import Advisory, Exploited, Likelihood
from checks.model.facts import Facts, PackageKey, Want
from checks.model.packages import Known, PackageFacts, VersionFacts, filled, filled_package

#: Whose word counts first, as where they are asked; registries and others come after these.
_ORDER = {
    module.SOURCE: rank
    for rank, module in enumerate((depsdev, osv, scorecard, ecosystems, clearlydefined, github, endoflife))
}
_LAST = len(_ORDER)
_ADVISORY, _EXPLOITED, _LIKELIHOOD = "advisory", "exploited", "likelihood"


class _Part(NamedTuple):
    """What one record says; equal for many."""

    rank: int
    about: int
    facts: VersionFacts | PackageFacts


class KnownVersion(NamedTuple):
    """What is known of a package version, and of its package."""

    number: int
    """Equal for those of which the same is known."""
    alone: bool
    """Whether the version itself decides what that means."""
    named: bool
    """Whether advisories are named for it."""
    lacks: bool
    """Whether something that decides is not stored."""
    version: VersionFacts
    package: PackageFacts


_Numbers = tuple[int, ...]


class StoredFacts:
    """Fed with records; then it is asked for package versions."""

    def __init__(self, knowledge: Knowledge) -> None:
        self.knowledge = knowledge
        self._want = knowledge.want.value
        self.advisories: dict[str, Advisory] = {}
        self.exploited: dict[str, Known[Exploited]] = {}
        self.likelihoods: dict[str, Known[Likelihood]] = {}
        self._parts: list[_Part] = []
        self._numbers: dict[tuple[int, int, Hashable], int] = {}
        self._sets: dict[_Numbers, _Numbers] = {}
        self._versions: dict[str, _Numbers] = {}
        self._packages: dict[str, _Numbers] = {}
        self._known: dict[tuple[_Numbers, _Numbers, int], KnownVersion] = {}
        self._version = lru_cache(maxsize=50_000)(self._read_version)
        self._package = lru_cache(maxsize=1_000)(self._read_package)

    @property
    def kinds(self) -> frozenset[str]:
        """The kinds of records that decide anything."""
        want = self.knowledge.want
        found = {kind for kind, about in (*VERSION_KINDS.items(), *PACKAGE_KINDS.items()) if about & want}
        if Want.ADVISORIES & want:
            found |= {_ADVISORY, _EXPLOITED, _LIKELIHOOD}
        return frozenset(found)

    def learn(self, records: Sequence[StoredRecord]) -> None:
        """What is of another version of ours is as if it were not there."""
        for record in records:
            try:
                self._learn(record)
            except ValueError:
                continue

    def _learn(self, record: StoredRecord) -> None:
        kind, key, source, about, value = record
        if kind in VERSION_KINDS:
            self._add(self._versions, key, self._version(source, about, value))
        elif kind in PACKAGE_KINDS:
            self._add(self._packages, key, self._package(source, about, value))
        elif kind == _ADVISORY:
            self.advisories[key] = decode_advisory(value)
        elif kind == _EXPLOITED and value:
            self.exploited[key] = decode_exploited(value)
        elif kind == _LIKELIHOOD and value:
            self.likelihoods[key] = decode_likelihood(value)

    def _read_version(self, source: str, about: int, value: bytes) -> int:
        facts = self.knowledge.version(decode_version(value))
        return self._number(source, about, id(facts), facts)

    def _read_package(self, source: str, about: int, value: bytes) -> int:
        facts = self.knowledge.package(decode_package(value))
        return self._number(source, about, facts, facts)

    def _number(self, source: str, about: int, same: Hashable, facts: VersionFacts | PackageFacts) -> int:
        rank, about = _ORDER.get(source, _LAST), about & self._want
        number = self._numbers.setdefault((rank, about, same), len(self._parts))
        if number == len(self._parts):
            self._parts.append(_Part(rank, about, facts))
        return number

    def _add(self, table: dict[str, _Numbers], key: str, number: int) -> None:
        numbers = (*table.get(key, ()), number)
        table[key] = self._sets.setdefault(numbers, numbers)

    def about(self, purl: str, type_: str, version: str | None) -> KnownVersion:
        """What is known of it; gaps say what is not stored."""
        numbers = self._versions.get(f"{purl}@{version}", ()) if version else ()
        want = self.knowledge.wanted(type_, version is not None)
        key = numbers, self._packages.get(purl, ()), want.value
        known = self._known.get(key)
        if known is None:
            known = self._known[key] = self._put_together(*key[:2], want, len(self._known))
        return known

    def _put_together(self, of_version: _Numbers, of_package: _Numbers, want: Want, number: int) -> KnownVersion:
        versions, packages = (sorted((self._parts[n] for n in ns), key=_rank) for ns in (of_version, of_package))
        version, package = VersionFacts(), PackageFacts()
        for part in versions:
            assert isinstance(part.facts, VersionFacts)
            version = filled(version, part.facts)
        for part in packages:
            assert isinstance(part.facts, PackageFacts)
            package = filled_package(package, part.facts)
        for part in (*versions, *packages):
            want &= ~Want(part.about)
        version = filled(version, VersionFacts(gaps=gaps(want.of_version)))
        package = filled_package(package, PackageFacts(gaps=gaps(want.of_package)))
        named = version.advisories is not None and bool(version.advisories.value)
        return KnownVersion(number, told_apart(package), named, bool(want), version, package)

    def affecting(self, purl: str, version: str | None, known: KnownVersion) -> tuple[tuple[str, bool], ...]:
        """The advisories that affect it, and which of them for certain."""
        facts = Facts({(purl, version): known.version}, advisories=self.advisories)
        return tuple((record.id, certain) for record, certain in affecting(facts, (purl, version)))

    def facts(self, versions: Mapping[PackageKey, VersionFacts], packages: Mapping[str, PackageFacts]) -> Facts:
        """With what is known of vulnerabilities."""
        return Facts(versions, packages, self.advisories, self.exploited, self.likelihoods)


def _rank(part: _Part) -> int:
    return part.rank
