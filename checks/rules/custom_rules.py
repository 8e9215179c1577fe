"""The check `custom_rules`: the rules that an organization writes itself, as conditions."""

from collections.abc import Iterator
from datetime import datetime

from checks.custom.terms import CustomRulesSection
from checks.model.change import Change
from checks.model.facts import Facts, PackageKey, Want
from checks.model.finding import Observation
from checks.model.snapshot import Snapshot
from checks.rules.check import Check, Context, PullJudgment, Rule

TYPE_CHECKING = False
if TYPE_CHECKING:
    from checks.model.trace import Step

# What judges is imported where something is to judge: the command starts without it.


def written(section: CustomRulesSection) -> tuple[Rule, ...]:
    """Two for each rule of the policy: one speaks where the condition holds, the other where that is not known."""
    return tuple(
        Rule(
            id_,
            level,
            str(rule.message),
            "The organization's policy has this rule." if id_ == rule.id else "Something that it reads is not known.",
            waivable=rule.waivable,
            could_not_tell=id_ != rule.id,
        )
        for rule in section.rules
        for id_, level in ((str(rule.id), rule.level), (rule.unknown_id, rule.unknown or rule.level))
    )


def wants(change: Change, section: CustomRulesSection) -> Iterator[tuple[PackageKey, Want]]:
    """What the rules about packages read."""
    from checks.custom.judgment import wanted

    return wanted(change, section)


def judge_dependency(
    change: Change, facts: Facts, section: CustomRulesSection, context: Context
) -> Iterator[Observation]:
    """What the rules say of one package version."""
    from checks.custom.judgment import of_package

    return of_package(change, facts, section, context.now)


def changes_at(change: Change, facts: Facts, section: CustomRulesSection, context: Context) -> datetime | None:
    """When the age of a version makes a rule speak or fall silent."""
    from checks.custom.judgment import next_moment

    return next_moment(change, facts, section, context.now)


def trace(change: Change, facts: Facts, section: CustomRulesSection, context: Context) -> "Iterator[Step]":
    """How the rules judge one package version, part by part of their conditions."""
    from checks.custom.tracing import traced

    return traced(change, facts, section, context.now)


def judge_pull(snapshot: Snapshot, facts: Facts, section: CustomRulesSection, _context: Context) -> PullJudgment:
    """What the rules say of the commits and of the change as a whole."""
    from checks.custom.judgment import not_judged_here, of_whole

    elsewhere = tuple(not_judged_here(snapshot, facts, section))
    return PullJudgment(None, tuple(of_whole(snapshot, facts, section)), elsewhere)


CHECK = Check(
    id="custom_rules",
    title="custom rules",
    prefix="own",
    noun="package",
    rules=(),
    section=CustomRulesSection,
    judge_dependency=judge_dependency,
    judge_pull=judge_pull,
    wants=wants,
    changes_at=changes_at,
    trace=trace,
    written=written,
)
