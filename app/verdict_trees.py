"""Why a verdict says what it says: the tree of one package, or of one rule about something else, made when somebody
wants to see it, of what was read then, of the policy that judged, and of what is kept of facts. Nobody is asked."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from app.explaining import PATH
from app.facts.lookup import FactChain, Private
from app.gate import Gate
from app.policies import PolicyPlace, load_policies, starter_policies
from app.ports import InventoryCache, PackageSource, Parse, Source
from app.store.policies import PolicyStore
from app.store.repositories import RepositoryRow
from app.store.sightings import SightingStore
from app.store.verdicts import Verdict
from app.stored_repository import repository_facts
from checks.engine.ages import expired
from checks.engine.ask import judging
from checks.engine.explain import One, explain, explain_change, question
from checks.engine.explain_document import about_policy, package_json, where_in, with_pages
from checks.engine.explain_rule import rule_told
from checks.engine.plan import Plan
from checks.model.answer import Asked
from checks.model.change import Change, ChangeKind
from checks.model.errors import PolicyError, SourceError, UsageError
from checks.model.facts import Facts, RepositoryFacts
from checks.model.finding import AppliedOverride, Subject
from checks.model.packages import Known
from checks.policy.explain import Origins
from checks.policy.layers import PolicySet
from checks.policy.schema import Policy
from checks.render.english import listed, moment
from checks.render.steps import steps_json

Json = dict[str, Any]
#: Packages of one change that are listed.
MOST = 200

_OTHER_POLICY = "The policy that judged is not kept any more: this is what the policy of today says."
_NO_SNAPSHOT = (
    "What was read of this head is not kept any more: the package is judged here as if a change added it to the "
    "manifest."
)


@dataclass(frozen=True, slots=True)
class Listed:
    """The packages of a change."""

    packages: tuple[tuple[str, str, str | None, str], ...] = ()
    """Name, purl, version, and what the change does to it; those first that it brings."""
    more: int = 0
    """How many are left out."""
    kept: bool = True
    """Whether it is known what the change has."""


@dataclass(frozen=True, slots=True)
class _Judging:
    """What a verdict was made of, as far as it is kept."""

    policies: PolicySet
    policy: Policy
    plan: Plan | None
    """None: what was read is not kept."""
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class VerdictTrees:
    """Explains stored verdicts."""

    policies: PolicyStore
    kept: Callable[[str, str], Awaitable[Source | None]]
    """What was read of a head of a subject, by the subject's key; None: it is not kept."""
    inventories: InventoryCache
    sightings: SightingStore
    packages: PackageSource
    """What is known of packages without asking anybody."""
    indexed: PackageSource
    """What was read of packages anywhere: it stands in for lock files that are not kept."""
    current: Callable[[], Awaitable[PolicySet | None]]
    """The organization's policy as it judges now; None: each repository has its own."""
    parse: Parse
    private: Private | None = None
    pages: Callable[[], Awaitable[Mapping[str, str]]] | None = None
    """Where rules stand on the page of the policy, by rule; None: there is no page."""

    async def package(self, row: RepositoryRow, key: str, verdict: Verdict, purl: str, version: str | None) -> Json:
        """The document of docs/explain.md about a package of the change; `key` is the subject's.

        Raises `UsageError` where neither the change nor the verdict has it.
        """
        now, told = _at(verdict), _about(verdict, purl, version)
        repository = _repository(row, verdict)
        judging_ = await self._judging(key, verdict, repository)
        plan = judging_.plan
        change = await asyncio.to_thread(_change, plan, purl, version) if plan else None
        without: tuple[str, ...] = ()
        if plan is not None and change is not None:
            one = One(plan.snapshot, plan, change)
            facts = await self._facts(one, judging_.policy, repository, row, verdict)
            explained = await asyncio.to_thread(explain_change, one, facts, judging_.policy, now)
            path, target = change.places[0].dependency.location.path, plan.snapshot.listing.target
            told = _about(verdict, change.purl, change.version)
        else:
            if not told:
                raise UsageError("neither the change nor its verdict has such a package")
            named = Asked(purl, told[0]["subject"]["name"] or purl, version)
            path, target = told[0]["path"] or PATH, plan.snapshot.listing.target if plan else None
            asking, without = question(named, path, target), (_NO_SNAPSHOT,)
            change = next(iter(asking.changes), None)
            facts = await self._facts(asking, judging_.policy, repository, row, verdict, self.indexed)
            explained = await asyncio.to_thread(explain, named, path, target, facts, judging_.policy, now)
        public = repository_facts(row).public
        policies, policy = judging_.policies, judging_.policy
        head = about_policy(policies, policy, repository, target, now, change, public)
        package = package_json(explained, facts, policies, policy, now, public, told)
        notes = (*judging_.notes, *without, *_since(facts, now), *_otherwise(package, told, now))
        document = {**head, "rule": None, "package": {**package, "path": path}, "verdict": _verdict(verdict, notes)}
        return await self._paged(document)

    async def finding(self, row: RepositoryRow, key: str, verdict: Verdict, found: Json) -> Json:
        """The document about the rule of a finding that is about no package: a commit, a file, the whole change."""
        now, repository = _at(verdict), _repository(row, verdict)
        judging_ = await self._judging(key, verdict, repository)
        policies, policy, plan = judging_.policies, judging_.policy, judging_.plan
        public = repository_facts(row).public
        target = plan.snapshot.listing.target if plan else None
        where = where_in(policy, Origins(policy.reference.source, policies.overrides))
        steps = [rule_told(found["rule"], policy, now, public)]
        if plan is not None and found["check"] == "custom_rules":
            from checks.custom.tracing import traced_whole

            facts = Facts(repository=repository, accounts_known=True)
            section, subject = policy.sections["custom_rules"], Subject(commit=found["subject"]["commit"])
            # the section under a check's name is that check's
            steps += traced_whole(plan.snapshot, facts, section, found["rule"], subject)  # type: ignore[arg-type]
        document = {
            **about_policy(policies, policy, repository, target, now, None, public),
            "rule": steps_json(steps, where),
            "package": None,
            "verdict": _verdict(verdict, judging_.notes),
        }
        return await self._paged(document)

    async def listed(self, key: str, verdict: Verdict, row: RepositoryRow) -> Listed:
        """The packages of the change, as far as it is known what was read."""
        plan = (await self._judging(key, verdict, _repository(row, verdict))).plan
        if plan is None:
            return Listed(kept=False)
        changes = await asyncio.to_thread(lambda: sorted(plan.changes, key=lambda c: (not c.introduced, c.name)))
        here = [change for change in changes if change.kind is not ChangeKind.REMOVED]
        shown = tuple((c.name, c.purl, c.version, str(c.kind)) for c in here[:MOST])
        return Listed(shown, len(here) - len(shown))

    # -- what it was made of ----------------------------------------------------------------------------------------

    async def _judging(self, key: str, verdict: Verdict, repository: RepositoryFacts) -> _Judging:
        policies = await self._policies(verdict)
        plan = None
        try:
            found = await self._planned(key, verdict, repository, policies)
        except (SourceError, PolicyError):
            found = None
        if found is not None:
            plan, policy, policies = found
        else:
            policies = policies or starter_policies()
            policy = policies.policy_for(repository, None, _at(verdict))
        same = policy.reference.digest == verdict.document["policy"]["digest"]
        return _Judging(policies, policy, plan, () if same else (_OTHER_POLICY,))

    async def _planned(
        self, key: str, verdict: Verdict, repository: RepositoryFacts, policies: PolicySet | None
    ) -> tuple[Plan, Policy, PolicySet] | None:
        """What was read, and the policy that holds for it. Raises `SourceError` and `PolicyError`."""
        source = await self.kept(key, verdict.head)
        if source is None:
            return None
        facts, now = FactChain(Facts(repository=repository), ()), _at(verdict)
        gate = Gate(PolicyPlace(given=policies, folders=True), facts, lambda: now, self.inventories, self.parse)
        plan, policy, loaded = await gate.planned(source)
        return plan, policy, loaded.policies

    async def _policies(self, verdict: Verdict) -> PolicySet | None:
        """The organization's policy that judged, or that of today where it is not kept; None: there is none."""
        digest, current = verdict.document["policy"]["digest"], await self.current()
        if current is None or current.reference.digest == digest:
            return current
        for version in await self.policies.with_digest(digest):
            if version.error is None and (files := await self.policies.bundle(version.id)):
                try:
                    return await asyncio.to_thread(load_policies, files)
                except PolicyError:  # this release takes it no longer
                    return current
        return current

    async def _facts(
        self,
        plan: Plan,
        policy: Policy,
        repository: RepositoryFacts,
        row: RepositoryRow,
        verdict: Verdict,
        *further: PackageSource,
    ) -> Facts:
        """What is kept of the packages of the plan; `further`: who knows what a lock file would say."""
        base = Facts(
            repository=repository, first_seen=await self.sightings.first_seen(row.id), overrides=_overrides(verdict)
        )
        purls = {change.purl for change in plan.changes}
        asked = plan.questions(policy, judging(policy))
        questions = {key: want for key, want in asked.items() if key[0] in purls}
        chain = FactChain(base, (), (self.packages, *further), None, self.private)
        return expired(await chain.more(plan, questions, base), policy, _at(verdict))

    async def _paged(self, document: Json) -> Json:
        return with_pages(document, await self.pages() if self.pages else {})


