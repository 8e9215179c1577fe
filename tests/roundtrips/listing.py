"""What a package manager says about a lock file, what we say, and how far the two agree."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

#: Name as the ecosystem writes it, and the version.
Key = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Said:
    """What one side says about one package; None where it does not tell."""

    dev: bool | None = None
    direct: bool | None = None


Listing = Mapping[Key, Said]


@dataclass(frozen=True, slots=True)
class Edge:
    """A requirement of the project itself or of one of its members."""

    target: str
    dev: bool


def reached(keys: Mapping[str, Key], edges: Mapping[str, Sequence[str]], asked: Sequence[Edge]) -> Listing:
    """The listing of a graph: development is what only development requirements reach.

    `keys` gives the package of each node; nodes without one (the project, its members) are walked and not listed.
    """
    shipped = _closure(edges, (edge.target for edge in asked if not edge.dev))
    everything = shipped | _closure(edges, (edge.target for edge in asked))
    direct = {keys[edge.target] for edge in asked if edge.target in keys}
    runtime = {keys[node] for node in shipped if node in keys}
    return {
        keys[node]: Said(keys[node] not in runtime, keys[node] in direct) for node in sorted(everything) if node in keys
    }


def _closure(edges: Mapping[str, Sequence[str]], roots: Iterable[str]) -> set[str]:
    seen: set[str] = set()
    waiting = list(roots)
    while waiting:
        node = waiting.pop()
        if node not in seen:
            seen.add(node)
            waiting += edges.get(node, ())
    return seen


@dataclass(frozen=True, slots=True)
class Comparison:
    """One lock file: how many packages the manager lists, and where we differ."""

    packages: int
    agree: int
    missing: tuple[Key, ...]
    extra: tuple[Key, ...]
    scopes: int
    scope_differs: tuple[Key, ...]
    directs: int
    direct_differs: tuple[Key, ...]

    @property
    def differences(self) -> tuple[str, ...]:
        """One line each, as the list of argued ones names them: `missing name@version`."""
        kinds = {
            "missing": self.missing,
            "extra": self.extra,
            "scope": self.scope_differs,
            "direct": self.direct_differs,
        }
        return tuple(f"{kind} {name}@{version}" for kind, keys in kinds.items() for name, version in keys)


def compare(theirs: Listing, ours: Listing) -> Comparison:
    """Attributes are compared where both sides speak."""
    both = [(key, theirs[key], ours[key]) for key in sorted(theirs.keys() & ours.keys())]
    scopes = [(key, a.dev == b.dev) for key, a, b in both if a.dev is not None and b.dev is not None]
    directs = [(key, a.direct == b.direct) for key, a, b in both if a.direct is not None and b.direct is not None]
    return Comparison(
        packages=len(theirs),
        agree=len(both),
        missing=tuple(sorted(theirs.keys() - ours.keys())),
        extra=tuple(sorted(ours.keys() - theirs.keys())),
        scopes=len(scopes),
        scope_differs=tuple(key for key, same in scopes if not same),
        directs=len(directs),
        direct_differs=tuple(key for key, same in directs if not same),
    )
