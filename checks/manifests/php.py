"""composer.lock: Composer's packages with license and date; composer.json beside it says which are direct."""

import json
import posixpath
from collections.abc import Mapping
from datetime import UTC, datetime

from checks.manifests.collect import MAX_WORD, Collector
from checks.manifests.jsontext import Array, line_of, load_object
from checks.model import purl
from checks.model.dependency import Dependency, Inventory, Origin, Scope
from checks.model.phrase import visible

_SECTIONS = {"packages": Scope.RUNTIME, "packages-dev": Scope.DEVELOPMENT}


def parse_composer_lock(text: str, path: str, companions: Mapping[str, str]) -> Inventory:
    """Both sections; `replace` and `provide` are not followed, because nothing of that name is installed."""
    found = Collector(path, "composer-lock")
    root = load_object(text, lambda depth, key: depth < 2)
    asked = _asked(companions.get(posixpath.join(posixpath.dirname(path), "composer.json")))
    requires: list[list[str]] = []
    for section, scope in _SECTIONS.items():
        packages = root.get(section)
        if packages is None or packages == {}:
            continue
        if not isinstance(packages, Array):
            found.problem(f"'{section}' is not a list", line_of(root, section)[0])
            continue
        for entry, (line, end) in zip(packages, packages.lines, strict=True):
            package = _package(entry, scope, line, end, asked, found)
            if package is not None:
                found.add(package)
                requires.append(_names(entry, "require"))
    by_name = {package.name.lower(): index for index, package in enumerate(found.dependencies)}
    return found.inventory([sorted({by_name[name] for name in names if name in by_name}) for names in requires])


def _package(
    entry: object, scope: Scope, line: int, end: int, asked: set[str] | None, found: Collector
) -> Dependency | None:
    name = _text(entry.get("name")) if isinstance(entry, Mapping) else None
    if not isinstance(entry, Mapping) or name is None:
        found.problem("this package has no name", line)
        return None
    version = _text(entry.get("version"))
    if version is None:
        found.problem(f"the package '{visible(name, 80)}' has no version", line)
    namespace, _, last = name.rpartition("/")
    origin, source, hashes = _origin(entry, version or "")
    return Dependency(
        purl.package("composer", last or name, namespace),
        name,
        version,
        found.at(line_of(entry, "name")[0] or line, end),
        scope,
        None if asked is None else name.lower() in asked,
        origin,
        source,
        _license(entry.get("license")),
        _time(entry.get("time")),
        hashes,
    )


def _origin(entry: Mapping[str, object], version: str) -> tuple[Origin, str | None, tuple[str, ...]]:
    """A branch (`dev-main`) is a Git commit whatever archive carries it; `path` is a folder of the tree."""
    dist, source = _object(entry, "dist"), _object(entry, "source")
    hashes = tuple(
        value
        for value in (_text(dist.get("shasum")), _text(source.get("reference")), _text(dist.get("reference")))
        if value
    )
    hashes = tuple(dict.fromkeys(hashes))
    url = _text(dist.get("url")) or _text(source.get("url"))
    if dist.get("type") == "path":
        return Origin.PATH, url, hashes
    if version.startswith("dev-") or (not dist and source):
        return Origin.GIT, _text(source.get("url")) or url, hashes
    return Origin.REGISTRY, url, hashes


def _license(value: object) -> str | None:
    """Several licenses in the list are a choice (Composer documentation, `license`)."""
    if isinstance(value, str):
        return value[:MAX_WORD] or None
    if not isinstance(value, list):
        return None
    texts = [item for item in value[:50] if isinstance(item, str) and item]
    if len(texts) > 1:
        texts = [f"({text})" if " " in text and not text.startswith("(") else text for text in texts]
    return " OR ".join(texts)[:MAX_WORD] or None


def _time(value: object) -> datetime | None:
    try:
        moment = datetime.fromisoformat(value) if isinstance(value, str) and len(value) < 40 else None
        return (moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)) if moment else None
    except (ValueError, OverflowError):
        return None


def _asked(text: str | None) -> set[str] | None:
    """What composer.json requires, lower case; None if there is none that can be read."""
    if text is None:
        return None
    try:
        manifest = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return {*_names(manifest, "require"), *_names(manifest, "require-dev")} if isinstance(manifest, dict) else None


def _names(entry: object, key: str) -> list[str]:
    value = entry.get(key) if isinstance(entry, Mapping) else None
    return [name.lower() for name in value] if isinstance(value, Mapping) else []


def _object(entry: Mapping[str, object], key: str) -> Mapping[str, object]:
    value = entry.get(key)
    return value if isinstance(value, Mapping) else {}


def _text(value: object) -> str | None:
    return value if isinstance(value, str) and 0 < len(value) <= MAX_WORD else None
