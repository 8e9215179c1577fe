"""Rules that the policy itself writes, as the loader sees them before anybody reads what they say."""

from collections.abc import Iterator
from typing import NamedTuple

from checks.model.finding import Level
from checks.policy.document import Entries, Items, Node, Scalar
from checks.policy.merging import with_value

SECTION = "custom_rules"
#: As `checks.custom.terms.UNKNOWN`: what a rule says when it could not tell has an id of its own.
_SUFFIXES = ("", "-unknown")


class Written(NamedTuple):
    """What else of the policy must know of a rule."""

    level: Level
    waivable: bool


def written_rules(tree: Entries) -> dict[str, Written]:
    """The rules that a tree writes, and those that its overrides add."""
    overrides = tree.get("overrides")
    items = overrides.items if isinstance(overrides, Items) else ()
    return {
        id_: rule
        for part in (tree, *(item for item in items if isinstance(item, Entries)))
        for id_, rule in rules_in(part.get(SECTION)).items()
    }


def rules_in(section: Node | None) -> dict[str, Written]:
    """The rules that a section writes, by id."""
    return {
        id_.text + suffix: _written(rule, "unknown" if suffix else "level")
        for rule in _rules(section)
        if isinstance(id_ := rule.get("id"), Scalar)
        for suffix in _SUFFIXES
    }


def written_ids(section: Node | None) -> Iterator[Scalar]:
    """The places of the ids."""
    return (id_ for rule in _rules(section) if isinstance(id_ := rule.get("id"), Scalar))


def spelled(tree: Entries) -> Entries:
    """`tree` with all that is short for something else written out, here and in its overrides.

    A list of rules is short for `rules`. The days and the guidance of a rule move to where those of all rules are.
    """
    tree = _section_spelled(tree)
    overrides = tree.get("overrides")
    if not isinstance(overrides, Items):
        return tree
    items = tuple(_section_spelled(item) if isinstance(item, Entries) else item for item in overrides.items)
    return with_value(tree, "overrides", overrides._replace(items=items))


def _section_spelled(tree: Entries) -> Entries:
    node = tree.get(SECTION)
    if isinstance(node, Items):
        name = Scalar("rules", node.line, node.column, False, node.file)
        node = Entries(((name, node),), node.line, node.column, node.file)
    if not isinstance(node, Entries):
        return tree
    for rule in tuple(_rules(node)):
        id_ = rule.get("id")
        if isinstance(id_, Scalar):
            node = _with(node, "levels", id_, _timed(rule))
            if rule.get("unknown") is None:
                node = _with(node, "levels", id_._replace(text=id_.text + _SUFFIXES[1]), _timed(rule))
            node = _with(node, "guidance", id_, rule.get("guidance"))
    return with_value(tree, SECTION, node)


def _with(section: Entries, mapping: str, id_: Scalar, value: Node | None) -> Entries:
    """`section` with what a rule says of itself; what the mapping says already counts more."""
    if value is None:
        return section
    there = section.get(mapping)
    if there is None:
        name = Scalar(mapping, value.line, value.column, False, value.file)
        empty = Entries((), value.line, value.column, value.file)
        return _with(section._replace(entries=(*section.entries, (name, empty))), mapping, id_, value)
    if not isinstance(there, Entries) or there.get(id_.text) is not None:
        return section
    return with_value(section, mapping, there._replace(entries=(*there.entries, (id_, value))))


def _timed(rule: Entries) -> Entries | None:
    """The level of a rule that comes into force on a day, as `levels` has it."""
    day = next((name for name, _ in rule.entries if name.text == "from"), None)
    if day is None:
        return None
    entries = tuple(entry for entry in rule.entries if entry[0].text in ("level", "from", "until_then"))
    if rule.get("level") is None:
        level = (Scalar("level", *day[1:]), Scalar(Level.BLOCK.value, *day[1:]))
        entries = (level, *entries)
    return Entries(entries, day.line, day.column, day.file)


def _rules(section: Node | None) -> Iterator[Entries]:
    if isinstance(section, Entries):
        for name in ("rules", "rules_also"):
            items = section.get(name)
            if isinstance(items, Items):
                yield from (item for item in items.items if isinstance(item, Entries))


def _written(rule: Entries, name: str) -> Written:
    """What cannot be read as a level blocks; the reader names the fault."""
    level, waivable = rule.get(name) or rule.get("level"), rule.get("waivable")
    known = isinstance(level, Scalar) and level.text in list(Level)
    return Written(
        Level(level.text) if known and isinstance(level, Scalar) else Level.BLOCK,
        not (isinstance(waivable, Scalar) and waivable.text == "false"),
    )
