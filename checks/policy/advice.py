"""What a valid policy's owner should know: waivers that ended or end soon, and entries without effect."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any

from checks.model.errors import PolicyIssue
from checks.model.finding import Level
from checks.model.phrase import visible
from checks.policy.load import SectionShape
from checks.policy.schema import Policy
from checks.policy.shape import KeyPath, Place, is_shape, keys_of
from checks.policy.waivers import Waiver

#: How long before its end a waiver is named.
SOON = timedelta(days=30)


def advice(policy: Policy, shapes: Sequence[SectionShape], now: datetime) -> tuple[PolicyIssue, ...]:
    """Warnings in the order of the file; none of them makes the policy invalid. `now` is UTC."""
    found = [*_waivers(policy, now), *_silent(policy, shapes)]
    for name, part in (("", policy.root), *policy.sections.items()):
        found += _repeated(part, (name,) if name else ())
    issues = [_issue(policy, path, message, hint) for path, message, hint in found]
    return tuple(sorted(issues, key=lambda issue: (issue.file, issue.line, issue.column)))


_Advice = tuple[KeyPath, str, str]


def _issue(policy: Policy, path: KeyPath, message: str, hint: str) -> PolicyIssue:
    place = policy.places.get(path, Place(1, 1))
    return PolicyIssue(place.line, place.column, ".".join(path), visible(message), hint, place.file)


def _waivers(policy: Policy, now: datetime) -> Iterator[_Advice]:
    on = {rule for levels in policy.levels.values() for rule, level in levels.items() if level is not Level.OFF}
    for index, waiver in enumerate(policy.root.waivers):
        path = ("waivers", str(index))
        yield from _ending(waiver, path, now)
        if not on.intersection(waiver.rules):
            yield (*path, "rules"), f"the waiver {waiver.id} has no effect: its rules are off", "remove it"


def _ending(waiver: Waiver, path: KeyPath, now: datetime) -> Iterator[_Advice]:
    left = waiver.expires.ends - now
    if left <= timedelta(0):
        message = f"the waiver {waiver.id} ended with {waiver.expires}: what it covered counts again"
        yield (*path, "expires"), message, "remove it, or have it approved once more"
    elif left <= SOON:
        days = left.days
        when = "today" if not days else "tomorrow" if days == 1 else f"in {days} days"
        message = f"the waiver {waiver.id} ends {when}, with {waiver.expires}"
        yield (*path, "expires"), message, "solve what it covers, or have it approved once more"


def _silent(policy: Policy, shapes: Sequence[SectionShape]) -> Iterator[_Advice]:
    """Words for a rule that never speaks, and a name for a check that never runs."""
    for check, section in policy.sections.items():
        for rule in section.guidance:
            if policy.levels[check][rule] is Level.OFF:
                yield (check, "guidance", rule), "no effect: the level of this rule is off", ""
    for shape in shapes:
        if shape.check in policy.root.check_names and shape.check not in policy.sections:
            yield ("check_names", shape.check), "no effect: this check is off", f"turn it on with '{shape.check}: {{}}'"


def _name(item: Any) -> str | None:
    """What must be in a list only once; None for entries that may share a name and speak of different versions."""
    if not is_shape(type(item)):
        return str(item)
    return str(getattr(item, next(iter(keys_of(type(item)))))) if hasattr(item, "from_scalar") else None


def _repeated(value: Any, path: KeyPath) -> Iterator[_Advice]:
    """Items that a list has twice."""
    if isinstance(value, tuple):
        first: set[str] = set()
        for index, item in enumerate(value):
            if is_shape(type(item)):
                yield from _repeated(item, (*path, str(index)))
            name = _name(item)
            if name in first:
                yield (*path, str(index)), f"'{name}' is in this list twice", "remove one"
            first.update([name] if name else [])
    elif is_shape(type(value)):
        for name, item in keys_of(type(value)).items():
            yield from _repeated(getattr(value, item.field), (*path, name))
