"""Reads a compiled expression: what it refers to, and its tree (cel/expr/checked.proto and syntax.proto, as they are
serialized). The library has no other way to tell what an expression reads.
"""

from collections.abc import Iterator
from typing import NamedTuple

Part = int | bytes


class Node(NamedTuple):
    """One node of the tree; which of the rest is set depends on `kind`."""

    id: int
    kind: str
    """`constant`, `name`, `select`, `call`, `list`, `fold` (what the macros become) or `other`."""
    text: str = ""
    """The name, the selected key, the function, or a constant text."""
    number: int | None = None
    """A constant whole number."""
    children: tuple["Node", ...] = ()
    """Of a fold: range, first value, condition, step, result."""
    variable: str = ""
    accumulator: str = ""
    constant_text: bool = False


class Checked(NamedTuple):
    """A compiled expression."""

    references: dict[int, str]
    """By the id of a node: the variable that it is."""
    positions: dict[int, int]
    """By the id of a node: where it stands, in characters from the beginning."""
    root: Node


def read(serialized: bytes) -> Checked:
    """What `Expression.serialize` gives."""
    message = _bytes(_last(serialized, 2))
    references, positions, root = dict[int, str](), dict[int, int](), Node(0, "other")
    for number, part in _parts(message):
        if number == 2:
            reference = _bytes(_last(_bytes(part), 2))
            name = _bytes(_last(reference, 1)).decode()
            if name and _last(reference, 3) is None:
                references[_int(_last(_bytes(part), 1))] = name
        elif number == 5:
            entries = [_bytes(value) for key, value in _parts(_bytes(part)) if key == 4]
            positions = {_int(_last(entry, 1)): _int(_last(entry, 2)) for entry in entries}
        elif number == 4:
            root = _node(_bytes(part))
    return Checked(references, positions, root)


_FOLD = (2, 4, 5, 6, 7)


def _node(data: bytes) -> Node:
    id_ = _int(_last(data, 2))
    for kind, part in _parts(data):
        if kind == 2:
            continue
        body = _bytes(part)
        if kind == 3:
            return _constant(id_, body)
        if kind == 4:
            return Node(id_, "name", _text(_last(body, 1)))
        if kind == 5:
            return Node(id_, "select", _text(_last(body, 2)), children=_nodes(body, 1))
        if kind == 6:
            return Node(id_, "call", _text(_last(body, 2)), children=(*_nodes(body, 1), *_nodes(body, 3)))
        if kind == 7:
            return Node(id_, "list", children=_nodes(body, 1))
        if kind == 9:
            children = tuple(node for number in _FOLD for node in _nodes(body, number) or (Node(0, "other"),))
            return Node(id_, "fold", "", None, children, _text(_last(body, 1)), _text(_last(body, 3)))
        if kind == 8:
            entries = [_bytes(entry) for number, entry in _parts(body) if number == 2]
            return Node(
                id_, "map", children=tuple(n for entry in entries for number in (3, 4) for n in _nodes(entry, number))
            )
    return Node(id_, "other")


def _constant(id_: int, body: bytes) -> Node:
    for kind, part in _parts(body):
        if kind == 3 and isinstance(part, int):
            return Node(id_, "constant", number=part - (1 << 64) if part >= 1 << 63 else part)
        if kind == 6:
            return Node(id_, "constant", _text(part), constant_text=True)
    return Node(id_, "constant")


def _nodes(body: bytes, number: int) -> tuple[Node, ...]:
    return tuple(_node(_bytes(part)) for key, part in _parts(body) if key == number)


def _parts(data: bytes) -> Iterator[tuple[int, Part]]:
    """Field numbers and values of a message in protobuf's wire format."""
    at = 0
    while at < len(data):
        tag, at = _varint(data, at)
        kind = tag & 7
        if kind == 0:
            value, at = _varint(data, at)
            yield tag >> 3, value
            continue
        if kind == 2:
            length, at = _varint(data, at)
        else:
            length = 8 if kind == 1 else 4
        yield tag >> 3, data[at : at + length]
        at += length


def _varint(data: bytes, at: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        byte = data[at]
        value |= (byte & 0x7F) << shift
        at, shift = at + 1, shift + 7
        if byte < 0x80:
            return value, at


def _last(data: bytes, number: int) -> Part | None:
    found = None
    for key, part in _parts(data):
        if key == number:
            found = part
    return found


def _bytes(part: Part | None) -> bytes:
    return part if isinstance(part, bytes) else b""


def _int(part: Part | None) -> int:
    return part if isinstance(part, int) else 0


def _text(part: Part | None) -> str:
    return _bytes(part).decode("utf-8", "replace")
