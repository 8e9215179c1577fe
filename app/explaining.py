"""Why does the policy say that? The lookups behind `checks.engine.explain`, for the command and the API alike."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from app.facts.lookup import FactChain
from checks.engine.ages import expired
from checks.engine.ask import judging
from checks.engine.explain import explain, question
from checks.engine.explain_document import about_policy, package_json, where_in
from checks.engine.explain_rule import rule_told
from checks.model.answer import Asked
from checks.model.facts import RepositoryFacts
from checks.policy.explain import Origins
from checks.policy.layers import PolicySet
from checks.policy.schema import Policy
from checks.render.steps import steps_json

#: The manifest that a package is thought to be in, where nobody names one.
PATH = "question"


@dataclass(frozen=True, slots=True)
class Wish:
    """What is to be explained."""

    repository: RepositoryFacts
    target: str | None = None
    """The branch that a change would go into."""
    asked: Asked | None = None
    """The package; None: the policy alone."""
    path: str | None = None
    """The manifest that it is in; None: nobody says."""
    rule: str | None = None
    own: bytes | None = None
    """The repository's own file, if it is known."""

    @property
    def about_somebody(self) -> bool:
        """Whether anything of a repository is told, or asked, so that overrides are looked at."""
        return self != replace(self, repository=RepositoryFacts(), target=None, asked=None, own=None)


def effective(wish: Wish, policies: PolicySet, now: datetime) -> Policy:
    """The policy that holds; where nothing of a repository is told, the one of nobody in particular."""
    if not wish.about_somebody:
        return policies.plain
    return policies.policy_for(wish.repository, wish.target, now, wish.own)


def checks_asked(wish: Wish, policies: PolicySet, now: datetime) -> frozenset[str]:
    """The checks that need to know something about the package."""
    return judging(effective(wish, policies, now)) if wish.asked else frozenset()


async def explained(wish: Wish, policies: PolicySet, chain: FactChain, now: datetime) -> dict[str, Any]:
    """The document of `docs/explain.md`, without the values; `chain` knows about packages what `checks_asked` want.

    `now` is UTC. Raises `UsageError` for a rule that there is not.
    """
    policy = effective(wish, policies, now)
    rule = rule_told(wish.rule, policy, now) if wish.rule else None
    found: dict[str, Any] = {"rule": None, "package": None, "verdict": None, "pages": {}}
    path = wish.path or PATH
    asking = question(wish.asked, path, wish.target) if wish.asked else None
    change = next(iter(asking.changes), None) if asking else None
    seen = wish.repository if wish.about_somebody else None
    head = about_policy(policies, policy, seen, wish.target, now, change)
    if rule is not None:
        where = where_in(policy, Origins(policy.reference.source, policies.overrides))
        found["rule"] = steps_json((rule,), where)
    if wish.asked is not None and asking is not None:
        known = await chain.lookup(asking, policy)
        facts = replace(expired(known, policy, now), repository=wish.repository)
        told = explain(wish.asked, path, wish.target, facts, policy, now)
        found["package"] = {**package_json(told, facts, policies, policy, now), "path": wish.path}
    return {**head, **found}
