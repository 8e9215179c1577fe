"""The API: what the service answers to whoever has a token."""

from collections.abc import Mapping
from datetime import UTC, datetime

from fastapi import APIRouter

from app.api_tokens import Callers
from app.asking import reply
from app.facts.indexed import IndexedLicenses
from app.facts.lookup import FactChain
from app.facts.shared import KeptFacts
from app.jobs.recorded import Records
from app.policies import starter_policies, starter_policy
from app.policy_answers import PolicyAnswers
from app.store.snapshots import SnapshotStore
from app.store.where import WhereStore
from app.verdict_trees import VerdictTrees
from app.web.agreements_api import router as agreements_router
from app.web.ask import router
from app.web.policy_explain import router as explain_router
from app.web.policy_versions import router as versions_router
from app.web.preview import router as preview_router
from app.web.product import router as product_router
from app.web.sboms import router as sboms_router
from app.web.where import router as where_router
from app.wiring.work import Work
from checks.engine.ask import judging
from checks.model.answer import Asked
from checks.model.facts import Facts, RepositoryFacts
from checks.policy.layers import PolicySet
from checks.policy.owners import Owners
from checks.policy_page.anchors import anchors
from checks.render.asked import to_json
from checks.rules import CHECKS


class Api:
    """Answers from what the workers have read and stored."""

    def __init__(self, work: Work) -> None:
        self.work = work
        snapshots = SnapshotStore(work.database, lambda: work.subjects.clock())
        self.trees = VerdictTrees(
            work.policies.store, Records(snapshots).of_head, work.inventories,
            work.judge.sightings, KeptFacts(work.facts), IndexedLicenses(work.database),
            work.last_policy, work.parsers.parse, work.facts.private, self._rule_pages,
        )  # fmt: skip

    def routers(self, callers: Callers) -> tuple[APIRouter, ...]:
        """Its routes, for those who may call them."""
        work = self.work
        answers = PolicyAnswers(work.database, self._policies, self._chain, lambda: datetime.now(UTC), self.trees)
        return (
            router(callers, self._answer),
            where_router(callers, WhereStore(work.database), work.repositories, self._owners),
            sboms_router(callers, work.repositories, work.sboms),
            versions_router(callers, work.policies.store),
            product_router(callers, work.repositories, work.sboms),
            preview_router(callers, work.previewing),
            explain_router(callers, answers.explain, answers.hygiene),
            agreements_router(callers, work.signatures, work.companies),
        )

    async def _rule_pages(self) -> Mapping[str, str]:
        """The address of each rule on the page of the organization's policy, where there is one."""
        url, policies = self.work.judge.public_url, await self.work.last_policy()
        found = anchors(policies, CHECKS, datetime.now(UTC)) if url and policies else {}
        return {rule: f"{url}/policy#{anchor}" for rule, anchor in found.items()}

    async def _policies(self) -> PolicySet:
        return await self.work.last_policy() or starter_policies()

    def _chain(self, repository: RepositoryFacts, checks: frozenset[str]) -> FactChain:
        facts = self.work.facts
        packages = (facts,) if facts.connected else ()  # as in a verdict
        return FactChain(Facts(repository=repository), (), packages, checks, facts.private)

    async def _owners(self) -> Owners:
        """Who answers for repositories, as the organization's policy said when it judged last."""
        return (await self.work.judge.central_policy() or starter_policy()).root.owners

    async def _answer(self, asked: Asked) -> dict[str, object]:
        """May it be used? By the organization's policy, for a repository of which nothing is known."""
        policy, facts = await self.work.judge.central_policy() or starter_policy(), self.work.facts
        chain = FactChain(Facts(), (), (facts,), judging(policy), facts.private)
        found = await reply(asked, chain, policy, lambda: datetime.now(UTC))
        return to_json(found.answer, found.facts)
