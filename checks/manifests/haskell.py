"""cabal.project.freeze and stack.yaml.lock: Hackage packages by exact version."""

import re
from collections.abc import Mapping

from checks.manifests.collect import MAX_WORD, Collector, numbered_lines
from checks.manifests.jsontext import Array, Object, line_of, object_at
from checks.manifests.yamltext import load
from checks.model import purl
from checks.model.dependency import Dependency, Inventory, Origin, Scope
from checks.model.errors import UnreadableManifest
from checks.model.phrase import visible

_NAME = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,200})"
_PINNED = re.compile(rf"(?:any\.|[\w-]{{1,50}}:)?({_NAME})\s*==\s*(\d[\d.]{{0,100}})")
_FLAGS = re.compile(rf"(?:any\.)?{_NAME}(?:\s+[+-][\w-]{{1,100}}){{1,100}}")
_INSTALLED = re.compile(rf"(?:any\.)?({_NAME})\s+installed")
_FIELD = re.compile(r"([a-z][\w-]{0,60}):\s?(.*)")
_STACK = re.compile(rf"({_NAME})-(\d[\d.]{{0,100}})(?:@(sha256:[0-9a-f]{{64}})(?:,\d{{1,20}})?|@rev:\d{{1,9}})?")


def parse_cabal_freeze(text: str, path: str, companions: Mapping[str, str]) -> Inventory:
    """The constraints that cabal wrote; flags of packages are no packages."""
    found = Collector(path, "cabal-freeze")
    field, fields = "", 0
    for line, raw in numbered_lines(text):
        stripped = raw.strip()
        if not stripped or stripped.startswith("--"):
            continue
        match = _FIELD.fullmatch(stripped) if not raw[0].isspace() else None
        if match:
            field, stripped, fields = match[1], match[2], fields + 1
        if field == "constraints":
            for part in stripped.split(","):
                _take_constraint(part.strip(), line, found)
        elif not field:
            found.problem("this line belongs to no field", line)
    if text.strip() and not fields:
        raise UnreadableManifest("it has no field that cabal writes", 1)
    return found.inventory()


def _take_constraint(part: str, line: int, found: Collector) -> None:
    if not part or len(part) > MAX_WORD or _FLAGS.fullmatch(part):
        return
    if match := _PINNED.fullmatch(part):
        found.add(_hackage(match[1], match[2], line, line, found))
    elif match := _INSTALLED.fullmatch(part):
        found.add(_hackage(match[1], None, line, line, found))
    else:
        found.problem(f"this constraint pins no version: {visible(part, 80)}", line)


def _hackage(
    name: str, version: str | None, line: int, end: int, found: Collector, hash_: str | None = None
) -> Dependency:
    hashes = (hash_,) if hash_ else ()
    place = found.at(line, end)
    return Dependency(purl.package("hackage", name), name, version, place, Scope.UNKNOWN, None, integrity=hashes)


def parse_stack_lock(text: str, path: str, companions: Mapping[str, str]) -> Inventory:
    """Packages outside the snapshot; those of the snapshot stand in a file that is not in the tree."""
    found = Collector(path, "stack-lock")
    root = load(text)
    if root is None:
        return found.inventory()
    if not isinstance(root, Object) or not isinstance(root.get("packages"), Array | None):
        raise UnreadableManifest("it has no list 'packages'", 1)
    packages = root.get("packages")
    if isinstance(packages, Array):
        for entry, (line, end) in zip(packages, packages.lines, strict=True):
            completed = object_at(entry, "completed") if isinstance(entry, Object) else {}
            _add_completed(completed, line, end, found)
    return found.inventory()


def _add_completed(completed: Mapping[str, object], line: int, end: int, found: Collector) -> None:
    hackage = _text(completed, "hackage")
    match = _STACK.fullmatch(hackage) if hackage else None
    if match:
        line = line_of(completed, "hackage")[0] or line
        found.add(_hackage(match[1], match[2], line, end, found, match[3]))
        return
    name, version = _text(completed, "name"), _text(completed, "version")
    address = _text(completed, "git") or _text(completed, "url") or _text(completed, "hg")
    if not name or not address:
        found.problem("this package cannot be read", line)
        return
    commit = _text(completed, "commit") or _text(completed, "sha256")
    origin = Origin.URL if _text(completed, "url") else Origin.GIT
    found.add(
        Dependency(
            purl.package("hackage", name),
            name,
            version or None,
            found.at(line, end),
            Scope.UNKNOWN,
            True,
            origin,
            f"{address}#{commit}" if commit else address,
            integrity=(commit,) if commit else (),
        )
    )


def _text(entry: Mapping[str, object], key: str) -> str:
    value = entry.get(key)
    return value if isinstance(value, str) and len(value) <= MAX_WORD else ""
