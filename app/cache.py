"""Parsed inventories as files in the user's cache folder, by content: a second run parses nothing.

Nothing there is trusted to be whole: what cannot be read is parsed again, and what cannot be written is not kept.
"""

import hashlib
import os
from collections.abc import Iterable, Mapping
from pathlib import Path

from app.version import VERSION
from checks.model.dependency import Inventory

#: All files together (bytes); beyond it the oldest go, until four fifths are left.
LIMIT = 256 * 1024 * 1024
#: Packages below which parsing is as quick as reading what was parsed.
WORTH = 50
_TOTAL = "total"


class InventoryFiles:
    """Implements `InventoryCache` in one folder. Several processes may use it at the same time."""

    def __init__(self, folder: Path, limit: int = LIMIT) -> None:
        self.folder = folder
        self.limit = limit

    async def get(self, keys: Iterable[str]) -> Mapping[str, Inventory]:
        from checks.manifests.codec import decode

        found = {}
        for key in keys:
            try:
                data = self._path(key).read_bytes()
                found[key] = decode(data)
            except (OSError, ValueError):
                continue  # not there, cut off, of another version: it is parsed
        return found

    async def put(self, inventories: Mapping[str, Inventory]) -> None:
        from checks.manifests.codec import encode

        worth = {key: value for key, value in inventories.items() if len(value.dependencies) >= WORTH}
        if not worth:
            return
        try:
            os.makedirs(self.folder, mode=0o700, exist_ok=True)
            written = sum(self._write(self._path(key), encode(value)) for key, value in worth.items())
            self._count(written)
        except OSError:
            return  # a full disk or a folder that is not ours

    def _path(self, key: str) -> Path:
        name = hashlib.sha256(f"{VERSION}\0{key}".encode("utf-8", "surrogatepass")).hexdigest()
        return self.folder / name

    def _write(self, path: Path, data: bytes) -> int:
        """A reader sees all of it or nothing."""
        partial = path.with_name(f"{path.name}.{os.getpid()}")
        try:
            with partial.open("xb") as file:
                file.write(data)
            os.replace(partial, path)
        except OSError:
            partial.unlink(missing_ok=True)
            raise
        return len(data)

    def _count(self, written: int) -> None:
        """Keep the total in a file, so that the folder is looked through only when it is full."""
        total = self.folder / _TOTAL
        try:
            known = int(total.read_bytes()[:20])
        except (OSError, ValueError):
            known = self.limit  # nobody knows: look
        if known < 0 or known + written > self.limit:
            known, written = self._evict(), 0
        partial = total.with_name(f"{_TOTAL}.{os.getpid()}")
        partial.write_bytes(b"%d" % (known + written))
        os.replace(partial, total)

    def _evict(self) -> int:
        """Delete the oldest files until four fifths of the limit are left; the bytes that stay."""
        with os.scandir(self.folder) as entries:
            files = [(e.stat(follow_symlinks=False), e.path) for e in entries if e.is_file(follow_symlinks=False)]
        files.sort(key=lambda item: item[0].st_mtime)
        size = sum(status.st_size for status, _ in files)
        if size <= self.limit:
            return size
        for status, path in files:
            if size <= self.limit * 4 // 5:
                break
            os.unlink(path)
            size -= status.st_size
        return size
