"""pdm.lock: groups of the lock, extras as packages of their own, and what pyproject.toml adds."""

from collections.abc import Iterator, Mapping

from checks.manifests.lockgraph import Entry, LockGraph, rows_of, table_of, text_of, texts_of, too_new
from checks.manifests.pypi import address, guessed_scope, inside, is_archive, name_and_version, named, normalize
from checks.manifests.pyproject import requirements
from checks.manifests.tomltext import document
from checks.manifests.tomlvalues import Table
from checks.model.dependency import SCOPE_ORDER, Inventory, Origin, Scope
from checks.model.purl import package


def parse_pdm_lock(text: str, path: str, companions: Mapping[str, str]) -> Inventory:
    """Read pdm.lock. Only pyproject.toml tells what is direct, and which groups are extras."""
    read = document(text, "package")
    version = text_of(table_of(read.data.get("metadata")).get("lock_version")) or "4"
    if version.split(".")[0] not in ("2", "3", "4"):
        raise too_new("lock_version")
    project = companions.get(path[: -len("pdm.lock")] + "pyproject.toml")
    lock = _Lock(path, project)
    for table, line, end_line in read.tables:
        if not table.get("extras"):
            lock.add(table, line, end_line)
    for table, line, end_line in read.tables:
        if table.get("extras"):
            lock.add_extras(table, line, end_line)
    lock.connect()
    return lock.graph.inventory()


class _Lock:
    def __init__(self, path: str, project: str | None) -> None:
        self.path = path
        self.graph = LockGraph(path, "pdm-lock")
        self.wanted = [found for found in requirements(project or "") if found.scope is not Scope.BUILD]
        self.groups = {normalize(found.group): found.scope for found in self.wanted}
        self.nodes: list[tuple[int, Table, int]] = []
        """Node, its table, the line of this."""
        self.extras: dict[tuple[int, str], int] = {}

    def add(self, table: Table, line: int, end_line: int) -> None:
        known = name_and_version(table, self.graph.out, line)
        if known is None:
            return
        name, version = known
        entry = Entry(name, package("pypi", name), version, line, end_line, scope=self._scope(table))
        self._source(entry, table)
        files = (file.get("hash") for file in rows_of(table.get("files")) if isinstance(file, dict))
        entry.integrity = tuple(hash_ for hash_ in files if isinstance(hash_, str))
        self.nodes.append((self.graph.add(entry, normalize(name)), table, line))

    def add_extras(self, table: Table, line: int, end_line: int) -> None:
        """PDM writes `name[extra]` as one more package, which requires the plain one of the same version."""
        name = table.get("name")
        same = self.graph.by_name.get(normalize(name), []) if isinstance(name, str) else []
        index = next((i for i in same if self.graph.entries[i].version == table.get("version")), None)
        if index is None:
            self.add(table, line, end_line)
            return
        entry, scope = self.graph.entries[index], self._scope(table)
        if scope and entry.scope:
            entry.scope = min(scope, entry.scope, key=SCOPE_ORDER.index)
        node = self.graph.node(index)
        self.nodes.append((node, table, line))
        self.extras.update(((index, normalize(extra)), node) for extra in texts_of(table.get("extras")))

    def _scope(self, table: Table) -> Scope | None:
        """Since PDM 2.8 each package names its groups; without pyproject.toml an extra and a group look the same."""
        scopes = [self._group(normalize(group)) for group in texts_of(table.get("groups"))]
        return min(scopes, key=SCOPE_ORDER.index) if scopes else None

    def _group(self, group: str) -> Scope:
        if group == "default":
            return Scope.RUNTIME
        return self.groups.get(group) or guessed_scope(group) or Scope.OPTIONAL

    def _source(self, entry: Entry, table: Table) -> None:
        git, url, folder = (text_of(table.get(key)) for key in ("git", "url", "path"))
        if git:
            commit = text_of(table.get("revision"))
            entry.origin, entry.source = Origin.GIT, address(git) + (f"#{commit}" if commit else "")
        elif url:
            entry.origin, entry.source = Origin.URL, address(url)
        elif folder:
            entry.origin, entry.source = Origin.PATH, folder
            entry.own = not is_archive(folder) and inside(self.path, folder) is not None

    def connect(self) -> None:
        for node, table, _ in self.nodes:
            for row in texts_of(table.get("dependencies")):
                read = named(row)
                if read:
                    targets = self._targets(read[0], read[1], read[2])
                    self.graph.connect(node, (found for found in targets if found != self.graph.owners[node]))
        for wanted in self.wanted:
            self.graph.seed(wanted.scope, targets=self._targets(wanted.name, wanted.extras, ""))

    def _targets(self, name: str, extras: tuple[str, ...], rest: str) -> Iterator[int]:
        for index in self.graph.by_name.get(normalize(name), ()):
            yield index
            for extra in extras:
                node = self.extras.get((index, extra))
                if node is not None:
                    yield node
