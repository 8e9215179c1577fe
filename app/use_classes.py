"""The package versions of an organization in classes that a preview judges as one."""

from array import array
from collections.abc import Hashable, Iterable, Sequence

from app.store.words import given_or_none
from app.stored_facts import KnownVersion, StoredFacts
from checks.engine.preview import Case, Kinds
from checks.model.facts import PackageKey
from checks.model.packages import PackageFacts, VersionFacts
from checks.model.purl import type_of

#: The class of what is in none: it is newer than this preview.
NONE = -1


class UseClasses:
    """Fed with the packages and components of the index; a class is a number."""

    def __init__(self, kinds: Kinds) -> None:
        self.kinds = kinds
        self.packages: dict[int, tuple[str, str]] = {}
        """Purl and name by id."""
        self.members: list[Case] = []
        """One of each class, without its places."""
        self.versions: dict[PackageKey, VersionFacts] = {}
        """What is known of it,"""
        self.known: dict[str, PackageFacts] = {}
        """and of its package."""
        self.uses: list[int] = []
        """Of each class."""
        self.shared: list[int] = []
        """Classes that may have several members."""
        self.lacking = 0
        """Uses of which something that decides is not stored."""
        self.of = array("i")
        """By the id of a component."""
        self.package_of = array("i")
        self._versions: list[str | None] = []
        self._texts: dict[str | None, str | None] = {}
        self._kinds: dict[int, int] = {}
        self._types: dict[str, str] = {}
        self._type_of: dict[int, str] = {}
        self._numbers: dict[Hashable, int] = {}
        self._exact: set[int] = set()
        self._classes: dict[Hashable, int] = {}

    def name(self, rows: Sequence[tuple[int, str, str]]) -> None:
        """Learn packages: id, purl and name."""
        for id_, purl, name in rows:
            self.packages[id_] = purl, name
            type_ = type_of(purl)
            self._types.setdefault(type_, purl)
            self._type_of[id_] = type_
            kind = self.kinds.package(purl)
            if kind is None:
                self._kinds[id_] = NONE
                continue
            number = self._kinds[id_] = self._numbers.setdefault(kind[0], len(self._numbers))
            if kind[1]:
                self._exact.add(number)

    @property
    def each_type(self) -> Iterable[str]:
        """One package of each type."""
        return self._types.values()

    def sort(self, rows: Sequence[tuple[int, int, str | None, str | None, int]], stored: StoredFacts | None) -> None:
        """Learn components by rising ids: id, package, version, license (as they are kept) and uses. `stored`: what is
        known of them, if anything of it counts."""
        more = rows[-1][0] + 1 - len(self.of)
        self.of.extend([NONE] * more)
        self.package_of.extend([NONE] * more)
        self._versions.extend([None] * more)
        kinds, classes, texts, exact, uses = self._kinds, self._classes, self._texts, self._exact, self.uses
        known: KnownVersion | None = None
        for id_, package_id, version, license_, count in rows:
            kind = kinds.get(package_id)
            if kind is None:
                continue
            key: Hashable = kind, license_, version if kind in exact else version is None
            shared = kind != NONE
            if stored is not None:
                purl, its_version = self.packages[package_id][0], given_or_none(version)
                known = stored.about(purl, self._type_of[package_id], its_version)
                key = key, known.number
                if known.named and shared:
                    shared = not self.kinds.fixes
                    key = key, package_id, stored.affecting(purl, its_version, known) if shared else ()
                shared = shared and not known.alone
                self.lacking += count if known.lacks else 0
            key = key if shared else id_
            number = classes.get(key)
            if number is None:
                number = classes[key] = self._begun(package_id, version, license_, shared, known)
            uses[number] += count
            self.of[id_] = number
            self.package_of[id_] = package_id
            self._versions[id_] = texts.setdefault(version, version)  # millions share some thousand

    def _begun(
        self, package_id: int, version: str | None, license_: str | None, shared: bool, known: KnownVersion | None
    ) -> int:
        purl, name = self.packages[package_id]
        case = Case(purl, name, given_or_none(version), given_or_none(license_), ())
        self.members.append(case)
        self.uses.append(0)
        if known is not None:
            self.versions[case.key] = known.version
            self.known[purl] = known.package
        if shared:
            self.shared.append(len(self.uses) - 1)
        return len(self.uses) - 1

    def purl(self, component_id: int) -> str:
        return self.packages[self.package_of[component_id]][0]

    def version(self, component_id: int) -> str | None:
        return given_or_none(self._versions[component_id])
