"""Package.resolved of Swift packages and Xcode: pins by repository address, versions 1 to 3."""

from collections.abc import Mapping

from checks.manifests.collect import MAX_WORD, Collector
from checks.manifests.jsontext import Array, Object, load_object, object_at
from checks.manifests.repositories import repository
from checks.model import purl
from checks.model.dependency import Dependency, Inventory, Origin, Scope
from checks.model.phrase import visible


def parse_package_resolved(text: str, path: str, companions: Mapping[str, str]) -> Inventory:
    """A pin to a branch has its commit as version; the file does not tell which packages are direct."""
    found = Collector(path, "swift-resolved")
    root = load_object(text, lambda depth, key: depth < 3 and key != "state")
    pins = root.get("pins", object_at(root, "object").get("pins"))
    if not isinstance(pins, Array):
        found.problem("it has no list 'pins'", 1)
        return found.inventory()
    for pin, (line, end) in zip(pins, pins.lines, strict=True):
        _add(pin, line, end, found)
    return found.inventory()


def _add(pin: object, line: int, end: int, found: Collector) -> None:
    if not isinstance(pin, Object):
        found.problem("this pin is not an object", line)
        return
    key = "identity" if "identity" in pin else "package"
    name, location = _text(pin.get(key)), _text(pin.get("location", pin.get("repositoryURL")))
    state = object_at(pin, "state")
    revision = _text(state.get("revision"))
    version = _text(state.get("version")) or revision
    if not name and not location:
        found.problem("this pin has neither a name nor an address", line)
        return
    line = pin.lines.get(key, (line, end))[0]
    if version is None:
        found.problem(f"the pin of '{visible(name or location or '', 80)}' has no version", line)
    origin = {"localSourceControl": Origin.PATH, "registry": Origin.REGISTRY}.get(str(pin.get("kind")), Origin.GIT)
    package, shown = _identity(name, location if origin is Origin.GIT else None)
    found.add(
        Dependency(
            package,
            shown,
            version,
            found.at(line, end),
            Scope.RUNTIME,
            None,
            origin,
            location,
            integrity=(revision,) if revision else (),
        )
    )


def _identity(name: str | None, location: str | None) -> tuple[str, str]:
    """`pkg:swift/github.com/apple/swift-nio` (purl type definition: host and owner are the namespace)."""
    known = repository(location) if location else None
    if known is None:
        scope, _, last = (name or location or "").rpartition(".")
        return purl.package("swift", last or "unknown", scope), name or location or ""
    parts = known[1].split("/")
    if len(parts) == 2 and known[0].startswith(("pkg:github/", "pkg:bitbucket/")):
        host = "github.com" if known[0].startswith("pkg:github/") else "bitbucket.org"
        parts = [host, *parts]
    return purl.package("swift", parts[-1], "/".join(parts[:-1])), "/".join(parts)


def _text(value: object) -> str | None:
    return value if isinstance(value, str) and 0 < len(value) <= MAX_WORD else None
