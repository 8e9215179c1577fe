"""What another policy would make of pull requests: judged again where all that was read of them is stored, and else
from their reports, as far as levels alone decide."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from checks.engine.differing import changed_waivers
from checks.engine.preview import Pair
from checks.engine.stands import Stand, stand
from checks.model.finding import Level
from checks.model.report import Mode, Report
from checks.policy.schema import Policy
from checks.rules import CHECKS

#: Rules that speak where data is lacking.
_COULD_NOT_TELL = frozenset(rule.id for check in CHECKS for rule in check.rules if rule.could_not_tell)
_RANK = {one: rank for rank, one in enumerate(Stand)}


@dataclass(frozen=True, slots=True)
class PullTurn:
    """One pull request and what becomes of it."""

    repository: int
    number: int
    author: str | None
    before: Stand | None
    """None: it cannot be told without reading the pull request again."""
    after: Stand | None
    rules: tuple[str, ...] = ()
    """Those that stop it with the new policy and did not, or the other way round."""
    could_not_tell: bool = False
    """Whether it is newly stopped for lack of data alone."""
    paths: tuple[str, ...] = ()
    """Files of what these rules are about."""
    owners: tuple[str, ...] = ()
    """Who answers for them."""

    @property
    def undecided(self) -> bool:
        return self.before is None or self.after is None

    @property
    def turns(self) -> bool:
        return not self.undecided and self.before is not self.after


def stopped_otherwise(document: Mapping[str, Any], checks: frozenset[str]) -> bool:
    """Whether a report says that other checks than these stop it."""
    return any(
        finding["counts"] and finding["level"] == Level.BLOCK and finding["check"] not in checks
        for finding in document["findings"]
    )


def by_reports(
    repository: int, number: int, author: str | None, old: Report, new: Report, otherwise: bool = False
) -> PullTurn:
    """By the verdicts of both policies on the same head. `otherwise`: what was not judged again stops it."""
    stops = [{finding.rule: finding for finding in one.blocking} for one in (old, new)]
    rules = tuple(sorted(stops[0].keys() ^ stops[1].keys()))
    unknown = bool(stops[1]) and all(finding.could_not_tell for finding in new.blocking)
    stands = _stand(old, otherwise), _stand(new, otherwise)
    spoken = [finding for one in (old, new) for finding in one.blocking if finding.rule in rules]
    paths = tuple(sorted({finding.location.path for finding in spoken if finding.location}))
    return PullTurn(repository, number, author, *stands, rules, unknown and not otherwise, paths)


def _stand(report: Report, otherwise: bool) -> Stand:
    """The worst of a verdict."""
    if report.mode is Mode.OFF:
        return Stand.PASSES
    if otherwise:
        return Stand.BLOCKS if report.mode is Mode.ENFORCE else Stand.WOULD_BLOCK
    return max(
        (stand(finding, report.mode) for finding in report.findings), key=_RANK.__getitem__, default=Stand.PASSES
    )


def by_document(repository: int, number: int, author: str | None, document: Mapping[str, Any], pair: Pair) -> PullTurn:
    """By the report on it, as `checks.render.json_report` wrote it."""
    turn = PullTurn(repository, number, author, None, None)
    if document["policy"]["digest"] != pair.old.reference.digest or not _levels_suffice(pair):
        return turn
    stops: list[dict[str, str | None]] = []
    stands = []
    for policy in (pair.old, pair.new):
        found = {finding["rule"]: finding.get("path") for finding in document["findings"] if _stops(finding, policy)}
        stops.append(found)
        warned = any(finding["counts"] and _level(finding, policy) is Level.WARN for finding in document["findings"])
        worst = Stand.BLOCKS if policy.mode is Mode.ENFORCE else Stand.WOULD_BLOCK
        stands.append(worst if found else Stand.WARNS if warned and policy.mode is not Mode.OFF else Stand.PASSES)
    rules = tuple(sorted(stops[0].keys() ^ stops[1].keys()))
    paths = tuple(sorted({path for found in stops for rule, path in found.items() if path and rule in rules}))
    unknown = bool(stops[1]) and stops[1].keys() <= _COULD_NOT_TELL
    return replace(turn, before=stands[0], after=stands[1], rules=rules, could_not_tell=unknown, paths=paths)


def _levels_suffice(pair: Pair) -> bool:
    """Whether the policies differ in levels and the mode alone, and nothing speaks that was silent."""
    old, new = pair.old, pair.new
    if old.mode is Mode.OFF or any(changed_waivers(old, new)) or old.root.facts != new.root.facts:
        return False
    for check in pair.only:
        before, after = old.sections.get(check), new.sections.get(check)
        if before is None or after is None:
            return False
        if replace(after, levels=before.levels, guidance=before.guidance) != before:
            return False
        levels = new.levels[check]
        if any(level is Level.OFF and levels[rule] is not Level.OFF for rule, level in old.levels[check].items()):
            return False
    return True


def _stops(finding: Mapping[str, Any], policy: Policy) -> bool:
    return bool(policy.mode is not Mode.OFF and finding["counts"] and _level(finding, policy) is Level.BLOCK)


def _level(finding: Mapping[str, Any], policy: Policy) -> Level:
    return policy.levels.get(finding["check"], {}).get(finding["rule"], Level.OFF)
