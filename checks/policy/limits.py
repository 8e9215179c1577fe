"""What no waiver may do: except from what cannot be waived, or last longer than the policy allows."""

from collections.abc import Collection, Iterator, Mapping
from datetime import date
from typing import NamedTuple

from checks.model.finding import Level
from checks.policy.schema import Root
from checks.policy.shape import KeyFault
from checks.policy.values import Duration
from checks.policy.waivers import Waiver


class Limits(NamedTuple):
    """The limits of one policy, by the levels that hold where no override applies."""

    root: Root
    levels: Mapping[str, Mapping[str, Level]]
    """By check, of those that are on."""
    defaults: Mapping[str, Level]
    """By rule, of all checks that a waiver speaks of."""
    never: Collection[str]
    """Rules that no policy can waive."""

    def faults(self, waiver: Waiver) -> Iterator[KeyFault]:
        """What is wrong with a waiver that is right in itself."""
        for rule in waiver.rules:
            if rule in self.never:
                hint = "remove what it speaks of; no exception covers it"
                yield KeyFault("rules", f"'{rule}' cannot be waived", hint)
            elif rule in self.root.unwaivable:
                yield KeyFault("rules", f"'{rule}' cannot be waived: the policy lists it under 'unwaivable'")
        lengths = [(limit, level, rule) for rule in waiver.rules for level, limit in self._limit(rule)]
        if lengths:
            yield from _too_long(waiver, *min(lengths, key=lambda item: item[0].at_most))

    def _limit(self, rule: str) -> Iterator[tuple[Level, Duration]]:
        if not self.root.waivers_last:
            return
        level = next((levels[rule] for levels in self.levels.values() if rule in levels), self.defaults.get(rule))
        if level is not None and level in self.root.waivers_last:
            yield level, self.root.waivers_last[level]


def _too_long(waiver: Waiver, limit: Duration, level: Level, rule: str) -> Iterator[KeyFault]:
    allowed = f"'waivers_last' allows {limit} for '{rule}', whose level is {level}"
    if waiver.created is None:
        hint = "add the day from which on it holds: created"
        yield KeyFault("expires", f"its length is not known, and {allowed}", hint)
        return
    last = limit.after(waiver.created.begins).date()
    if waiver.expires.date > last:
        days = (waiver.expires.date - waiver.created.date).days
        yield KeyFault("expires", f"it lasts {days:,} days, and {allowed}", _hint(last))


def _hint(last: date) -> str:
    return f"the last day can be {last.isoformat()}; after it, a new one with 'renewal_of' takes its place"
