"""One package manager as the round trip sees it."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from tests.roundtrips.listing import Listing
from tests.roundtrips.tools import Tools


@dataclass(frozen=True, slots=True)
class Made:
    """A lock file that a manager wrote, and what the manager lists."""

    lock: Path
    listing: Listing


@dataclass(frozen=True, slots=True)
class Manager:
    """`make` writes the project of that name into a new folder, locks it and asks the manager; raises `ToolFailed`."""

    name: str
    projects: tuple[str, ...]
    make: Callable[[Tools, str, Path], Made]
    own: Callable[[str], frozenset[str]]
    """The names of the project itself and its members, which managers list or not as they like."""
    canonical: Callable[[str], str] = str
    """One of several spellings of a name."""
