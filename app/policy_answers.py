"""What the service says of its own policy: why it judges as it does, and what to tidy up in it."""

import asyncio
import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

from app.explaining import Wish, checks_asked, effective, explained
from app.facts.lookup import FactChain
from app.policies import SHAPES
from app.store.database import Database
from app.store.repositories import RepositoryRow, RepositoryStore
from app.store.verdicts import VerdictStore
from app.stored_repository import repository_facts
from app.subject import pull_key
from app.verdict_trees import VerdictTrees
from checks.engine.explain_document import values_json, with_pages
from checks.model.answer import Asked
from checks.model.errors import UsageError
from checks.model.facts import RepositoryFacts
from checks.model.phrase import visible
from checks.policy.layers import PolicySet

_NOBODY = RepositoryFacts()


@dataclass(frozen=True, slots=True)
class PolicyAnswers:
    """Answers out of the database, and of the sources of facts."""

    database: Database
    policies: Callable[[], Awaitable[PolicySet]]
    chain: Callable[[RepositoryFacts, frozenset[str]], FactChain]
    clock: Callable[[], datetime]
    trees: VerdictTrees

    async def explain(self, asked: Asked | None, given: Mapping[str, str]) -> dict[str, Any]:
        """The document of docs/explain.md. Raises `UsageError` for what is not known, and `PolicyError`."""
        if "pull" in given:
            return {**await self._of_pull(asked, given), "values": None}
        policies, now = await self.policies(), self.clock()
        repository = repository_facts(await self._row(given["repository"])) if "repository" in given else _NOBODY
        wish = Wish(repository, given.get("target_branch"), asked, given.get("path"), given.get("rule"))
        chain = self.chain(repository, checks_asked(wish, policies, now))
        pages = await self.trees.pages() if self.trees.pages else {}
        document = with_pages(await explained(wish, policies, chain, now), pages)
        if asked or wish.rule:
            return {**document, "values": None}
        return {**document, "values": values_json(policies, effective(wish, policies, now), SHAPES)}

    async def hygiene(self, tickets: bool) -> dict[str, Any]:
        """The document of docs/hygiene.md, with what the repositories that are known and their uses show."""
        # Here, for what compares policies would make the start of the service a tenth longer.
        from app.hygiene import stored_points
        from checks.engine.hygiene import hygiene, ordered
        from checks.engine.hygiene_document import to_json

        policies, now = await self.policies(), self.clock()
        shown = await asyncio.to_thread(partial(hygiene, policies, now, tickets))
        stored = await stored_points(self.database, policies, now)
        return to_json(policies.reference, ordered((*shown, *stored.points)), stored.at, now)

    async def _of_pull(self, asked: Asked | None, given: Mapping[str, str]) -> dict[str, Any]:
        """A package as the newest verdict on a pull request has it: what the page of the verdict shows."""
        number = given["pull"]
        if asked is None or "repository" not in given or not re.fullmatch("[1-9][0-9]{0,8}", number):
            raise UsageError("pull is the number of a pull request, and repository and package are needed with it")
        row = await self._row(given["repository"])
        key = pull_key(row.id, int(number))
        verdict = await VerdictStore(self.database).verdict(key)
        if verdict is None:
            raise UsageError(f"there is no verdict on pull request {number}")
        return await self.trees.package(row, key, verdict, asked.purl, asked.version)

    async def _row(self, name: str) -> RepositoryRow:
        row = await RepositoryStore(self.database).named(name)
        if row is None or row.gone_at is not None:
            raise UsageError(f"no repository {visible(name, 100)} is known")
        return row
