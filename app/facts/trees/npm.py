"""`node_modules` as npm, Yarn, Bun and pnpm lay it out."""

import json
import re
from collections.abc import Iterable, Iterator
from pathlib import PurePosixPath
from typing import Any

from app.facts.trees.tree import Installed, Tree, manifest_folders, within
from checks.facts.statements import choice
from checks.model.change import Change
from checks.model.packages import Known

#: Packages below one `node_modules` that are looked through for a version that lies further down.
_MOST = 100_000
_DEEPEST = 64
_SEE = re.compile(r"\s*see\s+(?:the\s+)?licen[sc]e\s+in\s+(?:file\s+)?[<\"']?([^<>\"']+?)[>\"']?\s*", re.IGNORECASE)


def find(tree: Tree, changes: Iterable[Change]) -> Iterator[Installed]:
    layout = _Layout(tree)
    for change in changes:
        for folder in layout.candidates(change):
            package = _package(tree.text(folder / "package.json"))
            if package.get("version") != change.version:
                continue
            declared = choice(package.get("license", package.get("licenses")))
            named = _SEE.fullmatch(declared or "")
            yield Installed(
                (change.purl, change.version),
                folder,
                declared=Known(declared, str(folder / "package.json")) if declared else None,
                named=tuple(filter(None, [within(named[1]) if named else None])),
            )
            break


class _Layout:
    """Where a package version may lie; listings are made once."""

    def __init__(self, tree: Tree) -> None:
        self.tree = tree
        self._stores: dict[PurePosixPath, dict[tuple[str, str], PurePosixPath]] = {}
        self._nested: dict[PurePosixPath, dict[str, list[PurePosixPath]]] = {}

    def candidates(self, change: Change) -> Iterator[PurePosixPath]:
        """The surest first: where the lock file says, pnpm's store, beside or above the manifest, further down."""
        for place in change.places:
            if place.dependency.installed_at is not None:
                yield PurePosixPath(place.dependency.location.path).parent / place.dependency.installed_at
        name = within(change.name)
        if name is None:
            return
        modules = [folder / "node_modules" for folder in manifest_folders(change)]
        for folder in modules:
            stored = self._store(folder).get((name.replace("/", "+"), change.version or ""))
            if stored is not None:
                yield stored / "node_modules" / name
            yield from self._named(folder / name, name)
        for folder in modules:
            yield from self._below(folder).get(name, ())

    def _named(self, folder: PurePosixPath, name: str) -> Iterator[PurePosixPath]:
        """Only a guess: an alias may have taken the name."""
        if _package(self.tree.text(folder / "package.json")).get("name") == name:
            yield folder

    def _store(self, modules: PurePosixPath) -> dict[tuple[str, str], PurePosixPath]:
        """pnpm's folders by name and version: `.pnpm/@scope+name@1.0.0_peer@2.0.0`."""
        if modules not in self._stores:
            found: dict[tuple[str, str], PurePosixPath] = {}
            for entry in self.tree.entries(modules / ".pnpm"):
                name, _, version = entry[1:].partition("@")
                found.setdefault((entry[:1] + name, re.split(r"[_(]", version)[0]), modules / ".pnpm" / entry)
            self._stores[modules] = found
        return self._stores[modules]

    def _below(self, modules: PurePosixPath) -> dict[str, list[PurePosixPath]]:
        """Every package that lies in a `node_modules` of another one, by name."""
        if modules not in self._nested:
            found: dict[str, list[PurePosixPath]] = {}
            waiting, seen = [modules], 0
            while waiting and seen < _MOST:
                folder = waiting.pop()
                for name in self._packages(folder):
                    seen += 1
                    if folder != modules:
                        found.setdefault(name, []).append(folder / name)
                    further = folder / name / "node_modules"
                    if len(further.parts) < _DEEPEST and self.tree.is_folder(further):
                        waiting.append(further)
            self._nested[modules] = found
        return self._nested[modules]

    def _packages(self, modules: PurePosixPath) -> Iterator[str]:
        for entry in self.tree.entries(modules):
            if entry.startswith("@"):
                yield from (f"{entry}/{name}" for name in self.tree.entries(modules / entry))
            elif not entry.startswith("."):
                yield entry


def _package(text: str | None) -> dict[str, Any]:
    try:
        package = json.loads(text or "null")
    except (ValueError, RecursionError):
        return {}
    return package if isinstance(package, dict) else {}
