"""A plain folder, judged or listed as it stands on disk."""

import hashlib
import os
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from app.ports import Blob, FileRef, Side
from checks.manifests import MAX_BYTES
from checks.model.errors import UsageError
from checks.model.snapshot import AddedLine, ChangedFile, FileStatus, Listing

#: Folders that hold what was installed or generated, never manifests of the project itself.
SKIPPED = frozenset(
    {".git", "node_modules", ".venv", "venv", "site-packages", "__pycache__", ".tox", ".nox", "bower_components"}
)


class FolderSource:
    """Every file below a folder, without following links; or one file."""

    def __init__(self, path: Path, target: str | None = None) -> None:
        self.target = target
        if not os.path.exists(path):
            raise UsageError(f"there is no such file or folder: {path}")
        self.root = path if path.is_dir() else path.parent
        self.only = None if path.is_dir() else path.name

    async def listing(self) -> Listing:
        names = [self.only] if self.only else sorted(_walk(self.root))
        files = tuple(ChangedFile(name, FileStatus.PRESENT) for name in names)
        return Listing("", "", files, target=self.target)

    async def read(self, refs: Sequence[FileRef]) -> Mapping[FileRef, Blob]:
        here = [ref for ref in refs if ref.side is Side.HEAD]
        found = {ref: (_folder if ref.path.endswith("/") else _blob)(self.root / ref.path) for ref in here}
        return {ref: blob for ref, blob in found.items() if blob is not None}

    async def fetch(self, blobs: Sequence[Blob]) -> Mapping[str, bytes]:
        return {}  # `read` leaves nothing out but what is larger than the gate reads

    async def added(self, paths: Sequence[str]) -> Mapping[str, tuple[AddedLine, ...] | None]:
        return dict.fromkeys(paths)  # there is nothing to compare with


def _walk(root: Path) -> Iterator[str]:
    for folder, folders, files in os.walk(root):
        folders[:] = sorted(name for name in folders if name not in SKIPPED)
        inside = os.path.relpath(folder, root)
        for name in files:
            yield name if inside == "." else f"{inside.replace(os.sep, '/')}/{name}"


def _blob(path: Path) -> Blob | None:
    """None for what is not a regular file: links, devices and pipes are never followed or read."""
    if path.is_symlink() or not path.is_file():
        return None
    size = path.stat().st_size
    if size > MAX_BYTES:
        return Blob(f"size-{size}", size, None)
    data = path.read_bytes()
    return Blob(hashlib.sha256(data).hexdigest(), len(data), data)


def _folder(path: Path) -> Blob | None:
    """The names of its files, each followed by NUL."""
    if path.is_symlink() or not path.is_dir():
        return None
    names = sorted(entry.name for entry in os.scandir(path) if entry.is_file(follow_symlinks=False))
    data = b"".join(os.fsencode(name) + b"\0" for name in names)
    return Blob(hashlib.sha256(data).hexdigest(), len(data), data)
