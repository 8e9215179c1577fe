"""yarn.lock of yarn 2 and later: YAML whose `resolution` names each package and where it comes from."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from urllib.parse import unquote

from checks.manifests.jsgraph import Package, PackageGraph
from checks.manifests.jsontext import Object, Span
from checks.manifests.npmspec import names_in, origin_of, purl_of, split_at
from checks.manifests.package_json import manifest_beside
from checks.manifests.yamltext import load
from checks.manifests.yarn import FORMAT, Specifiers
from checks.manifests.yarnscan import read_entries
from checks.model.dependency import Inventory, Origin, Scope
from checks.model.errors import UnreadableManifest
from checks.model.phrase import visible

#: Protocols that lead to folders of the repository; a `file:` folder is copied, like any package.
_PROJECTS = ("workspace:", "link:", "portal:")
#: A patch of a patch of a patch.
_MAX_PATCHES = 8


@dataclass(slots=True)
class _Entry:
    """One entry: the specifiers it answers, and the package it resolves to with its reference (`npm:1.0.0`)."""

    specifiers: list[str]
    name: str
    reference: str
    patched: bool
    fields: Mapping[str, object]
    span: Span
    index: int = Specifiers.PROJECT


def parse_berry(text: str, path: str, companions: Mapping[str, str]) -> Inventory:
    """Every package once: a patched copy is the package that it patches."""
    root = read_entries(text.replace("\r\n", "\n")) or load(text)
    if not isinstance(root, Object):
        raise UnreadableManifest("it is not a map of entries", 1)
    graph = PackageGraph(path, FORMAT)
    entries = list(_entries(graph, root))
    known = _place(graph, entries)
    for entry in entries:
        if entry.index >= 0 and not entry.patched:
            _connect(graph, known, entry)
        elif entry.reference.startswith("workspace:"):
            _ask(graph, known, entry, path, companions)
    return graph.inventory()


def _entries(graph: PackageGraph, root: Object) -> Iterator[_Entry]:
    for key, fields in root.items():
        if key == "__metadata":
            continue
        span = root.lines[key]
        resolution = fields.get("resolution") if isinstance(fields, dict) else None
        if not isinstance(fields, dict) or not isinstance(resolution, str):
            graph.collector.problem(f"the entry '{visible(key, 80)}' has no resolution", span[0])
            continue
        name, reference = split_at(resolution)
        patched = reference.startswith("patch:")
        for _ in range(_MAX_PATCHES):
            if not reference.startswith("patch:"):
                break
            # `patch:name@npm%3A1.0.0#file::bindings`
            name, reference = split_at(unquote(reference[6:].partition("#")[0]))
        yield _Entry(key.split(", "), name, reference, patched, fields, span)


def _place(graph: PackageGraph, entries: list[_Entry]) -> Specifiers:
    """Give each entry its package and index its specifiers."""
    plain = {(entry.name, entry.reference) for entry in entries if not entry.patched}
    placed: dict[tuple[str, str], int] = {}
    for entry in entries:
        locator = (entry.name, entry.reference)
        if entry.reference.startswith(_PROJECTS) or (entry.patched and locator in plain) or locator in placed:
            continue
        package = _package(entry)
        if isinstance(package, str):
            graph.collector.problem(package, entry.span[0])
        else:
            placed[locator] = graph.add(package)
            entry.patched = False
    known = Specifiers()
    for entry in entries:
        entry.index = placed.get((entry.name, entry.reference), Specifiers.PROJECT)
        for specifier in entry.specifiers:
            known.add(*split_at(specifier), entry.index)
    return known


def _package(entry: _Entry) -> Package | str:
    """What is wrong with it for an entry that names no package."""
    reference, _, bindings = entry.reference.partition("::")
    purl = purl_of(entry.name)
    if purl is None:
        return f"'{visible(entry.name, 80)}' is not a package name"
    checksum = entry.fields.get("checksum")
    version = entry.fields.get("version")
    address: str | None = reference
    if reference.startswith("npm:"):
        # what is fetched, whatever `version` says
        version = reference[4:]
        address = _archive_url(bindings)
    if not isinstance(version, str) or not version:
        return f"the entry '{visible(entry.specifiers[0], 80)}' has no version"
    origin = Origin.PATH if reference.startswith("exec:") else origin_of(address, entry.name, version)
    integrity = (checksum,) if isinstance(checksum, str) else ()
    return Package(entry.name, purl, version, entry.span, origin, address, integrity)


def _archive_url(bindings: str) -> str | None:
    for binding in bindings.split("&"):
        key, _, value = binding.partition("=")
        if key == "__archiveUrl":
            return unquote(value)
    return None


def _connect(graph: PackageGraph, known: Specifiers, entry: _Entry) -> None:
    optional = _optional(entry)
    missing = []
    for name, range_ in names_in(entry.fields, "dependencies").items():
        target = known.find(name, range_)
        if target is not None and target >= 0:
            graph.require(entry.index, target, optional=name in optional)
        elif target is None and name not in optional:
            missing.append(name)
    if missing:
        graph.missing(f"'{visible(entry.name, 80)}'", missing, entry.span[0])


def _optional(entry: _Entry) -> set[str]:
    meta = entry.fields.get("dependenciesMeta")
    if not isinstance(meta, dict):
        return set()
    return {name for name, about in meta.items() if isinstance(about, dict) and about.get("optional") == "true"}


def _ask(graph: PackageGraph, known: Specifiers, entry: _Entry, path: str, companions: Mapping[str, str]) -> None:
    """What a workspace asks for. The lock merges its maps: only its package.json, if it was read, tells them apart."""
    graph.complete = True
    manifest = manifest_beside(path, companions, entry.reference.removeprefix("workspace:"))
    scopes: dict[str, Scope] = {}
    for requirement in manifest.requirements if manifest else ():
        if requirement.scope is not Scope.PEER:
            scopes.setdefault(requirement.name, requirement.scope)
    for name, range_ in names_in(entry.fields, "dependencies").items():
        target = known.find(name, range_)
        if target is not None and target >= 0:
            graph.root(target, scopes.get(name, Scope.UNKNOWN))
