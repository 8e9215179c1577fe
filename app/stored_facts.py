"""What the service has stored of packages, for a preview: nobody is asked, and what is alike is kept once."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import NamedTuple

from app.facts.kinds import PACKAGE_KINDS, VERSION_KINDS
from app.store.preview_facts import StoredRecord, named
from checks.engine.knowledge import Knowledge, gaps, told_apart
from checks.facts import clearlydefined, depsdev, ecosystems, endoflife, github, osv, scorecard
from checks.facts.codec import (
    decode_advisory,
    decode_exploited,
    decode_likelihood,
    decode_package,
    decode_version,
)
from checks.facts.codec.outline import DAYS, OUTLINES, Outline
from checks.model.advisory import Advisory, Exploited, Likelihood
from checks.model.facts import Facts, Want
from checks.model.packages import Known, PackageFacts, VersionFacts, filled, filled_package

#: Whose word counts first, as where they are asked; registries and others come after these.
_ORDER = {
    module.SOURCE: rank
    for rank, module in enumerate((depsdev, osv, scorecard, ecosystems, clearlydefined, github, endoflife))
}
_LAST = len(_ORDER)
_ADVISORY, _EXPLOITED, _LIKELIHOOD = "advisory", "exploited", "likelihood"
_KINDS = {**VERSION_KINDS, **PACKAGE_KINDS}


class _Part(NamedTuple):
    """What one record says; equal for many."""

    rank: int
    kind: str
    about: int
    facts: VersionFacts | PackageFacts
    like: int
    """The first of those that differ from it in the names of advisories alone."""


class KnownVersion(NamedTuple):
    """What is known of a package version, and of its package, as far as a check asks for it."""

    number: int
    """Equal for those of which the same is known, whichever advisories are named."""
    lacks: bool
    """Whether something that decides is not stored."""
    version: VersionFacts
    package: PackageFacts

    @property
    def alone(self) -> bool:
        """Whether the version itself decides what that means."""
        return told_apart(self.package)

    @property
    def named(self) -> bool:
        """Whether advisories are named for it."""
        return self.version.advisories is not None and bool(self.version.advisories.value)


class StoredFacts:
    """Fed with records; then it is asked for package versions. What is stored of one has a number: 0 is nothing."""

    def __init__(self, knowledge: Knowledge) -> None:
        self.knowledge = knowledge
        self.of_version: dict[str, int] = {}
        """By purl, `@` and version."""
        self.of_package: dict[str, int] = {}
        """By purl."""
        self.advisories: dict[str, Advisory] = {}
        self.exploited: dict[str, Known[Exploited]] = {}
        self.likelihoods: dict[str, Known[Likelihood]] = {}
        self._want = knowledge.want.value
        self._parts: list[_Part] = []
        self._numbers: dict[object, int] = {}
        self._likes: dict[object, int] = {}
        self._like_sets: dict[tuple[int, ...], int] = {}
        self._like_known: dict[object, int] = {}
        self._read: dict[str, dict[object, int]] = {kind: {} for kind in _KINDS}
        self._sets: list[tuple[int, ...]] = [()]
        self._set_numbers: dict[tuple[int, ...], int] = {(): 0}
        self._joined: list[dict[int, int]] = [{}]
        self._known: dict[object, KnownVersion] = {}

    @property
    def kinds(self) -> frozenset[str]:
        """The kinds of records that decide anything."""
        want = self.knowledge.want
        found = {kind for kind, about in _KINDS.items() if about & want}
        if Want.ADVISORIES & want:
            found |= {_ADVISORY, _EXPLOITED, _LIKELIHOOD}
        return frozenset(found)

    def learn(self, records: Sequence[StoredRecord]) -> None:
        """What is of another version of ours is as if it were not there."""
        joined = self._joined
        readers = {kind: (OUTLINES.get(kind, _nothing), self._read[kind], self._table(kind)) for kind in _KINDS}
        for kind, name, about, value in records:
            # A name is a short list in JSON; to read it as such takes three times as long.
            key, source = named(name) if "\\" in name else name[len(kind) + 6 : -2].split('", "')
            if kind not in readers:
                self._learn_of_cve(kind, key, value)
                continue
            match, read, table = readers[kind]
            found = match(value)
            drawn = found.groups() if found else None
            part = read.get((source, about, drawn))
            if part is None:
                part = self._part(kind, source, about, value, drawn)
            if part >= 0:
                before = table.get(key, 0)
                after = joined[before].get(part)
                table[key] = self._join(before, part) if after is None else after

    def _table(self, kind: str) -> dict[str, int]:
        return self.of_version if kind in VERSION_KINDS else self.of_package

    def _learn_of_cve(self, kind: str, key: str, value: bytes) -> None:
        try:
            if kind == _ADVISORY:
                self.advisories[key] = decode_advisory(value)
            elif kind == _EXPLOITED and value:
                self.exploited[key] = decode_exploited(value)
            elif kind == _LIKELIHOOD and value:
                self.likelihoods[key] = decode_likelihood(value)
        except ValueError:
            pass  # as if it were not there

    def _part(self, kind: str, source: str, about: int, value: bytes, drawn: Outline | None) -> int:
        """The number of what a record says; -1: it is of another version of ours."""
        facts: VersionFacts | PackageFacts
        try:
            if kind in VERSION_KINDS:
                facts = self.knowledge.version(decode_version(value))
            else:
                facts = self.knowledge.package(decode_package(value))
        except ValueError:
            return -1
        rank, asked = _ORDER.get(source, _LAST), about & self._want
        same = rank, kind, asked, id(facts) if kind in VERSION_KINDS else facts
        number = self._numbers.setdefault(same, len(self._parts))
        if number == len(self._parts):
            like = self._likes.setdefault((rank, kind, asked, _unnamed(facts)), number)
            self._parts.append(_Part(rank, kind, asked, facts, like))
        if drawn is not None and self._stands_for_all(kind, drawn):
            self._read[kind][source, about, drawn] = number
        return number

    def _stands_for_all(self, kind: str, drawn: Outline) -> bool:
        """Whether all records with this outline say the same."""
        if kind == "version" and self.knowledge.dated:
            return False
        days = [day for place in DAYS[kind] if (day := drawn[place]) is not None]
        return all(self.knowledge.steady(date.fromisoformat(day.decode())) for day in days)

    def _join(self, before: int, part: int) -> int:
        """What is known with one more part, in whatever order they came."""
        parts = tuple(sorted({*self._sets[before], part}, key=lambda number: (self._parts[number].rank, number)))
        number = self._set_numbers.setdefault(parts, len(self._sets))
        if number == len(self._sets):
            self._sets.append(parts)
            self._joined.append({})
        self._joined[before][part] = number
        return number

    def about(self, check: str, type_: str, versioned: bool, of_version: int, of_package: int) -> KnownVersion:
        """What a check knows of a package version by the numbers of what is stored; gaps say what is not. `versioned`:
        whether it has an exact version."""
        want = self.knowledge.wanted(check, type_, versioned)
        parts = tuple(
            n for set_ in (of_version, of_package) for n in self._sets[set_] if _KINDS[self._parts[n].kind] & want
        )
        known = self._known.get((want.value, parts))
        if known is None:
            same = want.value, self._like(parts)
            number = self._like_known.setdefault(same, len(self._like_known))
            known = self._known[want.value, parts] = self._put_together(parts, want, number)
        return known

    def like(self, of_version: int) -> int:
        """Equal for those that differ in the names of advisories alone."""
        return self._like_sets.setdefault(self._like(self._sets[of_version]), len(self._like_sets))

    def _like(self, parts: Sequence[int]) -> tuple[int, ...]:
        return tuple(self._parts[part].like for part in parts)

    def _put_together(self, numbers: Sequence[int], want: Want, number: int) -> KnownVersion:
        version, package = VersionFacts(), PackageFacts()
        for part in (self._parts[n] for n in numbers):
            if isinstance(part.facts, VersionFacts):
                version = filled(version, part.facts)
            else:
                package = filled_package(package, part.facts)
            want &= ~Want(part.about)
        version = filled(version, VersionFacts(gaps=gaps(want.of_version)))
        package = filled_package(package, PackageFacts(gaps=gaps(want.of_package)))
        return KnownVersion(number, bool(want), version, package)

    def of_vulnerabilities(self) -> Facts:
        """What is known of vulnerabilities, whichever packages have them."""
        return Facts(advisories=self.advisories, exploited=self.exploited, likelihoods=self.likelihoods)


def _nothing(_value: bytes) -> None:
    """Records without an outline are decoded."""


def _unnamed(facts: VersionFacts | PackageFacts) -> object:
    if isinstance(facts, PackageFacts) or facts.advisories is None or not facts.advisories.value:
        return facts
    return replace(facts, advisories=replace(facts.advisories, value=("",)))
