"""conan.lock of Conan 1 (a graph of nodes) and Conan 2 (flat lists with revision times)."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime

from checks.manifests.collect import Collector
from checks.manifests.jsontext import Array, Object, line_of, load_object, object_at
from checks.model import purl
from checks.model.dependency import Dependency, Inventory, Scope
from checks.model.phrase import visible

#: `name/version@user/channel#recipe_revision:package_id%timestamp` (Conan documentation, references).
_REFERENCE = re.compile(
    r"([A-Za-z0-9_][A-Za-z0-9_+.-]{0,200})/([^\s/@#%:\[\]]{1,200})(?:@([\w+.-]{0,200})(?:/([\w+.-]{0,200}))?)?"
    r"(?:#([0-9A-Za-z]{1,80}))?(?::([0-9A-Za-z]{1,80}))?(?:#[0-9A-Za-z]{1,80})?(?:%(\d{1,12})(?:\.\d{1,12})?)?"
)
_LISTS = {
    "requires": Scope.RUNTIME,
    "build_requires": Scope.BUILD,
    "python_requires": Scope.BUILD,
    "config_requires": Scope.BUILD,
}


def parse_conan_lock(text: str, path: str, companions: Mapping[str, str]) -> Inventory:
    """Recipes with their revision as integrity. Conan 2 does not tell which ones are direct."""
    found = Collector(path, "conan-lock")
    root = load_object(text)
    if isinstance(root.get("graph_lock"), Mapping):
        return _version_1(root, found)
    for section, scope in _LISTS.items():
        entries = root.get(section, Array())
        if not isinstance(entries, Array):
            found.problem(f"'{section}' is not a list", line_of(root, section)[0])
            continue
        for entry, (line, end) in zip(entries, entries.lines, strict=True):
            dependency = _dependency(entry, line, end, scope, None, found)
            if dependency is not None:
                found.add(dependency)
    return found.inventory()


def _version_1(root: Object, found: Collector) -> Inventory:
    """The node that nobody requires and that has a path is the project itself."""
    nodes = object_at(object_at(root, "graph_lock"), "nodes")
    runtime = {key: _targets(node, "requires") for key, node in nodes.items()}
    build = {key: _targets(node, "build_requires") for key, node in nodes.items()}
    required = {target for targets in (*runtime.values(), *build.values()) for target in targets}
    own = {key for key in nodes if key not in required and _is_consumer(nodes[key])}
    asked = {target for key in own for target in (*runtime[key], *build[key])}
    built = _build_only(own, runtime, build)
    indexes: dict[str, int] = {}
    for key, node in nodes.items():
        if key in own:
            continue
        line, end = line_of(nodes, key)
        reference = "ref" if isinstance(node, Object) and "ref" in node else "pref"
        value = node.get(reference) if isinstance(node, Object) else None
        line = line_of(node, reference)[0] or line if isinstance(node, Object) else line
        is_build = key in built or (isinstance(node, Mapping) and node.get("context") == "build")
        scope = Scope.BUILD if is_build else Scope.RUNTIME
        dependency = _dependency(value, line, end, scope, key in asked if own else None, found)
        if dependency is not None:
            indexes[key] = found.add(dependency)
    edges: list[list[int]] = [[] for _ in found.dependencies]
    for key, index in indexes.items():
        edges[index] = sorted({indexes[target] for target in (*runtime[key], *build[key]) if target in indexes})
    return found.inventory(edges)


def _is_consumer(node: object) -> bool:
    return isinstance(node, Mapping) and ("path" in node or not (node.get("ref") or node.get("pref")))


def _targets(node: object, name: str) -> list[str]:
    """Ids of required nodes: a list, or values of an object before lock version 0.4."""
    value = node.get(name) if isinstance(node, Mapping) else None
    items = value.values() if isinstance(value, Mapping) else value if isinstance(value, list) else ()
    return [item for item in items if isinstance(item, str)]


def _build_only(own: set[str], runtime: Mapping[str, list[str]], build: Mapping[str, list[str]]) -> set[str]:
    """Nodes that the project reaches through a build requirement only."""
    if not own:
        return set()
    shipped: set[str] = set()
    waiting = [target for key in own for target in runtime[key]]
    while waiting:
        key = waiting.pop()
        if key not in shipped and key in runtime:
            shipped.add(key)
            waiting.extend(runtime[key])
    return set(build) - shipped - own


def _dependency(
    reference: object, line: int, end: int, scope: Scope, direct: bool | None, found: Collector
) -> Dependency | None:
    match = _REFERENCE.fullmatch(reference) if isinstance(reference, str) and len(reference) < 1500 else None
    if not match:
        shown = visible(reference, 80) if isinstance(reference, str) else ""
        found.problem(f"this is not a Conan reference: '{shown}'", line)
        return None
    name, version, user, channel, revision, _, seconds = match.groups()
    owner = f"@{user}/{channel}" if user not in (None, "", "_") and channel else ""
    return Dependency(
        purl.package("conan", name),
        f"{name}{owner}",
        version,
        found.at(line, end),
        scope,
        direct,
        published=_moment(seconds),
        integrity=(revision,) if revision else (),
    )


def _moment(seconds: str | None) -> datetime | None:
    """When the locked recipe revision was created (Unix seconds in UTC)."""
    try:
        return datetime.fromtimestamp(int(seconds), UTC) if seconds else None
    except (ValueError, OverflowError, OSError):
        return None
