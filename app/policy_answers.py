"""What the service says of its own policy: why it judges as it does, and what to tidy up in it."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

from app.explaining import Wish, checks_asked, effective, explained
from app.facts.lookup import FactChain
from app.hygiene import known_repositories, repository_facts
from app.policies import SHAPES
from app.store.database import Database
from app.store.repositories import RepositoryStore
from checks.engine.explain_document import values_json
from checks.engine.hygiene import hygiene, ordered, unreachable
from checks.engine.hygiene_document import to_json
from checks.model.answer import Asked
from checks.model.errors import UsageError
from checks.model.facts import RepositoryFacts
from checks.model.phrase import visible
from checks.policy.layers import PolicySet


@dataclass(frozen=True, slots=True)
class PolicyAnswers:
    """Answers out of the database, and of the sources of facts."""

    database: Database
    policies: Callable[[], Awaitable[PolicySet]]
    chain: Callable[[RepositoryFacts, frozenset[str]], FactChain]
    clock: Callable[[], datetime]

    async def explain(self, asked: Asked | None, given: Mapping[str, str]) -> dict[str, Any]:
        """The document of docs/explain.md. Raises `UsageError` for what is not known, and `PolicyError`."""
        policies, now = await self.policies(), self.clock()
        repository = await self._repository(given.get("repository"))
        wish = Wish(repository, given.get("target_branch"), asked, given.get("path"), given.get("rule"))
        chain = self.chain(repository, checks_asked(wish, policies, now))
        document = await explained(wish, policies, chain, now)
        if asked or wish.rule:
            return {**document, "values": None}
        return {**document, "values": values_json(policies, effective(wish, policies, now), SHAPES)}

    async def hygiene(self, tickets: bool) -> dict[str, Any]:
        """The document of docs/hygiene.md, with what the repositories that are known show."""
        policies, now = await self.policies(), self.clock()
        repositories = await known_repositories(self.database)
        shown = await asyncio.to_thread(partial(hygiene, policies, now, tickets))
        held = await asyncio.to_thread(lambda: tuple(unreachable(policies, repositories)))
        looked_at = [f"{len(repositories):,} known repositories"]
        return to_json(policies.reference, ordered((*shown, *held)), looked_at, now)

    async def _repository(self, name: str | None) -> RepositoryFacts:
        if name is None:
            return RepositoryFacts()
        row = await RepositoryStore(self.database).named(name)
        if row is None or row.gone_at is not None:
            raise UsageError(f"no repository {visible(name, 100)} is known")
        return repository_facts(row)
