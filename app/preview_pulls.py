"""What another policy would make of stored pull requests, without asking GitHub."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from app.facts.lookup import FactChain
from app.gate import Gate
from app.jobs.desk import known
from app.jobs.recorded import Replay, read_record
from app.policies import PolicyPlace
from app.ports import Blob, FileRef, PackageSource
from app.store.inventories import InventoryStore
from app.store.preview_pulls import PreviewPulls, StoredPull
from app.store.snapshots import SnapshotStore
from checks.engine.preview import Comparison
from checks.engine.preview_pulls import PullTurn, by_document, by_reports, stopped_otherwise
from checks.model.errors import PolicyError, SourceError
from checks.model.facts import Facts
from checks.model.report import Report
from checks.model.snapshot import AddedLine, Listing
from checks.policy.layers import PolicySet
from checks.policy.owners import Owners, owned

#: Checks whose facts nobody may be asked for here: their verdicts are taken from the reports.
NEEDS_FACTS = frozenset({"vulnerabilities", "freshness", "packages", "agreements"})
#: Pull requests that are looked at, those that were judged last first.
MOST = 2_000


@dataclass(frozen=True, slots=True)
class PullPreview:
    """Judges stored pull requests by two policies."""

    pulls: PreviewPulls
    snapshots: SnapshotStore
    inventories: InventoryStore
    packages: Sequence[PackageSource] = ()
    """What knows packages without asking anybody."""

    async def turns(
        self, comparison: Comparison, since: datetime | None, installation_id: int | None
    ) -> list[PullTurn]:
        """What becomes of the open ones, or of all that were judged since."""
        at = since.timestamp() if since else None
        pulls = await self.pulls.judged(at, installation_id, MOST)
        turns = [await self._turn(comparison, pull) for pull in pulls]
        named = await self.pulls.code_owners({turn.repository for turn in turns if turn.turns})
        rules = comparison.new.plain.root.owners
        return [
            _owned(turn, pull, rules, named) if turn.turns else turn for turn, pull in zip(turns, pulls, strict=True)
        ]

    async def _turn(self, comparison: Comparison, pull: StoredPull) -> PullTurn:
        claim = pull.claim
        told = known(claim)
        about = claim.repository_id, claim.number, claim.about.author
        pair = comparison.pair(told.repository)
        known_ = pair.only and not pair.only & NEEDS_FACTS
        reports = await self._again(comparison, pull, told, pair.only) if known_ else None
        if reports is not None:
            return by_reports(*about, *reports, stopped_otherwise(pull.document, pair.only))
        return await asyncio.to_thread(by_document, *about, pull.document, pair)

    async def _again(
        self, comparison: Comparison, pull: StoredPull, told: Facts, only: frozenset[str]
    ) -> tuple[Report, Report] | None:
        """Both verdicts on what is stored; None: it does not suffice."""
        row = await self.snapshots.get(pull.claim.key)
        record = read_record(row.data) if row and row.head == pull.claim.head else None
        if record is None:
            return None
        facts = FactChain(replace(told, members=record.members), (), self.packages)
        reports = []
        for policies in (comparison.old, comparison.new):
            gate = Gate(_given(policies), facts, lambda: comparison.now, self.inventories, only=only)
            try:
                reports.append((await gate.verdict(Replay(_Nowhere(), record, self.snapshots, 0.0))).report)
            except (SourceError, PolicyError):
                return None
        return reports[0], reports[1]


def _owned(turn: PullTurn, pull: StoredPull, rules: Owners, named: Mapping[tuple[int, str], Sequence[str]]) -> PullTurn:
    """With who answers for the files that it is about; without any, for the repository."""
    about = pull.claim.about
    found: dict[str, None] = {}
    for path in turn.paths or ("",):
        code_owners = named.get((turn.repository, path), ())
        found.update(dict.fromkeys(owned(rules, about.repository, about.properties, code_owners).who))
    return replace(turn, owners=tuple(found))


def _given(policies: PolicySet) -> PolicyPlace:
    return PolicyPlace(given=policies)


class _Nowhere:
    """Implements `Source` for what was not stored: nothing is read."""

    async def listing(self) -> Listing:
        raise SourceError("it is not stored")

    async def read(self, refs: Sequence[FileRef]) -> Mapping[FileRef, Blob]:
        raise SourceError("it is not stored")

    async def fetch(self, blobs: Sequence[Blob]) -> Mapping[str, bytes]:
        raise SourceError("it is not stored")

    async def added(self, paths: Sequence[str]) -> Mapping[str, tuple[AddedLine, ...] | None]:
        raise SourceError("it is not stored")
