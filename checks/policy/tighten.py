"""What may only make a policy stricter: a repository's own file, and overrides of which nobody knows whether they hold.

Each value is taken if it is no less strict than the one that holds, as its key says (`key(..., tighter=…)`), and left
out otherwise. The verdict does not lean on that alone: the policy without it judges, too (`Policy.floor`).
"""

from collections.abc import Iterator, Mapping
from datetime import datetime
from enum import Enum
from typing import Any, NamedTuple

from checks.model.errors import PolicyError, PolicyIssue
from checks.model.finding import Evidence, Level
from checks.model.phrase import Phrase, say, visible
from checks.policy.document import Entries, Node, Scalar
from checks.policy.layered import Layers, Made
from checks.policy.load import Read, parsed
from checks.policy.merging import spelled_out, value_type
from checks.policy.overriding import over
from checks.policy.schema import Remark, Root
from checks.policy.shape import FEWER, HIGHER, LOWER, MORE, KeyPath, added_to, is_shape, keys_of

#: Values that an own file may have; beyond it none of it counts.
MAX_VALUES = 300
MAX_BYTES = 100_000
#: Keys of the root that may be stricter, besides the sections.
_ROOT = frozenset({"mode", "facts"})
_LEVELS = (Level.OFF, Level.NOTE, Level.WARN, Level.BLOCK)


def own_moments(data: bytes, path: str, layers: Layers) -> set[datetime]:
    """When something in a repository's own file comes into force (UTC); nothing where it is not valid."""
    if len(data) > MAX_BYTES:
        return set()
    try:
        return layers.moments_of(parsed(data, path, "", path))
    except PolicyError:
        return set()


class Leaf(NamedTuple):
    """One value of a patch, and how strict values of its key are told apart."""

    path: KeyPath
    patch: Entries
    """The patch with this value alone."""
    node: Node
    name: Scalar
    tighter: Any
    """As in `key`; None: it cannot be set. `ON`: it turns a section on."""


class Ignored(NamedTuple):
    """A value that does not count."""

    line: int
    path: KeyPath
    reason: Phrase


ON = "on"


class Tightening:
    """A policy that is made stricter step by step."""

    def __init__(self, layers: Layers, made: Made, now: datetime) -> None:
        self.layers, self.made, self.now = layers, made, now
        self.ignored: list[Ignored] = []

    def take(self, patch: Entries) -> None:
        """Everything of `patch` that is no less strict; what else it says is in `ignored`."""
        leaves = list(_leaves(patch, self.layers, self.made.tree))
        for leaf in leaves[:MAX_VALUES]:
            self._take(leaf)
        if len(leaves) > MAX_VALUES:
            beyond = leaves[MAX_VALUES]
            self._ignore(beyond, say(f"it is beyond the first {MAX_VALUES} values"))

    def take_file(self, data: bytes, path: str) -> None:
        """The same of a repository's own file; one that is not valid does not count at all."""
        try:
            if len(data) > MAX_BYTES:
                message = f"the file has {len(data):,} bytes, the limit is {MAX_BYTES:,}"
                raise PolicyError(path, (PolicyIssue(1, 1, "", message),))
            tree = parsed(data, path, "", path)
        except PolicyError as error:
            for issue in error.issues[:1]:
                self.ignored.append(Ignored(issue.line, (), say("{}", issue.message)))
            return
        rest = tuple(entry for entry in tree.entries if entry[0].text != "version")
        self.take(Entries(rest, tree.line, tree.column, tree.file))

    def remarks(self, path: str) -> tuple[Remark, ...]:
        """One for all values of the own file that do not count."""
        if not self.ignored:
            return ()
        first, count = self.ignored[0], len(self.ignored)
        values = "1 value" if count == 1 else f"{count:,} values"
        lines = ", ".join(dict.fromkeys(str(item.line) for item in self.ignored[:20]))
        message = say(
            "{} (line {}) cannot count, because the file may only make the policy stricter: {}.",
            say("{} of {}", (values,), path),
            (lines,),
            (*say("{}", ".".join(first.path)), ": ", *first.reason) if first.path else first.reason,
        )
        evidence = tuple(
            Evidence(f"line {item.line}", (*say("{}", ".".join(item.path) or path), ": ", *item.reason))
            for item in self.ignored[:20]
        )
        headline = say("{}: " + values + " without effect", path)
        return (Remark("repository-file-ignored", path, headline, message, evidence, ("repository_file",)),)

    def _take(self, leaf: Leaf) -> None:
        if leaf.tighter is None:
            self._ignore(leaf, ("a repository cannot set it",))
            return
        made = self.layers.at(over(self.made.tree, leaf.patch, self.layers.loader.shapes), self.now)
        if made.issues:
            self._ignore(leaf, say("{}", made.issues[0].message))
        elif leaf.tighter != ON and not _no_less_strict(leaf, self.made.read, made.read):
            self._ignore(leaf, ("it would be less strict",))
        elif (day := self._slack(leaf, made)) is not None:
            self._ignore(leaf, day)
        else:
            self.made = made

    def _slack(self, leaf: Leaf, made: Made) -> Phrase | None:
        """Why a list with entries that wait for their day cannot count: what it will be is checked now, so that the own
        file can make an entry hold earlier, and never later."""
        if leaf.tighter != MORE or not (self.made.entries or made.entries):
            return None
        whole = self.layers.at(made.tree, None)
        if whole.issues:
            return say("{}", whole.issues[0].message)
        for day in sorted({entry.day for entry in self.made.entries}):
            before, after = (self.layers.at(one.tree, day.begins) for one in (self.made, made))
            if not _no_less_strict(leaf, before.read, after.read):
                return (f"it would be less strict from {day} on",)
        return None

    def _ignore(self, leaf: Leaf, reason: Phrase) -> None:
        path = tuple(visible(part, 60) for part in leaf.path)
        self.ignored.append(Ignored(leaf.name.line, path, reason))


