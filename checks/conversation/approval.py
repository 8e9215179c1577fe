"""Whether a decision file was approved by who may: what it says of itself, against who reviewed and merged it."""

from collections.abc import Collection, Sequence
from datetime import date
from typing import NamedTuple

from checks.model.errors import PolicyError
from checks.model.phrase import Phrase, say
from checks.policy.approvers import Person, approvers_of, confirmed
from checks.policy.document import Entries, Items, Node, Scalar
from checks.policy.schema import Policy
from checks.policy.values import Account, Day

_CLARIFY, _AMEND = "clarify", "amend"


class Head(NamedTuple):
    """What a decision file says of itself."""

    rules: tuple[str, ...]
    """Rules; of a clarification or an amendment the checks whose sections it adds to."""
    approved_by: Account | None
    requested_by: Account | None
    expires: date | None


def head(text: str, name: str) -> Head:
    """Of a valid decision file; of another one as much as can be told. Raises `PolicyError` for what is no YAML."""
    from checks.policy.yaml_events import parse

    node = parse(text, name, name)
    found = node if isinstance(node, Entries) else Entries((), 1, 1)
    approved_by, requested_by = (_account(found.get(name)) for name in ("approved_by", "requested_by"))
    return Head(tuple(_rules(found)), approved_by, requested_by, _day(found))


def _rules(node: Entries) -> Sequence[str]:
    rules, amend = node.get("rules"), node.get(_AMEND)
    if node.get(_CLARIFY) is not None:
        return ["licenses"]
    if isinstance(amend, Entries):
        return [name.text for name, _ in amend.entries]
    if isinstance(rules, Items):
        return [item.text for item in rules.items if isinstance(item, Scalar)]
    return [rules.text] if isinstance(rules, Scalar) else []


def _account(node: Node | None) -> Account | None:
    try:
        return Account.parse(node.text) if isinstance(node, Scalar) else None
    except ValueError:
        return None


def _day(node: Entries) -> date | None:
    expires = node.get("expires")
    try:
        return Day.parse(expires.text).date if isinstance(expires, Scalar) else None
    except ValueError:
        return None


class Ruling(NamedTuple):
    """Whether one decision file may be merged, or was merged by right."""

    path: str
    approved: bool
    waits: bool = False
    """Nobody has approved it yet: no fault of anybody."""
    why: Phrase = ()
    """A sentence; of an approved one who did."""


def ruling(path: str, text: str, policy: Policy, people: Sequence[Person], asked: Collection[str] = ()) -> Ruling:
    """`people`: those who approved its last version or merged it; `asked`: the logins of all who ask for it."""
    try:
        found = head(text, path)
    except PolicyError as error:
        return Ruling(path, approved=False, why=say("It cannot be read: {}", error.issues[0].message))
    who = (f"{account}" for rule in found.rules for account in approvers_of(policy, rule))
    named = list(dict.fromkeys(who))
    requesters = [*([found.requested_by] if found.requested_by else []), *(Account(f"@{login}") for login in asked)]
    if found.approved_by is None:
        return Ruling(path, approved=False, why=say("It does not say who approved it: {} is missing.", "approved_by"))
    answer = confirmed(policy, found.rules, found.approved_by, people, requesters)
    if answer.given:
        return Ruling(path, approved=True, why=say("{} approved it.", found.approved_by))
    if not people:
        whom = say("{}", " or ".join(named)) if named else ("whoever may merge it",)
        return Ruling(path, approved=False, waits=True, why=say("It waits for an approving review by {}.", whom))
    return Ruling(path, approved=False, why=answer.why)
