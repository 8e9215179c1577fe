"""bun.lock: JSON with trailing commas; packages under the place where an install puts them (`a/b`: b inside a)."""

from collections.abc import Iterator, Mapping, Sequence

from checks.manifests.jsgraph import Package, PackageGraph
from checks.manifests.jsontext import Object, Span, load_object, without_comments
from checks.manifests.npmspec import exact, names_in, origin_of, purl_of, split_at
from checks.manifests.npmtree import MAX_NESTING, InstallTree, resolve
from checks.manifests.package_json import MAPS
from checks.model.dependency import Inventory, Origin, Scope
from checks.model.errors import UnreadableManifest
from checks.model.phrase import visible

FORMAT = "bun-lock"
#: References to folders of the repository.
_PROJECTS = ("workspace:", "link:", "root:")


def parse_bun_lock(text: str, path: str, companions: Mapping[str, str]) -> Inventory:
    """Every package of the lock, once for each of its places."""
    root = load_object(without_comments(text), lambda depth, key: depth == 0 and key in ("packages", "workspaces"))
    if "lockfileVersion" not in root:
        raise UnreadableManifest("it is not a bun lock file: it has no 'lockfileVersion'", 1)
    graph = PackageGraph(path, FORMAT)
    packages = _section(root, "packages")
    placed = [(key, value, _add(graph, key, value, packages.lines[key])) for key, value in packages.items()]
    tree = InstallTree((_location(key), index) for key, _, index in placed)
    for key, value, index in placed:
        if index >= 0 and isinstance(value, list):
            _connect(graph, tree, key, _about(value), index, packages.lines[key][0])
    for folder, workspace in _section(root, "workspaces").items():
        if isinstance(workspace, dict):
            graph.complete = True
            name = workspace.get("name")
            _ask(graph, tree, name if folder and isinstance(name, str) else "", workspace)
    return graph.inventory()


def _section(root: Object, name: str) -> Object:
    value = root.get(name, Object())
    if not isinstance(value, Object):
        raise UnreadableManifest(f"its '{name}' is not an object", root.lines[name][0])
    return value


def _add(graph: PackageGraph, key: str, value: object, span: Span) -> int:
    """Its index; -1 for a folder of the repository and for what is no package."""
    identity = value[0] if isinstance(value, list) and value else None
    if not isinstance(value, list) or not isinstance(identity, str):
        graph.collector.problem(f"the entry '{visible(key, 80)}' does not name a package", span[0])
        return -1
    name, reference = split_at(identity)
    if reference.startswith(_PROJECTS):
        return -1
    purl = purl_of(name)
    if purl is None:
        graph.collector.problem(f"'{visible(name, 80)}' is not a package name", span[0])
        return -1
    version = exact(reference)
    if version is None and not (":" in reference or "/" in reference):
        graph.collector.problem(f"the entry '{visible(key, 80)}' has no exact version", span[0], "unresolved")
        reference = ""
    source = _registry(value) if version or not reference else reference
    origin = Origin.REGISTRY if source is None else _origin(source, name, version)
    return graph.add(Package(name, purl, version, span, origin, source, _integrity(value)))


def _registry(value: Sequence[object]) -> str | None:
    """The second element: empty for the default registry, else its address or that of the archive."""
    return value[1] if len(value) > 1 and isinstance(value[1], str) and value[1] else None


def _origin(source: str, name: str, version: str | None) -> Origin:
    if version is not None and not source.endswith((".tgz", ".tar.gz")):
        return Origin.REGISTRY
    return origin_of(source, name, version)


def _integrity(value: Sequence[object]) -> tuple[str, ...]:
    last = value[-1]
    return tuple(last.split()) if isinstance(last, str) and last.startswith(("sha1-", "sha256-", "sha512-")) else ()


def _about(value: Sequence[object]) -> Mapping[str, object]:
    """The element that says what the package requires: third for the registry, second for everything else."""
    return next((element for element in value[1:3] if isinstance(element, dict)), {})


def _location(key: str) -> str:
    """`a/@s/b/c` → `node_modules/a/node_modules/@s/b/node_modules/c`."""
    if key.count("/") > 2 * MAX_NESTING:
        return key
    return "".join(f"/node_modules/{name}" for name in _names(key))[1:]


def _names(key: str) -> Iterator[str]:
    scope = ""
    for part in key.split("/"):
        if part.startswith("@") and not scope:
            scope = part + "/"
        else:
            yield scope + part
            scope = ""


def _connect(
    graph: PackageGraph, tree: InstallTree, key: str, about: Mapping[str, object], index: int, line: int
) -> None:
    seen = tree.seen_from(_location(key))
    peers = about.get("optionalPeers")
    unneeded = {peer for peer in peers if isinstance(peer, str)} if isinstance(peers, list) else set()
    optional = names_in(about, "optionalDependencies")
    missing = []
    for name in names_in(about, "dependencies"):
        target = resolve(name, seen)
        if target is None and name not in optional:
            missing.append(name)
        elif target is not None and target >= 0 and name not in optional:
            graph.require(index, target)
    # an optional peer that the lock has for another reason is installed for this one too, also in production (bun 1.4)
    for name in names_in(about, "optionalDependencies", "peerDependencies"):
        target = resolve(name, seen)
        if target is not None and target >= 0:
            graph.require(index, target, optional=name in optional or name in unneeded)
    if missing:
        graph.missing(f"'{visible(graph.packages[index].name, 80)}'", missing, line)


def _ask(graph: PackageGraph, tree: InstallTree, name: str, workspace: Mapping[str, object]) -> None:
    """What one project asks for; a workspace has its own places below its name."""
    seen = tree.seen_from(_location(name) if name else "")
    optional = names_in(workspace, "optionalDependencies")
    for map_, scope in MAPS.items():
        for required in names_in(workspace, map_):
            target = resolve(required, seen)
            if target is not None and target >= 0 and not (scope is Scope.RUNTIME and required in optional):
                graph.root(target, scope)
