"""A manifest against its lock file, and two lock files against each other. What cannot be told is never claimed."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from checks.manifests.ranges import satisfies
from checks.model.dependency import Dependency, Inventory, Origin, Scope
from checks.model.project import Lock, Requirement


@dataclass(frozen=True, slots=True)
class Outdated:
    """A requirement that the lock file does not satisfy."""

    requirement: Requirement
    entries: tuple[Dependency, ...]
    """What the lock file has instead; empty: the package is not there."""

    @property
    def key(self) -> tuple[str, str, tuple[str | None, ...]]:
        """Equal on both sides of a change when nothing about it changed."""
        return self.requirement.purl, self.requirement.range, tuple(entry.version for entry in self.entries)


@dataclass(frozen=True, slots=True)
class Disagreement:
    """A direct dependency that two lock files resolve differently."""

    requirement: Requirement
    first: Dependency
    second: Dependency

    @property
    def key(self) -> tuple[str, str | None, str | None]:
        return self.requirement.purl, self.first.version, self.second.version


def outdated(requirements: Iterable[Requirement], lock: Inventory, unsure: frozenset[str]) -> Iterator[Outdated]:
    """The requirements that `lock` does not satisfy."""
    if not readable(lock):
        return
    entries = by_package(lock)
    for requirement in requirements:
        found = _candidates(entries.get(package_key(requirement.purl), ()))
        if not found and _must_have(requirement, lock.format) and requirement.name not in unsure:
            yield Outdated(requirement, ())
        elif found and all(_outside(requirement, entry) for entry in found):
            yield Outdated(requirement, tuple(found))


def disagreements(requirements: Iterable[Requirement], first: Lock, second: Lock) -> Iterator[Disagreement]:
    """What the heads of two lock files resolve to versions that differ."""
    yield from _disagreements(requirements, first.head, second.head)


def disagreements_before(requirements: Iterable[Requirement], first: Lock, second: Lock) -> Iterator[Disagreement]:
    """The same at the base; nothing where one of them was not there."""
    if first.base and second.base:
        yield from _disagreements(requirements, first.base, second.base)


def _disagreements(requirements: Iterable[Requirement], a: Inventory, b: Inventory) -> Iterator[Disagreement]:
    if not readable(a) or not readable(b):
        return
    left, right = by_package(a), by_package(b)
    for requirement in requirements:
        key = package_key(requirement.purl)
        found = _candidates(left.get(key, ())), _candidates(right.get(key, ()))
        versions = [{entry.version for entry in entries} for entries in found]
        if all(found) and not versions[0] & versions[1] and None not in versions[0] | versions[1]:
            yield Disagreement(requirement, found[0][0], found[1][0])


def readable(lock: Inventory) -> bool:
    """Whether the absence of a package says something."""
    return not any(problem.code != "unresolved" for problem in lock.problems)


def by_package(lock: Inventory) -> Mapping[str, Sequence[Dependency]]:
    found: dict[str, list[Dependency]] = {}
    for dependency in lock.dependencies:
        found.setdefault(package_key(dependency.purl), []).append(dependency)
    return found


def package_key(purl: str) -> str:
    """Equal for the spellings of one name: PyPI folds `-`, `_` and `.`, and crates.io `-` and `_`."""
    if purl.startswith("pkg:pypi/"):
        return re.sub(r"[-_.]+", "-", purl)
    return purl.replace("_", "-") if purl.startswith("pkg:cargo/") else purl


def _candidates(entries: Sequence[Dependency]) -> Sequence[Dependency]:
    """The entries that may be the project's own: direct ones, and all of them where the file does not tell."""
    return [entry for entry in entries if entry.direct] or entries


def _outside(requirement: Requirement, entry: Dependency) -> bool:
    if entry.origin is not Origin.REGISTRY or entry.version is None:
        return False
    return satisfies(requirement.notation, requirement.range, entry.version) is False


def _must_have(requirement: Requirement, format_: str) -> bool:
    """Whether the lock file holds whatever of this kind is asked for."""
    if requirement.conditional or format_ == "pylock":
        return False
    if format_ == "pdm-lock":  # the groups that were locked are chosen
        return requirement.scope is Scope.RUNTIME
    if format_ == "poetry-lock":  # Poetry before 2.2 knows nothing of dependency groups
        return requirement.notation == "poetry" or requirement.scope in (Scope.RUNTIME, Scope.OPTIONAL)
    return True
