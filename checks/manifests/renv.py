"""renv.lock of R: packages with their hash, repository or Git remote and requirements."""

from collections.abc import Mapping

from checks.manifests.collect import MAX_WORD, Collector
from checks.manifests.jsontext import line_of, load_object
from checks.model import purl
from checks.model.dependency import Dependency, Inventory, Origin, Scope
from checks.model.phrase import visible

_GIT = frozenset({"github", "gitlab", "bitbucket", "git", "git2r", "xgit"})
_FILES = frozenset({"local", "filesystem"})


def parse_renv_lock(text: str, path: str, companions: Mapping[str, str]) -> Inventory:
    """The file does not tell which packages are direct. Bioconductor is a repository of its own."""
    found = Collector(path, "renv-lock")
    root = load_object(text, lambda depth, key: depth < 2)
    packages = root.get("Packages", {})
    if not isinstance(packages, Mapping):
        found.problem("'Packages' is not an object", line_of(root, "Packages")[0])
        return found.inventory()
    indexes: dict[str, int] = {}
    for key, entry in packages.items():
        line, end = line_of(packages, key)
        if not isinstance(entry, Mapping) or not 0 < len(key) <= MAX_WORD:
            found.problem(f"the package '{visible(key, 80)}' cannot be read", line)
            continue
        indexes[key] = found.add(_dependency(key, entry, line, end, found))
    edges = [[indexes[name] for name in _requirements(packages[key]) if name in indexes] for key in indexes]
    return found.inventory([sorted(set(targets)) for targets in edges])


def _dependency(key: str, entry: Mapping[str, object], line: int, end: int, found: Collector) -> Dependency:
    name = _text(entry, "Package") or key
    version = _text(entry, "Version") or None
    if version is None:
        found.problem(f"the package '{visible(name, 80)}' has no version", line)
    source = _text(entry, "Source").lower()
    commit = _text(entry, "RemoteSha")
    hashes = tuple(value for value in (_text(entry, "Hash"), commit) if value)
    origin, address = Origin.REGISTRY, _text(entry, "Repository")
    if source in _GIT:
        origin, address = Origin.GIT, _remote(entry)
    elif source in _FILES:
        origin, address = Origin.PATH, _text(entry, "RemoteUrl")
    elif source == "url":
        origin, address = Origin.URL, _text(entry, "RemoteUrl")
    type_ = "bioconductor" if source == "bioconductor" else "cran"
    place = found.at(line, end)
    return Dependency(
        purl.package(type_, name), name, version, place, Scope.RUNTIME, None, origin, address or None, integrity=hashes
    )


def _remote(entry: Mapping[str, object]) -> str:
    """`host/owner/repo#sha`, or the Git address that the entry names."""
    host = _text(entry, "RemoteHost").removeprefix("api.")
    place = "/".join(part for part in (host, _text(entry, "RemoteUsername"), _text(entry, "RemoteRepo")) if part)
    address = _text(entry, "RemoteUrl") or place
    commit = _text(entry, "RemoteSha")
    return f"{address}#{commit}" if commit else address


def _requirements(entry: object) -> list[str]:
    """Names; renv 1.1 writes the fields of DESCRIPTION instead of `Requirements`."""
    if not isinstance(entry, Mapping):
        return []
    names: list[str] = []
    for field in ("Requirements", "Depends", "Imports", "LinkingTo"):
        value = entry.get(field)
        items = value if isinstance(value, list) else value.split(",") if isinstance(value, str) else ()
        names.extend(item.partition("(")[0].strip() for item in items if isinstance(item, str) and len(item) < 500)
    return names


def _text(entry: Mapping[str, object], key: str) -> str:
    value = entry.get(key)
    return value if isinstance(value, str) and len(value) <= MAX_WORD else ""
