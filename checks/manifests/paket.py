"""paket.lock: NuGet packages, GitHub and Git files by group, with their graph."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from checks.manifests.collect import MAX_WORD, Collector, numbered_lines
from checks.manifests.nuget import nuget_purl
from checks.manifests.repositories import repository
from checks.model import purl
from checks.model.dependency import Dependency, Inventory, Origin, Scope
from checks.model.errors import UnreadableManifest
from checks.model.phrase import visible

_SECTIONS = frozenset({"NUGET", "GITHUB", "GIT", "HTTP", "GIST"})
_OPTION = re.compile(r"[A-Z][A-Z-]{2,60}(?:: .*)?")
_ENTRY = re.compile(r"( {4}| {6})(\S{1,300})(?: \(([^()]{1,300})\))?(?: - .*)?")
_TESTING = re.compile(r"test", re.IGNORECASE)
_BUILDING = re.compile(r"build|doc|release|tool|wpf$", re.IGNORECASE)


@dataclass(slots=True)
class _Lock:
    found: Collector
    section: str = ""
    remote: str = ""
    group: str = "Main"
    current: int = -1
    indexes: dict[tuple[str, str], int] = field(default_factory=dict)
    requires: list[tuple[str, set[str]]] = field(default_factory=list)


def parse_paket_lock(text: str, path: str, companions: Mapping[str, str]) -> Inventory:
    """The file does not tell what is direct; a group named after tests or the build tells the scope."""
    lock = _Lock(Collector(path, "paket-lock"))
    known = 0
    for line, raw in numbered_lines(text):
        stripped = raw.strip()
        if not stripped:
            continue
        if not raw[0].isspace():
            known += _head(stripped, line, lock)
        elif stripped.startswith("remote:"):
            lock.remote = stripped[7:].strip()[:MAX_WORD]
        elif lock.section and not stripped.startswith(("specs:", "protocol:")):
            _entry(raw.rstrip(), line, lock)
    if not known and text.strip():
        raise UnreadableManifest("it has no section of a Paket lock file", 1)
    edges = [
        sorted({lock.indexes[group, name] for name in names if (group, name) in lock.indexes})
        for group, names in lock.requires
    ]
    return lock.found.inventory(edges)


def _head(stripped: str, line: int, lock: _Lock) -> int:
    """1 for a line that belongs to the format."""
    if stripped in _SECTIONS:
        lock.section, lock.remote, lock.current = stripped, "", -1
    elif stripped.startswith("GROUP "):
        lock.group, lock.section, lock.current = stripped[6:].strip()[:MAX_WORD], "", -1
    elif not _OPTION.fullmatch(stripped):
        lock.found.problem(f"this line is no section: {visible(stripped, 60)}", line)
        return 0
    return 1


def _entry(raw: str, line: int, lock: _Lock) -> None:
    match = _ENTRY.fullmatch(raw)
    if not match:
        lock.found.problem("this line is neither a package nor one of its dependencies", line)
    elif len(match[1]) == 6:
        if lock.current >= 0:
            lock.requires[lock.current][1].add(match[2].lower())
    elif match[3] is None:
        lock.current = -1
        lock.found.problem(f"{visible(match[2], 100)} has no version", line)
    else:
        lock.current = lock.found.add(_dependency(match[2], match[3], line, lock))
        lock.indexes[lock.group, match[2].lower()] = lock.current
        lock.requires.append((lock.group, set()))


def _dependency(name: str, version: str, line: int, lock: _Lock) -> Dependency:
    scope = Scope.RUNTIME
    if lock.group.lower() != "main":
        scope = Scope.TEST if _TESTING.search(lock.group) else Scope.UNKNOWN
        scope = Scope.BUILD if scope is Scope.UNKNOWN and _BUILDING.search(lock.group) else scope
    origin, package = Origin.REGISTRY, nuget_purl(name)
    if lock.section in ("GITHUB", "GIT"):
        host = "https://github.com/" if lock.section == "GITHUB" else ""
        known = repository(host + lock.remote)
        origin, package = Origin.GIT, known[0] if known else purl.package("generic", name)
    elif lock.section in ("HTTP", "GIST"):
        origin, package = Origin.URL, purl.package("generic", name)
    place = lock.found.at(line)
    return Dependency(package, name, version, place, scope, None, origin, lock.remote or None)
