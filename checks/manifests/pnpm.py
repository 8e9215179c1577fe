"""pnpm-lock.yaml, versions 5, 6 and 9: what the importers ask for, and the packages with what each one requires."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from checks.manifests.jsgraph import Package, PackageGraph
from checks.manifests.jsontext import Object, line_of, object_at
from checks.manifests.npmspec import exact, names_in, origin_of, purl_of, split_at
from checks.manifests.pypi import instant
from checks.manifests.yamltext import load_all
from checks.model.dependency import Inventory, Origin, Scope
from checks.model.errors import UnreadableManifest
from checks.model.phrase import visible
from checks.model.purl import package as purl

FORMAT = "pnpm-lock"
#: What an importer asks for; the last two are what pnpm itself needs to run (lock of pnpm 10 and later).
_MAPS = {
    "dependencies": Scope.RUNTIME,
    "optionalDependencies": Scope.OPTIONAL,
    "devDependencies": Scope.DEVELOPMENT,
    "configDependencies": Scope.DEVELOPMENT,
    "packageManagerDependencies": Scope.DEVELOPMENT,
}
_LINKS = ("link:", "workspace:")


def parse_pnpm_lock(text: str, path: str, companions: Mapping[str, str]) -> Inventory:
    """Every package of every document of the file. A folder that is copied into the tree (`file:`) is one as well."""
    documents = load_all(text)
    if not documents:
        raise UnreadableManifest("it has no lock in it", 1)
    graph = PackageGraph(path, FORMAT)
    for root in documents:
        if root is None:
            continue
        if not isinstance(root, Object) or not ("lockfileVersion" in root or "packages" in root):
            raise UnreadableManifest("it is not a pnpm lock file", 1)
        _Document(graph, root).read()
    return graph.inventory()


@dataclass(slots=True)
class _Document:
    """One lock. `index` maps each form in which a package is referred to to its place, -1 for links."""

    graph: PackageGraph
    root: Object
    index: dict[str, int] = field(default_factory=dict)
    nine: bool = False
    """Version 9 and later: keys without a slash, edges in `snapshots`."""

    def read(self) -> None:
        version = self.root.get("lockfileVersion")
        major = version.partition(".")[0] if isinstance(version, str) else ""
        self.nine = "snapshots" in self.root or (major.isdigit() and int(major[:9]) >= 9)
        importers = list(self._importers())
        folders = {folder for folder, _ in importers}
        packages = self._section("packages")
        for key, fields in packages.items():
            self._add(key, fields, packages, folders)
        self._connect()
        for _, importer in importers:
            self._ask(importer)

    def _section(self, name: str) -> Object:
        value = self.root.get(name)
        if value is None:
            return Object()
        if not isinstance(value, Object):
            raise UnreadableManifest(f"its '{name}' is not a map", line_of(self.root, name)[0])
        return value

    def _importers(self) -> Iterator[tuple[str, Mapping[str, object]]]:
        """Folder and maps of each project; the root is its own importer where there is only one."""
        if any(map_ in self.root for map_ in (*_MAPS, "specifiers")):
            yield ".", self.root
        for folder, importer in self._section("importers").items():
            if isinstance(importer, dict):
                yield folder, importer

    def _add(self, key: str, value: object, packages: Object, folders: set[str]) -> None:
        line, end_line = packages.lines[key]
        fields = value if isinstance(value, dict) else {}
        resolution = object_at(fields, "resolution")
        name, version = _identity(key, fields, self.nine)
        directory = resolution.get("directory")
        if isinstance(directory, str) and directory in folders:
            self._name(key, -1)
            return
        purl_ = purl_of(name) if name else None
        if purl_ is None or name is None or (value is not None and not isinstance(value, dict)):
            self.graph.collector.problem(f"the entry '{visible(key, 80)}' does not name a package", line)
            self._name(key, -1)
            return
        if _is_runtime(key):
            purl_ = purl("generic", name)
        source = _source(resolution)
        integrity = resolution.get("integrity")
        package = Package(
            name=name,
            purl=purl_,
            version=version,
            span=(line, end_line),
            origin=_origin(resolution, source, name, version),
            source=source,
            integrity=tuple(integrity.split()) if isinstance(integrity, str) else (),
            published=self._published(key),
            flagged=_flagged(fields),
        )
        self._name(key, self.graph.add(package))

    def _name(self, key: str, index: int) -> None:
        self.index[key] = index
        self.index.setdefault(_without_peers(key), index)

    def _published(self, key: str) -> datetime | None:
        return instant(object_at(self.root, "time").get(key))

    def _find(self, name: str, reference: str) -> int | None:
        """The package that `name: reference` means; -1 for a folder of the repository."""
        if reference.startswith(_LINKS):
            return -1
        separator = "@" if self.nine or "/" + name + "@" + reference in self.index else "/"
        local = f"{name}{separator}{reference}" if self.nine else f"/{name}{separator}{reference}"
        for form in (local, reference, _without_peers(local), _without_peers(reference)):
            index = self.index.get(form)
            if index is not None:
                return index
        return None

    def _connect(self) -> None:
        """Edges from `snapshots` (version 9: several of one package differ in their peers) or from `packages`."""
        edges = self._section("snapshots") if self.nine else self._section("packages")
        for key, fields in edges.items():
            index = self.index.get(key, self.index.get(_without_peers(key)))
            if index is None:
                self.graph.collector.problem(f"'{visible(key, 80)}' is not among its packages", edges.lines[key][0])
            elif index >= 0 and isinstance(fields, dict):
                self._require(index, fields, edges.lines[key][0])

    def _require(self, index: int, fields: Mapping[str, object], line: int) -> None:
        missing = []
        optional = names_in(fields, "optionalDependencies")
        for name, reference in names_in(fields, "dependencies").items():
            target = self._find(name, reference)
            if target is None:
                missing.append(name)
            elif target >= 0 and name not in optional:
                self.graph.require(index, target)
        for name, reference in optional.items():
            target = self._find(name, reference)
            if target is not None and target >= 0:
                self.graph.require(index, target, optional=True)
        if missing:
            self.graph.missing(f"'{visible(self.graph.packages[index].name, 80)}'", missing, line)

    def _ask(self, importer: Mapping[str, object]) -> None:
        """What one project asks for."""
        self.graph.complete = True
        for map_, scope in _MAPS.items():
            members = importer.get(map_)
            for name, value in members.items() if isinstance(members, dict) else ():
                reference = value.get("version") if isinstance(value, dict) else value
                if not isinstance(reference, str):
                    continue
                target = self._find(name, reference)
                if target is None:
                    self.graph.missing("the project", [name], line_of(members, name)[0])
                elif target >= 0:
                    self.graph.root(target, scope)


def _identity(key: str, fields: Mapping[str, object], nine: bool) -> tuple[str | None, str | None]:
    """Name and exact version of a key: `/a/1.0.0_b@2.0.0` (5), `/a@1.0.0(b@2.0.0)` (6), `a@1.0.0` (9)."""
    name, version = fields.get("name"), fields.get("version")
    stated = version if isinstance(version, str) and version else None
    if isinstance(name, str):
        return name, stated
    if nine:
        local, reference = split_at(_without_peers(key))
        return local, exact(reference.removeprefix("runtime:")) or stated
    # before version 6 a key may begin with the host of another registry
    parts = _without_peers(key).split("/")[1:]
    if not parts or key.startswith("file:"):
        return None, None
    local = "/".join(parts[:2]) if parts[0].startswith("@") else parts[0]
    rest = parts[local.count("/") + 1 :]
    if rest and "@" not in local[1:]:
        return local, exact(rest[0].partition("_")[0]) or stated
    local, reference = split_at(local)
    return local, exact(reference.partition("_")[0]) or stated


def _without_peers(key: str) -> str:
    return key.partition("(")[0]


def _is_runtime(key: str) -> bool:
    """`node@runtime:22.0.0`: a program that pnpm downloads, and no package of the registry."""
    return "@runtime:" in key


def _source(resolution: Mapping[str, object]) -> str | None:
    repository, commit = resolution.get("repo"), resolution.get("commit")
    if isinstance(repository, str):
        return f"{repository}#{commit}" if isinstance(commit, str) else repository
    for field_, prefix in (("tarball", ""), ("directory", "file:"), ("path", "file:"), ("url", "")):
        value = resolution.get(field_)
        if isinstance(value, str):
            return prefix + value
    return None


def _origin(resolution: Mapping[str, object], source: str | None, name: str, version: str | None) -> Origin:
    match resolution.get("type"):
        case "git":
            return Origin.GIT
        case "directory":
            return Origin.PATH
        case "binary" | "variations":
            return Origin.URL
    return origin_of(source, name, version)


def _flagged(fields: Mapping[str, object]) -> Scope:
    """The flags of versions 5 and 6, as text."""
    if fields.get("dev") == "true":
        return Scope.DEVELOPMENT
    if fields.get("optional") == "true":
        return Scope.OPTIONAL
    return Scope.RUNTIME if fields.get("dev") == "false" else Scope.UNKNOWN
