"""pylock.toml (PEP 751), whoever wrote it: pip, uv or PDM."""

import re
from collections.abc import Iterator, Mapping

from checks.manifests.collect import MAX_WORD
from checks.manifests.lockgraph import Entry, LockGraph, rows_of, table_of, tables_of, text_of, texts_of
from checks.manifests.pypi import address, group_scope, index_origin, inside, instant, is_name, normalize
from checks.manifests.pyproject import requirements
from checks.manifests.tomltext import document
from checks.manifests.tomlvalues import Table
from checks.model.dependency import SCOPE_ORDER, Inventory, Origin, Scope
from checks.model.errors import UnreadableManifest
from checks.model.phrase import visible
from checks.model.purl import package

_IN_GROUP = re.compile(r"""(?:'([^']*)'|"([^"]*)")\s+in\s+(dependency_groups|extras)""")


def parse_pylock(text: str, path: str, companions: Mapping[str, str]) -> Inventory:
    """Read pylock.toml. Groups and extras stand in markers; what is direct only pyproject.toml tells."""
    read = document(text, "packages")
    version = read.data.get("lock-version", "1.0")
    if not isinstance(version, str) or version.split(".")[0] != "1":
        raise UnreadableManifest("its lock-version is not 1.x, the one that is known")
    lock = _Lock(path, read.data)
    for table, line, end_line in read.tables:
        lock.add(table, line, end_line)
    lock.connect()
    for name, content in companions.items():
        if name.rsplit("/", 1)[-1] == "pyproject.toml":
            lock.seed(content)
    return lock.graph.inventory()


class _Lock:
    def __init__(self, path: str, data: Table) -> None:
        self.path = path
        self.graph = LockGraph(path, "pylock")
        self.tables: list[Table] = []
        #: "What should be installed by default (e.g. what project.dependencies is meant to represent)", PEP 751.
        self.runtime_groups = set(map(normalize, texts_of(data.get("default-groups"))))
        self.tells_scopes = bool(self.runtime_groups or data.get("dependency-groups") or data.get("extras"))

    def add(self, table: Table, line: int, end_line: int) -> None:
        name, version = table.get("name"), table.get("version")
        if not isinstance(name, str) or not is_name(name):
            self.graph.out.problem("a package has no valid name", line)
            return
        if version is not None and (not text_of(version) or len(str(version)) > MAX_WORD):
            self.graph.out.problem("the version of a package is not text", line)
            version = None
        entry = Entry(
            name, package("pypi", name), text_of(version), line, end_line, scope=self._scope(table.get("marker"))
        )
        self._source(entry, table)
        entry.integrity = tuple(_hashes(table))
        times = [instant(file.get("upload-time")) for file in _files(table)]
        entry.published = min((time for time in times if time is not None), default=None)
        self.graph.add(entry, normalize(name))
        self.tables.append(table)

    def _scope(self, marker: object) -> Scope | None:
        """The groups and extras of the marker. A way in that names none of them is open to everybody."""
        ways = marker.split(" or ") if isinstance(marker, str) and len(marker) <= MAX_WORD else [""]
        scopes: list[Scope] = []
        for way in ways:
            found = _IN_GROUP.findall(way)
            if not found:
                return Scope.RUNTIME if self.tells_scopes else None
            # All clauses of one way must hold: the one furthest from users counts.
            scopes.append(max((self._clause(*clause) for clause in found), key=SCOPE_ORDER.index))
        return min(scopes, key=SCOPE_ORDER.index)

    def _clause(self, single: str, double: str, kind: str) -> Scope:
        if kind == "extras":
            return Scope.OPTIONAL
        group = normalize(single or double)
        return Scope.RUNTIME if group in self.runtime_groups else group_scope(group)

    def _source(self, entry: Entry, table: Table) -> None:
        """`vcs`, `directory` and `archive` exclude each other and files of an index."""
        vcs, folder, archive = (table_of(table.get(key)) for key in ("vcs", "directory", "archive"))
        place = next((found for source in (vcs, folder, archive) if (found := _place(source))), None)
        index = text_of(table.get("index"))
        if vcs:
            entry.origin = Origin.GIT
            commit = text_of(vcs.get("commit-id"))
            place = f"{place}#{commit}" if place and commit else place
        elif folder:
            entry.origin = Origin.PATH
            entry.own = place is not None and inside(self.path, place) is not None
        elif archive:
            entry.origin = Origin.URL if "url" in archive else Origin.PATH
        elif index:
            entry.origin, place = index_origin(index), index
        entry.source = address(place) if place else None

    def connect(self) -> None:
        for index, table in enumerate(self.tables):
            for row in rows_of(table.get("dependencies")):
                name = row.get("name") if isinstance(row, dict) else None
                found = self._find(row, name) if isinstance(row, dict) and isinstance(name, str) else []
                if not found:
                    shown = visible(name, 80) if isinstance(name, str) else "something"
                    line = self.graph.entries[index].line
                    self.graph.out.problem(f"it requires {shown}, which the file does not list", line)
                self.graph.connect(index, found)

    def _find(self, row: Table, name: str) -> list[int]:
        """The packages that agree with all that the reference says (PEP 751: at least so much that one is left)."""
        found = self.graph.by_name.get(normalize(name), [])
        if len(found) > 1:
            said = [(key, value) for key, value in row.items() if key != "name"]
            found = [index for index in found if all(self.tables[index].get(key) == value for key, value in said)]
        return found

    def seed(self, project: str) -> None:
        for wanted in requirements(project):
            if wanted.scope is not Scope.BUILD:
                self.graph.seed(wanted.scope, targets=self.graph.by_name.get(normalize(wanted.name), ()))


def _place(source: Table) -> str | None:
    return text_of(source.get("url")) or text_of(source.get("path"))


def _files(table: Table) -> Iterator[Table]:
    yield from (file for key in ("archive", "sdist") if (file := table_of(table.get(key))))
    yield from tables_of(table.get("wheels"))


def _hashes(table: Table) -> Iterator[str]:
    for file in _files(table):
        for algorithm, value in table_of(file.get("hashes")).items():
            if isinstance(value, str):
                yield f"{algorithm}:{value}"
