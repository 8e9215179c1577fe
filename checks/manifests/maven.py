"""pom.xml: dependencies and build plugins, with properties, management and parents as far as they are in the tree.

Nothing is fetched: a version that a parent, a BOM or a profile outside the tree would give is `unresolved`, never
guessed. Dependencies that are inherited from a parent in the tree are listed where they stand, in the parent.
"""

import posixpath
import re
from collections import ChainMap
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from checks.manifests.collect import Collector
from checks.manifests.xmltext import Element, parse_xml
from checks.model import purl
from checks.model.dependency import Dependency, Inventory, Origin, Scope
from checks.model.errors import UnreadableManifest
from checks.model.phrase import visible

_PLACEHOLDER = re.compile(r"\$\{([^${}]{1,200})\}")
#: Maven's own limit is the file system's; real coordinates stay far below (characters).
_MAX_VALUE = 255
_MAX_ROUNDS = 10
_MAX_PARENTS = 10
_SCOPES = {
    "": Scope.RUNTIME,
    "compile": Scope.RUNTIME,
    "runtime": Scope.RUNTIME,
    "provided": Scope.BUILD,
    "system": Scope.BUILD,
    "test": Scope.TEST,
}
_PLUGIN_GROUP = "org.apache.maven.plugins"
_Key = tuple[str, str, str, str]


@dataclass(frozen=True, slots=True)
class _Managed:
    """What dependencyManagement says about one artifact."""

    version: str
    scope: str


class _Project:
    """One pom with the parents that are in the tree, nearest first."""

    def __init__(self, root: Element, parents: list[Element]) -> None:
        self.chain = [root, *parents]
        self.memo: dict[str, str | None] = {}
        self.properties = self._properties()
        self.parent_missing = self.chain[-1].child("parent") is not None
        self.imports = any(
            entry.value("scope") == "import"
            for pom in self.chain
            for entry in pom.all("dependencyManagement", "dependencies", "dependency")
        )
        self.managed = self._managed("dependencyManagement", "dependencies", "dependency")
        self.managed_plugins = self._managed("build", "pluginManagement", "plugins", "plugin")

    def _properties(self) -> dict[str, str]:
        found: dict[str, str] = {}
        root = self.chain[0]
        parent = root.child("parent") or Element("parent", {}, 0)
        for name in ("groupId", "artifactId", "version"):
            value = root.value(name) or (parent.value(name) if name != "artifactId" else "")
            for prefix in ("project.", "pom.", ""):
                found[prefix + name] = value
            for prefix in ("project.parent.", "parent."):
                found[prefix + name] = parent.value(name)
        for pom in self.chain:
            for entry in pom.all("properties"):
                for item in entry.children:
                    found.setdefault(item.name, item.text.strip())
        return {name: value for name, value in found.items() if 0 < len(value) <= _MAX_VALUE}

    def _managed(self, *path: str) -> dict[_Key, _Managed]:
        found: dict[_Key, _Managed] = {}
        for pom in self.chain:
            for entry in pom.all(*path):
                if entry.value("scope") != "import":
                    found.setdefault(self.key(entry), _Managed(entry.value("version"), entry.value("scope")))
        return found

    def key(self, entry: Element) -> _Key:
        group = self.resolve(entry.value("groupId")) or (_PLUGIN_GROUP if entry.name == "plugin" else "")
        name = self.resolve(entry.value("artifactId")) or ""
        return group, name, entry.value("type") or "jar", entry.value("classifier")

    def resolve(self, text: str, local: dict[str, str] | None = None) -> str | None:
        """`text` with its `${…}` filled in; None if one of them is not known here (or runs in a circle)."""
        if "${" not in text:
            return text if len(text) <= _MAX_VALUE else None
        if not local and text in self.memo:
            return self.memo[text]
        result = _fill(text, ChainMap(local, self.properties) if local else self.properties)
        if not local:
            self.memo[text] = result
        return result


def parse_pom(text: str, path: str, companions: Mapping[str, str]) -> Inventory:
    """Direct dependencies of one pom.xml, of all its profiles, and the plugins that run in its build."""
    root = parse_xml(text, "project")
    found = Collector(path, "maven-pom")
    project = _Project(root, _parents(root, path, companions))
    _add_all(root, project, {}, found)
    for profile in root.all("profiles", "profile"):
        _add_all(profile, project, _local_properties(profile), found)
    return found.inventory()


def _add_all(scope: Element, project: _Project, local: dict[str, str], found: Collector) -> None:
    for entry in scope.all("dependencies", "dependency"):
        _add_dependency(entry, project, local, found)
    for entry in _plugins(scope):
        _add_plugin(entry, project, local, found)


def _plugins(scope: Element) -> Iterator[Element]:
    yield from scope.all("build", "extensions", "extension")
    yield from scope.all("build", "plugins", "plugin")
    yield from scope.all("reporting", "plugins", "plugin")


