"""How far another version of a package is: within what the manifests ask for, beyond it, or a step back."""

from collections.abc import Sequence
from enum import IntEnum

from checks.freshness.steps import numbers
from checks.manifests.ranges import satisfies
from checks.model.project import Requirement
from checks.model.purl import type_of
from checks.model.versions import sort_key


class Reach(IntEnum):
    """In the order in which people want it."""

    WITHIN = 0
    BEYOND = 1
    BACK = 2


def reach(purl: str, used: str, version: str, asked: Sequence[Requirement]) -> Reach:
    """Where no manifest asks for it, or in a notation that is not read, what npm's `^` means stands for the range.

    Raises `InvalidVersion` where the ecosystem does not order one of them.
    """
    type_ = type_of(purl)
    if sort_key(type_, version) < sort_key(type_, used):
        return Reach.BACK
    answers = [satisfies(item.notation, item.range, version) for item in asked]
    if False in answers:
        return Reach.BEYOND
    return Reach.WITHIN if (answers and None not in answers) or _near(type_, used, version) else Reach.BEYOND


def _near(type_: str, used: str, version: str) -> bool:
    """The same major version; below 1.0 the same minor version, too."""
    one, two = numbers(type_, used), numbers(type_, version)
    if one is None or two is None:
        return False
    return one[:2] == two[:2] and (one[1] > 0 or one[2] == two[2])
