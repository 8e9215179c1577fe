"""What a default branch uses is kept when it was judged; the licenses of what is new to it are looked up."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Protocol

from app.gate import Judged
from app.store.uses import Stored, UseStore
from checks.engine.plan import Plan
from checks.model.codeowners import CodeOwners
from checks.model.dependency import Origin
from checks.model.facts import Facts, Questions, RepositoryFacts, Want


class Licenses(Protocol):
    """What is asked for licenses: `app.facts.shared.SharedFacts`."""

    @property
    def connected(self) -> bool: ...

    def private(self, plan: Plan, repository: RepositoryFacts) -> Collection[str]: ...

    async def answer(self, questions: Questions, private: Collection[str] = ()) -> Facts: ...


@dataclass(frozen=True, slots=True)
class KeepUses:
    """The last step of judging a default branch, or of reading it first."""

    uses: UseStore
    facts: Licenses

    async def keep(
        self, repository_id: int, head: str, at: float, judged: Judged, codeowners: CodeOwners | None = None
    ) -> Stored:
        """Store what `judged` found in the tree at `head`; `at`: GitHub's time of that head (seconds since 1970)."""
        return await self.keep_tree(repository_id, head, at, judged.plan, judged.facts.repository, codeowners)

    async def keep_tree(
        self,
        repository_id: int,
        head: str,
        at: float,
        plan: Plan,
        repository: RepositoryFacts,
        codeowners: CodeOwners | None = None,
    ) -> Stored:
        """`keep` for a tree that was read and not judged."""
        snapshot = plan.snapshot
        inventories = [pair.head for pair in snapshot.manifests if pair.head is not None]
        whole = not snapshot.listing.problems  # what the listing leaves out is not gone
        stored = await self.uses.store(repository_id, head, at, inventories, whole=whole, codeowners=codeowners)
        # Only a registry's packages have a name that others know.
        public = {(d.purl, d.version) for i in inventories for d in i.dependencies if d.origin is Origin.REGISTRY}
        wanted = {key: Want.LICENSE for key in stored.unlicensed if key in public and key[1]}
        if wanted and self.facts.connected:
            private = self.facts.private(plan, repository)
            found = await self.facts.answer(wanted, private)
            await self.uses.learn({key: one.license.value for key, one in found.versions.items() if one.license})
        return stored
