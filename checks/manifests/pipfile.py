"""Pipfile.lock: one object per category; the Pipfile beside it tells what is direct."""

from collections.abc import Iterator, Mapping
from itertools import islice

from checks.manifests.collect import MAX_WORD, Collector
from checks.manifests.jsontext import load_object, object_at
from checks.manifests.lockgraph import rows_of, tables_of, text_of, texts_of
from checks.manifests.pypi import address, guessed_scope, inside, is_archive, is_name, normalize, wheel
from checks.manifests.read import MAX_PACKAGES
from checks.manifests.tomlscan import MAX_MANIFEST, statements
from checks.model.dependency import Dependency, Inventory, Origin, Scope
from checks.model.phrase import visible
from checks.model.purl import package

FORMAT = "pipfile-lock"
_SCOPES = {"default": Scope.RUNTIME, "develop": Scope.DEVELOPMENT}
#: Tables of a Pipfile that hold no packages, and how the lock calls the two that do.
_NO_PACKAGES = ("source", "requires", "pipenv", "scripts")
_CATEGORIES = {"packages": "default", "dev-packages": "develop"}


def parse_pipfile_lock(text: str, path: str, companions: Mapping[str, str]) -> Inventory:
    """Read Pipfile.lock. It has no graph; a category that is neither default nor develop is installed on demand."""
    root = load_object(text, lambda depth, key: depth == 0 and key != "_meta")
    indexes = {
        str(source.get("name")): str(source.get("url")) for source in tables_of(object_at(root, "_meta").get("sources"))
    }
    manifest = companions.get(path[: -len("Pipfile.lock")] + "Pipfile")
    reader = _Reader(path, indexes, None if manifest is None else direct_names(manifest))
    for category, packages in root.items():
        if category == "_meta":
            continue
        if not isinstance(packages, dict):
            reader.out.problem(f"the category '{visible(category, 80)}' is not an object", root.lines[category][0])
            continue
        lines = getattr(packages, "lines", {})
        for name, fields in packages.items():
            reader.add(category, name, fields, *lines.get(name, root.lines[category]))
    return reader.out.inventory()


def direct_names(pipfile: str) -> set[tuple[str, str]]:
    """Category, as the lock calls it, and normalized name of everything that a Pipfile asks for. Never raises."""
    return {(_CATEGORIES.get(table, table), name) for table, name, _ in _wanted(pipfile)}


def requirement_lines(text: str) -> Mapping[str, int]:
    """For each package of a Pipfile (PEP 503 name) the 1-based line that asks for it first. Never raises."""
    lines: dict[str, int] = {}
    for _, name, line in _wanted(text):
        lines.setdefault(name, line)
    return lines


def _wanted(pipfile: str) -> Iterator[tuple[str, str, int]]:
    """Table, normalized name and line of each package of a Pipfile."""
    if len(pipfile) > MAX_MANIFEST:
        return iter(())
    paths = ((found.path, found.line) for found in statements(pipfile.replace("\r\n", "\n")))
    packages = ((path[0], normalize(path[1]), line) for path, line in paths if len(path) > 1)
    return islice((found for found in packages if found[0] not in _NO_PACKAGES), MAX_PACKAGES)


class _Reader:
    def __init__(self, path: str, indexes: Mapping[str, str], asked: set[tuple[str, str]] | None) -> None:
        self.path = path
        self.out = Collector(path, FORMAT)
        self.indexes = indexes
        self.asked = asked

    def add(self, category: str, name: str, fields: object, line: int, end_line: int) -> None:
        if not is_name(name) or not isinstance(fields, dict):
            self.out.problem(f"the package '{visible(name, 80)}' is not an object with a valid name", line)
            return
        origin, source = self._source(fields)
        if origin is Origin.PATH and source and not is_archive(source) and inside(self.path, source) is not None:
            return  # a link to code of this tree
        version = self._version(fields.get("version"), source, line)
        scope = _SCOPES.get(category) or guessed_scope(category) or Scope.OPTIONAL
        direct = None if self.asked is None else (category, normalize(name)) in self.asked
        hashes = tuple(texts_of(rows_of(fields.get("hashes"))))
        at = self.out.at(line, end_line)
        purl = package("pypi", name)
        self.out.add(Dependency(purl, name, version, at, scope, direct, origin, source, integrity=hashes))

    def _source(self, fields: Mapping[str, object]) -> tuple[Origin, str | None]:
        for kind in ("git", "hg", "svn", "bzr"):
            place = text_of(fields.get(kind))
            if place:
                commit = text_of(fields.get("ref"))
                return Origin.GIT, address(place) + (f"#{commit}" if commit else "")
        place = text_of(fields.get("path")) or text_of(fields.get("file"))
        if place:
            place = place.removeprefix("file://").removeprefix("file:")
            return (Origin.URL, address(place)) if "://" in place else (Origin.PATH, place)
        index = text_of(fields.get("index"))
        only = next(iter(self.indexes.values())) if len(self.indexes) == 1 else None
        found = self.indexes.get(index, index) if index else only
        return Origin.REGISTRY, address(found) if found else None

    def _version(self, value: object, source: str | None, line: int) -> str | None:
        text = text_of(value)
        if text is None:
            if value is not None:
                self.out.problem("the version of a package is not text", line)
            read = wheel(source.rsplit("/", 1)[-1]) if source else None
            return read[1] if read else None
        version = text.lstrip("=").strip()
        if not text.startswith("==") or version.endswith("*") or not version or len(version) > MAX_WORD:
            return None
        return version
