"""go.mod as the inventory of a Go module, and go.sum where go.mod does not list everything.

From `go 1.17` on, go.mod lists every module of the build (Go reference, "graph pruning"), so a go.sum beside it adds
hashes, not packages. Below that, or without a go.mod, go.sum lists the modules whose archive was needed; entries that
have a `/go.mod` hash only were read for their requirements and never built.
"""

import posixpath
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime

from checks.manifests.collect import MAX_WORD, Collector, numbered_lines
from checks.manifests.gomodfile import Module, Replacement, Statement, read_module, statements
from checks.model import purl
from checks.model.dependency import Dependency, Inventory, Origin, Scope
from checks.model.errors import UnreadableManifest
from checks.model.phrase import visible

_VERSION = re.compile(r"v\d{1,18}\.\d{1,18}\.\d{1,18}(?:-[0-9A-Za-z.-]+)?(?:\+incompatible|\+[0-9A-Za-z.-]+)?")
_GO_VERSION = re.compile(r"(\d{1,6})\.(\d{1,6})(?:\.\d{1,6})?(?:rc\d{1,6}|beta\d{1,6})?")
#: `vX.Y.Z-0.yyyymmddhhmmss-abcdefabcdef`: the commit's UTC time stands in the version, and Go verifies that it is so.
_PSEUDO = re.compile(r"[.-](\d{14})-[0-9a-f]{12}(?:\+incompatible)?$")


def parse_go_mod(text: str, path: str, companions: Mapping[str, str]) -> Inventory:
    """Modules of one go.mod with replacements applied, and the standard library at its `toolchain` or `go` version."""
    found = Collector(path, "go-mod")
    module = read_module(text, found)
    hashes = _hashes(companions.get(posixpath.join(posixpath.dirname(path), "go.sum"), ""))
    _add_standard_library(module, found)
    tools = _tool_prefixes(module.tools)
    seen: dict[tuple[str, str | None], int] = {}
    for statement in module.requires:
        _add_requirement(statement, module, tools, hashes, seen, found)
    return found.inventory()


def parse_go_work(text: str, path: str, companions: Mapping[str, str]) -> Inventory:
    """A workspace: the standard library, and the replacements that go.work imposes on every module in it."""
    found = Collector(path, "go-work")
    module = read_module(text, found)
    hashes = _hashes(companions.get(posixpath.join(posixpath.dirname(path), "go.work.sum"), ""))
    _add_standard_library(module, found)
    for (name, _), replacement in module.replaces.items():
        found.add(_replaced(name, replacement, None, hashes, found))
    return found.inventory()


def parse_go_sum(text: str, path: str, companions: Mapping[str, str]) -> Inventory:
    """Modules that go.mod beside it does not list; none at all when go.mod lists everything (`go 1.17` and later)."""
    found = Collector(path, "go-sum")
    text_beside = companions.get(posixpath.join(posixpath.dirname(path), "go.mod"))
    listed, complete = _listed_beside(text_beside)
    for line, name, version, hash_ in _sum_entries(text, found):
        if complete or name in listed:
            continue
        direct = None if text_beside is None else False
        found.add(_registry(name, version, line, Scope.UNKNOWN, direct, (hash_,), found))
    return found.inventory()


def parse_vendor_modules(text: str, path: str, companions: Mapping[str, str]) -> Inventory:
    """`vendor/modules.txt`: what is copied into the tree and is not in the go.mod above with the same version."""
    found = Collector(path, "go-vendor")
    above = companions.get(posixpath.normpath(posixpath.join(posixpath.dirname(path), "../go.mod")))
    listed = _versions_listed(above)
    headers = 0
    explicit: set[int] = set()
    for line, raw in numbered_lines(text):
        words = raw.split()
        if words[:1] == ["##"]:
            if "explicit" in raw and found.dependencies and found.dependencies[-1].location.line == line - 1:
                explicit.add(len(found.dependencies) - 1)
        elif words[:1] == ["#"]:
            headers += 1
            _add_vendored(words[1:], line, listed, found)
    if text.strip() and not headers:
        raise UnreadableManifest("it has no module of a vendor directory", 1)
    found.dependencies = [
        replace(dependency, direct=index in explicit) for index, dependency in enumerate(found.dependencies)
    ]
    return found.inventory()


def requirement_lines(text: str) -> dict[str, int]:
    """The line on which go.mod requires each module path; empty for a text that is none. Never raises."""
    lines: dict[str, int] = {}
    try:
        for statement in statements(text):
            if statement.verb == "require" and statement.words:
                lines.setdefault(statement.words[0], statement.line)
    except UnreadableManifest:
        pass
    return lines


# -- go.mod


def _add_standard_library(module: Module, found: Collector) -> None:
    line, version = module.once.get("go", (0, ""))
    chosen_line, chosen = module.once.get("toolchain", (0, ""))
    if chosen.startswith("go"):
        line, version = chosen_line, chosen[2:].partition("-")[0]
    if _GO_VERSION.fullmatch(version):
        found.add(Dependency("pkg:golang/stdlib", "stdlib", version, found.at(line), Scope.RUNTIME, True))
    elif line:
        found.problem("this Go version cannot be read", line)


