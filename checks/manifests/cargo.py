"""Cargo.lock, versions 1 to 4; the Cargo.toml of a crate tells what its direct dependencies are for."""

import re
from collections.abc import Mapping

from checks.manifests.cargotoml import Crate, read_crate
from checks.manifests.collect import MAX_WORD
from checks.manifests.lockgraph import Entry, LockGraph, rows_of, table_of, text_of, too_new
from checks.manifests.pypi import address
from checks.manifests.tomltext import document
from checks.manifests.tomlvalues import Table
from checks.model.dependency import Inventory, Origin, Scope
from checks.model.phrase import visible
from checks.model.purl import package

#: crates.io allows less; Cargo itself any letter or digit of Unicode.
_NAME = re.compile(r"\w[\w-]*\Z", re.ASCII)
_REQUIREMENT = re.compile(r"(\S+)(?: (\S+)(?: \((\S+)\))?)?\Z")
_ORIGINS = {"registry": Origin.REGISTRY, "sparse": Origin.REGISTRY, "git": Origin.GIT, "path": Origin.PATH}
NEWEST = 4
"""The newest format that this module was written for."""


def parse_cargo_lock(text: str, path: str, companions: Mapping[str, str]) -> Inventory:
    """Read Cargo.lock. Every Cargo.toml among `companions` gives the scopes of its own crate's requirements."""
    read = document(text, "package")
    version = read.data.get("version", 1)
    if not isinstance(version, int) or version > NEWEST:
        raise too_new("version")
    lock = _Lock(path, read.data)
    for table, line, end_line in read.tables:
        lock.add(table, line, end_line)
    manifests = [content for name, content in companions.items() if name.rsplit("/", 1)[-1] == "Cargo.toml"]
    lock.connect([read_crate(content) for content in manifests])
    return lock.graph.inventory()


class _Lock:
    def __init__(self, path: str, data: Table) -> None:
        self.graph = LockGraph(path, "cargo-lock")
        #: Until version 2 the checksums stood apart: "checksum name version (source)".
        self.checksums = table_of(data.get("metadata"))
        self.root = table_of(data.get("root"))
        self.tables: list[Table] = []

    def add(self, table: Table, line: int, end_line: int) -> None:
        name, version, source = table.get("name"), text_of(table.get("version")), table.get("source")
        if not isinstance(name, str) or len(name) > MAX_WORD or not _NAME.match(name):
            self.graph.out.problem("a package has no valid name", line)
            return
        if version is None or len(version) > MAX_WORD:
            self.graph.out.problem("a package has no version", line)
            version = None
        if source is not None and not text_of(source):
            self.graph.out.problem("the source of a package is not text", line)
        entry = Entry(name, package("cargo", name), version, line, end_line, own=source is None)
        if isinstance(source, str):
            kind, plus, place = source.partition("+")
            entry.origin = _ORIGINS.get(kind, Origin.URL) if plus else Origin.URL
            entry.source = address(place if plus else source)
        checksum = table.get("checksum") or self.checksums.get(f"checksum {name} {version} ({source})")
        if isinstance(checksum, str) and checksum != "<none>":
            entry.integrity = (checksum,)
        self.graph.add(entry, name)
        self.tables.append(table)

    def connect(self, crates: list[Crate]) -> None:
        graph = self.graph
        for index, table in enumerate(self.tables):
            graph.connect(index, self._required(table.get("dependencies"), graph.entries[index].line))
            replaced = text_of(table.get("replace"))
            if replaced:
                graph.connect(index, self._required([replaced], graph.entries[index].line))
        known = {crate.name: crate for crate in crates if crate.name}
        workspace = {name: real for crate in crates for name, real in crate.workspace.items()}
        for index, entry in enumerate(graph.entries):
            if entry.own:
                crate = known.get(entry.name)
                self._seed(graph.edges[index], crate.scopes(workspace) if crate else None)
        if self.root:
            wanted = self._required(self.root.get("dependencies"), 1)
            crate = known.get(str(self.root.get("name")))
            graph.connect(graph.node(), wanted)
            self._seed(wanted, crate.scopes(workspace) if crate else None)

    def _seed(self, targets: list[int], scopes: Mapping[str, Scope] | None) -> None:
        """What a crate of the workspace requires; nobody knows what for if its Cargo.toml is not at hand."""
        for target in targets:
            entry = self.graph.entries[target]
            if not entry.own:
                scope = Scope.UNKNOWN if scopes is None else scopes.get(entry.name, Scope.UNKNOWN)
                self.graph.seed(scope, target)

    def _required(self, wanted: object, line: int) -> list[int]:
        targets: list[int] = []
        for row in rows_of(wanted):
            found = self._find(row) if isinstance(row, str) else []
            if not found:
                name = visible(row, 80) if isinstance(row, str) else "something"
                self.graph.out.problem(f"it requires {name}, which the file does not list", line)
            targets.extend(found)
        return targets

    def _find(self, requirement: str) -> list[int]:
        """Cargo names version and source only where the name is not enough."""
        read = _REQUIREMENT.match(requirement)
        if read is None:
            return []
        name, version, source = read.groups()
        found = self.graph.by_name.get(name, [])
        if version is not None:
            found = [index for index in found if self.tables[index].get("version") == version]
        if source is not None and len(found) > 1:
            found = [index for index in found if self.tables[index].get("source") == source] or found
        return found
