"""Who may approve an exception: what the policy says of the matter, the team that owns it, and never who asked."""

from collections.abc import Collection, Iterable, Sequence
from typing import NamedTuple

from checks.model.phrase import Phrase, join, say
from checks.policy.schema import DEFAULT, MATTERS, Policy
from checks.policy.values import Account


class Person(NamedTuple):
    """Somebody who approved or merged, and the teams that they are known to be in."""

    login: str
    """Without `@`."""
    teams: Collection[str] = ()
    """`@organization/team`."""


class Approval(NamedTuple):
    """Whether something is approved; if not, why, in a sentence."""

    given: bool
    why: Phrase = ()


def approvers_of(policy: Policy, rule: str) -> tuple[Account, ...]:
    """Who may approve exceptions from a rule, or about a check: each of them alone. (): the policy names nobody.

    What is said of the rule goes before what is said of its check, then `default`, then the team that owns the policy.
    The check of a rule is known where the policy turns it on.
    """
    named = policy.root.approvers
    check = next((check for check, levels in policy.levels.items() if rule in levels), rule)
    matter = next((word for word, meant in MATTERS.items() if meant == check), check)
    for subject in (rule, check, matter, DEFAULT):
        if named.get(subject):
            return named[subject]
    team = policy.root.owner.team
    return (team,) if team else ()


def may_approve(
    policy: Policy, rules: Iterable[str], person: Person, requested_by: Collection[Account] = ()
) -> Approval:
    """Whether a person may approve an exception from all of `rules` (rules or checks) that these accounts asked for.

    Nobody approves their own. Where the policy names nobody, whoever else could merge it may.
    """
    if any(_is(account, person) for account in requested_by):
        return Approval(False, say("{} asked for it, and nobody approves their own.", f"@{person.login}"))
    for rule in rules:
        named = approvers_of(policy, rule)
        if named and not any(_is(account, person) for account in named):
            who = join([say("{}", account) for account in named], last=" or ")
            why = "Exceptions from {} are approved by {}, and {} is not one of them."
            return Approval(False, say(why, rule, who, f"@{person.login}"))
    return Approval(True)


def confirmed(
    policy: Policy,
    rules: Sequence[str],
    approved_by: Account,
    people: Sequence[Person],
    requested_by: Collection[Account] = (),
) -> Approval:
    """Whether `approved_by` in a file is true: one of those who approved or merged it is meant by it, and may.

    `people` are those who approved its last version or merged it. Two people may share the work: where the rules have
    several approvers, each rule needs one of the people.
    """
    asked = [*requested_by]
    if any(account.same(approved_by) for account in asked):
        return Approval(False, say("{} asked for it, and nobody approves their own.", approved_by))
    others = [person for person in people if not any(_is(account, person) for account in asked)]
    if not any(_is(approved_by, person) for person in others):
        return Approval(False, _not_there(approved_by, people, others))
    for rule in rules:
        answers = [may_approve(policy, (rule,), person) for person in others]
        if not any(answer.given for answer in answers):
            return answers[0]
    return Approval(True)


def _not_there(approved_by: Account, people: Sequence[Person], others: Sequence[Person]) -> Phrase:
    if people and not others:
        return say("Nobody but who asked for it has approved it.")
    what = "nobody of {} has" if "/" in approved_by else "{} has not"
    return say("The file says that {} approved it, and " + what + " approved or merged it.", approved_by, approved_by)


def _is(account: Account, person: Person) -> bool:
    """Whether an account is the person, or a team of theirs; GitHub's names are equal in any case."""
    mine = {f"@{person.login}".lower(), *(team.lower() for team in person.teams)}
    return account.lower() in mine
