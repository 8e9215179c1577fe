"""The one path: listing, policy and texts, plan, facts, verdict, fixes. The command and the service both walk it."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial

from app.inventories import InventoryReader, manifest_refs, parse_here, project_refs
from app.policies import PolicyPlace
from app.ports import Blob, FactSource, FileRef, InventoryCache, Parse, Side, Source, Think
from checks.engine.ages import expired
from checks.engine.evaluate import evaluate
from checks.engine.plan import Plan, wanted_manifests
from checks.engine.projects import wanted_projects
from checks.model.facts import Facts
from checks.model.patch import every_line
from checks.model.report import Mode, Report
from checks.model.snapshot import Snapshot
from checks.policy.schema import Policy


@dataclass(frozen=True, slots=True)
class Judged:
    """A report with what it was made from."""

    report: Report
    plan: Plan
    policy: Policy
    policy_data: bytes | None = None
    """The bytes of the policy, if they were read with the change and are valid."""


async def think_here(work: Callable[[], Report]) -> Report:
    """Decide in this very thread: what the command does."""
    return work()


@dataclass(frozen=True, slots=True)
class Gate:
    """The gate with its adapters."""

    policies: PolicyPlace
    facts: FactSource
    clock: Callable[[], datetime]
    cache: InventoryCache | None = None
    parse: Parse = parse_here
    think: Think = think_here
    only: frozenset[str] | None = None

    async def judge(self, source: Source) -> Judged:
        """Judge what `source` lists. Raises `SourceError` and `PolicyError`; content never raises."""
        listing = await source.listing()
        requests, beside = wanted_manifests(listing), wanted_projects(listing)
        refs = (*self.policies.refs(listing), *manifest_refs(requests), *project_refs(beside, listing))
        wanted = dict.fromkeys(refs)
        blobs = await source.read(tuple(wanted)) if wanted else {}
        loaded = self.policies.load(listing, blobs)
        policy = loaded.policy
        if policy.mode is Mode.OFF:
            requests = beside = ()
        reader = InventoryReader(self.cache, self.parse)
        pairs = await reader.pairs(source, requests, blobs)
        projects = await reader.projects(source, listing, beside, pairs, blobs)
        snapshot = Snapshot(listing, pairs, self.policies.changed(listing), projects)
        plan = Plan(await self._with_texts(snapshot, policy, source))
        known, now = await self.facts.lookup(plan, policy), self.clock()
        facts = expired(known, policy, now)
        report = await self.think(partial(_verdict, plan, facts, policy, now, self.only))
        return Judged(replace(report, notices=(*loaded.notices, *report.notices)), plan, policy, loaded.data)

    async def _with_texts(self, snapshot: Snapshot, policy: Policy, source: Source) -> Snapshot:
        """The snapshot with the texts and added lines that the checks of the policy need."""
        if policy.mode is Mode.OFF:
            return snapshot
        plan = Plan(snapshot)
        paths, added = plan.texts(policy, self.only), plan.added(policy, self.only)
        whole = plan.everything  # then every line counts as added
        wanted = tuple(dict.fromkeys((*paths, *(added if whole else ()))))
        blobs = await source.read([FileRef(Side.HEAD, path) for path in wanted]) if wanted else {}
        texts = {ref.path: _text(blob) for ref, blob in blobs.items()}
        if whole:
            lines = {path: every_line(texts[path]) for path in added if path in texts}
        else:
            lines = dict(await source.added(added)) if added else {}
        return replace(snapshot, texts={path: texts[path] for path in paths if path in texts}, added=lines)


def _text(blob: Blob) -> str | None:
    try:
        return None if blob.data is None else blob.data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return None


def _verdict(plan: Plan, facts: Facts, policy: Policy, now: datetime, only: frozenset[str] | None) -> Report:
    report = evaluate(plan, facts, policy, now, only)
    if not report.findings:
        return report
    from checks.engine.fixes import propose  # the command starts faster without it

    return propose(report, plan, policy)
