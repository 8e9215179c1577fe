"""Lists of the policy whose entries hold from a day on: `deny: [{license: AGPL-3.0-only, from: 2027-01-01}]`."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from functools import cache
from typing import Any, NamedTuple

from checks.policy.document import Entries, Items, Node, Scalar
from checks.policy.load import SectionShape
from checks.policy.merging import value_type, with_value
from checks.policy.reader import Reader
from checks.policy.schema import ComingEntry
from checks.policy.shape import KeyPath, added_to, is_shape, keys_of, list_item
from checks.policy.values import FirstDay

FROM = "from"
Shapes = Mapping[str, SectionShape]


class Then(NamedTuple):
    """A moment, and what is learned of it."""

    now: datetime | None
    """UTC; None: when all is in force."""
    coming: list[ComingEntry]
    """What is left out."""


class DatedLists:
    """Takes out of lists the entries whose day is still to come. A list that is asked for again stays the same node, so
    that it is read once."""

    def __init__(self) -> None:
        self._known: dict[tuple[int, tuple[int, ...]], tuple[Items, Items]] = {}
        """With the list itself, which is known by its identity."""
        self._dated: dict[int, tuple[Entries, bool]] = {}

    def sections(self, tree: Entries, shapes: Shapes) -> Iterator[tuple[str, Entries]]:
        """The sections in which an entry of a list has a day."""
        for name, section in tree.entries:
            if name.text in shapes and isinstance(section, Entries):
                known = self._dated.get(id(section))
                if known is None:
                    self._dated[id(section)] = known = section, _has_day(section)
                if known[1]:
                    yield name.text, section

    def held(self, node: Entries, shape: type, path: KeyPath, then: "Then") -> Entries:
        """`node`, which a shape reads, as it holds then."""
        within, known = _dated_keys(shape), keys_of(shape)
        for name, value in node.entries if within else ():
            item = known.get(name.text) or added_to(name.text, known)
            inner = within.get(item.name) if item is not None else None
            inside = (*path, name.text)
            held: Node = value
            if inner is _LIST and isinstance(value, Items):
                held = self._items(value, inside, then)
            elif inner is not None and isinstance(value, Entries):
                held = self._below(value, inner, inside, then)
            if held is not value:
                node = with_value(node, name.text, held)
        return node

    def _below(self, node: Entries, inner: Any, path: KeyPath, then: "Then") -> Entries:
        """Of a shape within a shape, or of a mapping to shapes."""
        shape, mapped = inner
        if not mapped:
            return self.held(node, shape, path, then)
        for name, value in node.entries:
            if isinstance(value, Entries):
                held = self.held(value, shape, (*path, name.text), then)
                node = node if held is value else with_value(node, name.text, held)
        return node

    def _items(self, node: Items, path: KeyPath, then: "Then") -> Items:
        left = []
        for position, item in enumerate(node.items):
            given = item.get(FROM) if isinstance(item, Entries) else None
            if given is None:
                continue
            day = Reader().read(given, FirstDay, ())  # what is no day stays, and whoever reads the list says so
            if isinstance(day, FirstDay) and then.now is not None and then.now < day.begins:
                left.append(position)
                then.coming.append(ComingEntry((*path, str(position)), day, _named(item), item.line, item.file))
        return self._without(node, tuple(left)) if left else node

    def _without(self, node: Items, left: tuple[int, ...]) -> Items:
        """The list without some positions."""
        key_ = id(node), left
        known = self._known.get(key_)
        if known is None:
            gone = frozenset(left)
            items = tuple(item for position, item in enumerate(node.items) if position not in gone)
            self._known[key_] = known = node, node._replace(items=items)
        return known[1]


def _named(item: Node) -> str:
    """What an entry is about: its first value that is a word."""
    entries = item.entries if isinstance(item, Entries) else ()
    return next((value.text for name, value in entries if isinstance(value, Scalar) and name.text != FROM), "")


#: Stands for a list whose entries may have a day.
_LIST = "list"


@cache
def _dated_keys(shape: type) -> Mapping[str, Any]:
    """The keys of a shape that have lists whose entries may have a day: `_LIST`, or the shape below and whether the key
    is a mapping to such shapes."""
    found: dict[str, Any] = {}
    for name, item in keys_of(shape).items():
        bare, values = value_type(item.type)
        entry = list_item(item.type)
        if entry is not None:
            if is_shape(entry) and FROM in keys_of(entry) and value_type(keys_of(entry)[FROM].type)[0] is FirstDay:
                found[name] = _LIST
        elif is_shape(values if values is not None else bare):
            inner = values if values is not None else bare
            if _dated_keys(inner):
                found[name] = (inner, values is not None)
    return found


def _has_day(node: Node) -> bool:
    """Whether an entry of a list somewhere below says `from`."""
    if isinstance(node, Entries):
        return any(_has_day(value) for _, value in node.entries if not isinstance(value, Scalar))
    return isinstance(node, Items) and any(isinstance(item, Entries) and item.get(FROM) for item in node.items)
