"""In which checks two policies can come to different verdicts, and what of them decides that."""

from collections.abc import Iterator
from dataclasses import fields, replace
from typing import NamedTuple

from checks.engine.mentions import Matching, Mentions
from checks.policy.layers import PolicySet
from checks.policy.schema import Policy, Root
from checks.policy.waivers import Waiver

#: Fields of a policy that are looked at by themselves, or decide no verdict of this day.
_APART = frozenset(
    {
        *("root", "sections", "levels", "reference", "places", "coming", "coming_entries", "changes_at", "remarks"),
        "announced",
    }
)
#: Keys of the root that decide no verdict.
_SILENT = frozenset({"version", "minimum_version", "owner", "owners", "check_names", "comments", "approvers"})


def differing(old: Policy, new: Policy, same_overrides: bool = True) -> frozenset[str]:
    """The checks in which the policies can come to different verdicts. `same_overrides`: what they make of single
    packages is made alike."""
    every = frozenset((*old.sections, *new.sections))
    if old.floor is not None or new.floor is not None:
        floors = differing(old.floor or old, new.floor or new, same_overrides)
        return floors | differing(replace(old, floor=None), replace(new, floor=None), same_overrides)
    narrowed = {check for one in (old, new) if one.narrowed is not None for check in one.narrowed.checks}
    if narrowed and not same_overrides:
        return every & narrowed | differing(replace(old, narrowed=None), replace(new, narrowed=None))
    if _rest(old) != _rest(new):
        return every
    rules = {rule for waiver in changed_waivers(old, new) for rule in waiver.rules}
    return frozenset(
        check
        for check in every
        if old.sections.get(check) != new.sections.get(check)
        or old.levels.get(check) != new.levels.get(check)
        or any(rule in rules for rule in new.levels.get(check, old.levels.get(check, ())))
    )


def changed_waivers(old: Policy, new: Policy) -> Iterator[Waiver]:
    """The waivers that only one of them has, or that differ."""
    first, second = ({waiver.id: waiver for waiver in one.root.waivers} for one in (old, new))
    for id_ in first.keys() | second.keys():
        if first.get(id_) != second.get(id_):
            yield from filter(None, (first.get(id_), second.get(id_)))


def _rest(policy: Policy) -> tuple[object, ...]:
    """What decides all checks."""
    root = tuple(
        getattr(policy.root, item.name)
        for item in fields(Root)
        if item.name not in _SILENT and item.name != "waivers" and item.compare
    )
    return (*root, *(getattr(policy, item.name) for item in fields(policy) if item.name not in _APART and item.compare))


def parts(policies: PolicySet, policy: Policy, only: frozenset[str]) -> Iterator[object]:
    """What of a policy decides these checks."""
    rules = {rule for check in only for rule in policy.levels.get(check, ())}
    yield from (policy.sections[check] for check in only if check in policy.sections)
    yield from (waiver for waiver in policy.root.waivers if rules.intersection(waiver.rules))
    if policy.narrowed is not None:
        yield from (override.patch for override in policies.overrides if override.match.narrow)
    if policy.floor is not None:
        yield from parts(policies, policy.floor, only)


class Difference(NamedTuple):
    """Between two effective policies, which it also keeps from being forgotten: they are known by identity."""

    old: Policy
    new: Policy
    only: frozenset[str]
    mentions: Mentions
    matching: Matching
