"""`ospo-gate inventory`: what the manifests say."""

import argparse
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from app.cli.drive import drive
from app.ports import FileRef, Side
from app.sources.folder import FolderSource
from checks.engine.plan import ManifestRequest, wanted_manifests
from checks.manifests import FORMATS, read, too_large
from checks.model.dependency import Dependency, Inventory
from checks.model.errors import UsageError
from checks.model.phrase import visible
from checks.model.purl import versioned


def run(options: argparse.Namespace) -> int:
    inventories = tuple(_inventories(Path(options.path)))
    if not inventories:
        raise UsageError(
            f"{options.path}: no manifest that is known",
            hint="Known files: " + ", ".join(dict.fromkeys(name for format_ in FORMATS for name in format_.names)),
        )
    write = {"purl": _purls, "table": _table, "json": _json}[options.format]
    for line in write(inventories, options.details):
        print(line)
    return _report_problems(inventories)


def _inventories(path: Path) -> Iterator[Inventory]:
    source = FolderSource(path)
    for request in wanted_manifests(drive(source.listing())):
        yield _read(source, request)


def _read(source: FolderSource, request: ManifestRequest) -> Inventory:
    """One manifest at a time, so that memory holds one text and not a monorepo's."""
    blobs = drive(source.read([FileRef(Side.HEAD, p) for p in (request.path, *request.companions(request.path))]))
    texts = {ref.path: blob for ref, blob in blobs.items()}
    own = texts.pop(request.path, None)
    if own is None or own.data is None:
        return too_large(request.format, request.path, own.size if own else 0)
    companions = {path: blob.data for path, blob in texts.items() if blob.data is not None}
    return read(request.format, request.path, own.data, companions)


def _report_problems(inventories: Sequence[Inventory]) -> int:
    """What could not be read goes to standard error; exit 1 if a whole file could not."""
    problems = [problem for inventory in inventories for problem in inventory.problems]
    for problem in problems:
        place = visible(problem.location.path) + (f":{problem.location.line}" if problem.location.line else "")
        print(f"{place}: {problem.message}", file=sys.stderr)
    return 1 if any(problem.code in ("unreadable", "too-large") for problem in problems) else 0


def _purls(inventories: Sequence[Inventory], details: bool) -> list[str]:
    lines = set()
    for inventory in inventories:
        for dependency in inventory.dependencies:
            lines.add(versioned(dependency.purl, dependency.version) + (_details(dependency) if details else ""))
    return sorted(lines)


def _details(dependency: Dependency) -> str:
    parts = [f"line={dependency.location.line}", f"scope={'runtime' if dependency.scope.shipped else 'dev'}"]
    if dependency.direct is not None:
        parts.append(f"direct={'true' if dependency.direct else 'false'}")
    return "".join(f"\t{part}" for part in parts)


def _table(inventories: Sequence[Inventory], _details: bool) -> Iterator[str]:
    rows: list[tuple[str, ...]] = [("package", "version", "scope", "direct", "license", "where")]
    for inventory in inventories:
        rows += [_row(dependency) for dependency in inventory.dependencies]
    widths = [min(max(len(row[column]) for row in rows), 60) for column in range(5)]
    for row in rows:
        yield "  ".join((*(cell.ljust(width) for cell, width in zip(row[:5], widths, strict=True)), row[5])).rstrip()
    count = sum(len(inventory.dependencies) for inventory in inventories)
    yield ""
    yield f"{count:,} packages in {len(inventories):,} manifest{'s' if len(inventories) != 1 else ''}"


def _row(dependency: Dependency) -> tuple[str, ...]:
    direct = {True: "direct", False: "transitive", None: "–"}[dependency.direct]
    return (
        visible(dependency.name, 60),
        visible(dependency.version or "–", 60),
        dependency.scope.value,
        direct,
        visible(dependency.license or "–", 60),
        f"{visible(dependency.location.path)}:{dependency.location.line}",
    )


def _json(inventories: Sequence[Inventory], _details: bool) -> Iterator[str]:
    import json

    document = {"schema": 1, "manifests": [_manifest(inventory) for inventory in inventories]}
    yield json.dumps(document, indent=2, ensure_ascii=True)


def _manifest(inventory: Inventory) -> dict[str, object]:
    return {
        "path": inventory.path,
        "format": inventory.format,
        "packages": [_package(inventory, index) for index in range(len(inventory.dependencies))],
        "problems": [{"code": p.code, "message": p.message, "line": p.location.line} for p in inventory.problems],
    }


def _package(inventory: Inventory, index: int) -> dict[str, object]:
    dependency = inventory.dependencies[index]
    return {
        "purl": versioned(dependency.purl, dependency.version),
        "name": dependency.name,
        "version": dependency.version,
        "line": dependency.location.line,
        "end_line": dependency.location.end_line,
        "scope": dependency.scope.value,
        "direct": dependency.direct,
        "origin": dependency.origin.value,
        "source": dependency.source,
        "license": dependency.license,
        "published": dependency.published.isoformat() if dependency.published else None,
        "integrity": list(dependency.integrity),
        "why": [versioned(step.purl, step.version) for step in inventory.why(index)[:32]],
    }
