"""Gemfile.lock (and gems.locked): what Bundler locked, by section, with groups from the Gemfile beside it."""

import posixpath
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from checks.manifests.collect import MAX_WORD, Collector, numbered_lines, spread_scopes
from checks.model import purl
from checks.model.dependency import Dependency, Inventory, Origin, Scope
from checks.model.errors import UnreadableManifest
from checks.model.phrase import visible

_SOURCES = {"GEM": Origin.REGISTRY, "GIT": Origin.GIT, "PATH": Origin.PATH, "PLUGIN SOURCE": Origin.REGISTRY}
_OTHERS = frozenset({"PLATFORMS", "DEPENDENCIES", "CHECKSUMS", "RUBY VERSION", "BUNDLED WITH", "PLUGINS"})
#: Bundler's own pattern: the version ends at the first dash, what follows is the platform.
_SPEC = re.compile(r"( {4}| {6})([^\s()]+)(?: \(([^()]*)\))?!?")
_WANTED = re.compile(r"  ([^\s()!]+)(?: \([^()]*\))?(!?)")
_CHECKSUM = re.compile(r"  ([^\s()]+) \(([^()\s]+)\)(?: (\S+))?")
_CONFLICT = ("<<<<<<<", "=======", ">>>>>>>", "|||||||")


@dataclass(slots=True)
class _Lock:
    """The sections of one file while it is read."""

    found: Collector
    indexes: dict[tuple[str, str | None], int] = field(default_factory=dict)
    by_name: dict[str, list[int]] = field(default_factory=dict)
    requires: list[set[str]] = field(default_factory=list)
    wanted: dict[str, int] = field(default_factory=dict)
    checksums: dict[tuple[str, str], list[str]] = field(default_factory=dict)
    origin: Origin = Origin.REGISTRY
    remote: str = ""
    revision: str = ""
    current: int = -1


def parse_gemfile_lock(text: str, path: str, companions: Mapping[str, str]) -> Inventory:
    """Gems with their graph; the scope is unknown where the Gemfile does not tell the group."""
    lock = _Lock(Collector(path, "gemfile-lock"))
    _read(text, lock)
    edges = [sorted({i for name in names for i in lock.by_name.get(name, ())}) for names in lock.requires]
    found = lock.found
    for index, gem in enumerate(found.dependencies):
        hashes = lock.checksums.get((gem.name, gem.version or ""), [])
        found.dependencies[index] = _finish(gem, tuple(hashes), gem.name in lock.wanted, bool(lock.wanted))
    groups = _groups(_gemfile(path, companions))
    if groups:
        direct = {
            index: groups[gem.name] for index, gem in enumerate(found.dependencies) if gem.direct and gem.name in groups
        }
        others = [i for i, gem in enumerate(found.dependencies) if gem.direct and gem.name not in groups]
        direct.update((index, Scope.UNKNOWN) for index in others)
        found.dependencies = spread_scopes(found.dependencies, edges, direct)
    return found.inventory(edges)


def _finish(gem: Dependency, hashes: tuple[str, ...], is_wanted: bool, told: bool) -> Dependency:
    return Dependency(
        gem.purl,
        gem.name,
        gem.version,
        gem.location,
        gem.scope,
        is_wanted if told else None,
        gem.origin,
        gem.source,
        integrity=hashes,
    )


def _read(text: str, lock: _Lock) -> None:
    section, sections = "", 0
    for line, raw in numbered_lines(text):
        if not raw.strip():
            continue
        if raw.startswith(_CONFLICT):
            raise UnreadableManifest(f"it has an unresolved merge conflict at line {line}", line)
        if not raw[0].isspace():
            section = raw.rstrip()
            if section not in _SOURCES and section not in _OTHERS:
                lock.found.problem(f"the section '{visible(section, 60)}' is not known", line)
                continue
            sections += 1
            lock.origin = _SOURCES.get(section, Origin.REGISTRY)
            lock.remote = lock.revision = ""
        elif section in _SOURCES:
            _read_source(raw, line, lock)
        elif section == "DEPENDENCIES":
            if match := _WANTED.fullmatch(raw.rstrip()):
                lock.wanted.setdefault(match[1], line)
        elif section == "CHECKSUMS" and (match := _CHECKSUM.fullmatch(raw.rstrip())):
            key = (match[1], match[2].partition("-")[0])
            lock.checksums.setdefault(key, []).extend(match[3].split(",") if match[3] else ())
    if not sections and text.strip():
        raise UnreadableManifest("it has no section of a Bundler lock file", 1)


