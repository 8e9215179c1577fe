"""Manifest.toml of Julia, formats 1 and 2; Project.toml beside it tells what is direct."""

import posixpath
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from checks.manifests.collect import MAX_WORD, Collector
from checks.manifests.tomlscan import statements
from checks.manifests.tomltext import load
from checks.model import purl
from checks.model.dependency import Dependency, Inventory, Origin, Scope
from checks.model.errors import UnreadableManifest
from checks.model.phrase import visible


@dataclass(frozen=True, slots=True)
class _Entry:
    name: str
    table: Mapping[str, object]
    line: int
    end_line: int


def parse_manifest(text: str, path: str, companions: Mapping[str, str]) -> Inventory:
    """Packages in file order. Those of the standard library have no version before Julia 1.11 and none here."""
    found = Collector(path, "julia-manifest")
    data = load(text.replace("\r\n", "\n"))
    format_2 = isinstance(data.get("manifest_format"), str)
    tables = (
        data.get("deps", {}) if format_2 else {key: value for key, value in data.items() if isinstance(value, list)}
    )
    if not isinstance(tables, Mapping):
        found.problem("'deps' is not a table", 1)
        return found.inventory()
    asked = _asked(companions.get(posixpath.join(posixpath.dirname(path), "Project.toml")))
    by_name: dict[str, list[int]] = {}
    by_id: dict[str, int] = {}
    entries: list[_Entry] = []
    for entry in _entries(tables, _lines(text, format_2), found):
        index = found.add(_dependency(entry, asked, found))
        by_name.setdefault(entry.name, []).append(index)
        by_id[_text(entry.table, "uuid") or entry.name] = index
        entries.append(entry)
    return found.inventory([sorted(_required(entry.table.get("deps"), by_name, by_id)) for entry in entries])


def _entries(
    tables: Mapping[str, object], lines: Mapping[str, list[tuple[int, int]]], found: Collector
) -> Iterator[_Entry]:
    for name, items in tables.items():
        places = lines.get(name, [])
        for number, table in enumerate(items if isinstance(items, list) else [items]):
            line, end = places[number] if number < len(places) else places[0] if places else (1, 1)
            if isinstance(table, Mapping) and 0 < len(name) <= MAX_WORD:
                yield _Entry(name, table, line, end)
            else:
                found.problem(f"the package '{visible(name, 80)}' cannot be read", line)


def _lines(text: str, format_2: bool) -> dict[str, list[tuple[int, int]]]:
    """First and last line of each `[[deps.Name]]` (format 1: `[[Name]]`) with the tables below it."""
    depth = 2 if format_2 else 1
    lines: dict[str, list[tuple[int, int]]] = {}
    for found in statements(text):
        if len(found.table) < depth:
            continue
        places = lines.setdefault(found.table[depth - 1], [])
        if not found.key and len(found.table) == depth:
            places.append((found.line, found.end_line))
        elif places:
            places[-1] = (places[-1][0], found.end_line)
    return lines


def _dependency(entry: _Entry, asked: Mapping[str, str] | None, found: Collector) -> Dependency:
    table = entry.table
    commit = _text(table, "git-tree-sha1")
    origin, source = Origin.REGISTRY, None
    if address := _text(table, "repo-url"):
        origin, source = Origin.GIT, f"{address}#{_text(table, 'repo-rev')}".rstrip("#")
    elif path := _text(table, "path"):
        origin, source = Origin.PATH, path
    return Dependency(
        purl.package("julia", entry.name),
        entry.name,
        _text(table, "version") or None,
        found.at(entry.line, entry.end_line),
        Scope.RUNTIME,
        None if asked is None else asked.get(entry.name) == _text(table, "uuid"),
        origin,
        source,
        integrity=(commit,) if commit else (),
    )


def _required(deps: object, by_name: Mapping[str, list[int]], by_id: Mapping[str, int]) -> set[int]:
    """A list of names, or a table of names to ids where a name is not unique."""
    if isinstance(deps, list):
        names = [name for name in deps if isinstance(name, str)]
        return {by_name[name][0] for name in names if name in by_name}
    if isinstance(deps, Mapping):
        return {by_id[id_] for id_ in deps.values() if isinstance(id_, str) and id_ in by_id}
    return set()


def _asked(text: str | None) -> dict[str, str] | None:
    if text is None:
        return None
    try:
        deps = load(text.replace("\r\n", "\n")).get("deps", {})
    except UnreadableManifest:
        return None
    return {name: str(id_) for name, id_ in deps.items()} if isinstance(deps, Mapping) else {}


def _text(table: Mapping[str, object], key: str) -> str:
    value = table.get(key)
    return value if isinstance(value, str) and len(value) <= MAX_WORD else ""
