"""The entries of one npm lock, connected: edges, direct dependencies and scopes by node's resolution."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field

from checks.manifests.collect import Collector
from checks.manifests.jsontext import Span, object_at
from checks.manifests.npmspec import license_of, names_in, origin_of
from checks.manifests.npmtree import InstallTree, resolve
from checks.model.dependency import Dependency, Inventory, Location, Scope
from checks.model.phrase import visible

FORMAT = "npm-lock"

Edges = list[tuple[int, ...]]


@dataclass(slots=True)
class Project:
    """A folder with a package.json of its own: the root, a workspace or the target of a `file:` link."""

    location: str
    entry: Mapping[str, object]
    development: bool
    """Whether its development dependencies are installed."""
    shipped: bool = True
    """False for the target of a link that is itself optional or only needed for development."""


@dataclass(slots=True)
class Entry:
    """One installed package. `fields` are those of lock version 3; version 1 is rewritten to them."""

    location: str
    name: str
    purl: str
    version: str | None
    address: str | None
    fields: Mapping[str, object]
    span: Span


@dataclass(slots=True)
class Lock:
    """What is collected of one lock file before it is connected."""

    collector: Collector
    projects: list[Project] = field(default_factory=list)
    entries: list[Entry] = field(default_factory=list)
    links: list[str] = field(default_factory=list)
    """Install paths that lead to a project: they resolve, and are no dependencies."""

    def inventory(self) -> Inventory:
        """`direct` is None throughout when no project is known."""
        tree = InstallTree(self._locations())
        hard, edges = self._edges(tree)
        roots, runtime = self._roots(tree)
        shipped = _reachable(runtime, hard)
        known = bool(self.projects)
        for index, entry in enumerate(self.entries):
            direct = (index in roots) if known else None
            self.collector.add(_dependency(entry, self.collector.path, direct, shipped[index]))
        return self.collector.inventory(edges)

    def _locations(self) -> Iterable[tuple[str, int]]:
        for index, entry in enumerate(self.entries):
            yield entry.location, index
        for location in self.links:
            yield location, -1

    def _edges(self, tree: InstallTree) -> tuple[Edges, Edges]:
        """For each entry what it cannot do without, and all that it brings into the tree."""
        hard: Edges = []
        edges: Edges = []
        for entry in self.entries:
            required, others = _requirements(entry.fields)
            if not (required or others):
                hard.append(())
                edges.append(())
                continue
            seen = tree.seen_from(entry.location)
            found = [resolve(name, seen) for name in required]
            if None in found:
                self._unresolved(entry, [name for name in required if resolve(name, seen) is None])
            needed = tuple(dict.fromkeys(index for index in found if index is not None and index >= 0))
            hard.append(needed)
            if others:
                wished = (resolve(name, seen) for name in others)
                needed = tuple(dict.fromkeys((*needed, *(i for i in wished if i is not None and i >= 0))))
            edges.append(needed)
        return hard, edges

    def _unresolved(self, entry: Entry, missing: list[str]) -> None:
        shown = ", ".join(f"'{visible(name, 80)}'" for name in missing[:3])
        more = f" and {len(missing) - 3} more" if len(missing) > 3 else ""
        message = f"'{visible(entry.name, 80)}' requires {shown}{more}, which the file does not have"
        self.collector.problem(message, entry.span[0], "unresolved")

    def _roots(self, tree: InstallTree) -> tuple[set[int], list[int]]:
        """Indexes of all direct dependencies, and of those that a project cannot run without."""
        roots: set[int] = set()
        runtime: list[int] = []
        for project in self.projects:
            seen = tree.seen_from(project.location)
            hard = names_in(project.entry, "dependencies")
            optional = names_in(project.entry, "optionalDependencies")
            others = ("peerDependencies", "devDependencies") if project.development else ("peerDependencies",)
            for name in (*hard, *optional, *names_in(project.entry, *others)):
                index = resolve(name, seen)
                if index is not None and index >= 0:
                    roots.add(index)
                    if project.shipped and name in hard and name not in optional:
                        runtime.append(index)
        return roots, runtime


def _requirements(fields: Mapping[str, object]) -> tuple[Collection[str], Collection[str]]:
    """Names that an entry requires, and those that it would like to have or expects beside itself."""
    required = object_at(fields, "dependencies")
    optional = object_at(fields, "optionalDependencies")
    peers = object_at(fields, "peerDependencies")
    if not optional and not peers:
        return required, ()
    meta = object_at(fields, "peerDependenciesMeta")
    expected = [name for name in peers if object_at(meta, name).get("optional") is not True]
    return [name for name in required if name not in optional], [*optional, *expected]


def _reachable(roots: list[int], edges: Edges) -> list[bool]:
    seen = [False] * len(edges)
    stack = roots.copy()
    while stack:
        index = stack.pop()
        if not seen[index]:
            seen[index] = True
            stack.extend(edges[index])
    return seen


def _dependency(entry: Entry, path: str, direct: bool | None, shipped: bool) -> Dependency:
    fields = entry.fields
    integrity = fields.get("integrity")
    return Dependency(
        purl=entry.purl,
        name=entry.name,
        version=entry.version,
        location=Location(path, *entry.span),
        # a `dev` or `optional` flag on what a runtime package requires would be a lie: npm derives them from the graph
        scope=Scope.RUNTIME if shipped else scope_of(fields),
        direct=direct,
        origin=origin_of(entry.address, entry.name, entry.version),
        source=entry.address,
        license=license_of(fields),
        integrity=tuple(integrity.split()) if isinstance(integrity, str) else (),
        installed_at=entry.location,
    )


def scope_of(fields: Mapping[str, object]) -> Scope:
    """The flags that npm derives from the graph; `devOptional`: a production install may have it as well."""
    if fields.get("dev") is True:
        return Scope.DEVELOPMENT
    if fields.get("optional") is True or fields.get("devOptional") is True:
        return Scope.OPTIONAL
    if fields.get("peer") is True:
        return Scope.PEER
    return Scope.UNKNOWN if fields.get("extraneous") is True else Scope.RUNTIME
