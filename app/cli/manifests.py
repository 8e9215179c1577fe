"""Reading what lies on disk for `inventory` and `diff`: one manifest at a time, known ones out of the cache."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from app.cache import InventoryFiles
from app.cli.drive import drive
from app.cli.progress import Progress
from app.inventories import InventoryReader, manifest_refs
from app.ports import Source
from app.settings import command_environment
from app.sources.folder import FolderSource
from checks.engine.plan import ManifestRequest, wanted_manifests
from checks.manifests import NAMED, recognize_named
from checks.model.dependency import Inventory
from checks.model.errors import UsageError
from checks.model.snapshot import ManifestPair

_KNOWN = "Known are, among others, package-lock.json, pnpm-lock.yaml, uv.lock, go.mod and Cargo.lock: docs/inventory.md"


def cache(off: bool) -> InventoryFiles | None:
    """The cache of the user, unless it was turned off or there is no place for it."""
    folder = None if off else command_environment().cache
    return InventoryFiles(folder) if folder else None


def pairs(source: Source, known: InventoryFiles | None) -> Iterator[ManifestPair]:
    """Both sides of every manifest that `source` lists; memory holds one text and not a monorepo's."""
    yield from _read(source, wanted_manifests(drive(source.listing())), known)


def _read(source: Source, requests: Sequence[ManifestRequest], known: InventoryFiles | None) -> Iterator[ManifestPair]:
    reader = InventoryReader(known)
    with Progress(len(requests)) as progress:
        for done, request in enumerate(requests):
            progress.at(done, request.path)
            blobs = drive(source.read(manifest_refs([request])))
            yield from drive(reader.pairs(source, [request], blobs))


def inventories(path: Path, known: InventoryFiles | None) -> tuple[Inventory, ...]:
    """Every manifest below a folder, or the one that is named. Raises `UsageError` where there is none."""
    source = FolderSource(path)
    request = _named(path) if path.is_file() else None
    found = _read(source, [request], known) if request else pairs(source, known)
    listed = tuple(pair.head for pair in found if pair.head)
    # Any text may be named, and most are not requirements.
    prose = request is not None and request.format is NAMED[-1] and not any(item.dependencies for item in listed)
    if not listed or prose:
        raise UsageError(f"{path}: no manifest that is known", hint=_KNOWN)
    return listed


def _named(path: Path) -> ManifestRequest:
    """A file that somebody names is read by its whole path, and in more formats than are looked for in a tree."""
    format_ = recognize_named(path.resolve().as_posix())
    if format_ is None:
        raise UsageError(f"{path}: not a manifest that is known by its name", hint=_KNOWN)
    return ManifestRequest(format_, path.name, None, path.name)
