"""Package versions as repositories have them, and trees that are made of them to be judged."""

from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple

from checks.model.dependency import Dependency, Inventory, Location, Scope, shortest_parents
from checks.model.facts import Facts, PackageKey, RepositoryFacts
from checks.model.snapshot import Listing, ManifestPair, Snapshot

#: The format of inventories that stand for what many repositories have.
_FORMAT = "index"


class Place(NamedTuple):
    """How one manifest has a package version."""

    scope: Scope = Scope.UNKNOWN
    direct: bool | None = None
    path: str = "-"
    """Only where one of the policies speaks of paths."""
    via: str | None = None
    """The direct dependency (purl) that brings it; only where one of the policies speaks of that."""


class Case(NamedTuple):
    """One package version as a repository has it."""

    purl: str
    name: str
    version: str | None
    license: str | None
    """As it was read last, raw."""
    places: tuple[Place, ...]

    @property
    def key(self) -> PackageKey:
        return self.purl, self.version


def apart(cases: Mapping[Hashable, Case]) -> Iterable[dict[Hashable, Case]]:
    """The cases in batches in which each package version is there once: one tree would judge them as one."""
    batches: list[dict[Hashable, Case]] = []
    seen: dict[PackageKey, int] = {}
    for key, case in cases.items():
        number = seen[case.key] = seen.get(case.key, -1) + 1
        if number == len(batches):
            batches.append({})
        batches[number][key] = case
    return batches


def about(facts: Facts, cases: Iterable[Case], repository: RepositoryFacts) -> Facts:
    """What is known of these: whoever copies facts copies no more than that."""
    keys = {case.key for case in cases}
    return replace(
        facts,
        versions={key: facts.versions[key] for key in keys if key in facts.versions},
        packages={purl: facts.packages[purl] for purl, _ in keys if purl in facts.packages},
        repository=repository,
    )


def snapshot(cases: Iterable[Case], repository: RepositoryFacts) -> Snapshot:
    """A whole tree that has these package versions."""
    paths: dict[str, list[tuple[Dependency, str | None]]] = {}
    for case in cases:
        for place in case.places:
            item = Dependency(
                *(case.purl, case.name, case.version, Location(place.path), place.scope, place.direct),
                license=case.license,
            )
            paths.setdefault(place.path, []).append((item, place.via))
    pairs = tuple(ManifestPair(path, None, _inventory(path, items)) for path, items in sorted(paths.items()))
    return Snapshot(Listing("", "", target=repository.default_branch), pairs)


def _inventory(path: str, items: Sequence[tuple[Dependency, str | None]]) -> Inventory:
    """With the direct dependencies that bring others."""
    found = [item for item, _ in items]
    if not any(via for _, via in items):
        return Inventory(path, _FORMAT, tuple(found))
    at: dict[str, int] = {item.purl: index for index, item in enumerate(found) if item.direct}
    for bringer in sorted({via for _, via in items if via}.difference(at)):
        at[bringer] = len(found)
        found.append(Dependency(bringer, bringer, None, Location(path), direct=True))
    edges: list[list[int]] = [[] for _ in found]
    for index, (_, via) in enumerate(items):
        if via:
            edges[at[via]].append(index)
    parents = shortest_parents(len(found), sorted(at.values()), edges)
    return Inventory(path, _FORMAT, tuple(found), tuple(map(tuple, edges)), parents)
