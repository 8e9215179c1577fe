"""From YAML nodes to typed values: strict, every fault at once, each with line, column and the nearest key.

A shape is a frozen dataclass whose fields are made with `key()`. The same declarations give the loader, the JSON
Schema and the reference documentation. Written here rather than with pydantic because the command has 100 ms to start
and pydantic takes 100 ms of them: docs/decisions/0002-policy-shapes.md.
"""

import difflib
import types
from collections.abc import Callable, Mapping
from dataclasses import MISSING, dataclass, field, fields, is_dataclass
from enum import Enum
from functools import lru_cache
from typing import Any, Union, get_args, get_origin, get_type_hints

from checks.model.errors import PolicyIssue
from checks.model.phrase import visible
from checks.policy.document import Entries, Items, Node, Scalar

#: Where a value came from: its key path and the line of the file.
Lines = dict[tuple[str, ...], int]


def key(doc: str, **options: Any) -> Any:
    """A field of a shape with its documentation. Options: `default` or `default_factory`."""
    return field(metadata={"doc": doc}, **options)


@dataclass(frozen=True, slots=True)
class Key:
    """One declared key of a shape."""

    name: str
    type: Any
    doc: str
    required: bool
    default: Any


@lru_cache(maxsize=None)
def keys_of(shape: type) -> Mapping[str, Key]:
    """The keys of a shape in the order of declaration."""
    hints = get_type_hints(shape)
    found = {}
    for item in fields(shape):
        doc = item.metadata.get("doc")
        if doc is None:
            continue
        default = item.default_factory() if item.default_factory is not MISSING else item.default
        required = default is MISSING
        found[item.name] = Key(item.name, hints[item.name], doc, required, None if required else default)
    return found


class Reader:
    """Reads nodes into shapes, collecting issues instead of stopping at the first."""

    def __init__(self) -> None:
        self.issues: list[PolicyIssue] = []
        self.lines: Lines = {}

    def fault(self, node: Node, path: tuple[str, ...], message: str, hint: str = "") -> None:
        self.issues.append(PolicyIssue(node.line, node.column, ".".join(path), message, hint))

    def read(self, node: Node, type_: Any, path: tuple[str, ...]) -> Any:
        """The value of `node` as `type_`; a fault is recorded and `Fault` is returned where it does not fit."""
        self.lines.setdefault(path, node.line)
        origin = get_origin(type_)
        if origin in (Union, types.UnionType):
            return self._read_union(node, get_args(type_), path)
        if origin is tuple:
            return self._read_items(node, get_args(type_)[0], path)
        if origin is not None and issubclass(origin, Mapping):
            key_type, value_type = get_args(type_)
            return self._read_mapping(node, key_type, value_type, path)
        if is_dataclass(type_) and not hasattr(type_, "parse"):
            return self.read_shape(node, type_, path)
        return self._read_scalar(node, type_, path)

    def read_shape(self, node: Node, shape: Any, path: tuple[str, ...]) -> Any:
        if isinstance(node, Scalar) and hasattr(shape, "from_scalar"):
            return self._convert(node, shape.from_scalar, path)
        if not isinstance(node, Entries):
            self.fault(node, path, "expected a mapping of keys to values", hint_keys(keys_of(shape)))
            return Fault
        known = keys_of(shape)
        values: dict[str, Any] = {}
        for name, value in node.entries:
            if name.text not in known:
                self.unknown_key(name, known, path)
                continue
            found = self.read(value, known[name.text].type, (*path, name.text))
            if found is not Fault:
                values[name.text] = found
            else:
                values[name.text] = known[name.text].default
        for item in known.values():
            if item.required and item.name not in values:
                self.fault(node, (*path, item.name), f"'{item.name}' is missing", item.doc)
        if any(item.required and values.get(item.name) is None for item in known.values()):
            return Fault
        return self._construct(node, shape, values, path)

    def unknown_key(self, name: Scalar, known: Mapping[str, Any], path: tuple[str, ...]) -> None:
        """Record an unknown key with the nearest known one."""
        near = difflib.get_close_matches(name.text, list(known), n=1, cutoff=0.5)
        hint = f"did you mean '{near[0]}'?" if near else hint_keys(known)
        self.fault(name, (*path, visible(name.text, 60)), "unknown key", hint)

    def _construct(self, node: Node, shape: Any, values: dict[str, Any], path: tuple[str, ...]) -> Any:
        before = len(self.issues)
        try:
            return shape(**values)
        except ValueError as error:
            if len(self.issues) == before:
                self.fault(node, path, str(error))
            return Fault

    def _read_union(self, node: Node, options: tuple[Any, ...], path: tuple[str, ...]) -> Any:
        real = [option for option in options if option is not type(None)]
        if len(real) == 1:
            return self.read(node, real[0], path)
        fitting = [option for option in real if _fits(node, option)]
        if not fitting:
            self.fault(node, path, "expected " + " or ".join(_describe(option) for option in real))
            return Fault
        return self.read(node, fitting[0], path)

    def _read_items(self, node: Node, type_: Any, path: tuple[str, ...]) -> Any:
        if not isinstance(node, Items):
            self.fault(node, path, "expected a list", "write [a, b] or one '- item' a line")
            return Fault
        read = [self.read(item, type_, (*path, str(index))) for index, item in enumerate(node.items)]
        return tuple(item for item in read if item is not Fault)

    def _read_mapping(self, node: Node, key_type: Any, type_: Any, path: tuple[str, ...]) -> Any:
        if not isinstance(node, Entries):
            self.fault(node, path, "expected a mapping of keys to values")
            return Fault
        found: dict[Any, Any] = {}
        for name, value in node.entries:
            converted = self._read_scalar(name, key_type, (*path, name.text))
            item = self.read(value, type_, (*path, name.text))
            if converted is not Fault and item is not Fault:
                found[converted] = item
        return types.MappingProxyType(found)

    def _read_scalar(self, node: Node, type_: Any, path: tuple[str, ...]) -> Any:
        if not isinstance(node, Scalar):
            self.fault(node, path, f"expected {_describe(type_)}, not {_kind(node)}")
            return Fault
        return self._convert(node, _converter(type_), path)

    def _convert(self, node: Scalar, convert: Callable[[str], Any], path: tuple[str, ...]) -> Any:
        try:
            return convert(node.text)
        except ValueError as error:
            self.fault(node, path, f"{error}, not '{visible(node.text, 60)}'" if str(error) else "not valid")
            return Fault


