"""Crates in `vendor/` (the layout of `cargo vendor`)."""

import tomllib
from collections.abc import Iterable, Iterator
from typing import Any

from app.facts.trees.tree import Installed, Tree, manifest_folders, within
from checks.model.change import Change
from checks.model.packages import Known


def find(tree: Tree, changes: Iterable[Change]) -> Iterator[Installed]:
    for change in changes:
        name = within(change.name)
        if name is None:
            continue
        places = [
            folder / "vendor" / entry
            for folder in manifest_folders(change)
            for entry in (f"{name}-{change.version}", name)
        ]
        for place in places:
            package = _package(tree.text(place / "Cargo.toml"))
            if package.get("name") == change.name and package.get("version") == change.version:
                declared, file = package.get("license"), package.get("license-file")
                yield Installed(
                    (change.purl, change.version),
                    place,
                    declared=Known(declared, str(place / "Cargo.toml")) if isinstance(declared, str) else None,
                    named=tuple(filter(None, [within(file) if isinstance(file, str) else None])),
                )
                break


def _package(text: str | None) -> dict[str, Any]:
    try:
        package = tomllib.loads(text or "").get("package")
    except (ValueError, RecursionError):
        return {}
    return package if isinstance(package, dict) else {}
