"""The package versions of an organization in classes that a preview judges as one."""

from array import array
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any, NamedTuple

from app.store.words import given, given_or_none
from app.stored_facts import StoredFacts
from checks.engine.cases import Case
from checks.engine.kinds import Kind, Kinds
from checks.model.facts import Facts, PackageKey
from checks.model.packages import PackageFacts, VersionFacts
from checks.model.purl import type_of
from checks.vulnerabilities.likeness import Likeness

#: The class of what is in none: it is newer than this preview.
NONE = -1
_LICENSES = "licenses"


class _Described(NamedTuple):
    """Packages that are told apart by their versions alone."""

    kind: Kind
    type: str
    stored: int
    """The number of what is stored of the package."""
    alone: frozenset[str]
    """Checks that tell each version from all others."""


class _Alike:
    """What one check judges as one: each has a number, and a case that stands for it, without its places."""

    def __init__(self) -> None:
        self.cases: list[Case] = []
        self.shared: list[bool] = []
        """Whether there may be several."""
        self.versions: dict[PackageKey, VersionFacts] = {}
        self.packages: dict[str, PackageFacts] = {}
        self.numbers: dict[Hashable, int] = {}


class UseClasses:
    """Fed with the packages and components of the index; a class is a number."""

    def __init__(self, kinds: Kinds) -> None:
        self.kinds = kinds
        self.checks = tuple(sorted(kinds.checks))
        self.packages: dict[int, tuple[str, str]] = {}
        """Purl and name by id."""
        self.parts: list[tuple[int, ...]] = []
        """Of each class what it is to each check: a number of `alike`."""
        self.alike: Mapping[str, _Alike] = {check: _Alike() for check in self.checks}
        self.facts: Mapping[str, Facts] = {}
        """What each check knows of the cases that stand for others."""
        self.uses: list[int] = []
        """Of each class."""
        self.of = array("i")
        """By the id of a component."""
        self.package_of = array("i")
        self._versions: list[str | None] = []
        self._texts: dict[str | None, str | None] = {}
        self._kinds: dict[int, Kind] = {}
        self._types: dict[str, str] = {}
        self._described: list[_Described] = []
        self._description: dict[int, tuple[int, str]] = {}
        self._classes: dict[Hashable, int] = {}
        self._lacks: list[bool] = []
        self._vulnerable: list[bool] = []
        self._stored: StoredFacts | None = None
        self._likeness: Likeness | None = None
        self._named: dict[tuple[int, int], tuple[VersionFacts, int] | None] = {}

    def name(self, rows: Sequence[tuple[int, str, str]]) -> None:
        """Learn packages: id, purl and name."""
        same: dict[Kind, Kind] = {}
        for id_, purl, name in rows:
            self.packages[id_] = purl, name
            self._types.setdefault(type_of(purl), purl)
            kind = self.kinds.package(purl)
            self._kinds[id_] = same.setdefault(kind, kind)

    @property
    def each_type(self) -> Iterable[str]:
        """One package of each type."""
        return self._types.values()

    def describe(self, stored: StoredFacts) -> None:
        """Put packages of which the same is known together; all are named, and all facts are learnt."""
        if stored.kinds:
            self._stored = stored
            self._likeness = Likeness(
                stored.of_vulnerabilities(), self.kinds.advisories, self.kinds.probabilities, stored.knowledge.side
            )
        numbers: dict[tuple[Kind, int], int] = {}
        for id_, kind in self._kinds.items():
            purl = self.packages[id_][0]
            key = kind, stored.of_package.get(purl, 0)
            number = numbers.setdefault(key, len(numbers))
            if number == len(self._described):
                type_ = type_of(purl)
                alone = {check for check in self.checks if stored.about(check, type_, True, 0, key[1]).alone}
                self._described.append(_Described(kind, type_, key[1], kind.alone | alone))
            self._description[id_] = number, purl + "@"
        of_vulnerabilities = stored.of_vulnerabilities()
        self.facts = {
            check: replace(of_vulnerabilities, versions=alike.versions, packages=alike.packages)
            for check, alike in self.alike.items()
        }

    def sort(self, rows: Sequence[tuple[int, int, str | None, str | None, int]]) -> None:
        """Learn components by rising ids: id, package, version, license (as they are kept) and uses."""
        more = rows[-1][0] + 1 - len(self.of)
        self.of.extend([NONE] * more)
        self.package_of.extend([NONE] * more)
        self._versions.extend([None] * more)
        of, package_of, versions, texts = self.of, self.package_of, self._versions, self._texts
        description, classes, uses, named = self._description, self._classes, self.uses, self._named
        licenses, of_version = _LICENSES in self.alike, self._stored.of_version if self._stored else {}
        exact = [item.kind.versions for item in self._described]
        alone = [bool(item.alone) for item in self._described]
        key: Any
        for id_, package_id, version, license_, count in rows:
            described = description.get(package_id)
            if described is None:
                continue
            number, prefix = described
            known, alike = 0, None
            if of_version and version is not None:
                known = of_version.get(prefix + (version if "\\" not in version else given(version)), 0)
            key = number, known, license_ if licenses else None, version if exact[number] else version is None
            if known:
                if (number, known) not in named:
                    named[number, known] = self._facts_if_named(number, known)
                facts = named[number, known]
                if facts is not None:
                    alike = self._likeness_of(id_, (prefix[:-1], given_or_none(version)), facts[0])
                    key = number, facts[1], *key[2:], alike
            if alone[number]:
                key = id_
            class_ = classes.get(key)
            if class_ is None:
                class_ = classes[key] = self._begun(id_, package_id, version, license_, number, known, alike)
            uses[class_] += count
            of[id_] = class_
            package_of[id_] = package_id
            versions[id_] = texts.setdefault(version, version)  # millions share some thousand

    def _facts_if_named(self, number: int, known: int) -> tuple[VersionFacts, int] | None:
        """What is known of versions for which advisories are named, and what it is like whichever they are; None: there
        are none, or no check looks at them."""
        assert self._stored is not None
        item = self._described[number]
        for check in self.checks:
            about = self._stored.about(check, item.type, True, known, item.stored)
            if about.named:
                return about.version, self._stored.like(known)
        return None

    def _likeness_of(self, id_: int, key: PackageKey, facts: VersionFacts) -> Hashable:
        """Equal for versions whose vulnerabilities are judged alike."""
        if self._likeness is None or self.kinds.fixes:
            return id_
        return self._likeness.of(key, facts)

    @property
    def vulnerable(self) -> int:
        """Uses for which advisories are named."""
        return sum(uses for uses, named in zip(self.uses, self._vulnerable, strict=True) if named)

    @property
    def lacking(self) -> int:
        """Uses of which something that decides is not stored."""
        return sum(uses for uses, lacks in zip(self.uses, self._lacks, strict=True) if lacks)

    def _begun(
        self,
        id_: int,
        package_id: int,
        version: str | None,
        license_: str | None,
        number: int,
        stored: int,
        alike: Hashable,
    ) -> int:
        """A new class, which this component stands for."""
        item, (purl, name) = self._described[number], self.packages[package_id]
        case = Case(purl, name, given_or_none(version), given_or_none(license_), ())
        parts, lacks = [], False
        for check in self.checks:
            known = None
            if self._stored is not None:
                known = self._stored.about(check, item.type, version is not None, stored, item.stored)
                lacks = lacks or known.lacks
            which = alike if known is not None and known.named else None
            shared = check not in item.alone and not (which is not None and self.kinds.fixes)
            key: Hashable = id_
            if shared:
                its = license_ if check == _LICENSES else None
                exact = version if item.kind.versions else version is None
                key = item.kind.key, its, exact, known and known.number, which
            group = self.alike[check]
            part = group.numbers.setdefault(key, len(group.cases))
            if part == len(group.cases):
                group.cases.append(case)
                group.shared.append(shared)
                if known is not None:
                    group.versions[case.key] = known.version
                    group.packages[purl] = known.package
            parts.append(part)
        self.parts.append(tuple(parts))
        self.uses.append(0)
        self._lacks.append(lacks)
        self._vulnerable.append(alike is not None)
        return len(self.uses) - 1

    def purl(self, component_id: int) -> str:
        return self.packages[self.package_of[component_id]][0]

    def version(self, component_id: int) -> str | None:
        return given_or_none(self._versions[component_id])