def _at(verdict: Verdict) -> datetime:
    return datetime.fromtimestamp(verdict.made_at, UTC)


def _repository(row: RepositoryRow, verdict: Verdict) -> RepositoryFacts:
    """The repository as it was judged, as far as the verdict says that; the rest as it is today."""
    then, today = verdict.document["repository"], repository_facts(row)
    return replace(
        today,
        visibility=then["visibility"] or today.visibility,
        properties=then["properties"],
        license=Known(row.license, "GitHub") if row.license and row.license != "NOASSERTION" else None,
    )


def _about(verdict: Verdict, purl: str, version: str | None) -> list[Json]:
    """The findings of the verdict about one package version."""
    findings = verdict.document["findings"]
    return [f for f in findings if (f["subject"]["purl"], f["subject"]["version"]) == (purl, version)]


def _change(plan: Plan, purl: str, version: str | None) -> Change | None:
    """What the change does to a package; without a version to the first one that it has."""
    found = plan.change_of(purl, version)
    if found is not None or version is not None:
        return found
    return next((c for c in plan.changes if c.purl == purl and c.kind is not ChangeKind.REMOVED), None)


def _overrides(verdict: Verdict) -> Mapping[str, AppliedOverride]:
    """By check, who had set it to pass."""
    found = {}
    for finding in verdict.document["findings"]:
        if by := finding.get("override"):
            at = datetime.fromisoformat(by["at"])
            found[finding["check"]] = AppliedOverride(by["by"], at, by["reason"] or "")
    return found


def _verdict(verdict: Verdict, notes: Sequence[str]) -> Json:
    return {"head": verdict.head, "judged_at": _at(verdict).isoformat(), "notes": list(notes)}


def _since(facts: Facts, now: datetime) -> tuple[str, ...]:
    """That more was learned after it was judged."""
    newest = max((state.as_of for state in facts.sources if state.as_of), default=now)
    if newest <= now:
        return ()
    told = f"The facts about it are of {moment(newest)} at the newest: later than the verdict, of {moment(now)}."
    return (told,)


def _otherwise(package: Json, told: Sequence[Json], now: datetime) -> tuple[str, ...]:
    """What the verdict did not say, because it was made before or by something else."""
    ids = {finding["id"] for finding in told}
    found = [f for check in package["checks"] for rule in check["rules"] for f in rule["findings"]]
    new = sorted({finding["rule"] for finding in found if finding["id"] not in ids})
    return (f"Not in the verdict of {moment(now)}, but by what is known now: {listed(new)}.",) if new else ()
