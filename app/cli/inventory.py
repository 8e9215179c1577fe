"""`ospo-gate inventory`: what the manifests say."""

import argparse
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from app.cli.drive import without_collector
from app.cli.manifests import cache, inventories
from app.cli.output import say
from checks.model.dependency import Dependency, Inventory
from checks.model.phrase import visible
from checks.model.purl import versioned


def run(options: argparse.Namespace) -> int:
    with without_collector():
        found = inventories(Path(options.path), cache(options.no_cache))
        write = {"purl": _purls, "table": _table, "json": _json, "tree": _tree}[options.format]
        say("".join([f"{line}\n" for line in write(found, options.details)]))
        return _report_problems(found)


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


def _tree(inventories: Sequence[Inventory], _details: bool) -> Iterator[str]:
    from checks.render.tree import LEGEND, tree

    marked = False
    for inventory in inventories:
        for line in tree(inventory):
            marked = marked or line.endswith(LEGEND[0])
            yield line
        yield ""
    if marked:
        yield LEGEND


#: Characters that a column may take.
_WIDEST = 60
_DIRECT = {True: "direct", False: "transitive", None: "–"}


def _table(inventories: Sequence[Inventory], _details: bool) -> Iterator[str]:
    rows: list[tuple[str, ...]] = [("package", "version", "scope", "direct", "license", "where")]
    for inventory in inventories:
        path = visible(inventory.path)
        rows += [_row(dependency, path) for dependency in inventory.dependencies]
    *columns, where = zip(*rows, strict=True)
    widths = (min(max(map(len, column)), _WIDEST) for column in columns)
    padded = [[cell.ljust(width) for cell in column] for column, width in zip(columns, widths, strict=True)]
    yield from map("  ".join, zip(*padded, where, strict=True))
    count = sum(len(inventory.dependencies) for inventory in inventories)
    yield ""
    yield f"{count:,} packages in {len(inventories):,} manifest{'s' if len(inventories) != 1 else ''}"


def _row(dependency: Dependency, path: str) -> tuple[str, ...]:
    """`path`: of the manifest, ready to be shown; nearly every entry stands there."""
    place = dependency.location
    return (
        visible(dependency.name, _WIDEST),
        visible(dependency.version, _WIDEST) if dependency.version else "–",
        dependency.scope.value,
        _DIRECT[dependency.direct],
        visible(dependency.license, _WIDEST) if dependency.license else "–",
        f"{path if place.path == path else visible(place.path)}:{place.line}",
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
