"""Cargo.toml: what a crate asks for, what for, and on which line."""

import re
from collections.abc import Iterator, Mapping, Set
from dataclasses import dataclass, field

from checks.manifests.collect import MAX_WORD, Collector
from checks.manifests.pypi import address, inside
from checks.manifests.read import MAX_PACKAGES
from checks.manifests.tomlscan import MAX_MANIFEST, Statement, statements
from checks.manifests.tomltext import load
from checks.model.dependency import SCOPE_ORDER, Dependency, Inventory, Origin, Scope
from checks.model.errors import UnreadableManifest
from checks.model.phrase import visible
from checks.model.purl import package

_NAME = re.compile(r"\w[\w-]*\Z", re.ASCII)

_TABLES = {
    "dependencies": Scope.RUNTIME,
    "dev-dependencies": Scope.DEVELOPMENT,
    "dev_dependencies": Scope.DEVELOPMENT,
    "build-dependencies": Scope.BUILD,
    "build_dependencies": Scope.BUILD,
}


@dataclass(slots=True)
class Wanted:
    """One requirement: `key` is its name in the code, `package` the name of the crate if that differs."""

    key: str
    scope: Scope
    line: int
    package: str = ""
    optional: bool = False
    inherited: bool = False
    workspace: bool = False
    """Stands in `[workspace.dependencies]`: asked for only by members that inherit it."""
    source: str = ""
    """`git` or `path` where it names one."""
    version: str = ""
    address: str = ""
    end_line: int = 0

    def shipped_scope(self, enabled: Set[str]) -> Scope:
        """Its scope; an optional requirement that is on by default ships."""
        optional = self.scope is Scope.RUNTIME and self.optional and self.key not in enabled
        return Scope.OPTIONAL if optional else self.scope


@dataclass(slots=True)
class Crate:
    """One Cargo.toml."""

    name: str = ""
    wanted: list[Wanted] = field(default_factory=list)
    features: dict[str, list[str]] = field(default_factory=dict)

    @property
    def workspace(self) -> dict[str, str]:
        """For each requirement of `[workspace.dependencies]` the name of the crate."""
        return {wanted.key: wanted.package or wanted.key for wanted in self.wanted if wanted.workspace}

    def scopes(self, workspace: Mapping[str, str]) -> dict[str, Scope]:
        """For each crate that this one asks for, the scope nearest to users."""
        enabled = self.enabled()
        scopes: dict[str, Scope] = {}
        for wanted in self.wanted:
            if wanted.workspace:
                continue
            inherited = workspace.get(wanted.key) if wanted.inherited else None
            name = wanted.package or inherited or wanted.key
            scope = wanted.shipped_scope(enabled)
            scopes[name] = min(scope, scopes.get(name, scope), key=SCOPE_ORDER.index)
        return scopes

    def enabled(self) -> set[str]:
        """The optional requirements that the default features turn on."""
        seen: set[str] = set()
        waiting = ["default"]
        while waiting:
            feature = waiting.pop()
            if feature not in seen:
                seen.add(feature)
                for item in self.features.get(feature, ()):
                    name = item.split("/", 1)[0]
                    if not name.endswith("?"):
                        waiting.append(name.removeprefix("dep:"))
        return seen


def requirement_lines(text: str) -> Mapping[str, int]:
    """For each required crate (its real name) the 1-based line that asks for it first. Never raises."""
    lines: dict[str, int] = {}
    for wanted in read_crate(text).wanted:
        lines.setdefault(wanted.package or wanted.key, wanted.line)
    return lines


def read_crate(text: str) -> Crate:
    """All requirements of `text` in order; what is not TOML gives fewer."""
    crate = Crate()
    if len(text) > MAX_MANIFEST:
        return crate
    seen: dict[tuple[str, ...], Wanted] = {}
    for statement in statements(text.replace("\r\n", "\n")):
        if len(crate.wanted) + len(crate.features) > MAX_PACKAGES:
            break
        path = statement.path
        if path == ("package", "name") or path == ("project", "name"):
            crate.name = statement.strings[0][2] if statement.strings else ""
        elif path[:1] == ("features",) and len(path) == 2:
            crate.features[path[1]] = [raw for _, _, raw in statement.strings]
        else:
            crate.wanted.extend(_wanted(statement, path, seen))
    return crate


