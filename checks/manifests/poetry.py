"""poetry.lock of Poetry 1.x and 2.x; the pyproject.toml beside it tells what is direct, and before 2.0 the groups."""

from collections.abc import Iterator, Mapping

from checks.manifests.lockgraph import Entry, LockGraph, rows_of, table_of, tables_of, text_of, texts_of, too_new
from checks.manifests.pypi import address, group_scope, inside, name_and_version, named, normalize
from checks.manifests.pyproject import requirements
from checks.manifests.tomltext import document
from checks.manifests.tomlvalues import Table
from checks.model.dependency import SCOPE_ORDER, Inventory, Origin, Scope
from checks.model.purl import package


def parse_poetry_lock(text: str, path: str, companions: Mapping[str, str]) -> Inventory:
    """Read poetry.lock. Without pyproject.toml nothing is known to be direct."""
    read = document(text, "package")
    metadata = table_of(read.data.get("metadata"))
    version = text_of(metadata.get("lock-version")) or "1"
    if version.split(".")[0] not in ("0", "1", "2"):
        raise too_new("lock-version")
    lock = _Lock(path, metadata)
    for table, line, end_line in read.tables:
        lock.add(table, line, end_line)
    lock.connect()
    project = companions.get(path[: -len("poetry.lock")] + "pyproject.toml")
    if project is not None:
        lock.seed(project)
    return lock.graph.inventory()


class _Lock:
    def __init__(self, path: str, metadata: Table) -> None:
        self.path = path
        self.graph = LockGraph(path, "poetry-lock")
        #: Before Poetry 1.3 the files stood apart, by name.
        self.files = table_of(metadata.get("files")) or table_of(metadata.get("hashes"))
        self.tables: list[Table] = []
        self.extras: dict[tuple[int, str], int] = {}

    def add(self, table: Table, line: int, end_line: int) -> None:
        known = name_and_version(table, self.graph.out, line)
        if known is None:
            return
        name, version = known
        entry = Entry(name, package("pypi", name), version, line, end_line, scope=_scope(table))
        self._source(entry, table_of(table.get("source")))
        entry.integrity = tuple(_hashes(table.get("files", self.files.get(name))))
        self.graph.add(entry, normalize(name))
        self.tables.append(table)

    def _source(self, entry: Entry, source: Table) -> None:
        url, kind = text_of(source.get("url")), text_of(source.get("type"))
        if url is None:
            return
        entry.source = address(url)
        if kind == "git":
            entry.origin = Origin.GIT
            commit = text_of(source.get("resolved_reference"))
            entry.source += f"#{commit}" if commit else ""
        elif kind == "url":
            entry.origin = Origin.URL
        elif kind in ("file", "directory"):
            entry.origin = Origin.PATH
            entry.own = kind == "directory" and inside(self.path, url) is not None

    def connect(self) -> None:
        graph = self.graph
        for index, table in enumerate(self.tables):
            for extra in table_of(table.get("extras")):
                self.extras[index, normalize(extra)] = graph.node(index)
        for index, table in enumerate(self.tables):
            required = table_of(table.get("dependencies"))
            for name, value in required.items():
                hard, extras = _constraint(value)
                if hard:
                    graph.connect(index, self._nodes(name, extras))
            wanted = {normalize(name): _constraint(value)[1] for name, value in required.items()}
            for extra, names in table_of(table.get("extras")).items():
                for item in texts_of(names):
                    read = named(item)
                    if read:
                        asked = read[1] + wanted.get(normalize(read[0]), ())
                        graph.connect(self.extras[index, normalize(extra)], self._nodes(read[0], asked))

    def _nodes(self, name: str, extras: tuple[str, ...]) -> Iterator[int]:
        for index in self.graph.by_name.get(normalize(name), ()):
            yield index
            for extra in extras:
                node = self.extras.get((index, extra))
                if node is not None:
                    yield node

    def seed(self, project: str) -> None:
        for wanted in requirements(project):
            if wanted.scope is not Scope.BUILD:
                self.graph.seed(wanted.scope, targets=self._nodes(wanted.name, wanted.extras))


def _scope(table: Table) -> Scope | None:
    """What the lock itself says: `groups` since 2.0, `category` until 1.4, nothing in between."""
    groups = list(texts_of(table.get("groups")))
    category = text_of(table.get("category"))
    if not groups and category:
        groups = [category]
    if not groups:
        return None
    if "main" in groups or "default" in groups:
        return Scope.OPTIONAL if table.get("optional") is True else Scope.RUNTIME
    return min(map(group_scope, groups), key=SCOPE_ORDER.index)


def _constraint(value: object) -> tuple[bool, tuple[str, ...]]:
    """Whether a requirement holds without an extra of the package, and the extras that it asks for."""
    choices = list(tables_of(value)) if isinstance(value, list) else [table_of(value)]
    hard = any(choice.get("optional") is not True for choice in choices) or not choices
    return hard, tuple(normalize(extra) for choice in choices for extra in texts_of(choice.get("extras")))


def _hashes(files: object) -> Iterator[str]:
    for file in rows_of(files):
        hash_ = file.get("hash") if isinstance(file, dict) else file
        if isinstance(hash_, str):
            yield hash_
