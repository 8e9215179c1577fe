"""What a command about several SBOMs is given: files of any format, manifests, folders, revisions, stored ones."""

import argparse
import os
import re
import sys
from pathlib import Path

from app.cli.sbom import content_of
from app.cli.sbom_file import faults_of, read_sbom
from app.sources.git import Repository
from checks.manifests import NAMED, recognize_named
from checks.manifests.read import without_secrets
from checks.model.dependency import Inventory
from checks.model.errors import SourceError, UsageError
from checks.model.phrase import visible
from checks.sboms import input as inputs
from checks.sboms.bill import FORMAT
from checks.sboms.content import Content
from checks.sboms.describe import read
from checks.sboms.document import parse

_STORED = re.compile(r"[A-Za-z0-9_-]+/[A-Za-z0-9._-]+(?:@[0-9a-f]{7,64})?\Z").match
#: What a document is called that comes without a file.
_FROM_A_STREAM = "sbom.cdx.json"
#: What `ospo-gate sbom` takes and nobody gives for one of several.
_PLAIN = {
    "revision": None, "format": "cyclonedx-json", "name": None, "version": None, "author": (), "scope": "all",
    "policy": None, "facts": None, "repository_name": None, "visibility": None, "property": (), "topic": (),
    "target_branch": None,
}  # fmt: skip


def side(name: str, options: argparse.Namespace) -> Content:
    """The content that a name stands for: `-`, a path, a revision of the checkout around here, or `OWNER/NAME@SHA` of
    the service. What cannot be read is said on standard error. Raises `UsageError`, `SourceError`."""
    if name == "-" or os.path.isfile(name):
        found = _file(name)
        if found is not None:
            return found
    if os.path.exists(name):
        return _made(argparse.Namespace(**{**_PLAIN, "path": name, "no_cache": options.no_cache}))
    if _is_revision(name):
        return _made(argparse.Namespace(**{**_PLAIN, "path": ".", "revision": name, "no_cache": options.no_cache}))
    if _STORED(name):
        return _stored(name, options)
    raise UsageError(
        f"there is no file, folder or commit '{name}'",
        hint="Give SBOMs, manifests, folders, revisions of this checkout, or OWNER/NAME@SHA of the service.",
    )


def _file(name: str) -> Content | None:
    """None for another manifest than an SBOM, which its name tells."""
    known = None if name == "-" else recognize_named(Path(name).resolve().as_posix())
    if known is not None and known.id != FORMAT and known is not NAMED[-1]:
        return None
    try:
        text, document = read_sbom(name)
    except UsageError:
        if known is NAMED[-1]:
            return None  # any text may be requirements
        raise
    found = _inventory(name, text, _FROM_A_STREAM if name == "-" else Path(name).name)
    _report(name, found)
    return inputs.content_of(document, found, "standard input" if name == "-" else Path(name).name)


def _inventory(name: str, text: str, path: str) -> Inventory:
    """Without the credentials in its addresses: what is written of it goes to others. Raises `UsageError`."""
    with faults_of(name):
        return without_secrets(parse(text, path, {}))


def _made(options: argparse.Namespace) -> Content:
    content, found = content_of(options)
    for inventory in found:
        _report("", inventory)
    return content


def _is_revision(name: str) -> bool:
    try:
        return Repository.containing(Path(".")).commit(name) is not None
    except (UsageError, SourceError):
        return False


def _stored(name: str, options: argparse.Namespace) -> Content:
    from app.cli.service import service_text
    from app.settings import service_place

    place = service_place()
    server = options.server or place.server
    if not server or not place.token:
        missing = "OSPO_GATE_API_TOKEN" if server else "--server"
        raise UsageError(
            f"there is no file, folder or commit '{name}', and the service cannot be asked without {missing}",
            hint="Set OSPO_GATE_SERVER and OSPO_GATE_API_TOKEN to name what the service stores.",
        )
    text = service_text(server, place.token, "api/v1/sbom", {"repositories": name})
    with faults_of(name):
        document = read(text)
    return inputs.content_of(document, _inventory(name, text, _FROM_A_STREAM), name)


def _report(name: str, inventory: Inventory) -> None:
    """What could not be read is not in the document: it is said."""
    for problem in dict.fromkeys(inventory.problems):
        path = name or problem.location.path
        line = f":{problem.location.line}" if problem.location.line else ""
        print(f"{visible(path)}{line}: {problem.message}", file=sys.stderr)
