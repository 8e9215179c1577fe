"""Who approved a decision: by what its file says, and by who really did."""

import pytest

from app.policies import load_policy
from checks.conversation.approval import head, ruling
from checks.policy.approvers import Person

POLICY = load_policy(
    b"""\
version: 1
licenses: {}
signoff: {}
owner: {team: "@example/ospo"}
approvers: {license: "@example/legal"}
""",
    "policy.yaml",
)
WAIVER = """\
id: W-1
rules: [license-not-allowed]
package: pkg:npm/a
reason: b
requested_by: "@ada"
approved_by: "@example/legal"
expires: 2027-01-31
"""
GRACE, EVE = Person("grace", ("@example/legal",)), Person("eve", ("@example/ospo",))
ADA = Person("ada", ("@example/legal",))


@pytest.mark.parametrize(
    ("people", "approved", "words"),
    [
        ([GRACE], True, "@example/legal approved it"),
        ([EVE, GRACE], True, "@example/legal approved it"),
        ([], False, "waits for an approving review by @example/legal"),
        ([EVE], False, "nobody of @example/legal has"),
        ([ADA], False, "Nobody but who asked"),
    ],
)
def test_somebody_who_may_and_did_not_ask(people: list[Person], approved: bool, words: str) -> None:
    found = ruling("waivers/w.yaml", WAIVER, POLICY, people)
    assert found.approved is approved
    assert words in "".join(found.why)
    assert found.waits is (not people)


def test_all_who_ask_are_no_approvers() -> None:
    assert not ruling("w", WAIVER, POLICY, [GRACE], asked=["Grace"]).approved


def test_an_amendment_is_for_those_who_approve_about_its_check() -> None:
    amendment = 'id: A-1\napproved_by: "@grace"\nreason: b\namend: {licenses: {exceptions_also: []}}\n'
    assert head(amendment, "w").rules == ("licenses",)
    assert ruling("w", amendment, POLICY, [GRACE]).approved
    assert not ruling("w", amendment.replace("@grace", "@eve"), POLICY, [EVE]).approved
    assert ruling("w", amendment.replace("@grace", "@eve").replace("licenses", "signoff"), POLICY, [EVE]).approved


@pytest.mark.parametrize("text", ["", "[", "- a", "id: [", "rules: 3\napproved_by: nobody\n", "\x00", "a: &b c"])
def test_what_is_no_decision_is_not_approved(text: str) -> None:
    found = ruling("w", text, POLICY, [GRACE])
    assert not found.approved
    assert found.why
