"""Git submodules: the folder that `.gitmodules` names, as it is checked out."""

from collections.abc import Iterable, Iterator
from pathlib import PurePosixPath

from app.facts.trees.tree import Installed, Tree, within
from checks.model.change import Change

FILE = ".gitmodules"


def find(tree: Tree, changes: Iterable[Change]) -> Iterator[Installed]:
    for change in changes:
        for place in change.places:
            dependency = place.dependency
            path = within(dependency.installed_at or "")
            folder = PurePosixPath(dependency.location.path)
            if path is not None and folder.name == FILE and tree.entries(folder.parent / path):
                yield Installed((change.purl, change.version), folder.parent / path)
                break
