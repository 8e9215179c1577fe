"""Gradle: lock files, the version catalog and the verification file. All three name Maven artifacts."""

import re
from collections.abc import Mapping

from checks.manifests.collect import MAX_WORD, Collector, numbered_lines
from checks.manifests.tomlscan import statements
from checks.manifests.tomltext import load
from checks.manifests.xmltext import parse_xml
from checks.model import purl
from checks.model.dependency import Dependency, Inventory, Scope
from checks.model.phrase import visible

#: Names of configurations are camel case: `latestRuntimeClasspath` belongs to a source set `latest`, not to tests.
_TEST = re.compile(r"(?:^(?:test|jmh)|Test)(?=[A-Z]|Fixtures|$)")
#: Configurations of tools that run in the build and leave nothing in the product. An unknown name is no tool.
_TOOL = re.compile(
    r"(?:^a|A)nnotationProcessor|^(?:kapt|ksp)(?=[A-Z]|$)|^kotlin\w{0,100}(?:Compiler|BuildTools|Klib)\w{0,100}$"
    r"|^(?:checkstyle|pmd|pmdAux|jacocoAgent|jacocoAnt|detekt|detektPlugins|spotbugs|spotbugsPlugins|spotbugsSlf4j)$"
    r"|^(?:ktlint|spotless|protobufToolsLocator)\w{0,100}$|^(?:zinc|errorprone|developmentOnly|scalaCompilerPlugins)$"
    r"|^lint(?:Checks|ClassPath)$|^classpath$|^incomingCatalogFor"
)
_SHIPPED = re.compile(r"(?:^[a-z]|[a-z][A-Z])(?:untime|ompile|mplementation|pi)(?:Classpath|Elements)?$|^default$")


def parse_lockfile(text: str, path: str, companions: Mapping[str, str]) -> Inventory:
    """`gradle.lockfile`, the lock of build scripts and settings, and the lines of `gradle/dependency-locks/`."""
    found = Collector(path, "gradle-lock")
    name = path.rpartition("/")[2]
    of_build = name.startswith(("buildscript-", "settings-"))
    for line, raw in numbered_lines(text):
        entry = raw.strip()
        if not entry or entry.startswith(("#", "empty=")):
            continue
        coordinates, _, configurations = entry.partition("=")
        parts = coordinates.split(":")
        if len(parts) != 3 or not all(parts) or len(entry) > 50 * MAX_WORD:
            found.problem("this line is not 'group:artifact:version=configurations'", line)
            continue
        scope = Scope.BUILD if of_build else _scope(configurations or _old_style(name))
        found.add(_artifact(parts[0], parts[1], parts[2], line, line, scope, None, found))
    return found.inventory()


def _old_style(name: str) -> str:
    """Before Gradle 7 each configuration had a file of its own, `compileClasspath.lockfile`."""
    return name.removesuffix(".lockfile") if name != "gradle.lockfile" else ""


def _scope(configurations: str) -> Scope:
    """The scope that counts is the one nearest to users; a name that nobody knows counts as shipped."""
    names = [name for name in configurations.split(",") if name]
    if not names:
        return Scope.UNKNOWN
    if all(_TEST.search(name) for name in names):
        return Scope.TEST
    others = [name for name in names if not _TEST.search(name)]
    if all(_TOOL.search(name) for name in others):
        return Scope.BUILD
    return Scope.RUNTIME if any(_SHIPPED.search(name) for name in others) else Scope.UNKNOWN


def _artifact(
    group: str, name: str, version: str | None, line: int, end: int, scope: Scope, direct: bool | None, found: Collector
) -> Dependency:
    return Dependency(
        purl.package("maven", name, group), f"{group}:{name}", version, found.at(line, end), scope, direct
    )


# -- verification-metadata.xml


def parse_verification(text: str, path: str, companions: Mapping[str, str]) -> Inventory:
    """Every artifact that the build may use, with the hashes that Gradle checks."""
    found = Collector(path, "gradle-verification")
    for component in parse_xml(text, "verification-metadata").all("components", "component"):
        group, name = component.attributes.get("group", ""), component.attributes.get("name", "")
        version = component.attributes.get("version") or None
        if not group or not name or max(len(group), len(name), len(version or "")) > MAX_WORD:
            found.problem("this component has no group or name", component.line)
            continue
        hashes = tuple(
            f"{item.name}:{item.attributes['value']}"
            for artifact in component.all("artifact")
            for item in artifact.children
            if item.name.startswith(("sha", "md5")) and item.attributes.get("value")
        )
        place = found.at(component.line, component.end_line)
        found.add(Dependency(purl.package("maven", name, group), f"{group}:{name}", version, place, integrity=hashes))
    return found.inventory()


