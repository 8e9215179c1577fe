"""Reading what lies on disk for `inventory` and `diff`: one manifest at a time, known ones out of the cache."""

from collections.abc import Iterator
from pathlib import Path

from app.cache import InventoryFiles
from app.cli.drive import drive
from app.cli.progress import Progress
from app.inventories import InventoryReader, manifest_refs
from app.ports import Source
from app.settings import command_environment
from app.sources.folder import FolderSource
from checks.engine.plan import wanted_manifests
from checks.manifests import FORMATS
from checks.model.dependency import Inventory
from checks.model.errors import UsageError
from checks.model.snapshot import ManifestPair


def cache(off: bool) -> InventoryFiles | None:
    """The cache of the user, unless it was turned off or there is no place for it."""
    folder = None if off else command_environment().cache
    return InventoryFiles(folder) if folder else None


def pairs(source: Source, known: InventoryFiles | None) -> Iterator[ManifestPair]:
    """Both sides of every manifest that `source` lists; memory holds one text and not a monorepo's."""
    reader = InventoryReader(known)
    requests = wanted_manifests(drive(source.listing()))
    with Progress(len(requests)) as progress:
        for done, request in enumerate(requests):
            progress.at(done, request.path)
            blobs = drive(source.read(manifest_refs([request])))
            yield from drive(reader.pairs(source, [request], blobs))


def inventories(path: Path, known: InventoryFiles | None) -> tuple[Inventory, ...]:
    """Every manifest at or below `path`. Raises `UsageError` where there is none."""
    found = tuple(pair.head for pair in pairs(FolderSource(path), known) if pair.head)
    if not found:
        raise UsageError(
            f"{path}: no manifest that is known",
            hint="Known files: " + ", ".join(dict.fromkeys(name for format_ in FORMATS for name in format_.names)),
        )
    return found
