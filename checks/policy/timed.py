"""What comes into force on a day: levels, `{level: block, from: 2027-03-01, until_then: warn}`, and entries of lists,
`{license: AGPL-3.0-only, from: 2027-01-01}`.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import NamedTuple

from checks.model.finding import Level
from checks.policy.dated_lists import FROM, DatedLists, Shapes, Then
from checks.policy.document import Entries, Node, Scalar
from checks.policy.merging import with_value
from checks.policy.reader import Reader
from checks.policy.schema import Coming, ComingEntry
from checks.policy.shape import key
from checks.policy.values import Day


@dataclass(frozen=True, slots=True)
class TimedLevel:
    """A level from a day on."""

    level: Level = key("The level from that day on.")
    from_: Day = key("The first day on which it holds, UTC.", name=FROM)
    until_then: Level = key("The level before.", default=Level.NOTE)


class Dated(NamedTuple):
    """A tree in which nothing depends on the day any more."""

    tree: Entries
    coming: dict[str, Coming]
    entries: tuple[ComingEntry, ...] = ()


def timed_levels(tree: Entries, checks: Iterable[str]) -> Iterator[tuple[str, Scalar, Entries]]:
    """Check, rule and node of each level that depends on the day."""
    checks = frozenset(checks)
    for name, section in tree.entries:
        levels = section.get("levels") if name.text in checks and isinstance(section, Entries) else None
        for rule, node in levels.entries if isinstance(levels, Entries) else ():
            if isinstance(node, Entries):
                yield name.text, rule, node


def at(tree: Entries, shapes: Shapes, now: datetime | None, reader: Reader, lists: DatedLists) -> Dated:
    """`tree` as it holds at `now` (UTC); None: when all is in force. What is wrong with it, `reader` knows then."""
    coming: dict[str, Coming] = {}
    for check, rule, node in tuple(timed_levels(tree, shapes)):
        read = reader.read_shape(node, TimedLevel, (check, "levels", rule.text))
        level = Level.NOTE
        if isinstance(read, TimedLevel):
            later = now is not None and now < read.from_.begins
            level = read.until_then if later else read.level
            if later:
                coming[rule.text] = Coming(read.level, read.from_, read.until_then)
        tree = _set(tree, check, rule.text, Scalar(level.value, node.line, node.column, False, node.file))
    then = Then(now, [])
    for check, section in lists.sections(tree, shapes):
        held = lists.held(section, shapes[check].section, (check,), then)
        tree = tree if held is section else with_value(tree, check, held)
    return Dated(tree, coming, tuple(then.coming))


def days(tree: Entries, shapes: Shapes) -> Iterator[Day]:
    """The days on which a level or an entry comes into force; those that cannot be read are left out."""
    for _, _, node in timed_levels(tree, shapes):
        read = Reader().read_shape(node, TimedLevel, ())
        if isinstance(read, TimedLevel):
            yield read.from_
    yield from (entry.day for entry in timed_entries(tree, shapes))


def timed_entries(tree: Entries, shapes: Shapes) -> tuple[ComingEntry, ...]:
    """All entries of lists that have a day, in the order of the file; those whose day cannot be read are left out."""
    lists, then = DatedLists(), Then(datetime.min.replace(tzinfo=UTC), [])
    for check, section in lists.sections(tree, shapes):
        lists.held(section, shapes[check].section, (check,), then)
    return tuple(then.coming)


def _set(tree: Entries, check: str, rule: str, value: Node) -> Entries:
    section = tree.get(check)
    assert isinstance(section, Entries)
    levels = section.get("levels")
    assert isinstance(levels, Entries)
    return with_value(tree, check, with_value(section, "levels", with_value(levels, rule, value)))
