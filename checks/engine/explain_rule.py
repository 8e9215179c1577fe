"""One rule of the policy: what it is for, its level, who may except from it, and the waivers that name it."""

from collections.abc import Iterator
from datetime import datetime

from checks.model.errors import UsageError
from checks.model.finding import Level
from checks.model.phrase import join, say, visible
from checks.model.trace import Mark, Step
from checks.policy.approvers import approvers_of
from checks.policy.schema import Policy
from checks.policy.shape import nearest
from checks.policy.waivers import Waiver
from checks.rules import CHECKS
from checks.rules.check import Check, Rule, rules_of

#: Waivers that are named.
_MOST = 10


def rule_told(name: str, policy: Policy, now: datetime, public: bool = False) -> Step:
    """What the policy says of a rule; `now` is UTC; `public`: to everybody, so without who may except from it and what
    was excepted. Raises `UsageError` for one that there is not."""
    check, rule = _named(name, policy)
    key = (check.id, "levels", rule.id)
    level = policy.levels[check.id][rule.id] if check.id in policy.sections else None
    words = f"off, because the check {check.title} is off" if level is None else f"{level}, in the check {check.title}"
    mark = Mark.FACT if level in (None, Level.OFF) else Mark.YES
    return Step(
        (rule.id,), (words,), mark, (), key if level else (), (), tuple(_about(rule, check, policy, now, public))
    )


def _named(name: str, policy: Policy) -> tuple[Check, Rule]:
    rules = {rule.id: (check, rule) for check in CHECKS for rule in check.rules}
    for check in CHECKS:
        if (section := policy.sections.get(check.id)) is not None:
            rules.update((rule.id, (check, rule)) for rule in rules_of(check, section))
    if name not in rules:
        near = nearest(name, rules)
        hint = f"Did you mean {near}?" if near else "docs/policy.md lists the rules of each check."
        raise UsageError(f"there is no rule {visible(name, 60)}", hint=hint)
    return rules[name]


def _about(rule: Rule, check: Check, policy: Policy, now: datetime, public: bool) -> Iterator[Step]:
    yield Step(("when",), (rule.summary,))
    yield Step(("then",), (rule.help,))
    if coming := policy.coming.get(rule.id):
        yield Step(("to come",), (f"{coming.level} from {coming.day} on",), policy_key=(check.id, "levels", rule.id))
    section = policy.sections.get(check.id)
    if section is not None and (text := section.guidance.get(rule.id)) is not None:
        link = say(" {}", str(text.link)) if text.link else ()
        yield Step(("guidance",), (*say("{}", text.text), *link), policy_key=(check.id, "guidance", rule.id))
    if not rule.waivable or rule.id in policy.root.unwaivable:
        key = ("unwaivable",) if rule.waivable else ()
        yield Step(("waivers",), ("this rule cannot be waived",), policy_key=key)
        return
    if public:
        return
    named = approvers_of(policy, rule.id)
    who = join([say("{}", account) for account in named], last=" or ") or ("nobody is named",)
    yield Step(("approvers",), who, Mark.FACT if named else Mark.UNKNOWN, policy_key=("approvers",) if named else ())
    waivers = [waiver for waiver in policy.root.waivers if rule.id in waiver.rules]
    yield Step(("waivers",), _count(waivers, now), policy_key=("waivers",) if waivers else ())


def _count(waivers: list[Waiver], now: datetime) -> tuple[str, ...]:
    live = [waiver for waiver in waivers if waiver.live(now)]
    if not live:
        return ("none is in force",)
    names = join([say("{}", waiver.id) for waiver in live[:_MOST]])
    more = f" and {len(live) - _MOST:,} more" if len(live) > _MOST else ""
    return (f"{len(live):,} in force: ", *names, more)