# -- libs.versions.toml


def parse_catalog(text: str, path: str, companions: Mapping[str, str]) -> Inventory:
    """Libraries and plugins that a version catalog offers to the projects of a build (Gradle user guide)."""
    found = Collector(path, "gradle-catalog")
    catalog = load(text.replace("\r\n", "\n"))
    lines = _entry_lines(text)
    versions = _table(catalog, "versions")
    for alias, entry in _table(catalog, "libraries").items():
        line = lines.get(("libraries", alias), 0) or 1
        coordinates = _library(entry)
        if coordinates is None:
            found.problem(f"the library '{visible(alias, 60)}' cannot be read", line)
            continue
        group, name, version = coordinates
        exact = _exact(version, versions, f"{group}:{name}", line, found)
        found.add(_artifact(group, name, exact, line, line, Scope.UNKNOWN, True, found))
    for alias, entry in _table(catalog, "plugins").items():
        line = lines.get(("plugins", alias), 0) or 1
        plugin = _plugin(entry)
        if plugin is None:
            found.problem(f"the plugin '{visible(alias, 60)}' cannot be read", line)
            continue
        # the marker artifact through which Gradle resolves a plugin id (Gradle user guide, plugin markers)
        exact = _exact(plugin[1], versions, plugin[0], line, found)
        found.add(_artifact(plugin[0], f"{plugin[0]}.gradle.plugin", exact, line, line, Scope.BUILD, True, found))
    return found.inventory()


def _table(catalog: Mapping[str, object], name: str) -> dict[str, object]:
    table = catalog.get(name, {})
    return table if isinstance(table, dict) else {}


def _library(entry: object) -> tuple[str, str, object] | None:
    if isinstance(entry, str):
        parts = entry.split(":")
        return (parts[0], parts[1], parts[2]) if len(parts) == 3 and _words(*parts) else None
    if not isinstance(entry, dict):
        return None
    group, name = entry.get("group"), entry.get("name")
    if isinstance(module := entry.get("module"), str):
        group, _, name = module.partition(":")
    return (str(group), str(name), entry.get("version")) if _words(group, name) else None


def _plugin(entry: object) -> tuple[str, object] | None:
    if isinstance(entry, str):
        name, _, version = entry.partition(":")
        return (name, version) if _words(name) else None
    if isinstance(entry, dict) and _words(entry.get("id")):
        return str(entry["id"]), entry.get("version")
    return None


def _words(*values: object) -> bool:
    return all(isinstance(value, str) and 0 < len(value) <= MAX_WORD for value in values)


def _exact(version: object, versions: Mapping[str, object], name: str, line: int, found: Collector) -> str | None:
    """The version that the catalog asks for, or None for a range; `strictly` before `require` before `prefer`."""
    if isinstance(version, dict) and isinstance(version.get("ref"), str):
        reference = version["ref"]
        if reference not in versions:
            found.problem(f"the version reference '{visible(reference, 60)}' is not in the file", line, "unresolved")
            return None
        version = versions[reference]
    if isinstance(version, dict):
        rich = (version.get(key) for key in ("strictly", "require", "prefer"))
        version = next((item for item in rich if isinstance(item, str) and item and not _is_range(item)), "")
        if not version:
            found.problem(f"{visible(name, 120)} has a range, not one version", line, "unresolved")
        return str(version) or None
    if not version:
        return None
    if not isinstance(version, str) or len(version) > MAX_WORD:
        found.problem(f"the version of {visible(name, 120)} is not text", line)
        return None
    strict, _, preferred = version.partition("!!")
    chosen = preferred or strict
    if not chosen or _is_range(chosen):
        found.problem(f"{visible(name, 120)} has a range, not one version", line, "unresolved")
        return None
    return chosen


def _is_range(version: str) -> bool:
    return version[0] in "[(]" or version.endswith("+") or "," in version or version.startswith("latest.")


def _entry_lines(text: str) -> dict[tuple[str, str], int]:
    """The first line of each entry of a table, whether it is a key, dotted keys or a table of its own."""
    lines: dict[tuple[str, str], int] = {}
    for statement in statements(text):
        place = statement.table + statement.key
        if len(place) >= 2:
            lines.setdefault((place[0], place[1]), statement.line)
    return lines
