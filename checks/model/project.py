"""A manifest that people edit and the lock files that answer it: what is asked for, and by what it is resolved."""

from dataclasses import dataclass

from checks.model.dependency import Inventory, Scope


@dataclass(frozen=True, slots=True)
class Requirement:
    """One line of a manifest."""

    purl: str
    """Package URL without version of what is really asked for, behind an alias."""
    name: str
    """As the ecosystem writes it."""
    range: str
    """As it stands in the file."""
    notation: str
    """How to read the range: a word that `manifests.ranges` knows, or empty where nothing can be said about it."""
    line: int
    end_line: int
    scope: Scope = Scope.RUNTIME
    conditional: bool = False
    """Whether a lock file may rightly leave it out: optional for a platform, behind a marker, inside a condition."""


@dataclass(frozen=True, slots=True)
class Lock:
    """A lock file that governs a manifest, on both sides; None where the side does not have it."""

    path: str
    base: Inventory | None
    head: Inventory
    unsure: frozenset[str] = frozenset()
    """Names whose absence from the head says nothing: the file speaks of them, but not as packages (a link to a folder
    of the workspace)."""


@dataclass(frozen=True, slots=True)
class Project:
    """One manifest that the change touches, or whose lock file it touches."""

    path: str
    base: tuple[Requirement, ...] | None
    """What it asked for at the base; None if it was not there."""
    head: tuple[Requirement, ...]
    locks: tuple[Lock, ...] = ()
    """Those that govern it at the head: its own or its workspace's."""
    locked: bool = True
    """False: no lock file is there, in its folder or in a workspace around it."""
    expected: str = ""
    """The names that a lock file of it may have, for people."""

    @property
    def edited(self) -> bool:
        """Whether the change asks for something else than before."""
        return _asked(self.base or ()) != _asked(self.head)


def _asked(requirements: tuple[Requirement, ...]) -> set[tuple[str, str]]:
    return {(requirement.purl, requirement.range) for requirement in requirements}
