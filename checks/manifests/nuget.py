"""NuGet's own files: packages.lock.json and packages.config. Project files are in `msbuild`."""

from collections.abc import Mapping

from checks.manifests.collect import MAX_WORD, Collector
from checks.manifests.jsontext import line_of, load_object
from checks.manifests.xmltext import parse_xml
from checks.model import purl
from checks.model.dependency import Dependency, Inventory, Scope
from checks.model.phrase import visible

_DIRECT = {"direct": True, "transitive": False, "centraltransitive": False}


def parse_packages_lock(text: str, path: str, companions: Mapping[str, str]) -> Inventory:
    """Packages of every target framework; the same version for several frameworks is one dependency."""
    found = Collector(path, "nuget-lock")
    root = load_object(text, lambda depth, key: depth < 3)
    frameworks = root.get("dependencies")
    if not isinstance(frameworks, Mapping):
        found.problem("it has no object 'dependencies'", line_of(root, "dependencies")[0])
        return found.inventory()
    known: dict[tuple[str, str | None], int] = {}
    edges: list[set[int]] = []
    for framework, packages in frameworks.items():
        if isinstance(packages, Mapping):
            _add_framework(packages, known, edges, found)
        else:
            message = f"the framework '{visible(framework, 60)}' is not an object"
            found.problem(message, line_of(frameworks, framework)[0])
    return found.inventory([sorted(targets) for targets in edges])


def _add_framework(
    packages: Mapping[str, object], known: dict[tuple[str, str | None], int], edges: list[set[int]], found: Collector
) -> None:
    here: dict[str, int] = {}
    for name, entry in packages.items():
        line, end = line_of(packages, name)
        if not isinstance(entry, Mapping) or not 0 < len(name) <= MAX_WORD:
            found.problem(f"the package '{visible(name, 60)}' cannot be read", line)
            continue
        kind = str(entry.get("type", "")).lower() if isinstance(entry.get("type"), str) else ""
        if kind == "project":
            continue
        version = _text(entry.get("resolved"))
        if version is None:
            found.problem(f"the package '{visible(name, 60)}' has no resolved version", line)
        hash_ = _text(entry.get("contentHash"))
        dependency = Dependency(
            nuget_purl(name),
            name,
            version,
            found.at(line, end),
            Scope.RUNTIME,
            _DIRECT.get(kind),
            integrity=(f"sha512-{hash_}",) if hash_ else (),
        )
        here[name.lower()] = _remember(dependency, known, edges, found)
    for name, entry in packages.items():
        wanted = entry.get("dependencies") if isinstance(entry, Mapping) else None
        if name.lower() in here and isinstance(wanted, Mapping):
            edges[here[name.lower()]].update(here[key.lower()] for key in wanted if key.lower() in here)


def _remember(
    dependency: Dependency, known: dict[tuple[str, str | None], int], edges: list[set[int]], found: Collector
) -> int:
    key = (dependency.name.lower(), dependency.version)
    index = known.get(key)
    if index is None:
        index = known[key] = found.add(dependency)
        edges.append(set())
    elif dependency.direct and not found.dependencies[index].direct:
        found.dependencies[index] = dependency
    return index


def parse_packages_config(text: str, path: str, companions: Mapping[str, str]) -> Inventory:
    """The flat list that NuGet wrote before PackageReference; it does not tell which packages are direct."""
    found = Collector(path, "nuget-config")
    for package in parse_xml(text, "packages").all("package"):
        attributes = {name.lower(): value.strip() for name, value in package.attributes.items()}
        name, version = attributes.get("id", ""), attributes.get("version") or None
        if not name or max(len(name), len(version or "")) > MAX_WORD:
            found.problem("this package has no id", package.line)
            continue
        if version is None:
            found.problem(f"{visible(name, 120)} has no version", package.line, "unresolved")
        tool = attributes.get("developmentdependency", "").lower() == "true"
        scope = Scope.DEVELOPMENT if tool else Scope.RUNTIME
        found.add(Dependency(nuget_purl(name), name, version, found.at(package.line, package.end_line), scope))
    return found.inventory()


def nuget_purl(name: str) -> str:
    """The case is kept (purl type definition of NuGet); ids are compared without it."""
    return purl.package("nuget", name)


def _text(value: object) -> str | None:
    return value if isinstance(value, str) and 0 < len(value) <= MAX_WORD else None
