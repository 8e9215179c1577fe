"""The effective policy, value by value, with the line and the override that each came from."""

import textwrap
from collections.abc import Iterable, Iterator, Mapping, Sequence
from enum import Enum
from typing import TYPE_CHECKING, Any, NamedTuple

from checks.model.phrase import visible
from checks.policy.document import Entries, Items, Node
from checks.policy.load import SectionShape
from checks.policy.schema import Policy
from checks.policy.shape import KeyPath, Place, is_shape, keys_of

if TYPE_CHECKING:
    from checks.policy.overrides import Override

_VALUE_WIDTH = 48
_NOTHING = "–"


class _Row(NamedTuple):
    """One line: a group when it has no value."""

    path: KeyPath
    name: str
    value: str | None
    depth: int

    @property
    def label(self) -> str:
        return "  " * self.depth + self.name


class Value(NamedTuple):
    """One effective value."""

    key: str
    """`licenses.allow`"""
    value: str
    """As people read it, on one line."""
    file: str | None
    """None: it is a default."""
    line: int | None
    override: int | None
    """The position of the override that sets it."""


def explanation(
    policy: Policy, shapes: Sequence[SectionShape], file: str, overrides: "Iterable[Override]" = ()
) -> Iterator[str]:
    """Lines for people: groups, values and where each comes from, `file:line` or `default`."""
    rows, groups, origins = list(_rows(policy, shapes)), _groups(policy, shapes), Origins(file, overrides)
    names = max(len(row.label) for row in rows)
    values = min(max(len(row.value or "") for row in rows), _VALUE_WIDTH)
    for row in rows:
        if len(row.path) == 1 and row.path[0] in groups:
            yield ""
        yield from _lines(row, origins.of(policy, row.path, row.value is not None), names, values)


def effective_values(
    policy: Policy, shapes: Sequence[SectionShape], file: str, overrides: "Iterable[Override]" = ()
) -> Iterator[Value]:
    """The same for programs."""
    origins = Origins(file, overrides)
    for row in _rows(policy, shapes):
        if row.value is not None:
            place = policy.places.get(row.path)
            name = ".".join(row.path)
            if place is None:
                yield Value(name, row.value, None, None, None)
            else:
                yield Value(name, row.value, place.file or file, place.line, origins.override(place))


class Origins:
    """Where values come from."""

    def __init__(self, file: str, overrides: "Iterable[Override]" = ()) -> None:
        self.file = file
        self._overrides = {place: item.position for item in overrides for place in _places(item.patch)}

    def override(self, place: Place) -> int | None:
        """The position of the override that a place is in."""
        return self._overrides.get(place)

    def of(self, policy: Policy, path: KeyPath, has_value: bool) -> str:
        """Only the value's own line: a default inside a section that is given is still a default."""
        place = policy.places.get(path)
        if place is None:
            return "default" if has_value else ""
        number = self.override(place)
        return f"{place.file or self.file}:{place.line}" + (f" (override {number + 1})" if number is not None else "")


def _places(node: Node) -> Iterator[Place]:
    yield Place(node.line, node.column, node.file)
    if isinstance(node, Entries):
        for name, value in node.entries:
            yield Place(name.line, name.column, name.file)
            yield from _places(value)
    elif isinstance(node, Items):
        for item in node.items:
            yield from _places(item)


def _groups(policy: Policy, shapes: Sequence[SectionShape]) -> set[str]:
    own = {name for name in keys_of(type(policy.root)) if _is_group(getattr(policy.root, name))}
    return own | {shape.check for shape in shapes}


def _rows(policy: Policy, shapes: Sequence[SectionShape]) -> Iterator[_Row]:
    root = list(_keys(policy.root, (), 0))
    groups = _groups(policy, shapes)
    yield from (row for row in root if row.path[0] not in groups)
    yield from (row for row in root if row.path[0] in groups)
    for shape in shapes:
        section = policy.sections.get(shape.check)
        yield _Row((shape.check,), shape.check, "off" if section is None else "on", 0)
        if section is not None:
            yield from _keys(section, (shape.check,), 1, levels=policy.levels[shape.check])


def _keys(value: Any, path: KeyPath, depth: int, *, sparse: bool = False, **instead: object) -> Iterator[_Row]:
    """The keys of a shape; `sparse` leaves out what is not given and has nothing as its default."""
    for name, known in keys_of(type(value)).items():
        item = instead.get(name, getattr(value, known.field))
        if not (sparse and _is_nothing(item)):
            yield from _value(item, (*path, name), name, depth)


def _value(value: Any, path: KeyPath, name: str, depth: int) -> Iterator[_Row]:
    if not _is_group(value):
        yield _Row(path, name, _shown(value), depth)
        return
    yield _Row(path, name, None, depth)
    if isinstance(value, Mapping):
        for key, item in value.items():
            yield from _value(item, (*path, key), key, depth + 1)
    elif isinstance(value, tuple):
        for index, item in enumerate(value):
            (title, first), place = next(iter(keys_of(type(item)).items())), (*path, str(index))
            where = place if _short_form(item) else (*place, title)
            yield _Row(where, _shown(getattr(item, first.field)), None, depth + 1)
            rows = _keys(item, place, depth + 2, sparse=True)
            yield from (row for row in rows if row.path != (*place, title))
    else:
        yield from _keys(value, path, depth + 1, sparse=hasattr(value, "from_scalar"))


def _is_group(value: Any) -> bool:
    if isinstance(value, tuple):
        return any(is_shape(type(item)) and not _short_form(item) for item in value)
    if isinstance(value, Mapping):
        return bool(value)
    return is_shape(type(value)) and not _short_form(value)


def _short_form(value: Any) -> bool:
    """Whether it can be said as one scalar, and is shown so."""
    _, *others = keys_of(type(value)).values()
    return hasattr(value, "from_scalar") and all(_is_nothing(getattr(value, other.field)) for other in others)


def _is_nothing(value: Any) -> bool:
    return value is None or value == () or value == {}


def _shown(value: Any) -> str:
    if _is_nothing(value):
        return _NOTHING
    if is_shape(type(value)):
        return _shown(getattr(value, next(iter(keys_of(type(value)).values())).field))
    if isinstance(value, tuple):
        return ", ".join(_shown(item) for item in value)
    if isinstance(value, bool):
        return "true" if value else "false"
    return visible(str(value.value if isinstance(value, Enum) else value))


def _lines(row: _Row, origin: str, names: int, values: int) -> Iterator[str]:
    first, *more = textwrap.wrap(row.value or "", values, break_on_hyphens=False) or [""]
    yield f"{row.label.ljust(names)}  {first.ljust(values)}  {origin}".rstrip()
    for part in more:
        yield f"{'':{names}}  {part}"
