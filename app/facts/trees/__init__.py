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
    by_type: dict[str, list[Change]] = {}
    for change in changes:
        if change.version:
            by_type.setdefault(type_of(change.purl), []).append(change)
    for type_, wanted in by_type.items():
        if type_ in _LAYOUTS:
            yield from import_module(f"{__name__}.{_LAYOUTS[type_]}").find(tree, wanted)
