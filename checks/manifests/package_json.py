"""package.json: what a project asks for, and on which line; the lock beside it says what it gets."""

import posixpath
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from checks.manifests.jsontext import Object, load_object
from checks.manifests.npmspec import alias_of, exact, is_archive, origin_of, purl_of
from checks.model.dependency import SCOPE_ORDER, Dependency, Inventory, Location, Origin, Problem, Scope
from checks.model.errors import UnreadableManifest
from checks.model.phrase import visible

#: The maps of requirements. npm lets optionalDependencies win over a dependency of the same name, so it comes first.
MAPS: Mapping[str, Scope] = {
    "optionalDependencies": Scope.OPTIONAL,
    "dependencies": Scope.RUNTIME,
    "devDependencies": Scope.DEVELOPMENT,
    "peerDependencies": Scope.PEER,
}
#: Specifiers that lead to another folder of the repository: its packages are read from its own manifest.
_PROJECTS = ("workspace:", "link:", "portal:")


@dataclass(frozen=True, slots=True)
class Requirement:
    """One line of package.json. `name` is the local one: an alias where `specifier` is `npm:real@range`."""

    name: str
    specifier: str
    scope: Scope
    line: int
    end_line: int


@dataclass(frozen=True, slots=True)
class Manifest:
    """What the reader of a lock needs of the package.json beside it."""

    requirements: tuple[Requirement, ...]
    has_workspaces: bool


def parse_package_json(text: str, path: str, companions: Mapping[str, str]) -> Inventory:
    """Every requirement with its range; a version only where the range is one exact version."""
    root = _root(text)
    # the same file name and layout, but the packages are those of the Unity editor
    if isinstance(root.get("unity"), str):
        return Inventory(path=path, format="package-json")
    problems = list(_unreadable(root, path))
    dependencies = []
    for requirement in _requirements(root):
        found = _dependency(requirement, path)
        if isinstance(found, Problem):
            problems.append(found)
        elif found is not None:
            dependencies.append(found)
    return Inventory(path=path, format="package-json", dependencies=tuple(dependencies), problems=tuple(problems))


def manifest_of(text: str) -> Manifest | None:
    """All requirements in the order of the file; an optional one in place of a dependency of the same name.

    Never raises: None for a file that cannot be read.
    """
    try:
        root = _root(text)
    except UnreadableManifest:
        return None
    return Manifest(tuple(_requirements(root)), bool(root.get("workspaces")))


def manifest_beside(path: str, companions: Mapping[str, str], folder: str = "") -> Manifest | None:
    """The package.json beside the lock at `path`, or in a `folder` relative to it; None if it is not among them."""
    text = companions.get(posixpath.normpath(posixpath.join(posixpath.dirname(path), folder, "package.json")))
    return manifest_of(text) if text else None


def requirement_lines(text: str) -> Mapping[str, int]:
    """Name → 1-based line of its requirement, for local names and for the real names behind aliases; never raises.

    Of several maps with the same name the one nearest to users counts (`SCOPE_ORDER`).
    """
    manifest = manifest_of(text)
    if manifest is None:
        return {}
    found = sorted(manifest.requirements, key=lambda requirement: SCOPE_ORDER.index(requirement.scope))
    lines: dict[str, int] = {}
    for requirement in found:
        lines.setdefault(requirement.name, requirement.line)
    for requirement in found:
        alias = alias_of(requirement.specifier)
        if alias:
            lines.setdefault(alias[0], requirement.line)
    return lines


def _root(text: str) -> Object:
    return load_object(text, lambda depth, key: depth == 0 and key in MAPS)


def _requirements(root: Object) -> Iterator[Requirement]:
    optional = root.get("optionalDependencies")
    for map_, members in root.items():
        scope = MAPS.get(map_)
        if scope is None or not isinstance(members, Object):
            continue
        for name, specifier in members.items():
            hidden = scope is Scope.RUNTIME and isinstance(optional, dict) and name in optional
            if isinstance(specifier, str) and not hidden:
                yield Requirement(name, specifier, scope, *members.lines[name])


def _unreadable(root: Object, path: str) -> Iterator[Problem]:
    for map_ in MAPS:
        members = root.get(map_)
        if members is None:
            continue
        if not isinstance(members, Object):
            yield Problem("entry", f"its '{map_}' is not an object", Location(path, *root.lines[map_]))
            continue
        for name, specifier in members.items():
            if not isinstance(specifier, str):
                message = f"the requirement of '{visible(name, 80)}' is not text"
                yield Problem("entry", message, Location(path, *members.lines[name]))


def _dependency(requirement: Requirement, path: str) -> Dependency | Problem | None:
    specifier = requirement.specifier.strip()
    location = Location(path, requirement.line, requirement.end_line)
    if specifier.startswith(_PROJECTS) or (specifier.startswith("file:") and not is_archive(specifier)):
        return None
    name, range_ = alias_of(specifier) or (requirement.name, specifier)
    purl = purl_of(name)
    if purl is None:
        return Problem("entry", f"'{visible(name, 80)}' is not a package name", location)
    address = range_ if _is_address(range_) else None
    return Dependency(
        purl=purl,
        name=name,
        version=exact(range_),
        location=location,
        scope=requirement.scope,
        direct=True,
        origin=origin_of(address, name, None) if address else Origin.REGISTRY,
        source=address,
    )


def _is_address(specifier: str) -> bool:
    """An address or a repository, as opposed to a range, a tag or a `catalog:` reference."""
    if specifier.startswith(("catalog:", "npm:", "patch:")):
        return False
    return ":" in specifier or "/" in specifier