class Fault:
    """Stands for a value that could not be read; its issue is already recorded."""


def hint_keys(known: Mapping[str, Any]) -> str:
    return "known keys: " + ", ".join(known)


def _converter(type_: Any) -> Callable[[str], Any]:
    if hasattr(type_, "parse"):
        return type_.parse  # type: ignore[no-any-return]
    if isinstance(type_, type) and issubclass(type_, Enum):
        return lambda text: _enum(type_, text)
    return {bool: _boolean, int: _integer, str: _text}[type_]


def _enum(type_: type[Enum], text: str) -> Enum:
    known = [str(item.value) for item in type_]
    if text not in known:
        near = difflib.get_close_matches(text, known, n=1, cutoff=0.6)
        suggestion = f"; did you mean '{near[0]}'?" if near else ""
        raise ValueError("expected " + " or ".join(f"'{item}'" for item in known) + suggestion)
    return type_(text)


def _boolean(text: str) -> bool:
    if text not in ("true", "false"):
        raise ValueError("expected true or false")
    return text == "true"


def _integer(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) <= 9):
        raise ValueError("expected a whole number")
    return int(text)


def _text(text: str) -> str:
    if not text.strip():
        raise ValueError("expected some text")
    return text


def _fits(node: Node, type_: Any) -> bool:
    if get_origin(type_) is tuple:
        return isinstance(node, Items)
    if is_dataclass(type_) and not hasattr(type_, "parse"):
        return isinstance(node, Entries)
    return isinstance(node, Scalar)


def _describe(type_: Any) -> str:
    if isinstance(type_, type) and issubclass(type_, Enum):
        return " or ".join(f"'{item.value}'" for item in type_)
    if get_origin(type_) is tuple:
        return "a list"
    if is_dataclass(type_) and not hasattr(type_, "parse"):
        return "a mapping"
    return {bool: "true or false", int: "a whole number"}.get(type_, "text")


def _kind(node: Node) -> str:
    return {Items: "a list", Entries: "a mapping"}.get(type(node), "text")
