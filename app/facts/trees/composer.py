"""PHP packages in `vendor/`, as Composer lists them in `vendor/composer/installed.json`."""

import json
from collections.abc import Iterable, Iterator
from pathlib import PurePosixPath
from typing import Any

from app.facts.trees.tree import Installed, Tree, manifest_folders, within
from checks.facts.statements import choice
from checks.model.change import Change
from checks.model.packages import Known


def find(tree: Tree, changes: Iterable[Change]) -> Iterator[Installed]:
    listed: dict[PurePosixPath, dict[tuple[str, str], dict[str, Any]]] = {}
    for change in changes:
        for folder in manifest_folders(change):
            path = folder / "vendor" / "composer" / "installed.json"
            if folder not in listed:
                listed[folder] = _listed(tree.text(path))
            package = listed[folder].get((change.name.lower(), _plain(change.version or "")))
            name = within(change.name)
            if package is not None and name is not None:
                declared = choice(package.get("license"))
                yield Installed(
                    (change.purl, change.version),
                    folder / "vendor" / name,
                    declared=Known(declared, str(path)) if declared else None,
                )
                break


def _listed(text: str | None) -> dict[tuple[str, str], dict[str, Any]]:
    """Packages by name and version; Composer 1 writes the bare list."""
    try:
        document = json.loads(text or "null")
    except (ValueError, RecursionError):
        return {}
    packages = document.get("packages") if isinstance(document, dict) else document
    return {
        (package["name"].lower(), _plain(package["version"])): package
        for package in (packages if isinstance(packages, list) else [])
        if isinstance(package, dict)
        and isinstance(package.get("name"), str)
        and isinstance(package.get("version"), str)
    }


def _plain(version: str) -> str:
    return version.removeprefix("v")
