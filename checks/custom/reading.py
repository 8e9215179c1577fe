"""What a condition reads, and what is wrong with it that its compiler does not see."""

from collections.abc import Mapping
from typing import NamedTuple

from checks.custom.checked import Checked, Node
from checks.custom.fields import PROPERTIES, RECORDS, Field
from checks.policy.shape import nearest

#: What stands for `has(field)`.
HAS = "_has."
_COMPARED = frozenset({"_<_", "_<=_", "_>_", "_>=_", "_==_", "_!=_"})


class Wrong(NamedTuple):
    """A fault of a condition."""

    offset: int
    """Characters from its beginning."""
    message: str
    hint: str = ""


class Reading(NamedTuple):
    """What a condition reads."""

    fields: tuple[str, ...]
    asked_for: tuple[str, ...] = ()
    """Those of them of which it asks whether they are known."""
    properties: tuple[str, ...] = ()
    """Names of custom properties."""
    all_properties: bool = False
    """Whether it looks at properties that it does not name."""
    days: tuple[int, ...] = ()
    """The numbers that days are compared with."""
    any_day: bool = False
    """Whether a number of days is used in another way, so that each day may change it."""
    patterns: tuple[tuple[int, str], ...] = ()
    """Regular expressions, with the places where they stand."""


class Reader:
    """Walks the tree of one condition."""

    def __init__(self, checked: Checked, fields: Mapping[str, Field]) -> None:
        self.checked, self.fields = checked, fields
        self.wrong: list[Wrong] = []
        self._properties: set[str] = set()
        self._days: set[int] = set()
        self._patterns: list[tuple[int, str]] = []
        self._explained: set[int] = set()
        """Uses of properties and days of which everything is known."""

    def read(self) -> Reading:
        self._visit(self.checked.root, {}, None)
        names = set(self.checked.references.values())
        found = {name.removeprefix(HAS) for name in names}
        left = {name for id_, name in self.checked.references.items() if id_ not in self._explained}
        return Reading(
            tuple(sorted(name for name in found if name in self.fields)),
            tuple(sorted(name.removeprefix(HAS) for name in names if name.startswith(HAS))),
            tuple(sorted(self._properties)),
            PROPERTIES in left,
            tuple(sorted(self._days)),
            any(name in self.fields and self.fields[name].days for name in left),
            tuple(self._patterns),
        )

    def _visit(self, node: Node, scope: Mapping[str, str], accumulator: str | None) -> None:
        """`scope`: the variables of folds that are records; `accumulator`: that of the fold which is around it."""
        if node.kind == "fold":
            self._visit_fold(node, scope, accumulator)
            return
        if node.kind == "select":
            self._visit_select(node, scope)
        elif node.kind == "call":
            self._visit_call(node, scope)
            if node.text == "_+_" and accumulator is not None:
                first, second = node.children
                if first.text == accumulator and second.kind == "list":  # what `map` and `filter` become
                    for child in second.children:
                        self._visit(child, scope, accumulator)
                    return
                self._say(node, "'+' is not possible inside of all, exists, filter and map", "what grows has no end")
        elif accumulator is not None and node.kind in ("list", "map") and not _constant(node):
            self._say(node, "a list is not possible inside of all, exists, filter and map", "what grows has no end")
        for child in node.children:
            self._visit(child, scope, accumulator)

    def _visit_fold(self, node: Node, scope: Mapping[str, str], accumulator: str | None) -> None:
        range_, first, *rest = node.children
        self._visit(range_, scope, accumulator)
        if first.kind != "list" or first.children:
            self._visit(first, scope, accumulator)
        record = self._record(range_)
        inner = {name: kind for name, kind in scope.items() if name != node.variable}
        for child in rest:
            self._visit(child, {**inner, node.variable: record} if record else inner, node.accumulator)

    def _record(self, node: Node) -> str | None:
        """The list of records that a node is."""
        name = self.checked.references.get(node.id)
        return name if name in RECORDS else None

    def _field_of(self, node: Node, scope: Mapping[str, str]) -> Field | None:
        """The field that a node reads."""
        name = self.checked.references.get(node.id)
        if name is not None and name in self.fields:
            return self.fields[name]
        record = self._record_under(node, scope)
        return RECORDS[record].get(node.text) if record else None

    def _record_under(self, node: Node, scope: Mapping[str, str]) -> str | None:
        """The list whose item a selection is of."""
        if node.kind != "select":
            return None
        (item,) = node.children
        if item.kind == "name":
            return scope.get(item.text)
        return self._record(item.children[0]) if item.kind == "call" and item.text == "_[_]" else None

    def _visit_select(self, node: Node, scope: Mapping[str, str]) -> None:
        if node.id in self.checked.references:
            return
        (item,) = node.children
        if self.checked.references.get(item.id) == PROPERTIES:
            self._property(item, node.text)
        record = self._record_under(node, scope)
        if record and node.text not in RECORDS[record]:
            near = nearest(node.text, RECORDS[record])
            hint = f"did you mean '{near}'?" if near else "it has: " + ", ".join(RECORDS[record])
            self._say(node, f"an item of '{record}' has no '{node.text}'", hint)

    def _visit_call(self, node: Node, scope: Mapping[str, str]) -> None:
        children = node.children
        if node.text in ("_[_]", "@in") and len(children) == 2:
            mapping, key = children if node.text == "_[_]" else children[::-1]
            if self.checked.references.get(mapping.id) == PROPERTIES and key.constant_text:
                self._property(mapping, key.text)
            field = self._field_of(mapping, scope)
            if node.text == "@in" and field is not None:
                self._among(key, field)
            elif node.text == "@in" and mapping.kind == "list" and (field := self._field_of(key, scope)):
                for child in mapping.children:
                    self._among(child, field)
        elif node.text in _COMPARED and len(children) == 2:
            for one, other in (children, children[::-1]):
                self._compared(one, other, scope)
        elif node.text == "matches" and children and children[-1].constant_text:
            self._patterns.append((self._offset(children[-1]), children[-1].text))

    def _compared(self, one: Node, other: Node, scope: Mapping[str, str]) -> None:
        field = self._field_of(one, scope)
        if field is None:
            return
        if field.days and other.number is not None:
            self._days.add(other.number)
            self._explained.add(one.id)
        self._among(other, field)

    def _among(self, node: Node, field: Field) -> None:
        if node.constant_text and field.words and node.text not in field.words:
            near = nearest(node.text, field.words)
            hint = f"did you mean '{near}'?" if near else "it can be: " + ", ".join(field.words)
            self._say(node, f"it is never '{node.text}'", hint)

    def _property(self, node: Node, name: str) -> None:
        self._properties.add(name)
        self._explained.add(node.id)

    def _offset(self, node: Node) -> int:
        return self.checked.positions.get(node.id, 0)

    def _say(self, node: Node, message: str, hint: str) -> None:
        self.wrong.append(Wrong(self._offset(node), message, hint))


def _constant(node: Node) -> bool:
    """Whether it is written out, as in `f.status in ["added", "renamed"]`."""
    return all(child.kind == "constant" for child in node.children)
