"""build.sbt.lock of the sbt lock plug-in: Maven artifacts with hashes and configurations."""

from collections.abc import Mapping

from checks.manifests.collect import MAX_WORD, Collector
from checks.manifests.jsontext import Array, Object, line_of, load_object
from checks.model import purl
from checks.model.dependency import Dependency, Inventory, Scope

_TESTING = frozenset({"test", "it", "IntegrationTest", "multi-jvm"})
_BUILDING = frozenset({"provided", "plugin", "scala-tool", "scala-doc-tool", "compile-internal"})


def parse_sbt_lock(text: str, path: str, companions: Mapping[str, str]) -> Inventory:
    """The file does not tell which artifacts are direct."""
    found = Collector(path, "sbt-lock")
    root = load_object(text, lambda depth, key: depth < 2)
    entries = root.get("dependencies")
    if not isinstance(entries, Array):
        found.problem("it has no list 'dependencies'", line_of(root, "dependencies")[0])
        return found.inventory()
    for entry, (line, end) in zip(entries, entries.lines, strict=True):
        group, name, version = (_text(entry, key) for key in ("org", "name", "version"))
        if not isinstance(entry, Object) or not group or not name:
            found.problem("this dependency has no organization or name", line)
            continue
        if not version:
            found.problem("this dependency has no version", line)
        found.add(
            Dependency(
                purl.package("maven", name, group),
                f"{group}:{name}",
                version or None,
                found.at(line_of(entry, "name")[0] or line, end),
                _scope(entry.get("configurations")),
                integrity=_hashes(entry.get("artifacts")),
            )
        )
    return found.inventory()


def _scope(configurations: object) -> Scope:
    names = {name for name in configurations if isinstance(name, str)} if isinstance(configurations, list) else set()
    if not names:
        return Scope.UNKNOWN
    if names <= _TESTING:
        return Scope.TEST
    return Scope.BUILD if names <= _TESTING | _BUILDING else Scope.RUNTIME


def _hashes(artifacts: object) -> tuple[str, ...]:
    items = artifacts if isinstance(artifacts, list) else []
    return tuple(hash_ for hash_ in (_text(item, "hash") for item in items[:100]) if hash_)


def _text(entry: object, key: str) -> str:
    value = entry.get(key) if isinstance(entry, Mapping) else None
    return value if isinstance(value, str) and len(value) <= MAX_WORD else ""
