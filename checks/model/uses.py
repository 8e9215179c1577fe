"""What one manifest uses: each component once, and the direct dependency that brings it."""

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from checks.model.dependency import SCOPE_ORDER, Dependency, Inventory, Scope

_RANK = {scope: rank for rank, scope in enumerate(SCOPE_ORDER)}


class Use(NamedTuple):
    """A component of a manifest, however many entries name it."""

    name: str
    scope: Scope
    """Of several the one that reaches users."""
    direct: bool | None
    via: str | None
    """The direct dependency (purl) on a shortest way to it; None: it is direct itself, or the file has no graph."""
    license: str | None
    """As the file states it, raw."""


#: By purl and version.
Uses = Mapping[tuple[str, str | None], Use]


def uses(inventory: Inventory) -> Uses:
    """What the manifest uses."""
    found: dict[tuple[str, str | None], Use] = {}
    roots = _roots(inventory)
    for index, entry in enumerate(inventory.dependencies):
        root = inventory.dependencies[roots[index]] if roots else entry
        via = root.purl if root is not entry and root.direct is not False and not entry.direct else None
        key = entry.purl, entry.version
        use = Use(entry.name, entry.scope, entry.direct, via, entry.license)
        found[key] = _joined(found[key], use) if key in found else use
    return found


def _joined(one: Use, other: Use) -> Use:
    scope = min(one.scope, other.scope, key=_RANK.__getitem__)
    if one.direct or other.direct:
        return Use(one.name, scope, True, None, one.license or other.license)
    direct = other.direct if one.direct is None else one.direct
    return Use(one.name, scope, direct, one.via or other.via, one.license or other.license)


def _roots(inventory: Inventory) -> Sequence[int]:
    """For each dependency the beginning of the shortest chain to it."""
    roots = list(range(len(inventory.parents)))
    settled = [False] * len(roots)
    for start in roots[:]:
        chain, node = [], start
        while not settled[node]:
            settled[node] = True  # a cycle ends where it began
            chain.append(node)
            if inventory.parents[node] < 0:
                break
            node = inventory.parents[node]
        for link in chain:
            roots[link] = roots[node]
    return roots


def brings(inventory: Inventory, purl: str) -> frozenset[tuple[str, str | None]]:
    """What a direct dependency brings: all components that can be reached from it."""
    starts = [index for index, entry in enumerate(inventory.dependencies) if entry.purl == purl and entry.direct]
    return frozenset(
        (inventory.dependencies[index].purl, inventory.dependencies[index].version)
        for index in _reached(inventory.edges, starts)
    )


def brought_by(inventory: Inventory, key: tuple[str, str | None]) -> tuple[Dependency, ...]:
    """All direct dependencies through which a component comes in, itself too if it is one; by name."""
    wanted = [index for index, entry in enumerate(inventory.dependencies) if (entry.purl, entry.version) == key]
    above: list[list[int]] = [[] for _ in inventory.dependencies]
    for index, targets in enumerate(inventory.edges):
        for target in targets:
            above[target].append(index)
    reached = _reached(above, wanted) if inventory.edges else set(wanted)
    found = {(entry.purl, entry.version): entry for index in reached if (entry := inventory.dependencies[index]).direct}
    return tuple(sorted(found.values(), key=lambda entry: (entry.name, entry.version or "")))


def _reached(edges: Sequence[Sequence[int]], starts: Iterable[int]) -> set[int]:
    reached = set(starts)
    waiting = list(reached)
    while waiting and edges:
        for target in edges[waiting.pop()]:
            if target not in reached:
                reached.add(target)
                waiting.append(target)
    return reached
