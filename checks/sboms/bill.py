"""A bill of materials as a graph: components and what they require, before it becomes an inventory.

Nodes that are no dependencies (the described project, files, operating systems, services) are stepped over: what a
file of the project requires, the project requires.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from checks.manifests.collect import Collector
from checks.manifests.jsontext import Span
from checks.model.dependency import SCOPE_ORDER, Dependency, Inventory, Location, Origin, Scope
from checks.model.errors import UnreadableManifest
from checks.model.phrase import visible
from checks.sboms.identity import Identity

#: The format id of all of them: the content of a file decides which it is.
FORMAT = "sbom"
#: A document of 2,800 components has 6,000 requirements.
MAX_EDGES = 3_000_000
#: Longer than anything that is read as a license, so that what is cut off is still not understood (characters).
MAX_STATEMENT = 20_000
_TOLD = {"no": False, "unknown": None}
_RANK = {scope: rank for rank, scope in enumerate(SCOPE_ORDER)}


@dataclass(slots=True)
class Component:
    """One package of the document."""

    identity: Identity
    span: Span
    origin: Origin = Origin.REGISTRY
    source: str | None = None
    license: str | None = None
    integrity: tuple[str, ...] = ()
    published: datetime | None = None
    scope: Scope | None = None
    """What the component itself says; None: its requirers tell."""
    range: str | None = None
    """What the document asks for instead of a version."""
    direct: str | None = None
    """`no` or `unknown`, where the document says that and its requirements would say something else."""


class Bill:
    """Nodes first, then what they require, then the inventory."""

    def __init__(self, path: str) -> None:
        self.collector = Collector(path, FORMAT)
        self.nodes: list[Component | None] = []
        self.by_ref: dict[str, int] = {}
        self.requires: dict[int, dict[int, Scope]] = {}
        self.within: dict[int, int] = {}
        """Node → the node that contains it: says why it is there if nothing requires it."""
        self.subjects: dict[int, None] = {}
        """What the document describes: the project itself."""
        self._edges = 0

    def add(self, component: Component | None, ref: object = None) -> int:
        """Its node. `ref` is the id by which the document requires it; of two equal ones the first is meant."""
        self.nodes.append(component)
        node = len(self.nodes) - 1
        if isinstance(ref, str) and ref:
            self.by_ref.setdefault(ref, node)
        return node

    def require(self, node: int, target: int, scope: Scope = Scope.RUNTIME) -> None:
        """Raises UnreadableManifest (`too-large`) where everything requires all others."""
        if node == target:
            return
        row = self.requires.setdefault(node, {})
        before = row.get(target)
        if before is None:
            self._edges += 1
            if self._edges > MAX_EDGES:
                raise UnreadableManifest(f"it has more than {MAX_EDGES:,} requirements", code="too-large")
        if before is None or _RANK[scope] < _RANK[before]:
            row[target] = scope

    def contain(self, node: int, target: int) -> None:
        if node != target:
            self.within.setdefault(target, node)

    def missing(self, what: str, refs: Sequence[str], line: int, *, itself: bool = False) -> None:
        """`what` requires ids that the document does not have, or is `itself` one that it does not have."""
        shown = visible(what, 80)
        if itself:
            message = f"the file says what '{shown}' requires, but does not have it"
        else:
            names = ", ".join(f"'{visible(ref, 80)}'" for ref in refs[:3])
            more = f" and {len(refs) - 3:,} more" if len(refs) > 3 else ""
            message = f"'{shown}' requires {names}{more}, which the file does not have"
        self.collector.problem(message, line, "unresolved")

    def describe(self, described: Iterable[int]) -> None:
        """Mark the project among what the document describes.

        A document about one thing describes its project. Of several, the project is what nobody requires and what
        itself requires or contains something; lists of packages describe every one of them, and then none is ours.
        """
        nodes = list(dict.fromkeys(described))
        if len(nodes) > 1:
            required, containers = self._required(), set(self.within.values())
            nodes = [
                n
                for n in nodes
                if n not in required and n not in self.within and (n in self.requires or n in containers)
            ]
        self.subjects = dict.fromkeys(nodes)

    def inventory(self) -> Inventory:
        kept = [i for i, component in enumerate(self.nodes) if component is not None and i not in self.subjects]
        place = {node: index for index, node in enumerate(kept)}
        required = self._required()
        scopes = self._scopes(required)
        above = self._above(place, required)
        direct = self._direct(place)
        for node in kept:
            component = self.nodes[node]
            assert component is not None
            if component.identity.version is None:
                self._no_version(component)
            scope = component.scope or scopes.get(node, Scope.UNKNOWN)
            told = node in direct if direct else None
            told = _TOLD.get(component.direct, told) if component.direct else told
            self.collector.add(_dependency(component, self.collector.path, scope, told))
        found = self.collector.inventory()
        if not self.requires and not self.within:
            return found
        edges = tuple(tuple(place[child] for child in self.requires.get(node, ()) if child in place) for node in kept)
        parents = tuple(place.get(above.get(node, -1), -1) for node in kept)
        return Inventory(found.path, found.format, found.dependencies, edges, parents, found.problems)

    def _no_version(self, component: Component) -> None:
        said = f"asks for the range '{visible(component.range, 60)}'" if component.range else "has no version"
        message = f"the component '{visible(component.identity.name, 80)}' {said}"
        self.collector.problem(message, component.span[0], "unresolved")

    def _direct(self, place: dict[int, int]) -> set[int]:
        """What the project asks for itself or through its own files; empty if the document does not tell."""
        direct: set[int] = set()
        seen = set(self.subjects)
        frontier = list(self.subjects)
        while frontier:
            for child in self.requires.get(frontier.pop(), ()):
                if child in place:
                    direct.add(child)
                elif child not in seen:
                    seen.add(child)
                    frontier.append(child)
        return direct

    def _required(self) -> set[int]:
        return {target for row in self.requires.values() for target in row}

    def _above(self, place: dict[int, int], required: set[int]) -> dict[int, int]:
        """For each node the nearest package on a shortest way from the project, or from what nobody requires."""
        above: dict[int, int] = dict.fromkeys(self.subjects, -1)
        self._spread(list(self.subjects), above, place)
        seeds = [node for node in range(len(self.nodes)) if node not in above and node not in required]
        above.update((node, self.within.get(node, -1)) for node in seeds)
        self._spread(seeds, above, place)
        return above

    def _spread(self, frontier: list[int], above: dict[int, int], place: dict[int, int]) -> None:
        while frontier:
            following: list[int] = []
            for node in frontier:
                owner = node if node in place else above[node]
                for child in self.requires.get(node, ()):
                    if child not in above:
                        above[child] = owner
                        following.append(child)
            frontier = following

    def _scopes(self, required: set[int]) -> dict[int, Scope]:
        """By which kind of way a node is reached first, in the order of what is nearest to users.

        A way is as near as its farthest step. What nobody requires has an unknown scope.
        """
        scopes: dict[int, Scope] = {}
        waiting: dict[Scope, list[int]] = {scope: [] for scope in SCOPE_ORDER}
        waiting[Scope.RUNTIME] += self.subjects
        waiting[Scope.UNKNOWN] += (n for n in range(len(self.nodes)) if n not in required and n not in self.subjects)
        for scope in SCOPE_ORDER:
            frontier = waiting[scope]
            while frontier:
                node = frontier.pop()
                if node in scopes:
                    continue
                scopes[node] = scope
                for child, asked in self.requires.get(node, {}).items():
                    if child not in scopes:
                        waiting[self._farthest(scope, asked, child)].append(child)
        return scopes

    def _farthest(self, scope: Scope, asked: Scope, child: int) -> Scope:
        component = self.nodes[child]
        own = component.scope if component else None
        return max(scope, asked, own or Scope.RUNTIME, key=_RANK.__getitem__)


def _dependency(component: Component, path: str, scope: Scope, direct: bool | None) -> Dependency:
    identity = component.identity
    return Dependency(
        purl=identity.purl,
        name=identity.name,
        version=identity.version,
        location=Location(path, *component.span),
        scope=scope,
        direct=direct,
        origin=component.origin,
        source=component.source,
        license=component.license[:MAX_STATEMENT] if component.license else None,
        published=component.published,
        integrity=component.integrity,
    )
