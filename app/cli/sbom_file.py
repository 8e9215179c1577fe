"""An SBOM that somebody names, or that comes in on standard input."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from checks.manifests import MAX_BYTES
from checks.manifests.read import decode
from checks.model.errors import UnreadableManifest, UsageError
from checks.model.secrets import masked
from checks.sboms.describe import Document, read

_GZIP = b"\x1f\x8b"


def read_sbom(name: str) -> tuple[str, Document]:
    """Its text and what it says; `-` is standard input. Raises `UsageError`."""
    try:
        if name == "-":
            data = sys.stdin.buffer.read(MAX_BYTES + 1)
        else:
            with Path(name).open("rb") as file:
                data = file.read(MAX_BYTES + 1)
    except FileNotFoundError:
        raise UsageError(f"there is no such file: {name}") from None
    except OSError as error:
        raise UsageError(f"{name} cannot be read: {error.strerror}") from None
    if data.startswith(_GZIP):
        raise UsageError(f"{name} is compressed", hint="Give what `gunzip` makes of it.")
    if len(data) > MAX_BYTES:
        raise UsageError(f"{name} is larger than {MAX_BYTES // 1_000_000} MB")
    with faults_of(name):
        text = decode(data)
        return text, read(text)


@contextmanager
def faults_of(name: str) -> Iterator[None]:
    """What a reader of SBOMs does not take, as a `UsageError` that names the document."""
    try:
        yield
    except UnreadableManifest as error:
        where = f"{name}:{error.line}: {masked(error.message)}"
        raise UsageError(where, hint="Known: CycloneDX 1, SPDX 2 and SPDX 3, as UTF-8 text.") from None
    except RecursionError:
        raise UsageError(f"{name}: it is nested too deeply") from None
