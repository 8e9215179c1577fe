"""What policies make of a case, rule by rule, and what turns between two of them."""

from enum import StrEnum
from functools import lru_cache
from typing import NamedTuple

from checks.model.finding import Finding, Level
from checks.model.report import Mode


class Stand(StrEnum):
    """What a policy makes of one rule about one package version; each is worse than the one before."""

    PASSES = "passes"
    WARNS = "warns"
    WAIVED = "waived"
    """It would block, and a waiver covers it."""
    WOULD_BLOCK = "would-block"
    """It would, and the mode is evaluate."""
    BLOCKS = "blocks"


_RANK = {stand: rank for rank, stand in enumerate(Stand)}


class Turn(NamedTuple):
    """One rule that the two policies let speak differently about a case."""

    check: str
    rule: str
    before: Stand
    after: Stand
    could_not_tell: bool
    """Whether it is for lack of data."""


class Effect(NamedTuple):
    """What the change of the policy means for a case."""

    turns: tuple[Turn, ...] = ()
    covered_before: tuple[str, ...] = ()
    """Waivers that cover something of it, by id."""
    covered_after: tuple[str, ...] = ()


NO_EFFECT = Effect()


class Said(NamedTuple):
    """What one policy says by one rule."""

    check: str
    rule: str
    stand: Stand
    could_not_tell: bool
    waivers: tuple[str, ...]


def said(finding: Finding, mode: Mode) -> Said:
    waivers = (finding.waiver.id,) if finding.waiver else ()
    return Said(finding.check, finding.rule, stand(finding, mode), finding.could_not_tell, waivers)


def stand(finding: Finding, mode: Mode) -> Stand:
    """What becomes of a finding."""
    if finding.level is Level.BLOCK and finding.waiver is not None:
        return Stand.WAIVED
    if finding.blocks:
        return Stand.BLOCKS if mode is Mode.ENFORCE else Stand.WOULD_BLOCK
    return Stand.WARNS if finding.warns else Stand.PASSES


def worse(one: Said, other: Said) -> Said:
    first = one if _RANK[one.stand] >= _RANK[other.stand] else other
    return first._replace(waivers=tuple(dict.fromkeys((*one.waivers, *other.waivers))))


@lru_cache(maxsize=4096)
def effect_of(before: tuple[Said, ...], after: tuple[Said, ...]) -> Effect:
    first, second = ({said.rule: said for said in one} for one in (before, after))
    turns = []
    for rule in sorted({*first, *second}):
        old, new = first.get(rule), second.get(rule)
        told = new or old
        assert told is not None
        stands = old.stand if old else Stand.PASSES, new.stand if new else Stand.PASSES
        if stands[0] is not stands[1]:
            turns.append(Turn(told.check, rule, *stands, told.could_not_tell))
    waivers = [tuple(sorted({id_ for said in one for id_ in said.waivers})) for one in (before, after)]
    return Effect(tuple(turns), waivers[0], waivers[1])


@lru_cache(maxsize=65_536)
def together(effects: tuple[Effect, ...]) -> Effect:
    """What several checks make of one case."""
    turns = sorted((turn for effect in effects for turn in effect.turns), key=lambda turn: (turn.rule, turn.check))
    before = {id_ for effect in effects for id_ in effect.covered_before}
    after = {id_ for effect in effects for id_ in effect.covered_after}
    return Effect(tuple(turns), tuple(sorted(before)), tuple(sorted(after)))
