"""Go modules in `vendor/` (the layout of `go mod vendor`) and in a module cache inside the tree. Go declares no
license: there are only texts."""

import re
from collections.abc import Iterable, Iterator
from pathlib import PurePosixPath

from app.facts.trees.tree import Installed, Tree, manifest_folders, within
from checks.model.change import Change

#: Where a build keeps its module cache when it must lie in the checkout (GOPATH or GOMODCACHE set to it).
_CACHES = ("go/pkg/mod", ".go/pkg/mod", "pkg/mod", ".cache/go/pkg/mod")
_UPPER = re.compile(r"[A-Z]")


def find(tree: Tree, changes: Iterable[Change]) -> Iterator[Installed]:
    vendored: dict[PurePosixPath, dict[str, str]] = {}
    for change in changes:
        name = within(change.name)
        if name is None:
            continue
        for folder in manifest_folders(change):
            if folder not in vendored:
                vendored[folder] = _modules(tree.text(folder / "vendor" / "modules.txt"))
            place = folder / "vendor" / name
            if vendored[folder].get(name) != change.version or not tree.entries(place):
                place = _cached(tree, folder, name, change.version or "")
            if tree.entries(place):
                yield Installed((change.purl, change.version), place)
                break


def _modules(text: str | None) -> dict[str, str]:
    """Versions by module path; of a replaced module the version that was taken instead."""
    found = {}
    for line in (text or "").splitlines():
        words = line.split()
        if len(words) >= 3 and words[0] == "#":
            found[words[1]] = words[-1] if "=>" in words else words[2]
    return found


def _cached(tree: Tree, folder: PurePosixPath, name: str, version: str) -> PurePosixPath:
    """In a module cache; capital letters are written `!a` there (Go modules reference, module cache)."""
    escaped = _UPPER.sub(lambda match: "!" + match[0].lower(), f"{name}@{version}")
    places = [folder / cache / escaped for cache in _CACHES]
    return next((place for place in places if within(escaped) and tree.entries(place)), places[0])
