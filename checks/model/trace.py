"""How a judgment comes about, step by step: each condition with its actual value, also where nothing is wrong."""

from enum import StrEnum
from typing import NamedTuple

from checks.model.phrase import Phrase


class Mark(StrEnum):
    """What came of a step."""

    YES = "yes"
    """It holds, or it is in order."""
    NO = "no"
    UNKNOWN = "unknown"
    """Nobody can tell."""
    FACT = "fact"
    """It is only told."""


class Step(NamedTuple):
    """One condition or fact. Steps form a tree."""

    what: Phrase
    actual: Phrase = ()
    mark: Mark = Mark.FACT
    source: Phrase = ()
    """Who says so, or what decides it."""
    policy_key: tuple[str, ...] = ()
    """The place in the policy that it is about."""
    speaks: tuple[str, ...] = ()
    """The rules that it makes speak; none: it is in order, or another step decides."""
    steps: tuple["Step", ...] = ()


def marked(holds: bool | None) -> Mark:
    """The mark of a condition; None: nobody can tell."""
    return Mark.UNKNOWN if holds is None else Mark.YES if holds else Mark.NO


def spoken(steps: tuple[Step, ...]) -> frozenset[str]:
    """Every rule that a step of the trees makes speak."""
    found: set[str] = set()
    for step in steps:
        found.update(step.speaks)
        found |= spoken(step.steps)
    return frozenset(found)
