"""What a git checkout says about itself: the commit with its time and tag, and where it comes from."""

import hashlib
import re
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit

from app.sources.git import Repository, finish

_SCP = re.compile(r"(?:[^@/\s]+@)?([A-Za-z0-9.\-]+):(?!//)/?(\S+)").fullmatch
_HOST = re.compile(r"[A-Za-z0-9.\-]+(?::\d+)?").fullmatch
_PATH = re.compile(r"[A-Za-z0-9._~/\-]+").fullmatch


class Origin(NamedTuple):
    """Where a repository is published."""

    address: str
    """`https://host/owner/name`, without credentials."""
    name: str
    """`owner/name`."""


class Described(NamedTuple):
    """One commit of a checkout."""

    commit: str
    created: datetime | None
    """When it was committed (UTC); None for a time that no calendar has."""
    tag: str | None
    """Of several tags the one with the highest version."""
    origin: Origin | None


def described(repository: Repository, commit: str) -> Described:
    """`commit`: a full id. Raises `SourceError` if git cannot answer."""
    # all at the same time: the start of a process is what costs
    log = repository.start("log", "-1", "--no-show-signature", "--format=%ct", commit)
    tags = repository.start("tag", "--points-at", commit, "--sort=-version:refname")
    remote = repository.start("config", "--get", "remote.origin.url")
    seconds = finish(log).stdout.decode("ascii", "replace").strip()
    names = finish(tags, check=False).stdout.decode("utf-8", "replace").splitlines()
    url = finish(remote, check=False).stdout.decode("utf-8", "replace").strip()
    return Described(commit, moment(seconds), names[0] if names else None, origin_of(url))


def moment(seconds: str) -> datetime | None:
    """Seconds since 1970 as a time (UTC); None for what is none."""
    try:
        return datetime.fromtimestamp(int(seconds), UTC)
    except (ValueError, OverflowError, OSError):
        return None


def origin_of(url: str) -> Origin | None:
    """The public address of a remote; None for a path and for what is no address.

    >>> origin_of("git@git.example:acme/web.git").address
    'https://git.example/acme/web'
    """
    if "://" in url:
        try:
            parts = urlsplit(url)
            host, path = parts.netloc.rpartition("@")[2], parts.path
        except ValueError:
            return None
        if parts.scheme not in ("https", "http", "ssh", "git"):
            return None
        if parts.scheme != "https":
            host = host.partition(":")[0]  # the port is another protocol's
    elif scp := _SCP(url):
        host, path = scp[1], scp[2]
    else:
        return None
    path = path.strip("/").removesuffix(".git")
    if not _HOST(host) or not _PATH(path) or "/" not in path:
        return None
    return Origin(f"https://{host}/{path}", "/".join(path.split("/")[-2:]))


def differing(repository: Repository, commit: str, paths: Iterable[str]) -> tuple[str, ...]:
    """Those of the files, by their paths in the repository, that are not on disk as the commit has them."""
    asked = [path for path in paths if "\n" not in path]
    process = repository.start("cat-file", "--batch-check=%(objectname)", stdin=-1)
    lines = "".join(f"{commit}:{path}\n" for path in asked).encode("utf-8", "surrogateescape")
    answers = process.communicate(lines)[0].decode("utf-8", "replace").splitlines()
    ids = dict(zip(asked, answers, strict=False))
    return tuple(path for path in paths if not _equal(repository.root / path, ids.get(path, "")))


def _equal(path: Path, blob: str) -> bool:
    """Whether the file has the content of the blob."""
    try:
        data = path.read_bytes()
    except OSError:
        return False
    algorithm = "sha256" if len(blob) == 64 else "sha1"
    return hashlib.new(algorithm, b"blob %d\0" % len(data) + data, usedforsecurity=False).hexdigest() == blob
