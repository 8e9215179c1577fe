"""An SBOM that somebody names, or that comes in on standard input."""

import sys
from pathlib import Path

from checks.manifests import MAX_BYTES
from checks.model.errors import UnreadableManifest, UsageError
from checks.sboms.describe import Document, read


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
    if len(data) > MAX_BYTES:
        raise UsageError(f"{name} is larger than {MAX_BYTES // 1_000_000} MB")
    try:
        text = data.decode("utf-8-sig")
        return text, read(text)
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise UsageError(f"{name}:{line}: not UTF-8 text", hint="Save the file as UTF-8.") from None
    except UnreadableManifest as error:
        raise UsageError(f"{name}:{error.line}: {error.message}", hint="Known: CycloneDX, SPDX 2 and SPDX 3.") from None
    except RecursionError:
        raise UsageError(f"{name}: it is nested too deeply") from None
