"""A checkout as data: regular files below its root, of bounded size. Nothing is imported, run or followed out of it."""

import os
import stat
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from checks.model.change import Change
from checks.model.facts import PackageKey
from checks.model.packages import Known

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
    """Reads below `root`. Package managers link folders within a tree (pnpm, workspaces), so a linked folder counts if
    it leads to one below the root; a file that is a link is never read."""

    def __init__(self, root: Path) -> None:
        self.root = os.path.realpath(root)
        self._inside: dict[str, bool] = {}

    def text(self, path: PurePosixPath) -> str | None:
        """The text of a small regular file, or None."""
        data = self.data(path, MAX_METADATA)
        return data.decode("utf-8", "replace") if data is not None else None

    def data(self, path: PurePosixPath, limit: int) -> bytes | None:
        """The bytes of a regular file of at most `limit` bytes; None if it is larger, none, a link or elsewhere."""
        try:
            if not self.is_file(path):
                return None
            with open(f"{self.root}/{path}", "rb") as file:
                found = file.read(limit + 1)
            return found if len(found) <= limit else None
        except OSError:
            return None

    def entries(self, folder: PurePosixPath) -> list[str]:
        """The names in a folder, sorted; empty if it is none or lies elsewhere."""
        try:
            return sorted(os.listdir(f"{self.root}/{folder}")) if self._holds(folder) else []
        except OSError:
            return []

    def is_file(self, path: PurePosixPath) -> bool:
        """Whether it is a regular file below the root, of any size."""
        try:
            return self._holds(path.parent) and stat.S_ISREG(os.lstat(f"{self.root}/{path}").st_mode)
        except (OSError, ValueError):
            return False

    def is_folder(self, path: PurePosixPath) -> bool:
        """Whether it is a folder below the root and no link to one."""
        try:
            return self._holds(path.parent) and stat.S_ISDIR(os.lstat(f"{self.root}/{path}").st_mode)
        except (OSError, ValueError):
            return False

    def _holds(self, folder: PurePosixPath) -> bool:
        """Whether a folder is there, and below the root once its links are followed."""
        name = str(folder)
        if name not in self._inside:
            try:
                real = os.path.realpath(f"{self.root}/{name}", strict=True)
                self._inside[name] = f"{real}/".startswith(f"{self.root.rstrip('/')}/")
            except (OSError, ValueError):
                self._inside[name] = False
        return self._inside[name]


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
