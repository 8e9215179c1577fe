"""Which waivers were considered for a finding, and which condition of each does not hold."""

from collections.abc import Iterator
from datetime import datetime

from checks.engine.below import Graphs
from checks.engine.plan import Plan
from checks.engine.waiving import Waiving
from checks.model.facts import RepositoryFacts
from checks.model.finding import Finding, Observation
from checks.model.phrase import Phrase, join, say
from checks.model.trace import Mark, Step, marked
from checks.policy.schema import Policy
from checks.policy.waivers import Surroundings, Waiver
from checks.rules import CHECKS
from checks.rules.check import rules_of

#: Waivers that are shown for one finding, those first of which the fewest conditions fail.
_MOST = 5


def considered(
    finding: Finding, policy: Policy, repository: RepositoryFacts, branch: str | None, now: datetime, plan: Plan
) -> tuple[Step, ...]:
    """The waivers that speak of the rule or the package, each with its conditions; `now` is UTC."""
    if not policy.root.waivers:
        return ()
    check = CHECKS.named(finding.check)
    rules = rules_of(check, policy.sections[check.id])
    waivable = any(rule.id == finding.rule and rule.waivable for rule in rules)
    if not waivable or finding.rule in policy.root.unwaivable:
        return (Step(("waivers",), ("this rule cannot be waived",), Mark.NO),)
    observation = _observed(finding)
    waiving = Waiving(policy, repository, branch, now, Graphs(plan.snapshot).below)
    around = waiving.around(observation, _paths(finding))
    near = [
        (position, tuple(_conditions(waiver, observation, around, now)))
        for position, waiver in enumerate(policy.root.waivers)
        if _speaks(waiver, finding)
    ]
    near.sort(key=lambda item: sum(step.mark is Mark.NO for step in item[1]))
    covering = waiving.of(observation, _paths(finding)).by
    used = {covering.id, *covering.beside} if covering else set()
    found = tuple(_step(position, policy.root.waivers[position], steps, used) for position, steps in near[:_MOST])
    if len(near) > _MOST:
        found += (Step((f"and {len(near) - _MOST:,} more waivers that do not cover it",)),)
    return found


def _observed(finding: Finding) -> Observation:
    """What of a finding a waiver looks at."""
    return Observation(
        rule=finding.rule,
        subject=finding.subject,
        message=(),
        headline=(),
        advisories=finding.advisories,
        licenses=finding.licenses,
    )


def _paths(finding: Finding) -> tuple[str, ...]:
    places = (finding.location, *finding.related)
    return tuple(dict.fromkeys(place.path for place in places if place))


def _speaks(waiver: Waiver, finding: Finding) -> bool:
    """Whether people who know it would ask why it does not cover the finding."""
    purl = finding.subject.purl
    if waiver.package is not None:
        return bool(purl) and waiver.package.matches(purl or "")
    return finding.rule in waiver.rules


def _step(position: int, waiver: Waiver, steps: tuple[Step, ...], used: set[str]) -> Step:
    failing = [step.what for step in steps if step.mark is Mark.NO]
    if waiver.id in used:
        words: Phrase = say("covers it, until {}", str(waiver.expires))
    elif failing:
        words = ("does not cover it: ", *join(failing, last=" and "))
    else:
        words = ("would cover it, and another one does",)
    mark = Mark.YES if waiver.id in used else Mark.NO if failing else Mark.FACT
    return Step(say("waiver {}", waiver.id), words, mark, policy_key=("waivers", str(position)), steps=steps)


def _conditions(waiver: Waiver, observation: Observation, around: Surroundings, now: datetime) -> Iterator[Step]:
    for condition in waiver.conditions(observation, around):
        yield Step(say("{}", condition.what), _compared(condition.wanted, condition.actual), marked(condition.holds))
    if waiver.advisories:
        labels = tuple(names[0] for names in observation.advisories)
        yield Step(("advisories",), _compared(waiver.advisories, labels), marked(waiver.whole(observation)))
    if waiver.created is not None:
        yield Step(("created",), say("{}", str(waiver.created)), marked(waiver.created.begins <= now))
    yield Step(("expires",), say("{}", str(waiver.expires)), marked(not waiver.ended(now)))


def _compared(wanted: tuple[str, ...], actual: str | tuple[str, ...] | None) -> Phrase:
    """`web-* — here it is api`."""
    asked = join([say("{}", word) for word in wanted[:5]], last=" or ")
    more = f" or {len(wanted) - 5:,} more" if len(wanted) > 5 else ""
    if actual is None:
        return (*asked, more, "; here it is not known")
    words = (actual,) if isinstance(actual, str) else actual
    here = join([say("{}", word) for word in words[:5]], last=" and ") or ("nothing",)
    return (*asked, more, "; here ", *here)
