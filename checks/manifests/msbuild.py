"""MSBuild project and property files: PackageReference, central versions and SDKs, with the properties of the tree.

Nothing is evaluated: a property counts when the files at hand give it one value, whatever its condition says.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from checks.manifests.collect import MAX_WORD, Collector
from checks.manifests.nuget import nuget_purl
from checks.manifests.xmltext import Element, parse_xml
from checks.model.dependency import Dependency, Inventory, Scope
from checks.model.errors import UnreadableManifest
from checks.model.phrase import visible

_PROPERTY = re.compile(r"\$\(([A-Za-z_][\w.-]{0,200})\)")
_EXACT = re.compile(r"\[\s*([^\s,*()\[\]]+)\s*\]|v?(\d[^\s,*()\[\]$]*)")
_ITEMS = {
    "packagereference": Scope.RUNTIME,
    "packageversion": Scope.UNKNOWN,
    "globalpackagereference": Scope.BUILD,
    "packagedownload": Scope.BUILD,
    "dotnetclitoolreference": Scope.DEVELOPMENT,
}
_SHARED = ("Directory.Packages.props", "Directory.Build.props")


@dataclass(slots=True)
class _Known:
    """Properties (None: several different values) and centrally managed versions of a file and those above it."""

    properties: dict[str, str | None] = field(default_factory=dict)
    versions: dict[str, str] = field(default_factory=dict)

    def learn(self, root: Element) -> None:
        """Take over what the nearer files do not set: a project's own value beats that of the props above it."""
        own: dict[str, str | None] = {}
        for group in _named(root, "propertygroup"):
            for item in group.children:
                name, value = item.name.lower(), item.text.strip()
                if len(value) <= MAX_WORD and own.setdefault(name, value) != value:
                    own[name] = None
        self.properties = {**own, **self.properties}
        for item in _items(root):
            if item.name.lower() == "packageversion":
                attributes = _attributes(item)
                name = attributes.get("include") or attributes.get("update", "")
                self.versions.setdefault(name.lower(), attributes.get("version", ""))

    def fill(self, text: str) -> str | None:
        """`text` with each `$(Property)` replaced; None if one is not known or a value is not plausible."""
        for _ in range(5):
            if len(text) > MAX_WORD:
                return None
            if "$(" not in text:
                return text
            names = [name.lower() for name in _PROPERTY.findall(text)]
            if not names or any(self.properties.get(name) is None for name in names):
                return None
            if sum(len(self.properties[name] or "") for name in names) > MAX_WORD:
                return None
            text = _PROPERTY.sub(lambda match: self.properties[match[1].lower()] or "", text)
        return None


def parse_project(text: str, path: str, companions: Mapping[str, str]) -> Inventory:
    """`*.csproj`, `*.fsproj`, `*.vbproj`, `*.props`, `*.targets`; versions may come from the props above it."""
    found = Collector(path, "msbuild")
    root = parse_xml(text, "Project")
    known = _Known()
    known.learn(root)
    # the deepest folder first: MSBuild takes the nearest file of each name
    for name, shared in sorted(companions.items(), key=lambda companion: (-companion[0].count("/"), companion[0])):
        if name != path and name.endswith(_SHARED):
            try:
                known.learn(parse_xml(shared, "Project"))
            except UnreadableManifest:
                continue
    for name, element in _sdks(root):
        _add_sdk(name, element, known, found)
    for item in _items(root):
        if item.name.lower() in _ITEMS:
            _add_item(item, known, found)
    return found.inventory()


def _add_item(item: Element, known: _Known, found: Collector) -> None:
    attributes = _attributes(item)
    if not attributes.get("include") and (attributes.get("update") or attributes.get("remove")):
        if item.name.lower() != "packageversion":
            return  # changes or removes what another line includes
        attributes["include"] = attributes.get("update", "")
    names = known.fill(attributes.get("include", ""))
    if not names:
        unresolved = bool(attributes.get("include"))
        message = "the name of this package is not in the tree" if unresolved else "this package has no name"
        found.problem(message, item.line, "unresolved" if unresolved else "entry")
        return
    for name in filter(None, (part.strip() for part in names.split(";"))):
        version = _version(name, attributes, known, item.line, found)
        place = found.at(item.line, item.end_line)
        found.add(Dependency(nuget_purl(name), name, version, place, _scope(item, attributes), True))


def _version(name: str, attributes: Mapping[str, str], known: _Known, line: int, found: Collector) -> str | None:
    asked = attributes.get("versionoverride") or attributes.get("version") or known.versions.get(name.lower(), "")
    return _exact(asked, name, known, line, found)


def _exact(asked: str, name: str, known: _Known, line: int, found: Collector) -> str | None:
    """`1.2.3` (the lowest version that restore takes, and takes if it exists) or `[1.2.3]`; None for a range."""
    filled = known.fill(asked)
    match = _EXACT.fullmatch(filled.strip()) if filled else None
    if match:
        return match[1] or match[2]
    shown = visible(name, 120)
    if filled:
        message = f"{shown} asks for {visible(filled, 60)}, and the version that is chosen is not in the tree"
    elif asked:
        message = f"the version of {shown} is {visible(asked, 60)}, which is not set in the tree"
    else:
        message = f"the version of {shown} is not in the tree"
    found.problem(message, line, "unresolved")
    return None


def _scope(item: Element, attributes: Mapping[str, str]) -> Scope:
    """`PrivateAssets="all"`: nothing of it reaches those who use the project (NuGet documentation, asset control)."""
    scope = _ITEMS[item.name.lower()]
    private = {part.strip().lower() for part in attributes.get("privateassets", "").split(";")}
    return Scope.DEVELOPMENT if scope is Scope.RUNTIME and "all" in private else scope


def _sdks(root: Element) -> Iterator[tuple[str, Element]]:
    """MSBuild SDKs, which are packages when they carry a version: `Sdk="Name/1.0"`, `<Sdk Name="" Version="">`."""
    for part in _attributes(root).get("sdk", "").split(";"):
        yield part, root
    for item in root.children:
        attributes = _attributes(item)
        if item.name.lower() == "sdk":
            yield f"{attributes.get('name', '')}/{attributes.get('version', '')}", item
        elif item.name.lower() == "import" and "sdk" in attributes:
            yield f"{attributes['sdk']}/{attributes.get('version', '')}", item


def _add_sdk(text: str, element: Element, known: _Known, found: Collector) -> None:
    name, _, version = text.strip().partition("/")
    if name and version and len(name) <= MAX_WORD:
        exact = _exact(version, name, known, element.line, found)
        place = found.at(element.line)
        found.add(Dependency(nuget_purl(name), name, exact, place, Scope.BUILD, True))


def _items(root: Element) -> Iterator[Element]:
    for group in _named(root, "itemgroup"):
        yield from group.children


def _named(root: Element, name: str) -> Iterator[Element]:
    """Groups anywhere in the file (below `Choose`, `When`, `Target`), without recursion."""
    waiting = [root]
    while waiting:
        element = waiting.pop()
        if element.name.lower() == name:
            yield element
        else:
            waiting.extend(reversed(element.children))


def _attributes(item: Element) -> dict[str, str]:
    """Attributes and the child elements that may stand for them, by lower-case name."""
    values = {child.name.lower(): child.text.strip() for child in item.children}
    values.update((name.lower(), value.strip()) for name, value in item.attributes.items())
    return values
