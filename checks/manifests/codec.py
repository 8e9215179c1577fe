"""Inventories as bytes and back: columns of JSON, compressed. A cache must never be able to run code.

Columns, because building 100,000 values from rows of 13 takes three times as long, and repeated words cost one byte.
What a reader is given may be cut off, old or hostile: then `decode` raises ValueError and the file is parsed again.
"""

import json
import zlib
from collections.abc import Iterable, Sequence
from datetime import datetime
from itertools import accumulate, pairwise, repeat
from typing import Any

from checks.manifests.read import MAX_PACKAGES
from checks.model.dependency import Dependency, Inventory, Location, Origin, Problem, Scope

#: Of one inventory once it is unpacked (bytes): 200,000 packages of 1 kB.
MAX_UNPACKED = 200_000_000
#: Raised when what is written changes; an older document is not read. The keys of `app.inventories` hold it too.
FORM = 1
_SCOPES = {scope.value: scope for scope in Scope}
_ORIGINS = {origin.value: origin for origin in Origin}


def encode(value: Inventory) -> bytes:
    """An inventory as bytes; `decode` gives an equal one back."""
    found = value.dependencies
    paths = {path: index for index, path in enumerate(dict.fromkeys(_paths(value)))}
    required = [_place(d.required_at, paths) if d.required_at else 0 for d in found]
    document = {
        "form": FORM,
        "path": value.path,
        "format": value.format,
        "paths": list(paths),
        "purl": [d.purl for d in found],
        "name": [d.name for d in found],
        "version": [d.version for d in found],
        "place": [_place(d.location, paths) for d in found],
        "scope": [d.scope.value for d in found],
        "direct": [d.direct for d in found],
        "origin": [d.origin.value for d in found],
        "source": [d.source for d in found],
        "license": [d.license for d in found],
        "published": [d.published.isoformat() if d.published else None for d in found],
        "integrity": [list(d.integrity) for d in found],
        "required": required if any(required) else None,
        "installed": [d.installed_at for d in found],
        "edges": [len(row) for row in value.edges],
        "targets": [target for row in value.edges for target in row],
        "parents": list(value.parents),
        "problems": [[p.code, p.message, *_place(p.location, paths)] for p in value.problems],
    }
    return zlib.compress(json.dumps(document, separators=(",", ":"), ensure_ascii=True).encode("ascii"), 1)


def decode(data: bytes) -> Inventory:
    """The inventory that `encode` wrote. Raises ValueError for anything else."""
    try:
        return _inventory(json.loads(_unpacked(data)))
    except (zlib.error, ValueError, LookupError, TypeError, AttributeError, RecursionError, OverflowError) as error:
        raise ValueError(f"not an inventory: {error}") from None


def _unpacked(data: bytes) -> bytes:
    unpacker = zlib.decompressobj()
    text = unpacker.decompress(data, MAX_UNPACKED)
    if not unpacker.eof or unpacker.unused_data:
        raise ValueError("cut off, or longer than an inventory can be")
    return text


def _inventory(document: dict[str, Any]) -> Inventory:
    if document["form"] != FORM:
        raise ValueError("an inventory of another version")
    paths = _texts(document["paths"])
    purls = _texts(document["purl"])
    count = len(purls)
    if count > MAX_PACKAGES:
        raise ValueError("more packages than an inventory can have")
    columns = (
        purls,
        _texts(document["name"]),
        _texts(document["version"], type(None)),
        _locations(document["place"], paths),
        [_SCOPES[word] for word in document["scope"]],
        _of(document["direct"], {bool, type(None)}),
        [_ORIGINS[word] for word in document["origin"]],
        _texts(document["source"], type(None)),
        _texts(document["license"], type(None)),
        [datetime.fromisoformat(text) if text else None for text in document["published"]],
        [tuple(row) if row else () for row in document["integrity"]],
        repeat(None, count) if document["required"] is None else _required(document["required"], paths),
        _texts(document["installed"], type(None)),
    )
    _texts([item for row in document["integrity"] for item in row])
    if any(len(column) != count for column in columns if isinstance(column, list)):
        raise ValueError("columns of different lengths")
    return Inventory(
        path=_text(document["path"]),
        format=_text(document["format"]),
        dependencies=tuple(map(Dependency, *columns)),
        edges=_edges(document["edges"], document["targets"], count),
        parents=tuple(_indexes(document["parents"], -1, count, (0, count))),
        problems=tuple(
            Problem(_text(code), _text(message), _locations([place], paths)[0])
            for code, message, *place in document["problems"]
        ),
    )


def _paths(value: Inventory) -> Iterable[str]:
    yield value.path
    for dependency in value.dependencies:
        yield dependency.location.path
        if dependency.required_at:
            yield dependency.required_at.path
    yield from (problem.location.path for problem in value.problems)


def _place(location: Location, paths: dict[str, int]) -> tuple[int, int, int]:
    return paths[location.path], location.line, location.end_line


def _locations(rows: Any, paths: list[str]) -> list[Location]:
    if any(set(map(type, row)) != {int} or min(row) < 0 for row in rows):
        raise ValueError("a place that is none")
    return [Location(paths[path], line, end) for path, line, end in rows]


def _required(rows: Any, paths: list[str]) -> list[Location | None]:
    places = iter(_locations([row for row in rows if row], paths))
    return [next(places) if row else None for row in rows]


def _edges(lengths: Any, targets: Any, count: int) -> tuple[tuple[int, ...], ...]:
    sizes = _indexes(lengths, 0, count + 1, (0, count))
    flat = _indexes(targets, 0, count, (sum(sizes),))
    ends = [0, *accumulate(sizes)]
    return tuple(tuple(flat[start:end]) for start, end in pairwise(ends))


def _indexes(values: Any, low: int, high: int, lengths: Sequence[int]) -> list[int]:
    """Whole numbers from `low` up to and without `high`."""
    found: list[int] = _of(values, {int})
    if len(found) not in lengths or (found and not (low <= min(found) and max(found) < high)):
        raise ValueError("an index that leads nowhere")
    return found


def _texts(values: Any, *others: type) -> list[Any]:
    return _of(values, {str, *others})


def _of(values: Any, kinds: set[type]) -> list[Any]:
    if type(values) is not list or not set(map(type, values)) <= kinds:
        raise ValueError("a value of another kind")
    return values


def _text(value: Any) -> str:
    if type(value) is not str:
        raise ValueError("a value of another kind")
    return value
