"""A copy of the SQLite database while the service works on it: SQLite's own online backup."""

import os
import sqlite3
from pathlib import Path

from checks.model.errors import UsageError


def back_up(source: Path, target: Path) -> int:
    """Write one consistent copy, complete or not at all (mode 0600); its bytes. Writers go on meanwhile: the copy is
    made in one step, so none of them makes it begin anew. Raises `UsageError` when there is a file already or nothing
    to copy, and `OSError` or `sqlite3.Error`."""
    if not source.is_file():
        raise UsageError(f"there is no database at {source}")
    if target.exists():
        raise UsageError(f"{target} is there already", hint="Back-ups are never written over: name another file.")
    part = target.with_name(f".{target.name}.part")
    part.unlink(missing_ok=True)
    os.close(os.open(part, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    try:
        _copy(source, part)
        with part.open("rb") as copied:
            os.fsync(copied.fileno())
        os.link(part, target)  # fails where somebody else was faster
    finally:
        for name in (part, *(part.with_name(part.name + suffix) for suffix in ("-wal", "-shm", "-journal"))):
            name.unlink(missing_ok=True)
    return target.stat().st_size


def _copy(source: Path, part: Path) -> None:
    original = sqlite3.connect(f"{source.absolute().as_uri()}?mode=rw", uri=True, timeout=30)
    copy = sqlite3.connect(part)
    try:
        original.backup(copy)
        copy.execute("PRAGMA journal_mode=DELETE")  # one file, whatever the original has beside it
        (found,) = copy.execute("PRAGMA quick_check(1)").fetchone()
        if found != "ok":
            raise sqlite3.DatabaseError(f"the copy is damaged: {found}")
    finally:
        copy.close()
        original.close()
