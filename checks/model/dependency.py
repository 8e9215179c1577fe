"""What a manifest says: one dependency with its place, and the inventory of one file."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Scope(StrEnum):
    """What a dependency is needed for. `UNKNOWN`: the file does not tell, and rules treat it like `RUNTIME`."""

    RUNTIME = "runtime"
    OPTIONAL = "optional"
    PEER = "peer"
    UNKNOWN = "unknown"
    BUILD = "build"
    DEVELOPMENT = "development"
    TEST = "test"

    @property
    def shipped(self) -> bool:
        """Whether it may reach a user: everything except tools for building, developing and testing."""
        return self not in (Scope.BUILD, Scope.DEVELOPMENT, Scope.TEST)


#: From what reaches users to what stays with developers: of several scopes, the first one counts.
SCOPE_ORDER = tuple(Scope)


class Origin(StrEnum):
    """Where the bytes come from. Anything but a registry has no registry identity and is judged by policy."""

    REGISTRY = "registry"
    GIT = "git"
    URL = "url"
    PATH = "path"


@dataclass(frozen=True, slots=True)
class Location:
    """A place in a file of the repository: a path relative to its root and 1-based lines (0: the whole file)."""

    path: str
    line: int = 0
    end_line: int = 0


@dataclass(frozen=True, slots=True)
class Dependency:
    """One entry of a manifest, as the file gives it; nothing is looked up elsewhere and nothing is guessed."""

    purl: str
    """Package URL without version, qualifiers or subpath (purl specification), for example `pkg:npm/%40scope/name`."""
    name: str
    """The name as its ecosystem writes it, for people: `@scope/name`, `github.com/Org/Module`."""
    version: str | None
    """None when the file does not give one exact version."""
    location: Location
    scope: Scope = Scope.UNKNOWN
    direct: bool | None = None
    """Whether the project itself asks for it; None when the file does not tell."""
    origin: Origin = Origin.REGISTRY
    source: str | None = None
    """The address that the file names (registry, archive or repository), as text; it is never fetched."""
    license: str | None = None
    """The license statement that the file carries, raw."""
    published: datetime | None = None
    """When this version was published, if the file says so (UTC)."""
    integrity: tuple[str, ...] = ()
    """Hashes as the file writes them."""
    required_at: Location | None = None
    """The line of the manifest that asks for it, for a direct one whose manifest was read with the lock file."""
    installed_at: str | None = None
    """Where an install puts it, relative to the manifest (npm: `node_modules/a/node_modules/b`); None if unknown."""


@dataclass(frozen=True, slots=True)
class Problem:
    """Something that could not be read; a gate never skips it silently."""

    code: str
    """`unreadable` (the whole file), `too-large`, `entry` (one of it), `unresolved` (what is not in the tree)."""
    message: str
    """One sentence of ours; may quote foreign text that `visible()` made inert."""
    location: Location


@dataclass(frozen=True, slots=True)
class Inventory:
    """All that one manifest says. `edges` and `parents` run parallel to `dependencies` or are empty."""

    path: str
    format: str
    """Format id as in `checks.manifests.FORMATS`, for example `npm-lock`."""
    dependencies: tuple[Dependency, ...] = ()
    edges: tuple[tuple[int, ...], ...] = ()
    """For each dependency the indexes of what it requires; empty when the file has no graph."""
    parents: tuple[int, ...] = ()
    """For each dependency the index of its requirer on a shortest path from a direct one; -1 for roots and orphans."""
    problems: tuple[Problem, ...] = ()

    def why(self, index: int) -> tuple[Dependency, ...]:
        """The shortest chain from a direct dependency down to and including `index` (just itself if unknown)."""
        chain = [self.dependencies[index]]
        if self.parents:
            seen = {index}
            while (index := self.parents[index]) >= 0 and index not in seen:
                seen.add(index)
                chain.append(self.dependencies[index])
        return tuple(reversed(chain))


def shortest_parents(count: int, roots: Sequence[int], edges: Sequence[Sequence[int]]) -> tuple[int, ...]:
    """Breadth-first parents from `roots`: linear, deterministic, indifferent to cycles."""
    parents = [-1] * count
    seen = [False] * count
    for root in roots:
        seen[root] = True
    frontier: list[int] = list(roots)
    while frontier:
        following: list[int] = []
        for node in frontier:
            for child in edges[node]:
                if not seen[child]:
                    seen[child] = True
                    parents[child] = node
                    following.append(child)
        frontier = following
    return tuple(parents)
