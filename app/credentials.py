"""The GitHub App's credentials in a folder, a file for each setting, as set-up writes them and the service reads them.

The names of the files are those of the chart's Secret, so that such a folder can be mounted as well.
"""

import os
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import urlsplit

from checks.model.errors import UsageError

#: The file of each setting. The App's number comes last: where it stands, all of them do.
FILES = {
    "private_key": "private-key.pem",
    "webhook_secret": "webhook-secret",
    "client_id": "client-id",
    "client_secret": "client-secret",
    "public_url": "public-url",
    "github_url": "github-url",
    "github_api_url": "github-api-url",
    "app_id": "app-id",
}
FOLDER = "ospo-gate-credentials"
#: Bytes of one file.
_MOST = 100_000


def beside(database: str) -> Path:
    """The folder beside the database file; in the current folder where the database is a server."""
    parts = urlsplit(database)
    file = Path(parts.path.removeprefix("/"))
    return (file.parent if parts.scheme.startswith("sqlite") and file.name != ":memory:" else Path()) / FOLDER


def stored(folder: Path) -> dict[str, str]:
    """The settings that the folder holds: none, or those of one App. The key stays in its file, which may be replaced.
    Raises `UsageError` for a file that cannot be read."""
    found = {name: text for name, file in FILES.items() if (text := _text(folder / file))}
    if "app_id" not in found:
        return {}
    if found.pop("private_key", None):
        found["private_key_file"] = str(folder / FILES["private_key"])
    return found


def occupied(folder: Path) -> bool:
    """Whether the credentials of an App are there: they are never written over."""
    return os.path.lexists(folder / FILES["app_id"])


def prepare(folder: Path) -> None:
    """Make the folder (mode 0700), and try whether it can be written: an App whose credentials nobody can keep is never
    made. Raises `UsageError`."""
    probe = folder / f".writable-{os.getpid()}"
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        os.close(os.open(probe, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
        probe.unlink()
    except OSError as error:
        raise UsageError(
            f"credentials cannot be stored in {folder}: {error.strerror}",
            hint="Name another folder with --credentials DIR or OSPO_GATE_CREDENTIALS.",
        ) from None


def store(folder: Path, values: Mapping[str, str]) -> None:
    """Write one file of mode 0600 for each setting that has a value. Raises `UsageError`, and `OSError` for a disk that
    is full, with nothing left that would be taken for an App."""
    prepare(folder)
    if occupied(folder):
        raise UsageError(f"the credentials of an App are in {folder} already")
    _write(folder / ".gitignore", "*")  # the default folder may be in a checkout
    for name, file in FILES.items():
        if values.get(name):
            _write(folder / file, values[name])
    _flush(folder)


def _write(path: Path, text: str) -> None:
    """As a new file with another name first: what is there under this name is whole, and never a link elsewhere."""
    fresh = path.with_name(f".{path.name}.new")
    fresh.unlink(missing_ok=True)
    with os.fdopen(os.open(fresh, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "w", encoding="utf-8") as file:
        file.write(text.rstrip("\n") + "\n")
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(path)


def _flush(folder: Path) -> None:
    """GitHub gives them once: they must survive a power cut from now on."""
    if os.name == "posix":
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def _text(path: Path) -> str:
    try:
        with path.open("rb") as file:
            return file.read(_MOST).decode().strip()
    except (FileNotFoundError, NotADirectoryError):
        return ""
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "no text"
        raise UsageError(f"the credentials cannot be read: {path}: {reason}") from None
