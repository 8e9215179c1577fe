"""Where rules stand on the page of a policy: every link to one leads to a row that is there."""

import re

import pytest

from checks.policy_page.anchors import anchors
from checks.policy_page.words import Edition
from checks.rules import CHECKS
from checks.rules.check import rules_of
from tests.policy.documents import NOW, everything, html, policies

CUSTOM = """
custom_rules:
  - {id: no-wip, when: "commit.subject.startsWith('wip')", message: No., on: commit, unknown: note}
"""


@pytest.mark.parametrize("edition", list(Edition))
@pytest.mark.parametrize("text", [everything(), f"version: 1\nlicenses: {{}}\nsignoff: {{}}\n{CUSTOM}"])
def test_every_anchor_is_on_the_page_once(text: str, edition: Edition) -> None:
    found, there = anchors(policies(text), CHECKS, NOW), re.findall(r' id="([^"]*)"', html(text, edition))
    assert {anchor: there.count(anchor) for anchor in found.values()} == dict.fromkeys(found.values(), 1)


def test_every_rule_of_a_check_that_is_on_has_one() -> None:
    loaded = policies(everything())
    on = [check for check in CHECKS if check.id in loaded.plain.sections]
    assert len(on) > 8
    rules = {rule.id for check in on for rule in rules_of(check, loaded.plain.sections[check.id])}
    assert anchors(loaded, CHECKS, NOW).keys() == rules


def test_what_a_rule_of_the_policy_could_not_tell_stands_with_the_rule() -> None:
    found = anchors(policies(f"version: 1\n{CUSTOM}"), CHECKS, NOW)
    assert (found["no-wip"], found["no-wip-unknown"]) == ("no-wip", "no-wip")
    assert "license-not-allowed" not in found, "the check is off"