def _add_dependency(entry: Element, project: _Project, local: dict[str, str], found: Collector) -> None:
    managed = project.managed.get(project.key(entry))
    scope_text = project.resolve(entry.value("scope") or (managed.scope if managed else ""), local)
    scope = _SCOPES.get(scope_text or "", Scope.UNKNOWN) if scope_text is not None else Scope.UNKNOWN
    if scope is Scope.RUNTIME and project.resolve(entry.value("optional"), local) == "true":
        scope = Scope.OPTIONAL
    version = entry.value("version") or (managed.version if managed else "")
    system_path = entry.value("systemPath") if scope_text == "system" else ""
    _add(entry, version, scope, project, local, found, system_path)


def _add_plugin(entry: Element, project: _Project, local: dict[str, str], found: Collector) -> None:
    managed = project.managed_plugins.get(project.key(entry))
    version = entry.value("version") or (managed.version if managed else "")
    _add(entry, version, Scope.BUILD, project, local, found)
    for inner in entry.all("dependencies", "dependency"):
        _add(inner, inner.value("version"), Scope.BUILD, project, local, found)


def _add(
    entry: Element,
    version_text: str,
    scope: Scope,
    project: _Project,
    local: dict[str, str],
    found: Collector,
    system_path: str = "",
) -> None:
    group_text = entry.value("groupId") or (_PLUGIN_GROUP if entry.name == "plugin" else "")
    group, name = project.resolve(group_text, local), project.resolve(entry.value("artifactId"), local)
    if not group or not name:
        unresolved = "${" in group_text + entry.value("artifactId")
        message = "the name of this dependency is not in the tree" if unresolved else "it has no group or artifact name"
        found.problem(
            f"{message}: {visible(entry.value('artifactId') or group_text, 80)}", entry.line, _code(unresolved)
        )
        return
    version = project.resolve(version_text, local) or None
    if version is None or not is_exact(version):
        found.problem(_why_unresolved(f"{group}:{name}", version_text, version, project), entry.line, "unresolved")
        version = None
    found.add(
        Dependency(
            purl.package("maven", name, group),
            f"{group}:{name}",
            version,
            found.at(entry.line, entry.end_line),
            scope,
            True,
            Origin.PATH if system_path else Origin.REGISTRY,
            source=system_path or None,
        )
    )


def _code(unresolved: bool) -> str:
    return "unresolved" if unresolved else "entry"


def _why_unresolved(name: str, text: str, version: str | None, project: _Project) -> str:
    shown = visible(name, 120)
    if version:
        return f"{shown} asks for the range {visible(version, 60)}, and the version that is chosen is not in the tree"
    if text:
        return f"the version of {shown} is {visible(text, 60)}, which is not set in the tree"
    places = [place for place, is_so in (("a parent", project.parent_missing), ("a BOM", project.imports)) if is_so]
    return f"the version of {shown} comes from {' or '.join(places) or 'elsewhere'}, which is not in the tree"


def is_exact(version: str) -> bool:
    """Whether a Maven version is one version: no range (`[1,2)`), no `LATEST` or `RELEASE`."""
    return version not in ("LATEST", "RELEASE") and version[0] not in "[(" and "," not in version


def _fill(text: str, known: Mapping[str, str]) -> str | None:
    for _ in range(_MAX_ROUNDS):
        if len(text) > _MAX_VALUE:
            return None
        if "${" not in text:
            return text
        filled = _PLACEHOLDER.sub(lambda match: known.get(match[1].strip(), match[0]), text)
        if filled == text:
            return None
        text = filled
    return None


def _local_properties(profile: Element) -> dict[str, str]:
    items = (item for entry in profile.all("properties") for item in entry.children)
    values = {item.name: item.text.strip() for item in items}
    return {name: value for name, value in values.items() if len(value) <= _MAX_VALUE}


def _parents(root: Element, path: str, companions: Mapping[str, str]) -> list[Element]:
    """Parents that the tree has, by `relativePath` (default `../pom.xml`, Maven model) and equal coordinates."""
    parents: list[Element] = []
    child, folder = root, posixpath.dirname(path)
    while (declared := child.child("parent")) is not None and len(parents) < _MAX_PARENTS:
        place = declared.child("relativePath")
        relative = place.text.strip() if place is not None else "../pom.xml"
        target = posixpath.normpath(posixpath.join(folder, relative)) if 0 < len(relative) <= 1000 else ""
        text = companions.get(target) or companions.get(posixpath.join(target, "pom.xml"))
        if not text:
            break
        try:
            child = parse_xml(text, "project")
        except UnreadableManifest:
            break
        if child.value("artifactId") != declared.value("artifactId"):
            break
        parents.append(child)
        folder = posixpath.dirname(target) if target.endswith((".xml", ".pom")) else target
    return parents
