"""Podfile.lock of CocoaPods. Subspecs (`Name/Core`) belong to their pod: they have its version and its source."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from checks.manifests.collect import MAX_WORD, Collector
from checks.manifests.jsontext import Array, Object, object_at
from checks.manifests.yamltext import load
from checks.model import purl
from checks.model.dependency import Dependency, Inventory, Origin, Scope
from checks.model.errors import UnreadableManifest
from checks.model.phrase import visible

_POD = re.compile(r"([^\s()]{1,300})(?: \(([^()]{0,300})\))?")


@dataclass(slots=True)
class _Pods:
    found: Collector
    external: Mapping[str, object]
    checkouts: Mapping[str, object]
    checksums: Mapping[str, object]
    repositories: dict[str, str]
    wanted: set[str]
    indexes: dict[str, int] = field(default_factory=dict)
    requires: list[set[str]] = field(default_factory=list)


def parse_podfile_lock(text: str, path: str, companions: Mapping[str, str]) -> Inventory:
    """Pods in file order with their graph; targets, and with them scopes, stand in the Podfile only."""
    root = load(text)
    found = Collector(path, "podfile-lock")
    if root is None:
        return found.inventory()
    if not isinstance(root, Object) or not isinstance(root.get("PODS"), Array | None):
        raise UnreadableManifest("it has no list 'PODS'", 1)
    pods = _Pods(
        found,
        object_at(root, "EXTERNAL SOURCES"),
        object_at(root, "CHECKOUT OPTIONS"),
        object_at(root, "SPEC CHECKSUMS"),
        _spec_repositories(object_at(root, "SPEC REPOS")),
        _names(root.get("DEPENDENCIES")),
    )
    entries = root.get("PODS")
    if isinstance(entries, Array):
        for entry, (line, end) in zip(entries, entries.lines, strict=True):
            _take(entry, line, end, pods)
    edges = [sorted({pods.indexes[name] for name in names if name in pods.indexes}) for names in pods.requires]
    return found.inventory([[child for child in row if child != index] for index, row in enumerate(edges)])


def _take(entry: object, line: int, end: int, pods: _Pods) -> None:
    """`Name (1.0)` or a mapping of it to what it requires."""
    required: object = None
    if isinstance(entry, Object) and len(entry) == 1:
        entry, required = next(iter(entry.items()))
    match = _POD.fullmatch(entry) if isinstance(entry, str) else None
    if not match or not match[2]:
        pods.found.problem(f"this is not 'Name (version)': {visible(str(entry), 80)}", line)
        return
    name = match[1].partition("/")[0] or match[1]
    if name not in pods.indexes:
        pods.indexes[name] = pods.found.add(_dependency(name, match[2], line, end, pods))
        pods.requires.append(set())
    pods.requires[pods.indexes[name]].update(_names(required))


def _dependency(name: str, version: str, line: int, end: int, pods: _Pods) -> Dependency:
    origin, address = Origin.REGISTRY, pods.repositories.get(name)
    outside, checkout = pods.external.get(name), pods.checkouts.get(name)
    if isinstance(outside, Mapping):
        origin, address = _outside(outside)
    commit = checkout.get(":commit") if isinstance(checkout, Mapping) else None
    hashes = (pods.checksums.get(name), commit)
    return Dependency(
        purl.package("cocoapods", name),
        name,
        version,
        pods.found.at(line, end),
        Scope.RUNTIME,
        name in pods.wanted if pods.wanted else None,
        origin,
        address,
        integrity=tuple(value for value in hashes if isinstance(value, str) and 0 < len(value) <= MAX_WORD),
    )


def _outside(source: Mapping[str, object]) -> tuple[Origin, str | None]:
    """Keys are Ruby symbols: `:git`, `:path`, `:podspec`, `:http`."""
    for key, origin in ((":git", Origin.GIT), (":path", Origin.PATH), (":http", Origin.URL), (":podspec", Origin.URL)):
        value = source.get(key)
        if isinstance(value, str):
            is_local = key == ":podspec" and "://" not in value
            return Origin.PATH if is_local else origin, value[:MAX_WORD]
    return Origin.URL, None


def _spec_repositories(repositories: Mapping[str, object]) -> dict[str, str]:
    return {
        name: address[:MAX_WORD]
        for address, names in repositories.items()
        if isinstance(names, Array)
        for name in names
        if isinstance(name, str)
    }


def _names(items: object) -> set[str]:
    return {_root_name(item) for item in items if isinstance(item, str)} if isinstance(items, Array) else set()


def _root_name(text: str) -> str:
    return text[:MAX_WORD].partition(" ")[0].partition("/")[0]
