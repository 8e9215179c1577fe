"""`ospo-gate sbom upload`: a document for Dependency-Track, from a pipeline."""

import argparse
import asyncio
import json
import os
import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from app.address import Address
from app.cli.output import say
from app.settings import dependency_track
from app.version import VERSION
from checks.model.errors import SourceError, UsageError
from checks.render.english import counted

if TYPE_CHECKING:
    from app.dependency_track import DependencyTrack

#: Seconds between two looks, and that the server's clock may be behind.
_POLL, _SKEW = 2.0, 300.0


def run(options: argparse.Namespace) -> int:
    try:
        from app.dependency_track import DependencyTrack, DependencyTrackError
        from app.github.connection import Reach
    except ModuleNotFoundError as error:
        from app.cli.db import not_installed

        raise not_installed(error) from None
    place = dependency_track()
    url = options.server or place.url
    if not url or not place.api_key:
        missing = "OSPO_GATE_DEPENDENCY_TRACK_API_KEY" if url else "--server"
        raise UsageError(f"nothing can be uploaded without {missing}")
    try:
        address = Address.parse(url)
    except ValueError as error:
        raise UsageError(f"--server: {error}") from None
    document = _document(options.file)
    track = DependencyTrack(address, place.api_key, lambda: Reach(place.variables).transport(address))
    try:
        return asyncio.run(_uploaded(track, options, document))
    except DependencyTrackError as error:
        raise SourceError(str(error)) from None


async def _uploaded(track: "DependencyTrack", options: argparse.Namespace, document: bytes) -> int:
    begin, began = time.time(), time.monotonic()
    token = await track.upload(options.project, options.version, document)
    while time.monotonic() - began < options.wait:
        working = await track.processing(token)
        if not working and await track.imported(options.project, options.version) >= begin - _SKEW:
            if options.findings != "-":
                say(f"{options.project} {options.version} is in Dependency-Track.\n")
            if options.findings:
                await _read_back(track, options)
            return 0
        await asyncio.sleep(_POLL)
    print(f"Dependency-Track did not take it in within {options.wait} seconds.", file=sys.stderr)
    return 1


async def _read_back(track: "DependencyTrack", options: argparse.Namespace) -> None:
    """Write what the server finds in the project. Raises `SourceError`, `UsageError`."""
    from checks.vulnerabilities.tracked import document, read

    answers = await track.reported(options.project, options.version, lambda: datetime.now(UTC))
    if answers is None:
        raise SourceError(f"Dependency-Track shows no project {options.project} {options.version}")
    text = json.dumps(document(answers, VERSION), indent=2) + "\n"
    if options.findings == "-":
        say(text)
        return
    _write(options.findings, text)
    findings, violations = read(text).counts
    found = f"{counted(findings, 'finding')} and {counted(violations, 'violated policy')}"
    say(f"{found} of packages are in {options.findings}.\n")


def _write(name: str, text: str) -> None:
    try:
        Path(name).write_text(text)
    except OSError as error:
        raise UsageError(f"--findings: {name}: {error.strerror}") from None


def _document(name: str) -> bytes:
    """Raises `UsageError` for what is no CycloneDX document."""
    from checks.manifests import MAX_BYTES

    try:
        if name == "-":
            data = sys.stdin.buffer.read(MAX_BYTES + 1)
        elif os.path.getsize(name) > MAX_BYTES:
            raise UsageError(f"{name}: it is too large")
        else:
            data = Path(name).read_bytes()
    except OSError as error:
        raise UsageError(f"{name}: {error.strerror}") from None
    if b"CycloneDX" not in data and b"cyclonedx.org/schema/bom" not in data:
        raise UsageError(f"{name}: Dependency-Track takes CycloneDX alone", hint="ospo-gate sbom FILE writes it.")
    return data
