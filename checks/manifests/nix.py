"""flake.lock of Nix: inputs by Git commit and content hash."""

from collections.abc import Mapping
from datetime import UTC, datetime

from checks.manifests.collect import MAX_WORD, Collector
from checks.manifests.jsontext import line_of, load_object, object_at
from checks.manifests.repositories import repository
from checks.model import purl
from checks.model.dependency import Dependency, Inventory, Origin, Scope
from checks.model.phrase import visible

_HOSTS = {"github": "github.com", "gitlab": "gitlab.com", "sourcehut": "git.sr.ht"}
_MAX_PATH = 20


def parse_flake_lock(text: str, path: str, companions: Mapping[str, str]) -> Inventory:
    """Every locked input but folders of this tree; `follows` is resolved into edges."""
    found = Collector(path, "flake-lock")
    root = load_object(text, lambda depth, key: depth < 3)
    nodes = object_at(root, "nodes")
    if not nodes:
        found.problem("it has no object 'nodes'", 1)
    start = root.get("root")
    asked = set(_targets(nodes, start)) if isinstance(start, str) else set()
    indexes: dict[str, int] = {}
    for key, node in nodes.items():
        dependency = _dependency(key, node, nodes, key in asked, found) if key != start else None
        if dependency is not None:
            indexes[key] = found.add(dependency)
    edges = [sorted({indexes[target] for target in _targets(nodes, key) if target in indexes}) for key in indexes]
    return found.inventory(edges)


def _dependency(
    key: str, node: object, nodes: Mapping[str, object], direct: bool, found: Collector
) -> Dependency | None:
    line, end = line_of(nodes, key)
    locked = object_at(node, "locked") if isinstance(node, Mapping) else {}
    kind = _text(locked, "type")
    if kind == "path" and not _text(locked, "path").startswith("/"):
        return None
    address = _address(kind, locked)
    named = repository(address) if kind not in ("path", "indirect") else None
    if not locked or not kind or (named is None and not address):
        found.problem(f"the input '{visible(key, 80)}' is not locked", line)
        return None
    package, name = named or (purl.package("generic", key[:MAX_WORD]), key[:MAX_WORD])
    revision = _text(locked, "rev")
    origin = {"path": Origin.PATH, "tarball": Origin.URL, "file": Origin.URL}.get(kind, Origin.GIT)
    return Dependency(
        package,
        name,
        revision or None,
        found.at(line, end),
        Scope.UNKNOWN,
        direct,
        origin,
        address,
        published=_moment(locked.get("lastModified")),
        integrity=(_text(locked, "narHash"),) if _text(locked, "narHash") else (),
    )


def _address(kind: str, locked: Mapping[str, object]) -> str:
    if kind in _HOSTS:
        host = _text(locked, "host") or _HOSTS[kind]
        return f"https://{host}/{_text(locked, 'owner')}/{_text(locked, 'repo')}"
    return _text(locked, "url") or _text(locked, "path")


def _targets(nodes: Mapping[str, object], key: str) -> list[str]:
    """The nodes behind the inputs of `key`; a list is a path of input names from the root (`follows`)."""
    node = nodes.get(key)
    inputs = object_at(node, "inputs") if isinstance(node, Mapping) else {}
    targets = (_follow(nodes, target) if isinstance(target, list) else target for target in inputs.values())
    return [target for target in targets if isinstance(target, str)]


def _follow(nodes: Mapping[str, object], names: list[object]) -> str | None:
    current: object = "root"
    for name in names[:_MAX_PATH]:
        node = nodes.get(current) if isinstance(current, str) else None
        inputs = object_at(node, "inputs") if isinstance(node, Mapping) else {}
        current = inputs.get(name) if isinstance(name, str) else None
    return current if isinstance(current, str) else None


def _moment(seconds: object) -> datetime | None:
    """`lastModified`: the commit's time in Unix seconds, UTC."""
    try:
        return datetime.fromtimestamp(seconds, UTC) if type(seconds) is int else None
    except (ValueError, OverflowError, OSError):
        return None


def _text(value: Mapping[str, object], key: str) -> str:
    text = value.get(key)
    return text if isinstance(text, str) and len(text) <= MAX_WORD else ""
