"""What a pull request does to the dependencies: one difference with all its places."""

from dataclasses import dataclass
from enum import StrEnum

from checks.model.dependency import SCOPE_ORDER, Dependency, Scope


class ChangeKind(StrEnum):
    """How a package version differs between base and head. `PRESENT`: it was there before, or there is no base."""

    ADDED = "added"
    UPDATED = "updated"
    MOVED = "moved"
    """Same version, another scope: a development tool that is now shipped."""
    RESOURCED = "re-sourced"
    """Same version, other origin, address or hash: how lock files are poisoned."""
    REMOVED = "removed"
    PRESENT = "present"


@dataclass(frozen=True, slots=True)
class Place:
    """One entry of a manifest and the chain that brings it there."""

    dependency: Dependency
    why: tuple[Dependency, ...]
    """From a direct dependency down to and including this one; one item when the file has no graph."""


@dataclass(frozen=True, slots=True)
class Change:
    """One version of one package and every place in which it changes; for `REMOVED` the places are the base's."""

    kind: ChangeKind
    purl: str
    name: str
    version: str | None
    places: tuple[Place, ...]
    before: tuple[Dependency, ...] = ()
    """`UPDATED`: what the base had instead; `MOVED`, `RESOURCED`: the same version as the base had it."""
    beside: bool = False
    """`ADDED`: the base had another version of it, in this or in another manifest that changes, so it is not new."""

    @property
    def introduced(self) -> bool:
        """Whether this pull request brings it (and may therefore be blocked for it)."""
        return self.kind not in (ChangeKind.PRESENT, ChangeKind.REMOVED)

    @property
    def scope(self) -> Scope:
        """The scope that counts when places differ: the one nearest to users."""
        return min((place.dependency.scope for place in self.places), key=SCOPE_ORDER.index)
