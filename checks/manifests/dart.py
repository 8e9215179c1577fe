"""pubspec.lock of Dart and Flutter."""

from collections.abc import Mapping

from checks.manifests.collect import MAX_WORD, Collector
from checks.manifests.jsontext import line_of
from checks.manifests.yamltext import load
from checks.model import purl
from checks.model.dependency import Dependency, Inventory, Origin, Scope
from checks.model.errors import UnreadableManifest
from checks.model.phrase import visible

#: `dependency:` as pub writes it. A transitive package may serve development only; the file does not tell.
_KINDS = {
    "direct main": (Scope.RUNTIME, True),
    "direct dev": (Scope.DEVELOPMENT, True),
    "direct overridden": (Scope.RUNTIME, True),
    "transitive": (Scope.UNKNOWN, False),
}
_ORIGINS = {"hosted": Origin.REGISTRY, "git": Origin.GIT, "path": Origin.PATH, "sdk": Origin.REGISTRY}


def parse_pubspec_lock(text: str, path: str, companions: Mapping[str, str]) -> Inventory:
    """Packages in file order; those of the SDK (`source: sdk`) have no version of their own."""
    found = Collector(path, "pubspec-lock")
    root = load(text)
    if root is None:
        return found.inventory()
    packages = root.get("packages", {}) if isinstance(root, Mapping) else None
    if not isinstance(root, Mapping) or not isinstance(packages, Mapping | None):
        raise UnreadableManifest("it has no mapping 'packages'", 1)
    for name, entry in (packages or {}).items():
        line, end = line_of(packages or {}, name)
        if isinstance(entry, Mapping) and 0 < len(name) <= MAX_WORD:
            _add(name, entry, line, end, found)
        else:
            found.problem(f"the package '{visible(name, 80)}' cannot be read", line)
    return found.inventory()


def _add(key: str, entry: Mapping[str, object], line: int, end: int, found: Collector) -> None:
    scope, direct = _KINDS.get(_text(entry, "dependency"), (Scope.UNKNOWN, None))
    kind = _text(entry, "source")
    described = entry.get("description")
    description: Mapping[str, object] = described if isinstance(described, Mapping) else {}
    version = _text(entry, "version") if kind != "sdk" else ""
    if not version and kind != "sdk":
        found.problem(f"the package '{visible(key, 80)}' has no version", line)
    name = _text(description, "name") or key
    address = _text(description, "url") or _text(description, "path")
    commit = _text(description, "resolved-ref")
    if kind == "sdk":
        address = f"sdk:{described}"[:MAX_WORD] if isinstance(described, str) else "sdk"
    hashes = tuple(value for value in (_text(description, "sha256"), commit) if value)
    found.add(
        Dependency(
            purl.package("pub", name),
            name,
            version or None,
            found.at(line, end),
            scope,
            direct,
            _ORIGINS.get(kind, Origin.URL),
            f"{address}#{commit}" if commit else address or None,
            integrity=hashes,
        )
    )


def _text(entry: Mapping[str, object], key: str) -> str:
    value = entry.get(key)
    return value if isinstance(value, str) and len(value) <= MAX_WORD else ""
