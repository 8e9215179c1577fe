"""Who may approve what: by rule, by check, by default; in person or by team; and never their own."""

import pytest

from checks.model.phrase import plain
from checks.policy.approvers import Approval, Person, approvers_of, confirmed, may_approve
from checks.policy.values import Account
from tests.policy.examples import fault, policy

POLICY = policy("""
    licenses: {}
    vulnerabilities: {}
    owner: {team: "@example/ospo"}
    approvers:
      license: "@example/legal"
      vulnerabilities: ["@example/security", "@grace"]
      vulnerability-exploited: "@example/ciso"
    """)
ADA, GRACE = Person("ada", {"@example/legal"}), Person("Grace")
LICENSE, EXPLOITED = "license-not-allowed", "vulnerability-exploited"


def no(answer: Approval) -> str:
    assert not answer.given
    return plain(answer.why)


@pytest.mark.parametrize(
    ("matter", "approvers"),
    [
        (LICENSE, ("@example/legal",)),
        ("licenses", ("@example/legal",)),
        ("vulnerable", ("@example/security", "@grace")),
        (EXPLOITED, ("@example/ciso",)),
        ("signoff-missing", ("@example/ospo",)),
        ("manifest-unreadable", ("@example/ospo",)),
        ("a rule of a release that is not this one", ("@example/ospo",)),
    ],
)
def test_the_rule_goes_before_its_check_and_the_owner_comes_last(matter: str, approvers: tuple[str, ...]) -> None:
    assert approvers_of(POLICY, matter) == approvers


def test_the_default_goes_before_the_owner() -> None:
    named = policy('owner: {team: "@example/ospo"}\napprovers: {default: "@example/board", license: "@example/legal"}')
    assert approvers_of(named, "vulnerable") == ("@example/board",)
    assert approvers_of(policy("signoff: {}"), "vulnerable") == ()


def test_a_check_goes_before_the_word_for_its_matter() -> None:
    assert approvers_of(policy('licenses: {}\napprovers: {license: "@a", licenses: "@b"}'), LICENSE) == ("@b",)


def test_of_a_section_that_is_off_only_the_check_is_known() -> None:
    off = policy('approvers: {license: "@a", default: "@b"}')
    assert (approvers_of(off, "licenses"), approvers_of(off, LICENSE)) == (("@a",), ("@b",))


def test_a_member_of_the_team_may_and_nobody_else() -> None:
    assert may_approve(POLICY, [LICENSE], ADA).given
    assert may_approve(POLICY, [LICENSE], Person("x", ["@Example/Legal"])).given
    assert may_approve(POLICY, ["vulnerable"], GRACE).given
    assert no(may_approve(POLICY, [LICENSE], GRACE)) == (
        "Exceptions from license-not-allowed are approved by @example/legal, and @Grace is not one of them."
    )
    assert no(may_approve(POLICY, ["vulnerable"], ADA)) == (
        "Exceptions from vulnerable are approved by @example/security or @grace, and @ada is not one of them."
    )


def test_a_waiver_of_several_rules_needs_somebody_who_may_for_each() -> None:
    assert no(may_approve(POLICY, [LICENSE, "vulnerable"], GRACE)).startswith("Exceptions from license-not-allowed")
    assert may_approve(POLICY, ["vulnerable", EXPLOITED], Person("g", {"@example/ciso", "@example/security"})).given


@pytest.mark.parametrize("requester", ["@ADA", "@example/legal"])
def test_nobody_approves_their_own(requester: str) -> None:
    """Not as the person who asked, and not as a member of the team that did."""
    assert no(may_approve(POLICY, [LICENSE], ADA, [Account(requester)])) == (
        "@ada asked for it, and nobody approves their own."
    )


def test_where_nobody_is_named_whoever_did_not_ask_may() -> None:
    free = policy("licenses: {}")
    assert may_approve(free, [LICENSE], GRACE).given
    assert not may_approve(free, [LICENSE], GRACE, [Account("@grace")]).given


# -- `approved_by` in a file, against who approved and merged it -----------------------------------------------------


def test_the_file_says_who_approved_it_and_that_is_true() -> None:
    for approved_by in ("@example/legal", "@Ada"):
        assert confirmed(POLICY, [LICENSE], Account(approved_by), [ADA, GRACE], [Account("@kay")]).given


def test_a_name_in_the_file_is_nothing_without_the_person() -> None:
    assert no(confirmed(POLICY, [LICENSE], Account("@ada"), [GRACE])) == (
        "The file says that @ada approved it, and @ada has not approved or merged it."
    )
    assert no(confirmed(POLICY, [LICENSE], Account("@example/legal"), [GRACE])) == (
        "The file says that @example/legal approved it, and nobody of @example/legal has approved or merged it."
    )
    assert no(confirmed(POLICY, [LICENSE], Account("@grace"), [])).startswith("The file says that @grace")


def test_who_asked_counts_for_nothing() -> None:
    asked = [Account("@ada")]
    assert no(confirmed(POLICY, [LICENSE], Account("@ada"), [ADA], asked)).startswith("@ada asked for it")
    assert no(confirmed(POLICY, [LICENSE], Account("@example/legal"), [ADA], asked)) == (
        "Nobody but who asked for it has approved it."
    )
    assert no(confirmed(POLICY, [LICENSE], Account("@example/legal"), [ADA, GRACE], asked)).startswith("The file says")


def test_somebody_who_may_not_is_no_approver_even_if_the_file_says_so() -> None:
    assert no(confirmed(POLICY, [LICENSE], Account("@grace"), [GRACE])).startswith(
        "Exceptions from license-not-allowed"
    )


def test_two_people_may_share_what_neither_may_alone() -> None:
    rules = [LICENSE, "vulnerable"]
    assert confirmed(POLICY, rules, Account("@ada"), [ADA, GRACE]).given
    assert not confirmed(POLICY, rules, Account("@ada"), [ADA]).given


def test_a_subject_that_is_misspelt_is_named() -> None:
    assert "there is no subject of approvals 'licence' (did you mean 'license'?)" in fault('approvers: {licence: "@a"}')
    assert "expected a person or a team" in fault("approvers: {default: legal}")
