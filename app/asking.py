"""May I use this? The lookups behind `checks.engine.ask`, for the command and the API alike."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from app.facts.lookup import FactChain
from checks.engine import ask
from checks.engine.ages import expired
from checks.model.answer import Answer, Asked, Verdict
from checks.model.facts import Facts, joined
from checks.policy.schema import Policy


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer with what it rests on."""

    answer: Answer
    facts: Facts


async def reply(asked: Asked, chain: FactChain, policy: Policy, clock: Callable[[], datetime]) -> Reply:
    """The answer by `policy` and what `chain` knows. Where the version that is asked for is a yes, no other is looked
    at; else the list of versions is asked for, and the facts about those that could do instead."""
    if asked.version:
        found = await _judged(asked, (asked.version,), chain, policy, clock())
        if found.answer.verdict is Verdict.YES:
            return found
    listed = await chain.answer(ask.release_questions(asked), chain.base)
    candidates = ask.versions(asked, listed.package(asked.purl))
    found = await _judged(asked, candidates, chain, policy, clock())
    return Reply(found.answer, joined(found.facts, listed))


async def _judged(asked: Asked, candidates: tuple[str, ...], chain: FactChain, policy: Policy, now: datetime) -> Reply:
    known = await chain.lookup(ask.plan(asked, candidates), policy) if candidates else chain.base
    facts = expired(known, policy, now)
    return Reply(ask.answer(asked, candidates, facts, policy, now), facts)
