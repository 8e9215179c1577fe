"""uv.lock: the whole resolution of a workspace with its graph, extras, groups and the time of each upload."""

from collections.abc import Iterator, Mapping
from datetime import datetime

from checks.manifests.lockgraph import Entry, LockGraph, rows_of, table_of, tables_of, text_of, texts_of
from checks.manifests.pypi import address, group_scope, index_origin, inside, instant, is_name, normalize
from checks.manifests.tomltext import document
from checks.manifests.tomlvalues import Table
from checks.model.dependency import Inventory, Origin, Scope
from checks.model.errors import UnreadableManifest
from checks.model.phrase import visible
from checks.model.purl import package

#: `version` of the format that this module was written for; uv raises `revision` for compatible changes.
FORMAT_VERSION = 1


def parse_uv_lock(text: str, path: str, companions: Mapping[str, str]) -> Inventory:
    """Read uv.lock. It needs no other file: it lists the members of the workspace with what they ask for."""
    read = document(text, "package")
    version = read.data.get("version", FORMAT_VERSION)
    if version != FORMAT_VERSION or isinstance(version, bool):
        raise UnreadableManifest("its format version is not 1, the one that is known")
    lock = _Lock(path, read.data)
    for table, line, end_line in read.tables:
        lock.add(table, line, end_line)
    lock.connect()
    return lock.graph.inventory()


class _Lock:
    def __init__(self, path: str, data: Table) -> None:
        self.path = path
        self.graph = LockGraph(path, "uv-lock")
        self.manifest = table_of(data.get("manifest"))
        self.members = set(map(normalize, texts_of(self.manifest.get("members"))))
        self.tables: list[Table] = []
        self.extras: list[dict[str, int]] = []
        """For each package the node of each of its extras."""

    def add(self, table: Table, line: int, end_line: int) -> None:
        name, version = table.get("name"), table.get("version")
        if not isinstance(name, str) or not is_name(name):
            self.graph.out.problem("a package has no valid name", line)
            return
        if version is not None and not text_of(version):
            self.graph.out.problem("the version of a package is not text", line)
            version = None
        entry = Entry(name, package("pypi", name), text_of(version), line, end_line)
        self._source(entry, table_of(table.get("source")))
        if not entry.own:
            entry.integrity, entry.published = _files(table)
            if entry.version is None:
                self.graph.out.problem("a package has no version", line)
        self.graph.add(entry, normalize(name))
        self.tables.append(table)

    def _source(self, entry: Entry, source: Table) -> None:
        for kind, place in source.items():
            if not isinstance(place, str):
                continue
            if kind == "registry":
                entry.origin = index_origin(place)
            elif kind in ("editable", "virtual", "directory"):
                entry.origin = Origin.PATH
                entry.own = inside(self.path, place) is not None
            elif kind in _ORIGINS:
                entry.origin = _ORIGINS[kind]
            else:
                continue
            entry.source = address(place)
            return
        self.graph.out.problem("a package has no source that is known", entry.line)

    def connect(self) -> None:
        for index, table in enumerate(self.tables):
            extras = table_of(table.get("optional-dependencies"))
            self.extras.append({normalize(extra): self.graph.node(index) for extra in extras})
        for index, table in enumerate(self.tables):
            self._require(index, table.get("dependencies"), self.graph.entries[index].line)
            for extra, wanted in table_of(table.get("optional-dependencies")).items():
                self._require(self.extras[index][normalize(extra)], wanted, self.graph.entries[index].line)
        for index in self._roots():
            self._seed(index)
        self._seed_manifest()

    def _roots(self) -> Iterator[int]:
        own = [index for index, entry in enumerate(self.graph.entries) if entry.own]
        if self.members:
            return (index for index in own if normalize(self.graph.entries[index].name) in self.members)
        here = [index for index in own if self.graph.entries[index].source == "."]
        return iter(here or own)

    def _seed(self, index: int) -> None:
        self.graph.seed(Scope.RUNTIME, index)
        line = self.graph.entries[index].line
        for node in self.extras[index].values():
            self.graph.seed(Scope.OPTIONAL, node)
        for key in ("dev-dependencies", "dependency-groups"):
            self._seed_groups(self.tables[index].get(key), line)

    def _seed_groups(self, groups: object, line: int) -> None:
        for group, wanted in table_of(groups).items():
            node = self.graph.node()
            self._require(node, wanted, line)
            self.graph.seed(group_scope(group), node)

    def _seed_manifest(self) -> None:
        """What a script, or a workspace whose root is no project, asks for itself."""
        requirements = self.manifest.get("requirements")
        if requirements:
            node = self.graph.node()
            self._require(node, requirements, 0)
            self.graph.seed(Scope.RUNTIME, node)
        self._seed_groups(self.manifest.get("dependency-groups"), 0)

    def _require(self, node: int, wanted: object, line: int) -> None:
        for row in rows_of(wanted):
            if not isinstance(row, dict) or not isinstance(row.get("name"), str):
                self.graph.out.problem("a requirement of a package has no name", line)
                continue
            found = self._find(row)
            if not found:
                name = visible(str(row["name"]), 80)
                self.graph.out.problem(f"it requires {name}, which the file does not list", line)
            self.graph.connect(node, found)
            for extra in texts_of(row.get("extra", row.get("extras"))):
                with_extra = (self.extras[index].get(normalize(extra)) for index in found)
                self.graph.connect(node, (found_ for found_ in with_extra if found_ is not None))

    def _find(self, row: Table) -> list[int]:
        """The packages a requirement may mean; uv names version and source only where the name is not enough."""
        found = self.graph.by_name.get(normalize(str(row["name"])), [])
        for key in ("version", "source"):
            if key in row and len(found) > 1:
                found = [index for index in found if self.tables[index].get(key) == row[key]]
        return found


_ORIGINS = {"git": Origin.GIT, "url": Origin.URL, "path": Origin.PATH}


def _files(table: Table) -> tuple[tuple[str, ...], datetime | None]:
    """Hashes, and when the first file of this version was uploaded."""
    hashes: list[str] = []
    times: list[str] = []
    sdist = table.get("sdist")
    for file in ([sdist] if isinstance(sdist, dict) else []) + list(tables_of(table.get("wheels"))):
        hash_, time = file.get("hash"), file.get("upload-time")
        if isinstance(hash_, str):
            hashes.append(hash_)
        if isinstance(time, str):
            times.append(time)
    return tuple(hashes), _earliest(times)


def _earliest(times: list[str]) -> datetime | None:
    if not times:
        return None
    # All that uv writes is UTC in one form, where the order of texts is the order of times.
    if all(time.endswith("Z") and len(time) == len(times[0]) for time in times):
        return instant(min(times))
    return min((time for time in map(instant, times) if time is not None), default=None)