def _add_requirement(
    statement: Statement,
    module: Module,
    tools: set[str],
    hashes: Mapping[tuple[str, str], str],
    seen: dict[tuple[str, str | None], int],
    found: Collector,
) -> None:
    name, version = statement.words
    direct = not statement.indirect or name in tools
    replacement = module.replaces.get((name, version)) or module.replaces.get((name, None))
    if replacement is not None:
        dependency = _replaced(name, replacement, direct, hashes, found)
    elif (name, version) in module.excludes:
        found.problem(
            f"{visible(name)} {visible(version)} is required and excluded; what is built instead is not in the tree",
            statement.line,
            "unresolved",
        )
        dependency = _registry(name, None, statement.line, Scope.RUNTIME, direct, (), found)
    else:
        known = (hashes[name, version],) if (name, version) in hashes else ()
        dependency = _registry(name, version, statement.line, Scope.RUNTIME, direct, known, found)
    key = (dependency.name, dependency.version)
    if key not in seen:
        seen[key] = found.add(dependency)
    elif direct and not found.dependencies[seen[key]].direct:
        found.dependencies[seen[key]] = dependency


def _registry(
    name: str,
    version: str | None,
    line: int,
    scope: Scope,
    direct: bool | None,
    hashes: tuple[str, ...],
    found: Collector,
) -> Dependency:
    if version is not None and not _VERSION.fullmatch(version):
        found.problem(f"{visible(version, 60)} is not an exact version of {visible(name)}", line, "unresolved")
        version = None
    return Dependency(
        _purl(name), name, version, found.at(line), scope, direct, published=_commit_time(version), integrity=hashes
    )


def _replaced(
    name: str, by: Replacement, direct: bool | None, hashes: Mapping[tuple[str, str], str], found: Collector
) -> Dependency:
    """What is built instead of `name`, located where go.mod says so. A folder keeps the name and has no version."""
    if by.version is None:
        return Dependency(
            _purl(name), name, None, found.at(by.line), Scope.RUNTIME, direct, Origin.PATH, source=by.path
        )
    known = (hashes[by.path, by.version],) if (by.path, by.version) in hashes else ()
    return _registry(by.path, by.version, by.line, Scope.RUNTIME, direct, known, found)


def _purl(name: str) -> str:
    namespace, _, last = name.rpartition("/")
    return purl.package("golang", last or name, namespace)


def _commit_time(version: str | None) -> datetime | None:
    match = _PSEUDO.search(version) if version else None
    try:
        return datetime.strptime(match[1], "%Y%m%d%H%M%S").replace(tzinfo=UTC) if match else None
    except ValueError:
        return None


def _tool_prefixes(tools: list[str]) -> set[str]:
    """Every module path that could provide one of the tools' packages: the path itself and its parents."""
    prefixes: set[str] = set()
    for tool in tools:
        parts = tool.split("/")[:32]
        prefixes.update("/".join(parts[:count]) for count in range(1, len(parts) + 1))
    return prefixes


# -- go.sum


def _sum_entries(text: str, found: Collector) -> Iterator[tuple[int, str, str, str]]:
    """Line, module, version and hash of each archive; `/go.mod` lines are left out. Raises if no line fits."""
    fitting = 0
    for line, raw in numbered_lines(text):
        words = raw.split()
        if len(words) == 3 and words[1].startswith("v") and max(map(len, words)) <= MAX_WORD:
            fitting += 1
            if not words[1].endswith("/go.mod"):
                yield line, words[0], words[1], words[2]
        elif words:
            found.problem("this line is not 'module version hash'", line)
    if found.problems and not fitting:
        raise UnreadableManifest(
            "it is not a go.sum: no line is 'module version hash'", found.problems[0].location.line
        )


def _add_vendored(words: list[str], line: int, listed: set[tuple[str, str]], found: Collector) -> None:
    """`path version`, with `=> path version` or `=> ./folder`; a bare `path => …` at the end repeats a replacement."""
    arrow = words.index("=>") if "=>" in words else len(words)
    old, new = words[:arrow], words[arrow + 1 :]
    if len(old) not in (1, 2) or len(new) > 2 or max(map(len, words)) > MAX_WORD:
        found.problem("this module line cannot be read", line)
    elif len(new) == 1 or (not new and len(old) == 1):
        pass  # a folder of this tree; its modules stand in its own go.mod
    elif len(old) == 2 and tuple(new or old) not in listed:
        name, version = new or old
        found.add(_registry(name, version, line, Scope.RUNTIME, None, (), found))


def _versions_listed(text: str | None) -> set[tuple[str, str]]:
    if text is None:
        return set()
    try:
        listed = parse_go_mod(text, "go.mod", {}).dependencies
    except UnreadableManifest:
        return set()
    return {(dependency.name, dependency.version or "") for dependency in listed}


def _hashes(text: str) -> dict[tuple[str, str], str]:
    try:
        return {(name, version): hash_ for _, name, version, hash_ in _sum_entries(text, Collector("", "go-sum"))}
    except UnreadableManifest:
        return {}


def _listed_beside(text: str | None) -> tuple[set[str], bool]:
    """Module paths that go.mod requires, and whether it lists everything (`go 1.17` and later)."""
    if text is None:
        return set(), False
    try:
        module = read_module(text, Collector("", "go-mod"))
    except UnreadableManifest:
        return set(), False
    listed = {statement.words[0] for statement in module.requires}
    listed.update(by.path for by in module.replaces.values())
    version = _GO_VERSION.fullmatch(module.once.get("go", (0, ""))[1])
    return listed, version is not None and (int(version[1]), int(version[2])) >= (1, 17)
