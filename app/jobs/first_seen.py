"""Since when a repository has a vulnerability: written when its default branch is judged, read for every verdict."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

from app.ports import Lookup
from app.store.sightings import SightingStore
from app.subject import Claim, Kind
from checks.engine.plan import Plan
from checks.model.facts import Facts, Questions, RepositoryFacts
from checks.model.report import Mode
from checks.policy.schema import Policy
from checks.vulnerabilities.sightings import sightings
from checks.vulnerabilities.terms import VulnerabilitiesSection


@dataclass(frozen=True, slots=True)
class FirstSeen:
    """Implements `Lookup`: what another one knows, with `Facts.first_seen`."""

    facts: Lookup
    store: SightingStore
    claim: Claim
    clock: Callable[[], datetime]

    @property
    def repository(self) -> RepositoryFacts:
        return self.facts.repository

    async def lookup(self, plan: Plan, policy: Policy) -> Facts:
        facts = await self.facts.lookup(plan, policy)
        section = watched(policy)
        if section is None:
            return facts
        if self.claim.kind is Kind.BRANCH:
            await self._record(plan, facts, section)
        return replace(facts, first_seen=await self.store.first_seen(self.claim.repository_id))

    async def more(self, plan: Plan, questions: Questions, facts: Facts) -> Facts:
        return await self.facts.more(plan, questions, facts)

    async def _record(self, plan: Plan, facts: Facts, section: VulnerabilitiesSection) -> None:
        seen = sightings(plan.changes, facts, section, self.clock())
        whole = _whole(plan)
        await self.store.saw(self.claim.repository_id, seen.present, lambda purl: whole and purl not in seen.doubtful)


def watched(policy: Policy) -> VulnerabilitiesSection | None:
    """What the policy says about vulnerabilities, if it asks for anything."""
    section = policy.sections.get("vulnerabilities")
    return section if isinstance(section, VulnerabilitiesSection) and policy.mode is not Mode.OFF else None


def _whole(plan: Plan) -> bool:
    """Whether all packages of the tree could be read: what was not read is not gone."""
    snapshot = plan.snapshot
    return not snapshot.listing.problems and not any(
        pair.head is None or pair.head.problems for pair in snapshot.manifests
    )
