"""What the owner of a valid policy is told."""

from datetime import UTC, datetime

import pytest

from app.policies import SHAPES
from checks.policy.advice import advice
from tests.policy.examples import EVERYTHING, policy, waiver


def advise(text: str, at: str = "2026-11-20 12:00") -> list[str]:
    now = datetime.fromisoformat(at).replace(tzinfo=UTC)
    return [issue.at("").removeprefix(":") for issue in advice(policy(text), SHAPES, now)]


ON = "licenses: {}\n"


@pytest.mark.parametrize(
    ("at", "expected"),
    [
        ("2027-03-01 23:59", []),
        ("2027-03-02 00:00", ["the waiver W-1 ends in 30 days, with 2027-03-31"]),
        ("2027-03-30 12:00", ["the waiver W-1 ends tomorrow, with 2027-03-31"]),
        ("2027-03-31 12:00", ["the waiver W-1 ends today, with 2027-03-31"]),
        ("2027-03-31 23:59", ["the waiver W-1 ends today, with 2027-03-31"]),
        ("2027-04-01 00:00", ["the waiver W-1 ended with 2027-03-31: what it covered counts again"]),
    ],
)
def test_a_waiver_that_ended_or_ends_within_thirty_days_is_named(at: str, expected: list[str]) -> None:
    found = advise(ON + waiver(), at)
    assert [item.removeprefix("9:5: waivers.0.expires: ").partition(" (")[0] for item in found] == expected


def test_a_waiver_of_rules_that_never_speak_has_no_effect() -> None:
    expected = ["5:5: waivers.0.rules: the waiver W-1 has no effect: its rules are off (remove it)"]
    assert advise("# no licenses\n" + waiver()) == expected
    assert advise("licenses: {levels: {license-not-allowed: off}}\n" + waiver()) == expected
    assert advise("licenses: {levels: {license-not-allowed: note}}\n" + waiver()) == []


def test_words_and_names_for_what_never_speaks_have_no_effect() -> None:
    assert advise("signoff: {levels: {signoff-missing: off}, guidance: {signoff-missing: Sign it.}}") == [
        "2:54: signoff.guidance.signoff-missing: no effect: the level of this rule is off"
    ]
    assert advise("check_names: {signoff: DCO}") == [
        "2:15: check_names.signoff: no effect: this check is off (turn it on with 'signoff: {}')"
    ]


def test_what_a_list_has_twice_is_named() -> None:
    assert advise("licenses: {allow: [MIT, ISC, MIT]}") == [
        "2:30: licenses.allow.2: 'MIT' is in this list twice (remove one)"
    ]
    assert advise("licenses: {deny: [MIT, {license: MIT, reason: a}], build: {allow_also: [ISC, ISC]}}") == [
        "2:24: licenses.deny.1: 'MIT' is in this list twice (remove one)",
        "2:78: licenses.build.allow_also.1: 'ISC' is in this list twice (remove one)",
    ]
    assert advise(ON + waiver(rules="[license-unknown, license-unknown]")) == [
        "5:30: waivers.0.rules.1: 'license-unknown' is in this list twice (remove one)"
    ]


def test_a_policy_in_which_everything_has_an_effect_is_not_commented() -> None:
    assert advise(EVERYTHING.removeprefix("version: 1\n")) == []