def _wanted(statement: Statement, path: tuple[str, ...], seen: dict[tuple[str, ...], Wanted]) -> Iterator[Wanted]:
    """A name with its version, or one more line of the table of a name (`[dependencies.name]`)."""
    at = _table(path)
    if not at or len(path) <= at:
        return
    key = path[: at + 1]
    wanted = seen.get(key)
    if wanted is None:
        wanted = seen[key] = Wanted(key[-1], _TABLES[path[at - 1]], statement.line, workspace=path[0] == "workspace")
        yield wanted
    wanted.end_line = statement.end_line
    field_ = path[at + 1] if len(path) > at + 1 else ""
    for line, inner, raw in statement.strings:
        match inner or field_:
            case "package":
                wanted.package, wanted.line = raw, line
            case "" | "version":
                wanted.version = raw
            case "git" | "path" as kind:
                wanted.source, wanted.address = kind, raw
    for _, inner, word in statement.words:
        if word == "true":
            wanted.optional |= (inner or field_) == "optional"
            wanted.inherited |= (inner or field_) == "workspace"


def _table(path: tuple[str, ...]) -> int:
    """How many parts of `path` name a table of requirements; 0 for every other table."""
    if path and path[0] in _TABLES:
        return 1
    if len(path) > 1 and path[:2] == ("workspace", "dependencies"):
        return 2
    if len(path) > 2 and path[0] == "target" and path[2] in _TABLES:
        return 3
    return 0


_EXACT = re.compile(r"=\s*([0-9]+\.[0-9]+\.[0-9]+[0-9A-Za-z.+-]*)\Z")
_ORIGINS = {"git": Origin.GIT, "path": Origin.PATH}


def parse_cargo_toml(text: str, path: str, companions: Mapping[str, str]) -> Inventory:
    """Cargo.toml judged by itself, where no Cargo.lock stands beside it: only `=1.2.3` is a version."""
    if len(text) > MAX_MANIFEST:
        raise UnreadableManifest(f"it has more than {MAX_MANIFEST:,} characters", code="too-large")
    broken = set(_broken(load(text.replace("\r\n", "\n"))))
    crate = read_crate(text)
    out = Collector(path, "cargo-toml")
    enabled = crate.enabled()
    for wanted in crate.wanted:
        name = wanted.package or wanted.key
        if wanted.key in broken:
            out.problem(f"the requirement '{visible(wanted.key, 80)}' is not written as Cargo reads it", wanted.line)
            continue
        if wanted.inherited or (wanted.source == "path" and inside(path, wanted.address) is not None):
            continue  # stands in the workspace's table, or is code of this tree
        if not name.isascii() or len(name) > MAX_WORD or not _NAME.match(name):
            out.problem(f"{visible(name, 80)} is no name of a crate", wanted.line)
            continue
        found = _EXACT.match(wanted.version.strip())
        scope = Scope.UNKNOWN if wanted.workspace else wanted.shipped_scope(enabled)
        source = address(wanted.address) if wanted.address else None
        origin = _ORIGINS.get(wanted.source, Origin.REGISTRY)
        purl, at = package("cargo", name), out.at(wanted.line, max(wanted.line, wanted.end_line))
        out.add(Dependency(purl, name, found[1] if found else None, at, scope, True, origin, source))
    return out.inventory()


def _broken(data: Mapping[str, object]) -> Iterator[str]:
    """The keys of requirements that are neither a version nor a table whose fields are text where they must be."""
    targets = data.get("target")
    tables = [data, data.get("workspace"), *(targets.values() if isinstance(targets, dict) else ())]
    for table in tables:
        for kind in _TABLES:
            wanted = table.get(kind) if isinstance(table, dict) else None
            for key, value in wanted.items() if isinstance(wanted, dict) else ():
                fields = value if isinstance(value, dict) else {"version": value}
                if any(not isinstance(fields.get(name, ""), str) for name in ("version", "git", "path", "package")):
                    yield key
