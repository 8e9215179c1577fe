"""The one path: listing, policy and texts, plan, facts, verdict, fixes. The command and the service both walk it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from typing import TypeVar

from app.inventories import HELD, InventoryReader, manifest_refs, parse_here, project_refs
from app.policies import Loaded, PolicyPlace
from app.ports import Blob, FileRef, InventoryCache, Lookup, Parse, Side, Source, Think
from checks.engine.ages import expired
from checks.engine.evaluate import evaluate
from checks.engine.plan import Plan, wanted_manifests, wanted_settings
from checks.engine.projects import wanted_projects
from checks.manifests import MAX_BYTES
from checks.model.facts import Facts, Questions
from checks.model.patch import every_line
from checks.model.report import Mode, Report
from checks.model.snapshot import BY_LINE, Listing, ManifestPair, Snapshot
from checks.policy.layers import PolicySet
from checks.policy.schema import Policy

TYPE_CHECKING = False
if TYPE_CHECKING:
    from checks.engine.candidates import Shortlist

T = TypeVar("T")
#: Packages, files and commits of a change that is judged in a millisecond or two.
SMALL = 100


@dataclass(frozen=True, slots=True)
class Judged:
    """A report with what it was made from."""

    report: Report
    plan: Plan
    policy: Policy
    facts: Facts
    now: datetime
    """When it was judged (UTC)."""
    verdict: Report | None = None
    """The report before any fix was sought; None where none is needed."""
    policies: PolicySet | None = None
    """All that the policy says, of which `policy` is what it says here."""


async def think_here(work: Callable[[], T], /) -> T:
    """Decide in this very thread: what the command does."""
    return work()


@dataclass(frozen=True, slots=True)
class Gate:
    """The gate with its adapters."""

    policies: PolicyPlace
    facts: Lookup
    clock: Callable[[], datetime]
    cache: InventoryCache | None = None
    parse: Parse = parse_here
    think: Think = think_here
    """For what may take long."""
    only: frozenset[str] | None = None
    count: Callable[[Listing], Listing] | None = None
    """Counts the changed lines of a listing that has none; None: whoever lists has counted them. Raises
    `SourceError`."""

    async def judge(self, source: Source) -> Judged:
        """Judge what `source` lists; with the fixes for which no more must be known. Raises `SourceError` and
        `PolicyError`; content never raises."""
        judged = await self._judge(source)
        return judged if judged.verdict is None else await self._proposed(judged, judged.verdict)

    async def verdict(self, source: Source) -> Judged:
        """The verdict alone, for who compares verdicts. Raises as `judge`."""
        return await self._judge(source)

    async def judge_fully(self, source: Source) -> Judged:
        """`judge` and `fixed` at once, for who waits for both."""
        return await self.fixed(await self._judge(source))

    async def fixed(self, judged: Judged) -> Judged:
        """`judged` with the fixes for which more must be known: the versions of the packages in question, and facts
        about a few of them. The verdict stays as it is. A second step, so that nobody needs to wait for it."""
        verdict = judged.verdict
        if verdict is None:
            return judged
        from checks.engine.candidates import release_questions, shortlist

        questions = release_questions(verdict)
        judged = replace(judged, facts=await self._more(judged, questions))
        plan, policy = judged.plan, judged.policy
        work = partial(shortlist, verdict, plan, judged.facts, policy, judged.now, self.only)
        short = await (self.think if questions else self._thinks(plan))(work)
        judged = replace(judged, facts=await self._more(judged, short.questions(plan, policy, self.only)))
        return await self._proposed(judged, verdict, short)

    async def _more(self, judged: Judged, questions: Questions) -> Facts:
        if not questions:
            return judged.facts
        known = await self.facts.more(judged.plan, questions, judged.facts)
        return expired(known, judged.policy, judged.now)

    async def _proposed(self, judged: Judged, verdict: Report, short: "Shortlist | None" = None) -> Judged:
        from checks.engine.fixes import propose  # the command starts faster without it

        work = partial(propose, verdict, judged.plan, judged.facts, judged.policy, judged.now, self.only, short)
        return replace(judged, report=await self._thinks(judged.plan)(work))

    def _thinks(self, plan: Plan) -> Think:
        """Where it is decided: what is small takes hardly longer than another thread needs to begin."""
        listing, pairs = plan.snapshot.listing, plan.snapshot.manifests
        packages = sum(len(side.dependencies) for pair in pairs for side in (pair.base, pair.head) if side)
        return think_here if packages + len(listing.files) + len(listing.commits) <= SMALL else self.think

    async def _judge(self, source: Source) -> Judged:
        """The verdict without fixes."""
        plan, policy, loaded = await self.planned(source)
        known, now = await self.facts.lookup(plan, policy), self.clock()
        facts = expired(known, policy, now)
        verdict = await self._thinks(plan)(partial(evaluate, plan, facts, policy, now, self.only))
        verdict = replace(verdict, notices=(*loaded.notices, *verdict.notices))
        proposed = verdict if verdict.findings else None
        return Judged(verdict, plan, policy, facts, now, proposed, loaded.policies)

    async def planned(self, source: Source) -> tuple[Plan, Policy, Loaded]:
        """What is to be judged, and by which policy, before anything is asked about packages. Raises as `judge`."""
        listing = await source.listing()
        requests, beside = wanted_manifests(listing), wanted_projects(listing)
        refs = (*self.policies.refs(listing), *manifest_refs(requests), *project_refs(beside, listing))
        own, owners = _settings(listing, Side.DEFAULT, self.only), _settings(listing, Side.OWNER, self.only)
        wanted = dict.fromkeys((*refs, *own, *owners))
        blobs = await source.read(tuple(wanted)) if wanted else {}
        loaded = await self.policies.load(listing, blobs, source)
        policy = loaded.policies.policy_for(self.facts.repository, listing.target, self.clock(), loaded.own)
        if policy.mode is Mode.OFF:
            requests = beside = ()
        listing = self._counted(listing, policy)
        reader = InventoryReader(self.cache, self.parse)
        pairs = await reader.pairs(source, requests, blobs)
        projects = await reader.projects(source, listing, beside, pairs, blobs)
        snapshot = Snapshot(
            listing, pairs, self.policies.changed(listing, loaded.policies), projects, lines=_lines(pairs, blobs),
            base_texts=_found(own, blobs), owner_texts=_found(owners, blobs),
        )  # fmt: skip
        return Plan(await self._with_texts(snapshot, policy, source)), policy, loaded

    def _counted(self, listing: Listing, policy: Policy) -> Listing:
        """The listing with counted lines, where the policy asks how many there are."""
        section = policy.sections.get("agreements")
        if self.count is None or section is None or (self.only is not None and "agreements" not in self.only):
            return listing
        from checks.agreements.needed import wants_lines

        return self.count(listing) if wants_lines(listing, section) else listing

    async def _with_texts(self, snapshot: Snapshot, policy: Policy, source: Source) -> Snapshot:
        """The snapshot with the texts and added lines that the checks of the policy need."""
        if policy.mode is Mode.OFF:
            return snapshot
        plan = Plan(snapshot)
        paths, added = plan.texts(policy, self.only), plan.added(policy, self.only)
        whole = plan.everything  # then every line counts as added
        wanted = tuple(dict.fromkeys((*paths, *(added if whole else ()))))
        listed = {file.path for file in snapshot.listing.files}
        refs = [FileRef(Side.HEAD, path, guessed=path not in listed) for path in wanted]
        texts = await _texts(source, refs) if refs else {}
        if whole:
            lines = {path: every_line(texts[path]) for path in added if path in texts}
        else:
            lines = dict(await source.added(added)) if added else {}
        return replace(snapshot, texts={path: texts[path] for path in paths if path in texts}, added=lines)


async def _texts(source: Source, refs: Sequence[FileRef]) -> dict[str, str | None]:
    """The texts by path, with large ones as far as memory may hold them at the same time; None for the others."""
    blobs = await source.read(refs)
    large: dict[str, Blob] = {}
    held = 0
    for blob in blobs.values():
        if blob.data is None and blob.size <= MAX_BYTES and held + blob.size <= HELD and blob.id not in large:
            large[blob.id] = blob
            held += blob.size
    fetched = await source.fetch(tuple(large.values())) if large else {}
    return {
        ref.path: _text(blob if blob.data is not None else replace(blob, data=fetched.get(blob.id)))
        for ref, blob in blobs.items()
    }


def _lines(pairs: Sequence[ManifestPair], blobs: Mapping[FileRef, Blob]) -> Mapping[str, str]:
    """The texts of the manifests that people edit line by line: a fix may name the line that is to be there."""
    paths = [pair.head.path for pair in pairs if pair.head and pair.head.format in BY_LINE]
    found = {path: blobs.get(FileRef(Side.HEAD, path)) for path in paths}
    texts = {path: _text(blob) for path, blob in found.items() if blob is not None}
    return {path: text for path, text in texts.items() if text is not None}


def _settings(listing: Listing, side: Side, only: frozenset[str] | None) -> tuple[FileRef, ...]:
    return tuple(FileRef(side, path, guessed=True) for path in wanted_settings(listing, only))


def _found(refs: Sequence[FileRef], blobs: Mapping[FileRef, Blob]) -> Mapping[str, str | None]:
    return {ref.path: _text(blobs[ref]) for ref in refs if ref in blobs}


def _text(blob: Blob) -> str | None:
    try:
        return None if blob.data is None else blob.data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return None
