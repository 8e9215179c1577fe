"""What default branches use: stored at each push whatever the policy asks, and read alone where nothing is judged."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from app.gate import Judged
from app.github.branch import BranchSource, TreeSource
from app.github.client import READING, Installation
from app.inventories import InventoryReader, manifest_refs
from app.jobs.used import KeepUses
from app.ports import InventoryCache, Parse, Source
from app.store.documents import DocumentStore
from app.store.uses import Stored
from app.subject import About, Claim
from checks.engine.plan import Plan, wanted_manifests
from checks.model.facts import RepositoryFacts
from checks.model.report import Mode
from checks.model.snapshot import Snapshot


@dataclass(frozen=True, slots=True)
class Branches:
    """One instance serves all workers of a process."""

    uses: KeepUses
    documents: DocumentStore
    inventories: InventoryCache
    parse: Parse
    changed: Callable[[int], Awaitable[None]]
    """Told of each repository whose default branch uses something else from now on."""

    async def judged(self, claim: Claim, source: BranchSource, judged: Judged) -> None:
        """Store what the default branch uses at the head that was judged."""
        if judged.policy.mode is Mode.OFF:  # then nothing was read for it
            await self.unjudged(claim, source.client)
            return
        owners = await source.codeowners()
        await self._told(
            claim.repository_id,
            await self.uses.keep(claim.repository_id, claim.head, claim.head_at, judged, owners),
        )

    async def unjudged(self, claim: Claim, client: Installation) -> None:
        """Store what the default branch uses at its head; without a request where the push touches nothing of it."""
        about, id_ = claim.about, claim.repository_id
        before = about.untouched_since
        if before and await self.uses.uses.moved(id_, before, claim.head, claim.head_at):
            return
        await self.read(client, about, id_, claim.head, claim.head_at)

    async def read(self, client: Installation, about: About, repository_id: int, head: str, at: float) -> Stored:
        """Read the tree at `head` and store what it uses; `at`: GitHub's time of that head (seconds since 1970). One
        request for the tree, and one for some tens of manifests that nobody knows yet. Raises `RateLimited` and
        `GitHubError`."""
        source = TreeSource(client.with_permissions(READING), about, head)
        plan = await tree(source, self.inventories, self.parse)
        owners = await source.codeowners() if plan.snapshot.manifests else None
        facts = RepositoryFacts(about.repository, about.visibility, about.default_branch)
        stored = await self.uses.keep_tree(repository_id, head, at, plan, facts, owners)
        await self._told(repository_id, stored)
        return stored

    async def empty(self, repository_id: int, at: float) -> None:
        """There is no commit: nothing is used."""
        await self.uses.uses.store(repository_id, "", at, ())

    async def pull(self, claim: Claim, judged: Judged) -> None:
        """Store what a pull request has at the head that was judged, if all of it was seen.

        What it leaves alone is taken from the default branch, so of one that goes into another branch nothing is kept.
        """
        if not claim.about.base_ref or claim.about.base_ref != claim.about.default_branch:
            await self.documents.forget_pull(claim.key)
            return
        if judged.policy.mode is Mode.OFF or judged.plan.snapshot.listing.problems:
            return
        pairs = judged.plan.snapshot.manifests
        heads = [pair.head for pair in pairs if pair.head]
        gone = {pair.base.path for pair in pairs if pair.base} - {head.path for head in heads}
        await self.documents.keep_pull(claim.key, claim.repository_id, claim.head, claim.head_at, heads, gone)

    async def _told(self, repository_id: int, stored: Stored) -> None:
        if stored.newest and stored.manifests:
            await self.changed(repository_id)


async def tree(source: Source, cache: InventoryCache | None, parse: Parse) -> Plan:
    """The manifests of everything that `source` lists, as it stands."""
    listing = await source.listing()
    requests = wanted_manifests(listing)
    refs = tuple(dict.fromkeys(manifest_refs(requests)))
    blobs = await source.read(refs) if refs else {}
    pairs = await InventoryReader(cache, parse).pairs(source, requests, blobs)
    return Plan(Snapshot(listing, pairs))
