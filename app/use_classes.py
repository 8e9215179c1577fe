"""The package versions of an organization in classes that a preview judges as one."""

from array import array
from collections.abc import Hashable, Sequence

from app.store.words import given_or_none
from checks.engine.preview import Case, Kinds
from checks.model.facts import Facts

#: The class of what is in none: it is newer than this preview.
NONE = -1


class UseClasses:
    """Fed with the packages and components of the index; a class is a number."""

    def __init__(self, kinds: Kinds, facts: Facts) -> None:
        self.kinds = kinds
        self.packages: dict[int, tuple[str, str]] = {}
        """Purl and name by id."""
        self.members: list[Case] = []
        """One of each class, without its places."""
        self.uses: list[int] = []
        """Of each class."""
        self.shared: list[int] = []
        """Classes that may have several members."""
        self.of = array("i")
        """By the id of a component."""
        self.package_of = array("i")
        self._known = {purl for purl, _ in facts.versions} | facts.packages.keys()
        self._versions: list[str | None] = []
        self._texts: dict[str | None, str | None] = {}
        self._kinds: dict[int, int] = {}
        self._numbers: dict[Hashable, int] = {}
        self._exact: set[int] = set()
        self._classes: dict[Hashable, int] = {}

    def name(self, rows: Sequence[tuple[int, str, str]]) -> None:
        """Learn packages: id, purl and name."""
        for id_, purl, name in rows:
            self.packages[id_] = purl, name
            kind = None if purl in self._known else self.kinds.package(purl)
            if kind is None:
                self._kinds[id_] = NONE
                continue
            number = self._kinds[id_] = self._numbers.setdefault(kind[0], len(self._numbers))
            if kind[1]:
                self._exact.add(number)

    def sort(self, rows: Sequence[tuple[int, int, str | None, str | None, int]]) -> None:
        """Learn components by rising ids: id, package, version, license (as they are kept) and uses."""
        more = rows[-1][0] + 1 - len(self.of)
        self.of.extend([NONE] * more)
        self.package_of.extend([NONE] * more)
        self._versions.extend([None] * more)
        kinds, classes, texts, exact, uses = self._kinds, self._classes, self._texts, self._exact, self.uses
        for id_, package_id, version, license_, count in rows:
            kind = kinds.get(package_id)
            if kind is None:
                continue
            key = (kind, license_, version if kind in exact else version is None) if kind != NONE else id_
            number = classes.get(key)
            if number is None:
                number = classes[key] = self._begun(package_id, version, license_, kind != NONE)
            uses[number] += count
            self.of[id_] = number
            self.package_of[id_] = package_id
            self._versions[id_] = texts.setdefault(version, version)  # millions share some thousand

    def _begun(self, package_id: int, version: str | None, license_: str | None, shared: bool) -> int:
        purl, name = self.packages[package_id]
        self.members.append(Case(purl, name, given_or_none(version), given_or_none(license_), ()))
        self.uses.append(0)
        if shared:
            self.shared.append(len(self.uses) - 1)
        return len(self.uses) - 1

    def purl(self, component_id: int) -> str:
        return self.packages[self.package_of[component_id]][0]

    def version(self, component_id: int) -> str | None:
        return given_or_none(self._versions[component_id])
