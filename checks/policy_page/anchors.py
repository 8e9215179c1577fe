"""Where rules stand on the page of a policy: what links to them must know it without making the page."""

from collections.abc import Iterable
from datetime import datetime

from checks.custom.terms import CustomRulesSection
from checks.policy.layers import PolicySet
from checks.rules.check import Check


def anchors(policies: PolicySet, checks: Iterable[Check], now: datetime) -> dict[str, str]:
    """By rule the id of its row on the page, as it is at `now` (UTC): of the checks that are on where no override
    applies. What a rule of the policy says where it could not tell stands in the row of that rule."""
    sections = policies.with_only((), now).sections
    found: dict[str, str] = {}
    for check in checks:
        section = sections.get(check.id)
        if section is not None:
            found.update((rule.id, rule.id) for rule in check.rules)
        if isinstance(section, CustomRulesSection):
            found.update((name, str(rule.id)) for rule in section.rules for name in (str(rule.id), rule.unknown_id))
    return found
