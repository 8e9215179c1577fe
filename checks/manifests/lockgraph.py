"""A lock file as a graph: which package is there for what, who asked for it, and by which way.

Besides one node per package there are nodes for a package with an extra, and for what the project itself asks
for (its main requirements, one of its extras, one of its groups): so an extra that only a test tool needs does
not ship.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from checks.manifests.collect import Collector
from checks.model.dependency import SCOPE_ORDER, Dependency, Inventory, Location, Origin, Scope, shortest_parents
from checks.model.errors import UnreadableManifest

#: No resolver keeps more versions of one package; looking among more would take the square of their number.
MAX_OF_ONE_NAME = 100
#: A lock of 5,154 packages has 20,000 edges.
MAX_EDGES = 3_000_000
PROJECT = -1
"""Owner of a node that stands for the project itself."""


@dataclass(slots=True)
class Entry:
    """One package of a lock file, before the graph tells its scope."""

    name: str
    purl: str
    version: str | None
    line: int
    end_line: int
    origin: Origin = Origin.REGISTRY
    source: str | None = None
    published: datetime | None = None
    integrity: tuple[str, ...] = ()
    scope: Scope | None = None
    """What the file itself says; None: the graph tells."""
    own: bool = False
    """The project itself, a member of its workspace or a link to code of the same tree: no dependency."""


class LockGraph:
    """Entries first, then further nodes and edges, then the inventory."""

    def __init__(self, path: str, format_: str) -> None:
        self.out = Collector(path, format_)
        self.entries: list[Entry] = []
        self.owners: list[int] = []
        self.edges: list[list[int]] = []
        self.seeds: list[tuple[int, Scope]] = []
        self.by_name: dict[str, list[int]] = {}
        self.edge_count = 0

    def add(self, entry: Entry, key: str) -> int:
        """Its node, which is also its index; `key` is its name in the form in which others require it."""
        self.entries.append(entry)
        same = self.by_name.setdefault(key, [])
        same.append(len(self.entries) - 1)
        if len(same) > MAX_OF_ONE_NAME:
            raise UnreadableManifest(
                f"it lists more than {MAX_OF_ONE_NAME} packages of one name", entry.line, "too-large"
            )
        return self.node(same[-1])

    def connect(self, node: int, targets: Iterable[int]) -> None:
        """`node` requires `targets`. Raises `UnreadableManifest` (`too-large`) where everything requires everything."""
        row = self.edges[node]
        self.edge_count -= len(row)
        row.extend(targets)
        self.edge_count += len(row)
        if self.edge_count > MAX_EDGES:
            raise UnreadableManifest(f"it has more than {MAX_EDGES:,} requirements", code="too-large")

    def node(self, owner: int = PROJECT) -> int:
        """One more node: a package (`owner`) with an extra, or something that the project asks for."""
        self.owners.append(owner)
        self.edges.append([])
        return len(self.edges) - 1

    def seed(self, scope: Scope, node: int | None = None, targets: Iterable[int] = ()) -> None:
        """The project needs `node` (default: a new one, with edges to `targets`) for `scope`."""
        if node is None:
            node = self.node()
            self.connect(node, targets)
        self.seeds.append((node, scope))

    def inventory(self) -> Inventory:
        """Without any seed nobody knows what is direct; with them, what they do not reach has an unknown scope."""
        scopes = self._scopes()
        direct, parents = self._parents()
        place = self._places()
        for index, entry in enumerate(self.entries):
            if not entry.own:
                self.out.add(self._dependency(entry, scopes[index], index in direct if self.seeds else None))
        kept = [index for index, entry in enumerate(self.entries) if not entry.own]
        edges = self._collapsed(place)
        found = self.out.inventory()
        return Inventory(
            found.path,
            found.format,
            found.dependencies,
            tuple(edges[index] for index in kept),
            tuple(self._parent(index, parents, place) for index in kept),
            found.problems,
        )

    def _dependency(self, entry: Entry, scope: Scope | None, direct: bool | None) -> Dependency:
        return Dependency(
            entry.purl,
            entry.name,
            entry.version,
            Location(self.out.path, entry.line, entry.end_line),
            entry.scope or scope or Scope.UNKNOWN,
            direct,
            entry.origin,
            entry.source,
            None,
            entry.published,
            entry.integrity,
        )

    def _scopes(self) -> list[Scope | None]:
        """Of several scopes by which a node is reached, the one nearest to users."""
        scopes: list[Scope | None] = [None] * len(self.edges)
        for scope in SCOPE_ORDER:
            frontier = [node for node, seeded in self.seeds if seeded is scope]
            while frontier:
                node = frontier.pop()
                if scopes[node] is None:
                    scopes[node] = scope
                    frontier.extend(self.edges[node])
        return scopes

    def _is_project(self, node: int) -> bool:
        owner = self.owners[node]
        return owner == PROJECT or self.entries[owner].own

    def _parents(self) -> tuple[set[int], tuple[int, ...]]:
        """The entries that project nodes ask for, and for each node its parent on a shortest way from these."""
        roots: dict[int, None] = {}
        for node, targets in enumerate(self.edges):
            if self._is_project(node):
                roots.update(dict.fromkeys(target for target in targets if not self._is_project(target)))
        direct = {self.owners[root] for root in roots}
        return direct, shortest_parents(len(self.edges), list(roots), self.edges)

    def _parent(self, index: int, parents: tuple[int, ...], place: dict[int, int]) -> int:
        owner = self.owners[parents[index]] if parents[index] >= 0 else PROJECT
        return -1 if owner == index else place.get(owner, -1)

    def _places(self) -> dict[int, int]:
        """For each entry that is a dependency its index in the inventory."""
        kept = (index for index, entry in enumerate(self.entries) if not entry.own)
        return {index: place for place, index in enumerate(kept)}

    def _collapsed(self, place: dict[int, int]) -> list[tuple[int, ...]]:
        """For each entry the places of what it requires, alone or with one of its extras."""
        merged: list[dict[int, None]] = [{} for _ in self.entries]
        for node, targets in enumerate(self.edges):
            owner = self.owners[node]
            if owner != PROJECT:
                required = (self.owners[target] for target in targets)
                merged[owner].update((place[index], None) for index in required if index != owner and index in place)
        return [tuple(targets) for targets in merged]


# --- plain values of unknown shape ------------------------------------------------------------------------------


def text_of(value: object) -> str | None:
    """`value` if it is text that is not empty."""
    return value if isinstance(value, str) and value else None


def table_of(value: object) -> dict[str, object]:
    return value if isinstance(value, dict) else {}


def rows_of(value: object) -> list[object]:
    return value if isinstance(value, list) else []


def tables_of(value: object) -> Iterator[dict[str, object]]:
    return (row for row in rows_of(value) if isinstance(row, dict))


def texts_of(value: object) -> Iterator[str]:
    return (row for row in rows_of(value) if isinstance(row, str))


def too_new(name: str) -> UnreadableManifest:
    return UnreadableManifest(f"its {name} is newer than this reader knows")
