"""The packages of a yarn, pnpm or bun lock with the edges that the file itself names, and the scopes that follow."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from checks.manifests.collect import Collector
from checks.manifests.jsontext import Span
from checks.manifests.read import MAX_PACKAGES
from checks.model.dependency import SCOPE_ORDER, Dependency, Inventory, Location, Origin, Scope
from checks.model.errors import UnreadableManifest
from checks.model.phrase import visible

#: A lock of 5,154 packages has 20,000 edges.
MAX_EDGES = 3_000_000


@dataclass(slots=True)
class Package:
    """One package of the lock and what it requires, as indexes."""

    name: str
    purl: str
    version: str | None
    span: Span
    origin: Origin
    source: str | None = None
    integrity: tuple[str, ...] = ()
    published: datetime | None = None
    flagged: Scope = Scope.UNKNOWN
    """What the entry itself says; counts where no project leads to it."""
    required: list[int] = field(default_factory=list)
    optional: list[int] = field(default_factory=list)


class PackageGraph:
    """Packages first, then edges and what the projects ask for, then the inventory."""

    def __init__(self, path: str, format_: str) -> None:
        self.collector = Collector(path, format_)
        self.packages: list[Package] = []
        self.roots: dict[int, Scope] = {}
        self.complete = False
        """Whether every project is known, so that a package that none asks for is known to be transitive."""
        self._edges = 0

    def add(self, package: Package) -> int:
        """Its index. Raises UnreadableManifest (`too-large`) beyond the limit, before memory runs out."""
        if len(self.packages) >= MAX_PACKAGES:
            raise UnreadableManifest(f"it lists more than {MAX_PACKAGES:,} packages", package.span[0], code="too-large")
        self.packages.append(package)
        return len(self.packages) - 1

    def require(self, index: int, target: int, *, optional: bool = False) -> None:
        """Raises UnreadableManifest (`too-large`) where every package requires all others."""
        package = self.packages[index]
        (package.optional if optional else package.required).append(target)
        self._edges += 1
        if self._edges > MAX_EDGES:
            raise UnreadableManifest(f"it has more than {MAX_EDGES:,} requirements", code="too-large")

    def root(self, index: int, scope: Scope) -> None:
        """A project asks for it; of several scopes the one nearest to users counts."""
        before = self.roots.get(index)
        if before is None or SCOPE_ORDER.index(scope) < SCOPE_ORDER.index(before):
            self.roots[index] = scope

    def missing(self, what: str, names: Sequence[str], line: int) -> None:
        """`what` requires packages that the file does not have."""
        shown = ", ".join(f"'{visible(name, 80)}'" for name in names[:3])
        more = f" and {len(names) - 3} more" if len(names) > 3 else ""
        message = f"{what} requires {shown}{more}, which the file does not have"
        self.collector.problem(message, line, "unresolved")

    def inventory(self) -> Inventory:
        scopes = self._scopes()
        for index, package in enumerate(self.packages):
            direct = True if index in self.roots else (False if self.complete else None)
            self.collector.add(_dependency(package, self.collector.path, scopes[index], direct))
        edges = [tuple(dict.fromkeys((*package.required, *package.optional))) for package in self.packages]
        return self.collector.inventory(edges)

    def _scopes(self) -> list[Scope]:
        """By which kind of way a package is reached first, in the order of what is nearest to users."""
        scopes: list[Scope | None] = [None] * len(self.packages)
        wished: list[int] = []
        for scope in SCOPE_ORDER:
            frontier = [index for index, wanted in self.roots.items() if wanted is scope]
            if scope is Scope.OPTIONAL:
                frontier += wished
            while frontier:
                index = frontier.pop()
                if scopes[index] is not None:
                    continue
                scopes[index] = scope
                package = self.packages[index]
                frontier += package.required
                (wished if scope is Scope.RUNTIME else frontier).extend(package.optional)
        return [scope or package.flagged for scope, package in zip(scopes, self.packages, strict=True)]


def _dependency(package: Package, path: str, scope: Scope, direct: bool | None) -> Dependency:
    return Dependency(
        purl=package.purl,
        name=package.name,
        version=package.version,
        location=Location(path, *package.span),
        scope=scope,
        direct=direct,
        origin=package.origin,
        source=package.source,
        published=package.published,
        integrity=package.integrity,
    )
