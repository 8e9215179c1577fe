"""A checkout as data: regular files below its root, of bounded size. Nothing is imported, run or followed out of it."""

import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from checks.model.change import Change
from checks.model.facts import Known, PackageKey

#: Metadata files are small; one beyond this is not read (bytes).
MAX_METADATA = 1_000_000


@dataclass(frozen=True, slots=True)
class Installed:
    """One package version as it lies in the tree."""

    key: PackageKey
    root: PurePosixPath
    """Paths of texts are relative to it."""
    folders: tuple[str, ...] = ("",)
    """Where license files lie, relative to `root`."""
    declared: Known[str] | None = None
    """What its metadata declare, raw."""
    named: tuple[str, ...] = ()
    """License files that its metadata name, relative to `root`."""


class Tree:
    """Reads below `root`."""

    def __init__(self, root: Path) -> None:
        self.root = root.resolve()

    def text(self, path: PurePosixPath) -> str | None:
        """The text of a small regular file, or None."""
        data = self.data(path, MAX_METADATA)
        return data.decode("utf-8", "replace") if data is not None else None

    def data(self, path: PurePosixPath, limit: int) -> bytes | None:
        """The bytes of a regular file of at most `limit` bytes; None if it is larger, none or not below the root.

        Package managers link folders within the tree (pnpm, workspaces); a file that is a link is not read.
        """
        full = self.root / path
        try:
            if full.is_symlink() or not full.resolve(strict=True).is_relative_to(self.root) or not full.is_file():
                return None
            with full.open("rb") as file:
                found = file.read(limit + 1)
            return found if len(found) <= limit else None
        except (OSError, ValueError, RuntimeError):
            return None

    def entries(self, folder: PurePosixPath) -> list[str]:
        """The names in a folder, sorted; empty if it is none or lies elsewhere."""
        full = self.root / folder
        try:
            return sorted(os.listdir(full)) if full.resolve(strict=True).is_relative_to(self.root) else []
        except (OSError, ValueError, RuntimeError):
            return []

    def is_file(self, path: PurePosixPath) -> bool:
        """Whether there is a regular file of that name, whatever its size."""
        full = self.root / path
        try:
            return full.is_file() and not full.is_symlink()
        except (OSError, ValueError):
            return False

    def is_link(self, path: PurePosixPath) -> bool:
        return (self.root / path).is_symlink()


def manifest_folders(change: Change) -> Iterator[PurePosixPath]:
    """The folders of the manifests that name the package version, each with those above it, up to the root."""
    seen = set()
    for place in change.places:
        folder = PurePosixPath(place.dependency.location.path).parent
        for candidate in (folder, *folder.parents):
            if candidate not in seen:
                seen.add(candidate)
                yield candidate


def own_folders(changes: Iterable[Change]) -> list[PurePosixPath]:
    """The folders of the manifests of all changes, and the root."""
    found = {PurePosixPath(place.dependency.location.path).parent for c in changes for place in c.places}
    return sorted({*found, PurePosixPath(".")})


def within(path: str) -> str | None:
    """A path that a package names, normal and inside of the package; None for every other."""
    if not path or len(path) > 300 or "\0" in path or "\\" in path or path.startswith(("/", "~")):
        return None
    parts = [part for part in path.split("/") if part not in ("", ".")]
    return "/".join(parts) if parts and ".." not in parts else None
