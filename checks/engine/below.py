"""What brings a package: whether every path to it goes through another one."""

from collections.abc import Callable, Mapping, Sequence

from checks.model.dependency import Inventory, shortest_parents
from checks.model.snapshot import Snapshot
from checks.policy.values import PackagePattern

#: Whether every path that brings a package version goes through a package that matches.
Below = Callable[[str, str | None, PackagePattern], bool]


class Graphs:
    """Who brings whom in the manifests of a change: answers `Below`."""

    def __init__(self, snapshot: Snapshot) -> None:
        self._inventories = tuple(pair.head for pair in snapshot.manifests if pair.head)
        self._places: Mapping[tuple[str, str | None], Sequence[tuple[Inventory, int]]] | None = None
        self._apart: dict[tuple[str, PackagePattern], tuple[frozenset[int], frozenset[int]]] = {}

    def below(self, purl: str, version: str | None, pattern: PackagePattern) -> bool:
        """Whether in every manifest that has this version a package that matches stands on every path to it.

        A manifest without a graph, or that does not say what the project itself asks for, does not tell: then no.
        """
        places = self._found.get((purl, version), ())
        return bool(places) and all(self._only_through(pattern, inventory, index) for inventory, index in places)

    @property
    def _found(self) -> Mapping[tuple[str, str | None], Sequence[tuple[Inventory, int]]]:
        if self._places is None:
            found: dict[tuple[str, str | None], list[tuple[Inventory, int]]] = {}
            for inventory in self._inventories:
                for index, item in enumerate(inventory.dependencies):
                    found.setdefault((item.purl, item.version), []).append((inventory, index))
            self._places = found
        return self._places

    def _only_through(self, pattern: PackagePattern, inventory: Inventory, index: int) -> bool:
        key = (inventory.path, pattern)
        if key not in self._apart:
            self._apart[key] = _reached(inventory, pattern)
        with_it, without = self._apart[key]
        return index in with_it and index not in without


def _reached(inventory: Inventory, pattern: PackagePattern) -> tuple[frozenset[int], frozenset[int]]:
    """What is reached from what the project asks for; and what still is, or is one of them, without those that
    match."""
    nothing = frozenset[int]()
    items, edges = inventory.dependencies, inventory.edges
    if not edges or any(item.direct is None for item in items):
        return nothing, nothing
    roots = [index for index, item in enumerate(items) if item.direct]
    matching = {index for index, item in enumerate(items) if pattern.matches(item.purl)}
    cut = [() if index in matching else children for index, children in enumerate(edges)]
    every, left = _closure(roots, edges), _closure([root for root in roots if root not in matching], cut)
    return every, left | matching


def _closure(roots: Sequence[int], edges: Sequence[Sequence[int]]) -> frozenset[int]:
    parents = shortest_parents(len(edges), roots, edges)
    return frozenset(roots) | {index for index, parent in enumerate(parents) if parent >= 0}