def _read_source(raw: str, line: int, lock: _Lock) -> None:
    stripped = raw.strip()
    if not raw.startswith("    "):
        key, _, value = stripped.partition(": ")
        if key == "remote":
            lock.remote = lock.remote or value[:MAX_WORD]
        elif key == "revision":
            lock.revision = value[:MAX_WORD]
        return
    match = _SPEC.fullmatch(raw.rstrip())
    if not match or len(raw) > MAX_WORD:
        lock.found.problem("this line is neither a gem nor one of its dependencies", line)
    elif len(match[1]) == 6:
        if lock.current >= 0:
            lock.requires[lock.current].add(match[2])
    else:
        lock.current = _add_gem(match[2], (match[3] or "").partition("-")[0], line, lock)


def _add_gem(name: str, version: str, line: int, lock: _Lock) -> int:
    """The index; -1 for what is not a dependency: the project's own gemspec, or a line without version."""
    if lock.origin is Origin.PATH and lock.remote in (".", "./", ""):
        return -1
    if not version:
        lock.found.problem(f"the gem '{visible(name, 80)}' has no version", line)
        return -1
    if (name, version) in lock.indexes:  # the same version for another platform
        return lock.indexes[name, version]
    source = f"{lock.remote}#{lock.revision}" if lock.revision else lock.remote
    place = lock.found.at(line)
    gem = Dependency(purl.package("gem", name), name, version, place, origin=lock.origin, source=source or None)
    index = lock.indexes[name, version] = lock.found.add(gem)
    lock.by_name.setdefault(name, []).append(index)
    lock.requires.append(set())
    return index


# -- Gemfile: Ruby code, read by narrow patterns and never evaluated

_GEM = re.compile(r"""\s*gem[\s(]+["']([\w.-]{1,200})["'](.*)""")
_GROUP_BLOCK = re.compile(r"\s*group[\s(]+([^#]{1,500}?)\)?\s+do\b")
_GROUP_OPTION = re.compile(r"""(?:\bgroups?:|:groups?\s*=>)\s*(\[[^\]]{0,500}\]|:\w+|["']\w+["'])""")
_BLOCK = re.compile(r"\bdo\s*(?:\|[^|]{0,100}\|)?\s*(?:#.*)?$|^\s*(?:if|unless|case|begin|def|while)\b")
_WORD = re.compile(r"""[:"'](\w+)""")
_DEVELOPMENT = frozenset({"development", "dev", "debug", "lint", "linters", "doc", "docs", "tools", "local", "console"})
_TESTING = frozenset({"test", "tests", "ci", "spec", "cucumber"})
_BUILDING = frozenset({"assets", "build", "deploy", "deployment", "release", "packaging"})


def _gemfile(path: str, companions: Mapping[str, str]) -> str:
    name = "gems.rb" if path.endswith("gems.locked") else "Gemfile"
    return companions.get(posixpath.join(posixpath.dirname(path), name), "")


def _groups(text: str) -> dict[str, Scope]:
    """The scope of each gem that the Gemfile names; the one nearest to users where it is named twice."""
    groups: dict[str, Scope] = {}
    try:
        for name, names in _gems(text):
            scope = _scope(names)
            before = groups.get(name, scope)
            groups[name] = scope if before is scope else Scope.RUNTIME
    except UnreadableManifest:
        return {}
    return groups


def _gems(text: str) -> Iterator[tuple[str, set[str]]]:
    blocks: list[set[str]] = []
    for _, line in numbered_lines(text):
        if len(line) > 5_000 or line.lstrip().startswith("#"):
            continue
        if block := _GROUP_BLOCK.match(line):
            blocks.append(set(_WORD.findall(block[1])))
        elif line.strip() == "end" or line.strip().startswith("end "):
            if blocks:
                blocks.pop()
        elif match := _GEM.match(line):
            option = _GROUP_OPTION.search(match[2])
            yield match[1], set().union(*blocks[-20:], _WORD.findall(option[1]) if option else ())
        elif _BLOCK.search(line):
            blocks.append(set())


def _scope(names: set[str]) -> Scope:
    if not names or not names <= _DEVELOPMENT | _TESTING | _BUILDING:
        return Scope.RUNTIME
    if names <= _TESTING:
        return Scope.TEST
    return Scope.BUILD if names <= _BUILDING else Scope.DEVELOPMENT