def _leaves(patch: Entries, layers: Layers, base: Entries) -> Iterator[Leaf]:
    shapes = layers.loader.shapes
    for name, node in patch.entries:
        path = (name.text,)
        if name.text in shapes:
            old = base.get(name.text)
            on = isinstance(old, Entries) or (old is None and shapes[name.text].always_on)
            if not isinstance(node, Entries):
                yield Leaf(path, _only(path, name, node), node, name, None)
            elif not on:
                yield Leaf(path, _only(path, name, node), node, name, ON)
            else:
                yield from _keys(node, shapes[name.text].section, path)
        elif name.text in _ROOT:
            item = keys_of(Root)[name.text]
            yield from _value(name, node, item.type, item.tighter, path)
        else:
            yield Leaf(path, _only(path, name, node), node, name, None)


def _keys(node: Entries, shape: type, path: KeyPath) -> Iterator[Leaf]:
    known = keys_of(shape)
    for name, value in node.entries:
        added = added_to(name.text, known)
        item = added or known.get(name.text)
        inside = (*path, name.text)
        if item is None:
            yield Leaf(inside, _only(inside, name, value), value, name, None)
        elif added:
            yield Leaf((*path, item.name), _only(inside, name, value), value, name, item.tighter)
        else:
            yield from _value(name, value, item.type, item.tighter, inside)


def _value(name: Scalar, node: Node, type_: Any, tighter: Any, path: KeyPath) -> Iterator[Leaf]:
    bare, values = value_type(type_)
    if isinstance(node, Scalar) and is_shape(bare):
        node = spelled_out(node, bare, next(iter(keys_of(bare))))
    if isinstance(node, Entries) and values is not None:
        for key, value in node.entries:
            yield Leaf((*path, key.text), _only((*path, key.text), key, value), value, key, tighter)
    elif isinstance(node, Entries) and is_shape(bare):
        yield from _keys(node, bare, path)
    else:
        yield Leaf(path, _only(path, name, node), node, name, tighter)


def _only(path: KeyPath, name: Scalar, node: Node) -> Entries:
    """A tree with one value."""
    *above, _ = path
    tree = Entries(((name, node),), name.line, name.column, name.file)
    for part in reversed(above):
        key = Scalar(part, name.line, name.column, False, name.file)
        tree = Entries(((key, tree),), name.line, name.column, name.file)
    return tree


_ABSENT = object()


def _no_less_strict(leaf: Leaf, before: Read, after: Read) -> bool:
    """Whether the value that a leaf sets is as strict as the one before."""
    if leaf.path[1:2] == ("levels",):
        check, _, rule = leaf.path
        return _rank(after.levels[check][rule], _LEVELS) >= _rank(before.levels[check][rule], _LEVELS)
    old, new = _at(before, leaf.path), _at(after, leaf.path)
    return stricter_or_equal(leaf.tighter, old, new)


def stricter_or_equal(tighter: Any, old: Any, new: Any) -> bool:
    """Whether `new` is as strict as `old`, by the word of a key. None and what is not there: nothing is asked."""
    if old is _ABSENT:
        return tighter in (LOWER, HIGHER)  # a limit where there was none
    if isinstance(tighter, tuple):
        return _rank(new, tighter) >= _rank(old, tighter)
    if tighter in (FEWER, MORE):
        if old is None or new is None:
            return old is None
        return _within(new, old) if tighter == FEWER else _set(old) <= _set(new)
    if old is None or new is None:
        return old is None
    return bool(_measure(new) <= _measure(old) if tighter == LOWER else _measure(new) >= _measure(old))


def _rank(value: Any, order: tuple[Any, ...]) -> int:
    plain = value.value if isinstance(value, Enum) else value
    return next((i for i, item in enumerate(order) if item in (value, plain)), -1)


def _within(new: Any, old: Any) -> bool:
    """Whether a list allows nothing that another one does not: each entry is there, or covered by one (a license by
    its category)."""
    there = _set(old)
    return all(
        repr(item) in there or any(entry.covers(item) for entry in old if hasattr(entry, "covers")) for item in new
    )


def _set(value: Any) -> frozenset[str]:
    """What a list or a mapping has, each entry as one word."""
    return frozenset(repr(item) for item in value)


def _measure(value: Any) -> Any:
    for name in ("at_most", "number", "value", "permille"):
        if hasattr(value, name):
            return getattr(value, name)
    return value


def _at(read: Read, path: KeyPath) -> Any:
    """The value at a path; `_ABSENT` where what would have it is not there."""
    value: Any = read.sections.get(path[0]) if path[0] in read.sections else read.root
    for part in path[1:] if path[0] in read.sections else path:
        if value is None:
            return _ABSENT
        if isinstance(value, Mapping):
            value = value.get(part)
        else:
            inside = getattr(value, keys_of(type(value))[part].field)
            value = getattr(value, "default", None) if inside is None else inside  # `minimum_age.major`: as `default`
    return value
