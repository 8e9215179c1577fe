"""A word about manifests that were edited and not committed: they are not judged, and people wonder why."""

import hashlib
import os
import sys
from pathlib import Path

from app.sources.git import Repository
from checks.manifests import recognize
from checks.model.errors import SourceError
from checks.model.phrase import visible

#: How many names are worth a line.
_NAMES = 3


def hint(repository: Repository) -> None:
    """Say which manifests of the working tree differ from HEAD, on standard error; no filter of the repository runs."""
    try:
        edited = _edited(repository)
    except SourceError:
        return
    if edited:
        more = f" and {len(edited) - _NAMES} more" if len(edited) > _NAMES else ""
        names = ", ".join(visible(path) for path in edited[:_NAMES])
        print(f"Not judged, because not committed: {names}{more}.", file=sys.stderr)


def _edited(repository: Repository) -> list[str]:
    """`diff-index` only compares dates and sizes, so a touched file is compared by its content here."""
    process = repository.start(
        "diff-index", "--raw", "-z", "--no-renames", "--ignore-submodules", "--abbrev=64", "HEAD"
    )
    stdout, _ = process.communicate()
    fields = stdout.split(b"\0")
    edited = []
    for meta, name in zip(fields[::2], fields[1::2], strict=False):
        path = os.fsdecode(name)
        if recognize(path) and not _equal(repository.root / path, meta.split(b" ")[2].decode()):
            edited.append(path)
    return edited


def _equal(path: Path, blob: str) -> bool:
    """Whether the file, or the link, has the content of the blob."""
    try:
        data = os.fsencode(path.readlink()) if path.is_symlink() else path.read_bytes()
    except OSError:
        return False
    algorithm = "sha256" if len(blob) == 64 else "sha1"
    return hashlib.new(algorithm, b"blob %d\0" % len(data) + data, usedforsecurity=False).hexdigest() == blob
