"""What the owner of a valid policy should tidy up, as far as the policy itself shows it: overrides, waivers, days."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from typing import NamedTuple

from checks.model.finding import Level
from checks.model.phrase import visible
from checks.policy.approvers import approvers_of
from checks.policy.document import Entries, Node, Scalar
from checks.policy.layers import PolicySet
from checks.policy.overrides import Match, Override
from checks.policy.schema import ComingEntry, Policy
from checks.policy.shape import KeyPath, Place
from checks.policy.timed import timed_levels
from checks.policy.values import Day, Pattern
from checks.policy.waivers import Waiver


class Point(NamedTuple):
    """One thing to tidy up."""

    topic: str
    """What kind of thing: `override-overwritten`."""
    file: str
    line: int
    key: str
    """The key of the policy, with dots."""
    what: str
    """What is the matter, in a sentence without its period. It may have foreign words, made visible."""
    why: str
    edit: str
    """What sets it right."""


class Places(NamedTuple):
    """Where the values of a policy stand."""

    places: Mapping[KeyPath, Place]
    main: str

    def point(self, topic: str, path: KeyPath, what: str, why: str, edit: str) -> Point:
        """A point about a key, which stands where its nearest given parent does."""
        for length in range(len(path), 0, -1):
            if (place := self.places.get(path[:length])) is not None:
                return self.at(topic, place, path, what, why, edit)
        return self.at(topic, Place(1, 1), path, what, why, edit)

    def at(self, topic: str, place: Place, path: KeyPath, what: str, why: str, edit: str) -> Point:
        """A point about a place."""
        key = visible(".".join(path), 200)
        return Point(topic, place.file or self.main, place.line, key, visible(what, 400), why, visible(edit, 300))


def places_of(policies: PolicySet) -> Places:
    return Places(policies.plain.places, policies.reference.source)


def tidy(policies: PolicySet, now: datetime, tickets: bool = False) -> Iterator[Point]:
    """What is to tidy up in overrides, waivers, levels and days; `now` is UTC, `tickets`: a waiver needs one."""
    policy, places = policies.plain, places_of(policies)
    yield from _overwritten(policies.overrides, places, now)
    yield from _days(policies.overrides, policies.tree, policies.dated_entries, places, now)
    yield from _waivers(policy, places, now, tickets)
    yield from _nobody(policy, places)


# -- overrides -------------------------------------------------------------------------------------------------------


def _overwritten(overrides: Iterable[Override], places: Places, now: datetime) -> Iterator[Point]:
    """Overrides that a later one, which holds wherever they do, takes all of their values from."""
    ordered = [(override, frozenset(_values(override.patch))) for override in overrides]
    for index, (override, values) in enumerate(ordered):
        later = ordered[index + 1 :]
        by = next(
            (other for other, theirs in later if _replaced(values, theirs) and _wider(other, override, now)), None
        )
        if by is not None:
            yield places.at(
                "override-overwritten",
                _place(override),
                ("overrides", str(override.position)),
                f"override {override.position + 1} never counts: override {by.position + 1} (line {by.name.line}) "
                "holds wherever it does, and sets all that it sets",
                "Who reads it believes that it holds.",
                "remove it, or put it behind the other one",
            )


def _values(node: Node, path: KeyPath = ()) -> Iterator[KeyPath]:
    """The keys that a patch sets, down to values and lists."""
    if not isinstance(node, Entries) or not node.entries:
        yield path
        return
    for name, value in node.entries:
        yield from _values(value, (*path, name.text))


def _replaced(values: frozenset[KeyPath], later: frozenset[KeyPath]) -> bool:
    """Whether the later one sets all of it; what adds to a list is replaced with the list."""
    return all(_base(path) in later for path in values)


def _base(path: KeyPath) -> KeyPath:
    return (*path[:-1], path[-1].removesuffix("_also"))


def _wider(other: Override, override: Override, now: datetime) -> bool:
    """Whether `other` certainly holds wherever `override` does, from now on."""
    wide, narrow = other.match, override.match
    waits = other.day is not None and other.day.begins > now
    if waits and (override.day is None or str(other.day) > str(override.day)):
        return False
    mine = {name.lower(): patterns for name, patterns in narrow.properties.items()}
    return (
        _covers(wide.repositories, narrow.repositories)
        and _covers(wide.topics, narrow.topics)
        and _covers(wide.branches, narrow.branches)
        and _covers(wide.paths, narrow.paths)
        and _names(wide, narrow)
        and all(
            name.lower() in mine and _covers(wanted, mine[name.lower()]) for name, wanted in wide.properties.items()
        )
    )


def _names(wide: Match, narrow: Match) -> bool:
    visibility = not wide.visibility or (bool(narrow.visibility) and set(narrow.visibility) <= set(wide.visibility))
    return visibility and (not wide.scopes or (bool(narrow.scopes) and set(narrow.scopes) <= set(wide.scopes)))


def _covers(wide: tuple[Pattern, ...], narrow: tuple[Pattern, ...]) -> bool:
    """Whether what matches one of `narrow` certainly matches one of `wide`; no patterns: no condition."""
    if not wide:
        return True
    return bool(narrow) and all(any(_covers_one(mine, theirs) for mine in wide) for theirs in narrow)


def _covers_one(wide: Pattern, narrow: Pattern) -> bool:
    """A `*` in the narrow one is text to the wide one, so that what matches it matches whatever stands for it."""
    return (
        wide.lower() == narrow.lower() or wide.everything or (("/" in wide) == ("/" in narrow) and wide.matches(narrow))
    )


def _place(override: Override) -> Place:
    return Place(override.name.line, override.name.column, override.name.file)


# -- days ------------------------------------------------------------------------------------------------------------


def _days(
    overrides: Iterable[Override],
    tree: Entries | None,
    entries: Iterable[ComingEntry],
    places: Places,
    now: datetime,
) -> Iterator[Point]:
    """Days from which on something holds, and that are over."""
    why = "It holds without the day, too; a day that is over only makes the policy longer."
    for override in overrides:
        if override.day is not None and override.day.begins <= now:
            what = f"override {override.position + 1} holds since {override.day}"
            path = ("overrides", str(override.position), "from")
            yield places.at("day-over", _place(override), path, what, why, "remove 'from'")
    for check, rule, node in timed_levels(tree, [name.text for name, _ in tree.entries]) if tree is not None else ():
        day, level = node.get("from"), node.get("level")
        if isinstance(day, Scalar) and isinstance(level, Scalar) and Day.parse(day.text).begins <= now:
            at = Place(node.line, node.column, node.file)
            what = f"{rule.text} is on {level.text} since {day.text}"
            yield places.at("day-over", at, (check, "levels", rule.text), what, why, f"write {rule.text}: {level.text}")
    for entry in entries:
        if entry.day.begins <= now:
            what = f"{'.'.join(entry.path[:-1])} has {entry.name} since {entry.day}"
            at = Place(entry.line, 1, entry.file)
            yield places.at("day-over", at, (*entry.path, "from"), what, why, "remove 'from'")


# -- waivers ---------------------------------------------------------------------------------------------------------


def _waivers(policy: Policy, places: Places, now: datetime, tickets: bool) -> Iterator[Point]:
    on = {rule for levels in policy.levels.values() for rule, level in levels.items() if level is not Level.OFF}
    ids = {waiver.id: waiver for waiver in policy.root.waivers}
    renewed = {waiver.renewal_of: waiver for waiver in policy.root.waivers if waiver.renewal_of in ids}
    remind = policy.root.remind_before.at_most
    for index, waiver in enumerate(policy.root.waivers):
        path = ("waivers", str(index))
        yield from _ending(waiver, path, places, now, remind, renewed.get(waiver.id))
        if not on.intersection(waiver.rules):
            what = f"waiver {waiver.id} has no effect: its rules are off"
            why = "It waits for a rule that somebody turns on, and covers it unseen then."
            yield places.point("waiver-without-effect", (*path, "rules"), what, why, "remove it")
        if tickets and not waiver.ticket:
            what = f"waiver {waiver.id} names no ticket"
            yield places.point("waiver-without-ticket", path, what, "Nobody finds what was discussed.", "add 'ticket'")


def _ending(
    waiver: Waiver, path: KeyPath, places: Places, now: datetime, remind: timedelta, newer: Waiver | None
) -> Iterator[Point]:
    key = (*path, "expires")
    if newer is not None and newer.live(now):
        what = f"waiver {waiver.id} was renewed by {newer.id}"
        why = "Two exceptions for one thing have two ends."
        yield places.point("waiver-renewed", path, what, why, f"remove {waiver.id}")
    elif waiver.ended(now):
        what = f"waiver {waiver.id} ended with {waiver.expires}"
        yield places.point("waiver-ended", key, what, "It covers nothing any more.", "remove it, or renew it")
    elif waiver.live(now) and waiver.reminds_at(remind) <= now:
        days = (waiver.expires.ends - now).days
        when = "today" if not days else "tomorrow" if days == 1 else f"in {days} days"
        what = f"waiver {waiver.id} ends {when}, with {waiver.expires}"
        why = "What it covers blocks again from then on."
        yield places.point("waiver-ending", key, what, why, "solve what it covers, or renew it with 'renewal_of'")


# -- owners ----------------------------------------------------------------------------------------------------------


def _nobody(policy: Policy, places: Places) -> Iterator[Point]:
    """Rules that block, and the policy says neither whom to ask nor what to do."""
    left = [
        (check, rule)
        for check, levels in policy.levels.items()
        for rule, level in levels.items()
        if level is Level.BLOCK and rule not in policy.sections[check].guidance and not approvers_of(policy, rule)
    ]
    if left:
        checks = ", ".join(dict.fromkeys(check for check, _ in left))
        rules = "1 rule blocks" if len(left) == 1 else f"{len(left)} rules block"
        yield places.point(
            "rule-without-owner",
            ("approvers",),
            f"{rules}, and nobody is named who could except from it: {checks}",
            "Whoever is blocked knows neither whom to ask nor what to do.",
            "name owner.team, approvers for these checks, or guidance for the rules",
        )
