"""Why a package is judged as it is: the report of `evaluate`, and beside it how each check came to what it says."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from checks.engine.ask import judging, plan
from checks.engine.evaluate import evaluate
from checks.engine.explain_waivers import considered
from checks.engine.plan import Plan, policy_of
from checks.model.answer import Asked
from checks.model.change import Change
from checks.model.dependency import Dependency
from checks.model.facts import Facts, joined
from checks.model.finding import Finding, Level
from checks.model.report import Report
from checks.model.trace import Step
from checks.policy.schema import Policy
from checks.rules import CHECKS
from checks.rules.check import Check, Context, rules_of

_BEFORE = (Step(("not judged",), ("it was there before this change, and this check looks at what a change brings",)),)


@dataclass(frozen=True, slots=True)
class RuleTold:
    """One rule of a check that is on."""

    id: str
    level: Level
    findings: tuple[Finding, ...]
    """What it says of the package; nothing: it is silent."""


@dataclass(frozen=True, slots=True)
class CheckTold:
    """One check that judges packages."""

    id: str
    title: str
    on: bool
    rules: tuple[RuleTold, ...] = ()
    steps: tuple[Step, ...] = ()
    policy: Policy | None = None
    """The one that holds for the package in this check."""


@dataclass(frozen=True, slots=True)
class Explained:
    """Why a package version is judged as it is."""

    asked: Asked
    report: Report
    """As `evaluate` gives it."""
    checks: tuple[CheckTold, ...]
    waivers: tuple[tuple[Finding, tuple[Step, ...]], ...]
    """The waivers that were considered, by finding."""


def question(asked: Asked, path: str, target: str | None) -> Plan:
    """A change that adds the package to a manifest."""
    return plan(asked, (asked.version,), path, target)


def explain(asked: Asked, path: str, target: str | None, facts: Facts, policy: Policy, now: datetime) -> Explained:
    """What the policy says of a package that a change adds to the manifest `path`; `now` is UTC."""
    asking, only = question(asked, path, target), judging(policy)
    return _explained(asked, asking, target, facts, policy, now, evaluate(asking, facts, policy, now, only))


@dataclass(frozen=True)
class One(Plan):
    """A plan of which one change is looked at."""

    whole: Plan
    change: Change

    @cached_property
    def changes(self) -> tuple[Change, ...]:
        return (self.change,)

    def brings(self, dependency: Dependency) -> bool:
        return self.whole.brings(dependency)


def explain_change(one: One, facts: Facts, policy: Policy, now: datetime) -> Explained:
    """What the policy says of a package version as a change has it, by what looks at single packages."""
    change, target = one.change, one.snapshot.listing.target
    asked = Asked(change.purl, change.name, change.version, change.scope)
    report = evaluate(one, facts, policy, now, judging(policy), whole=False)
    return _explained(asked, one, target, facts, policy, now, report)


def _explained(
    asked: Asked, asking: Plan, target: str | None, facts: Facts, policy: Policy, now: datetime, report: Report
) -> Explained:
    about = tuple(finding for finding in report.findings if finding.subject.purl == asked.purl)
    told = tuple(_told(CHECKS.named(id_), asking, facts, policy, now, about) for id_ in CHECKS.ids)
    waivers = tuple(
        (finding, steps)
        for finding in about
        if (steps := considered(finding, policy, facts.repository, target, now, asking))
    )
    return Explained(asked, report, tuple(filter(None, told)), waivers)


def _told(
    check: Check, asking: Plan, facts: Facts, policy: Policy, now: datetime, findings: Sequence[Finding]
) -> CheckTold | None:
    """What a check that judges packages comes to; None for one that judges none."""
    if check.judge_dependency is None or check.id in CHECKS.always_on:
        return None
    change = next(iter(asking.changes), None)
    part = policy_of(policy, check.id, change) if change is not None else policy
    section = part.sections.get(check.id)
    if section is None or change is None or check.id not in policy.sections:
        return CheckTold(check.id, check.title, on=False)
    if change not in asking.judged(check, policy.sections[check.id]):
        return CheckTold(check.id, check.title, True, tuple(_rules(check, part, findings)), _BEFORE, part)
    known = joined(facts, check.own_facts(asking.snapshot, section)) if check.own_facts is not None else facts
    steps = tuple(check.trace(change, known, section, Context(now, policy.remarks))) if check.trace else ()
    rules = tuple(_rules(check, part, findings))
    return CheckTold(check.id, check.title, True, rules, steps, part)


def _rules(check: Check, policy: Policy, findings: Sequence[Finding]) -> Iterator[RuleTold]:
    for rule in rules_of(check, policy.sections[check.id]):
        said = tuple(finding for finding in findings if finding.rule == rule.id and finding.check == check.id)
        yield RuleTold(rule.id, policy.levels[check.id][rule.id], said)
