"""The strict reader, which makes shapes from nodes. It names every fault at once, each with line, column and the
nearest key."""

import re
import types
from collections.abc import Callable, Iterable, Mapping
from enum import Enum
from typing import Annotated, Any, get_args, get_origin

from checks.model.errors import PolicyIssue
from checks.model.phrase import visible
from checks.policy.document import Entries, Items, Node, Scalar
from checks.policy.lists import Listed, Lists
from checks.policy.shape import (
    Form,
    Key,
    KeyFault,
    KeyPath,
    Place,
    added_to,
    form_of,
    is_shape,
    keys_of,
    list_item,
    nearest,
)

#: More faults than these help nobody, and a hostile file has hundreds of thousands.
MAX_ISSUES = 50
_MAX_MESSAGE = 600


class Fault:
    """Stands for a value that could not be read; its issue is already recorded."""


class TooManyFaultsError(Exception):
    """Reading stopped at `MAX_ISSUES`."""


class Reader:
    """Reads nodes into shapes, collecting issues instead of stopping at the first.

    `names` are those that `Named` text may have, by kind; no iterators. What is in `lists` is not read again. Raises
    `TooManyFaultsError`.
    """

    def __init__(self, names: Mapping[str, Iterable[str]] | None = None, lists: Lists | None = None) -> None:
        self.names = names or {}
        self.lists = lists
        self.issues: list[PolicyIssue] = []
        self.places: dict[KeyPath, Place] = {}
        self.layers: list[dict[KeyPath, Place]] = [self.places]
        """`places`, and those within `lists`, which other readers have too."""

    def within(self, names: Mapping[str, Iterable[str]]) -> "Reader":
        """A reader with other names whose issues and places are this one's."""
        part = Reader(names)
        part.issues, part.places, part.layers = self.issues, self.places, self.layers
        return part

    def fault(self, node: Node, path: KeyPath, message: str, hint: str = "") -> type[Fault]:
        """Record an issue. What the file says may be in path, message and hint: it is made visible here."""
        where = ".".join(visible(part, 60) for part in path)
        if len(self.issues) >= MAX_ISSUES:
            message, where, hint = f"more faults follow; these are the first {MAX_ISSUES}", "", ""
        self.issues.append(
            PolicyIssue(
                node.line, node.column, where, visible(message, _MAX_MESSAGE), visible(hint, _MAX_MESSAGE), node.file
            )
        )
        if len(self.issues) > MAX_ISSUES:
            raise TooManyFaultsError
        return Fault

    def unknown(self, name: Scalar, known: Iterable[str], path: KeyPath, what: str = "key") -> str | None:
        """Record a name that does not exist, with the nearest one, which is returned."""
        near = nearest(name.text, known)
        hint = f"did you mean '{near}'?" if near else f"known {what}s: " + ", ".join(known)
        self.fault(name, (*path, name.text) if what == "key" else path, _unknown(what, name.text), hint)
        return near

    def read(self, node: Node, type_: Any, path: KeyPath) -> Any:
        """The value of `node` as `type_`; `Fault` where it does not fit."""
        if path not in self.places:
            self.places[path] = Place(node.line, node.column, node.file)
        return self._read(node, type_, path)

    def _read(self, node: Node, type_: Any, path: KeyPath) -> Any:
        """`read` of a value whose place is known."""
        if isinstance(node, Scalar) and node.absent:
            return self.fault(node, path, "there is no value", "give it one, or remove the key")
        form, inner, more = form_of(type_)
        if form is Form.SCALAR:
            return self._read_scalar(node, inner, path)
        if form is Form.SHAPE:
            return self.read_shape(node, inner, path)
        if self.lists is not None and not isinstance(node, Scalar):
            return self._read_once(node, type_, path, self.lists)
        if form is Form.NAME:
            return self._read_name(node, inner, path)
        if form is Form.MAPPING:
            return self._read_mapping(node, inner, more, path)
        if more and isinstance(node, Scalar):
            node = Items((node,), node.line, node.column, node.file)
        return self._read_items(node, inner, path)

    def _read_once(self, node: Node, type_: Any, path: KeyPath, lists: Lists) -> Any:
        """`_read` of a list or mapping, or what was found in it before."""
        known = lists.known(node, path)
        if known is None or len(self.issues) + len(known.issues) > MAX_ISSUES:
            known = self._listed(node, type_, path, lists)
            lists.keep(known, path)
        else:
            self.issues += known.issues
        self.layers += known.places
        return known.value

    def _listed(self, node: Node, type_: Any, path: KeyPath, lists: Lists) -> Listed:
        """Read with places of its own, and of a list that was read in part only the rest."""
        outer, before = self.places, len(self.issues)
        self.places, self.lists = {}, None
        try:
            if (first := lists.begun(node, path)) is None:
                value = self._read(node, type_, path)
            else:
                value = (*first.value, *self._read_items(node, form_of(type_)[1], path, len(first.value)))
            places = (self.places, *(first.places if first else ()))
            return Listed(node, value, places, tuple(self.issues[before:]))
        finally:
            self.places, self.lists = outer, lists

    def read_shape(self, node: Node, shape: Any, path: KeyPath, *, beside: Iterable[str] = ()) -> Any:
        """The value of `node` as a shape; what only shows beside other keys is looked at when each of them fits.

        Keys in `beside` are known and left to the caller.
        """
        if isinstance(node, Scalar) and hasattr(shape, "from_scalar"):
            text = self._read_scalar(node, str, path)
            return text if text is Fault else self._convert(node, shape.from_scalar, path)
        if not isinstance(node, Entries):
            known = ", ".join(keys_of(shape))
            return self.fault(node, path, f"expected keys with values, not {_kind(node)}", f"known keys: {known}")
        before = len(self.issues)
        values = self._values(node, shape, path, frozenset(beside))
        if len(self.issues) > before:
            return Fault
        try:
            value = shape(**values)
        except ValueError as error:
            return self.fault(node, path, str(error))
        found: Iterable[KeyFault] = value.faults() if hasattr(value, "faults") else ()
        for item in found:
            at = node.get(item.key) or node
            self.fault(at, (*path, item.key) if item.key else path, item.message, item.hint)
            if item.offset is not None and isinstance(at, Scalar):
                before = sum(not character.isspace() for character in at.text[: item.offset])
                self.issues[-1] = self.issues[-1]._replace(within=before)
        return value if len(self.issues) == before else Fault

    def _values(self, node: Entries, shape: type, path: KeyPath, beside: frozenset[str]) -> dict[str, Any]:
        """By field. `X_also` adds to the list X, or to its default."""
        known = keys_of(shape)
        values: dict[str, Any] = {}
        more: list[tuple[Key, Scalar, Node]] = []
        meant: set[str | None] = set()
        for name, value in node.entries:
            if name.text in known:
                item = known[name.text]
                values[item.field] = self._entry(name, value, item.type, path)
            elif (added := added_to(name.text, known)) is not None and not _in_list(path):
                more.append((added, name, value))
            elif name.text not in beside:
                meant.add(self.unknown(name, dict.fromkeys((*known, *sorted(beside))), path))
        for item, name, value in more:
            values[item.field] = self._added(item, name, value, values.get(item.field, item.default or ()), path)
        for item in known.values():
            if item.required and item.field not in values and item.name not in meant:
                self.fault(node, (*path, item.name), f"'{item.name}' is missing", item.doc)
        return values

    def _added(self, item: Key, name: Scalar, node: Node, first: Any, path: KeyPath) -> Any:
        """A list with what `X_also` says behind it."""
        self.places[(*path, name.text)] = Place(name.line, name.column, name.file)
        self.places.setdefault((*path, item.name), Place(name.line, name.column, name.file))
        if not isinstance(node, Items) or not isinstance(first, tuple):
            return self.fault(node, (*path, name.text), "expected a list") if first is not Fault else Fault
        type_ = list_item(item.type)
        read = [self.read(n, type_, (*path, item.name, str(i))) for i, n in enumerate(node.items, len(first))]
        words = {value for value in first if not is_shape(type(value))}
        return (*first, *(v for v in read if v is not Fault and (is_shape(type(v)) or v not in words)))

    def _entry(self, name: Scalar, value: Node, type_: Any, path: KeyPath) -> Any:
        inside = (*path, name.text)
        self.places[inside] = Place(name.line, name.column, name.file)
        return self._read(value, type_, inside)

    def _read_items(self, node: Node, type_: Any, path: KeyPath, begin: int = 0) -> Any:
        """The items from `begin` on."""
        if isinstance(node, Scalar):
            item = node.text if re.fullmatch(r"[\w./-]+", node.text) else "'" + node.text.replace("'", "''") + "'"
            return self.fault(node, path, "expected a list", f"write [{item}]")
        if isinstance(node, Entries):
            return self.fault(node, path, "expected a list", "begin each item with '- '")
        read = [self.read(item, type_, (*path, str(index))) for index, item in enumerate(node.items[begin:], begin)]
        return tuple(item for item in read if item is not Fault)

    def _read_mapping(self, node: Node, key_type: Any, type_: Any, path: KeyPath) -> Any:
        if not isinstance(node, Entries):
            return self.fault(node, path, f"expected keys with values, not {_kind(node)}")
        found: dict[Any, Any] = {}
        for name, value in node.entries:
            if get_origin(key_type) is Annotated:
                converted = self._read_name(name, get_args(key_type)[1].kind, path)
            else:
                converted = self._read_scalar(name, key_type, path)
            if converted is not Fault:
                found[converted] = self._entry(name, value, type_, path)
        return types.MappingProxyType(found)

    def _read_name(self, node: Node, kind: str, path: KeyPath) -> Any:
        if not isinstance(node, Scalar):
            return self.fault(node, path, f"expected the name of a {kind}, not {_kind(node)}")
        if node.text not in self.names[kind]:
            self.unknown(node, self.names[kind], path, kind)
            return Fault
        return node.text

    def _read_scalar(self, node: Node, type_: Any, path: KeyPath) -> Any:
        if not isinstance(node, Scalar):
            return self.fault(node, path, f"expected {_describe(type_)}, not {_kind(node)}")
        if node.quoted and (type_ is bool or type_ is int):
            return self.fault(node, path, f"expected {_describe(type_)}, without quotes")
        if type_ is not bool and not node.quoted and node.text in ("true", "false"):
            return self.fault(node, path, f"expected {_describe(type_)}, not '{node.text}'")
        convert = _PLAIN.get(type_) or getattr(type_, "parse", None)
        return self._convert(node, convert, path) if convert else self._read_enum(node, type_, path)

    def _read_enum(self, node: Scalar, type_: type[Enum], path: KeyPath) -> Any:
        known = [str(item.value) for item in type_]
        if node.text in known:
            return type_(node.text)
        near = nearest(node.text, known)
        message = f"expected {_describe(type_)}, not '{visible(node.text, 60)}'"
        return self.fault(node, path, message, f"did you mean '{near}'?" if near else "")

    def _convert(self, node: Scalar, convert: Callable[[str], Any], path: KeyPath) -> Any:
        try:
            return convert(node.text)
        except ValueError as error:
            message = str(error)
            if message.startswith("expected"):
                message += f", not '{visible(node.text, 60)}'"
            return self.fault(node, path, message)


def _in_list(path: KeyPath) -> bool:
    """Whether a path leads into an item of a list: items are written out, and nothing is added to them."""
    return any(part.isdecimal() for part in path)


def _unknown(what: str, name: str) -> str:
    return "unknown key" if what == "key" else f"there is no {what} '{visible(name, 60)}'"


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


#: How text becomes a value of a type that has no `parse` of its own and is no Enum.
_PLAIN: Mapping[type, Callable[[str], Any]] = {bool: _boolean, int: _integer, str: _text}


def _describe(type_: Any) -> str:
    if isinstance(type_, type) and issubclass(type_, Enum):
        *others, last = (f"'{item.value}'" for item in type_)
        return f"{', '.join(others)} or {last}"
    return {bool: "true or false", int: "a whole number"}.get(type_, "text")


def _kind(node: Node) -> str:
    return {Items: "a list", Entries: "keys with values"}.get(type(node), "text")
