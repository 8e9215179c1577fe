"""Where package managers put what they install, one module each."""

from collections.abc import Iterable, Iterator
from importlib import import_module
from typing import TYPE_CHECKING

from checks.model.purl import type_of

if TYPE_CHECKING:
    from app.facts.trees.tree import Installed, Tree
    from checks.model.change import Change

#: By purl type: the module that knows the layout. It is loaded where there are such packages.
_LAYOUTS = {
    "npm": "npm",
    "pypi": "python",
    "golang": "golang",
    "cargo": "cargo",
    "composer": "composer",
    "gem": "ruby",
}


def installed(tree: "Tree", changes: "Iterable[Change]") -> "Iterator[Installed]":
    """Those of the package versions that lie below the root of `tree`; nothing else is looked at."""
    by_layout: dict[str, list[Change]] = {}
    for change in changes:
        if (layout := _layout(change)) is not None:
            by_layout.setdefault(layout, []).append(change)
    for layout, wanted in by_layout.items():
        yield from import_module(f"{__name__}.{layout}").find(tree, wanted)


def _layout(change: "Change") -> str | None:
    if change.version:
        return _LAYOUTS.get(type_of(change.purl))
    # A submodule is the one thing that is there without a version.
    paths = (place.dependency.location.path for place in change.places)
    return "submodules" if any(path.endswith(".gitmodules") for path in paths) else None
