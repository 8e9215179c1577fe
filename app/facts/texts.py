"""License texts of installed packages: found, hashed and recognized, each distinct text once."""

import codecs
import hashlib
import json
import os
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path, PurePosixPath

from app.facts.trees.tree import Installed, Tree
from app.version import VERSION
from checks.model.facts import Gap, LicenseText, Want
from checks.texts.company import in_company
from checks.texts.files import FOLDERS, Role, is_reading, role
from checks.texts.library import origin
from checks.texts.recognize import LIMIT, NOTHING, Recognition, recognize, recognize_words
from checks.texts.words import words

#: A file larger than this is not read (bytes); what it says is a gap.
MAX_FILE = 4_000_000
#: Files of one package that are read.
MAX_FILES = 40
#: Folders below a package's license folder.
_DEPTH = 4
#: Texts that are remembered from run to run.
_REMEMBERED = 20_000
_MARKS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))


class Texts:
    """Reads and recognizes texts below a root. `folder`: where results are kept from run to run."""

    def __init__(self, tree: Tree, folder: Path | None = None) -> None:
        self.tree = tree
        self._memory = _Memory(folder)
        self._by_words: dict[bytes, Recognition] = {}

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
            found = self.recognized(data) if role(path) is not Role.NOTICE else NOTHING
            texts.append(LicenseText(path, hashlib.sha256(data).hexdigest(), found.license, found.similarity))
        return in_company(texts), tuple(gaps)

    def recognized(self, data: bytes) -> Recognition:
        """What the bytes of a file are."""
        digest = hashlib.sha256(data).hexdigest()
        known = self._memory.get(digest)
        if known is None:
            known = self._recognize(decoded(data))
            self._memory.put(digest, known)
        return known

    def _recognize(self, text: str | None) -> Recognition:
        """Hundreds of files are the MIT License of somebody else: their words are the same."""
        if text is None or len(text) > LIMIT:
            return NOTHING
        found = words(text)
        key = hashlib.sha256(" ".join(found).encode("utf-8", "surrogatepass")).digest()
        if key not in self._by_words:
            self._by_words[key] = recognize_words(found)
        return self._by_words[key]

    def keep(self) -> None:
        """Write down what was recognized, for the next run."""
        self._memory.keep()


def recognized(data: bytes) -> Recognition:
    """What the bytes of one file are."""
    text = decoded(data)
    return recognize(text) if text is not None else NOTHING


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


def decoded(data: bytes) -> str | None:
    """The text of a file; None for what is none."""
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return data[len(mark) :].decode(encoding, "replace")
    if b"\0" in data:
        return None
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return data.decode("latin-1")


class _Memory:
    """Recognitions by the digest of the file, kept in one file. Nothing there is trusted to be whole."""

    def __init__(self, folder: Path | None) -> None:
        by = hashlib.sha256(f"{VERSION}\0{origin()}".encode()).hexdigest()[:16] if folder else ""
        self._path = folder / f"texts-{by}.json" if folder else None
        self._known: dict[str, Recognition] | None = None
        self._new = False

    def get(self, digest: str) -> Recognition | None:
        if self._known is None:
            self._known = self._read()
        return self._known.get(digest)

    def put(self, digest: str, found: Recognition) -> None:
        assert self._known is not None
        self._known[digest] = found
        self._new = True

    def _read(self) -> dict[str, Recognition]:
        if self._path is None:
            return {}
        try:
            entries = json.loads(self._path.read_bytes())
            return {
                str(digest): Recognition(name and str(name), float(near)) for digest, (name, near) in entries.items()
            }
        except (OSError, ValueError, TypeError, AttributeError, RecursionError):
            return {}

    def keep(self) -> None:
        if self._path is None or not self._new or self._known is None:
            return
        latest = list(self._known.items())[-_REMEMBERED:]
        partial = self._path.with_name(f"{self._path.name}.{os.getpid()}")
        try:
            os.makedirs(self._path.parent, mode=0o700, exist_ok=True)
            partial.write_text(json.dumps(dict(latest)), "utf-8")
            os.replace(partial, self._path)
        except OSError:
            with suppress(OSError):
                partial.unlink()
