"""Judging one claimed subject: read, decide, store, publish."""

import asyncio
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import structlog
from structlog.contextvars import bound_contextvars

from app.details import details_url
from app.facts.lookup import FactChain
from app.facts.members import Members
from app.facts.shared import SharedFacts
from app.facts.signatures import SignatureFacts, SignedHere
from app.facts.tracked import TrackedHere
from app.gate import Gate, Judged
from app.github.branch import BranchSource
from app.github.client import READING, GitHubApp, GitHubError, Installation, RateLimited
from app.github.group import GroupSource
from app.github.limits import VERDICT as VERDICT_COST
from app.github.publication import Publication, branch_publication, group_publication, publication
from app.github.publisher import Publisher
from app.github.pull import CentralPolicy, PullSource, owner_settings
from app.jobs.branches import Branches
from app.jobs.desk import Desk, known, own_comment
from app.jobs.first_seen import FirstSeen, watched
from app.jobs.kept_policy import KeptPolicy, PolicyKeeper
from app.jobs.nights import next_turn
from app.jobs.paused import instead
from app.jobs.posting import Posting
from app.jobs.recorded import KnownMembers, Records, Replay
from app.jobs.refusals import by_policy, by_source
from app.jobs.traced import TracedSource, think
from app.offered import AGREEMENTS, agreements_of, queries_of
from app.ports import FactSource, InventoryCache, Parse, Source
from app.requesting.overrides import offers
from app.store.facts import FactStore
from app.store.overrides import OverrideStore
from app.store.pauses import Pause, PauseStore
from app.store.reports import LATER, SUPERSEDED, Outgoing, ReportStore
from app.store.repositories import RepositoryStore
from app.store.requests import RequestStore
from app.store.sightings import SightingStore
from app.store.signatures import ORGANIZATION, scope_of
from app.store.subjects import SubjectStore
from app.subject import Claim, Kind, pull_key
from app.tracing import span
from checks.model.errors import PolicyError, SourceError
from checks.model.finding import AppliedOverride
from checks.policy.comments import CommentsKeys, Requests
from checks.policy.schema import Policy
from checks.render.json_report import to_json
from checks.render.presentation import Presentation

#: A conclusion within this many seconds needs no "in progress" before it.
PATIENCE = 5.0
#: The longest wait before a retry (seconds): an outage of GitHub may last for hours.
LONGEST = 900.0
#: Attempts after which the author is told that it could not be judged.
MAX_ATTEMPTS = 6
#: Seconds before an event is believed less than an answer that names another head: GitHub's replicas lag behind.
LAG = 1.0
#: Until a verdict is told again whose fixes did not come in time.
SOON = timedelta(seconds=30)
#: What a default branch is judged for: what time alone brings to it. Everything else was judged when it came in.
ON_BRANCHES = frozenset({"vulnerabilities"})

log = structlog.get_logger()


class HeadMoved(Exception):
    """The pull request has another head than the event said."""

    def __init__(self, head: str) -> None:
        super().__init__(head)
        self.head = head


@dataclass(frozen=True, slots=True)
class Judge:
    """Handles claims. One instance serves all workers of a process."""

    app: GitHubApp
    subjects: SubjectStore
    reports: ReportStore
    inventories: InventoryCache
    sightings: SightingStore
    facts: SharedFacts
    parse: Parse
    policies: PolicyKeeper
    server_url: str
    central: CentralPolicy | None = None
    requests: RequestStore | None = None
    """Where commands in comments are obeyed."""
    records: Records | None = None
    """What earlier judgments have read."""
    pauses: PauseStore | None = None
    """When and where verdicts are neutral."""
    branches: Branches | None = None
    """Where it is stored what default branches and pull requests use."""
    overrides: OverrideStore | None = None
    """Which checks people have set to pass."""
    repositories: RepositoryStore | None = None
    """Whether the owner's `.github` repository is in reach."""
    signed: SignedHere | None = None
    """Who signed which agreement."""
    tracked: FactStore | None = None
    """Where it is kept what Dependency-Track reports; None: it is not read back."""
    retry_seconds: float = 5.0
    """Before the first retry; doubled each time."""
    fix_seconds: float = 2.0
    """For which a verdict waits for fixes that need more facts."""
    refresh_hour: int = 2
    """Of the day (UTC); default branches are judged again in the hours after it."""
    public_url: str | None = None
    """Where our pages are; None: there are none."""
    signs_apart: bool = False
    """Whether people can sign there what a repository asks that governs itself: they must be able to sign in."""
    clock: Callable[[], datetime] = lambda: datetime.now(UTC)

    async def handle(self, claim: Claim) -> None:
        """Bring one subject to its verdict, or put it back with the reason. Never raises for what GitHub does."""
        logger = log.bind(subject=claim.key, repository=claim.about.repository, head=claim.head[:12], token=claim.token)
        try:
            with bound_contextvars(subject=claim.key, installation=claim.installation_id):
                await self._handle(claim, logger)
        except HeadMoved as moved:
            logger.info("head-moved", to=moved.head[:12])
            if claim.attempts < 2:
                await self.subjects.retry(claim, str(moved), time.time() + LAG * 2**claim.attempts)
            else:
                await self.subjects.moved(claim, moved.head)
        except RateLimited as limited:
            logger.warning("rate-limited", until=limited.retry_at)
            await self.subjects.postpone(claim, str(limited), limited.retry_at)
        except (GitHubError, SourceError) as error:
            await self._failed(claim, error, logger)

    async def _handle(self, claim: Claim, logger: Any) -> None:
        self._check_budget(claim)
        owners = await self._owner_settings(claim)
        client = self._client(claim, owners)
        unfinished = await self.reports.unfinished(claim.key)
        if unfinished and claim.attempts <= MAX_ATTEMPTS:  # not what nobody can finish
            earlier = await self._posting.finish_earlier(claim, client, unfinished)
            if earlier is None:
                return
            claim = earlier
        if self.pauses and (pause := await self.pauses.covering(claim.installation_id, claim.repository_id)):
            await self._say_paused(claim, client, pause)
            return
        if claim.attempts >= MAX_ATTEMPTS:
            raise SourceError(claim.last_error or "the service ended each time while it was judged")
        if self.branches and await self._asks_nothing(claim):
            await self.branches.unjudged(claim, client)
            await self.subjects.finish(claim)
            return
        started = time.monotonic()
        source = self._source(claim, client, owners is not None)
        desk = Desk(claim, Publisher(client, claim), again_at=self._turn(claim))
        try:
            outgoing = await self._decided(claim, source, desk, started)
            if outgoing is None:
                await desk.withdraw()
                if unfinished and unfinished.state == LATER:
                    await self.reports.mark(unfinished, SUPERSEDED)
                await self.subjects.finish(claim, desk.again_at)
            else:
                await self._posting.publish(claim, desk, outgoing)
                logger.info("published", seconds=round(time.monotonic() - started, 3))
            if desk.afterwards:
                await desk.afterwards()
        except HeadMoved:
            await desk.withdraw()
            raise

    async def _decided(self, claim: Claim, source: PullSource, desk: Desk, started: float) -> Outgoing | None:
        """What is to be published, stored; None when just that stands on GitHub already."""
        try:
            judged = await self._judge_patiently(claim, source, desk)
        except PolicyError as error:
            if self.branches and claim.kind is Kind.BRANCH:
                await self.branches.unjudged(claim, source.client)
            said = by_policy(claim, error)
            stands = self._stands(claim, said) and desk.waiting is None
            return None if stands else await self.reports.refuse(claim, said.to_json(), str(error))
        if self._past(claim, source):
            return None
        if claim.kind is Kind.BRANCH and watched(judged.policy) is None and not self._said(claim):
            desk.again_at = None  # nothing can change until the next push
            return None
        again = judged.report.judge_again_at
        moments = (desk.again_at, again.timestamp() if again else None)
        desk.again_at = min((at for at in moments if at is not None), default=None)
        said = self._publication(claim, judged, desk.comment, desk.older)
        if self._stands(claim, said) and desk.waiting is None:
            return None
        # the page offers what the policy of that day offers
        checks = (outcome.check for outcome in judged.report.outcomes)
        offered = {
            "commands": sorted(_offered(judged.policy.root.comments)),
            "overridable": offers(judged.policy, checks),
        }
        document = {**to_json(judged.report), **offered}
        with span("save"):
            return await self.reports.save(claim, document, said.to_json(), time.monotonic() - started)

    @property
    def _posting(self) -> Posting:
        return Posting(self.subjects, self.reports)

    async def _asks_nothing(self, claim: Claim) -> bool:
        """Whether the organization's policy says nothing of default branches, and nobody was told otherwise."""
        if claim.kind is not Kind.BRANCH or claim.published or claim.forced:
            return False
        policy = await self.central_policy()
        return policy is not None and watched(policy) is None

    def _check_budget(self, claim: Claim) -> None:
        """Raises `RateLimited` before anything is read whose verdict could not be posted now."""
        self.app.limits.check(claim.installation_id, VERDICT_COST)
        if claim.kind is Kind.BRANCH:
            self.app.limits.check_spare(claim.installation_id)

    def _source(self, claim: Claim, client: Installation, owners: bool) -> PullSource:
        client = client.with_permissions(READING)
        if claim.kind is Kind.BRANCH:
            return BranchSource(client, claim.about, claim.head, self.central)
        if claim.kind is Kind.GROUP:
            return GroupSource(client, claim.about, claim.head, self.central, owners)
        return PullSource(client, claim.about, claim.number, claim.head, self.central, claim.comment is None, owners)

    def _turn(self, claim: Claim) -> float | None:
        """When it is judged again at the latest (seconds since 1970)."""
        if claim.kind is not Kind.BRANCH:
            return None
        return next_turn(self.clock(), self.refresh_hour, claim.repository_id).timestamp()

    async def _owner_settings(self, claim: Claim) -> int | None:
        """The owner's `.github` repository, if this installation has it and it is another one."""
        if self.repositories is None or claim.kind is Kind.BRANCH:
            return None
        row = await self.repositories.named(owner_settings(claim.about.repository))
        reached = row is not None and row.installation_id == claim.installation_id and row.id != claim.repository_id
        return row.id if row is not None and reached else None

    def _client(self, claim: Claim, owners: int | None = None) -> Installation:
        repositories: list[int | str] = [claim.repository_id, *([owners] if owners else ())]
        own, central = claim.about.repository, self.central.repository if self.central else None
        if central and central != own and central.split("/")[0] == own.split("/")[0]:
            repositories.append(central)
        return self.app.installation(claim.installation_id, repositories)

    # -- judging ----------------------------------------------------------------------------------------------------

    async def _judge_patiently(self, claim: Claim, source: PullSource, desk: Desk) -> Judged:
        """Judge; if it takes longer than people wait in silence, say meanwhile that it is in progress. Nobody waits for
        the verdict on a default branch."""
        if claim.kind is Kind.BRANCH:
            return await self._judge(claim, source, desk)
        task = asyncio.create_task(self._judge(claim, source, desk))
        try:
            done, _ = await asyncio.wait({task}, timeout=PATIENCE)
            if not done:
                await desk.announce()
            return await task
        finally:
            task.cancel()

    async def _judge(self, claim: Claim, source: PullSource, desk: Desk) -> Judged:
        branch, pull = claim.kind is Kind.BRANCH, claim.kind is Kind.PULL
        only = ON_BRANCHES if branch else None
        reading = await self.records.source(claim, source) if self.records else source
        members = KnownMembers(Members(source.client, claim.about), reading)
        own: tuple[FactSource, ...] = () if branch else (members, *self._signed(claim, source))
        if self.tracked:
            own = (*own, TrackedHere(self.tracked, claim.repository_id))
        packages = (self.facts,) if self.facts.connected else ()
        told = known(
            claim,
            await self.requests.pending(claim.key) if self.requests and pull else frozenset(),
            await self._set_to_pass(claim),
        )
        chain = FactChain(told, own, packages, only, self.facts.private)
        gate = Gate(
            policies=await self.kept_policy.place(
                claim.about.repository, claim.installation_id, known=isinstance(reading, Replay)
            ),
            facts=FirstSeen(chain, self.sightings, claim, self.clock),
            clock=self.clock,
            cache=self.inventories,
            parse=self.parse,
            think=think,
            only=only,
        )
        judged = await gate.judge(TracedSource(reading))
        if source.state and source.state.head != claim.head:
            raise HeadMoved(source.state.head)
        if pull:
            judged = await self._fixed(claim, gate, judged, desk)
        if self.branches and isinstance(source, BranchSource):
            await self.branches.judged(claim, source, judged)
        elif pull:
            desk.afterwards = partial(self._keep, claim, judged, reading)
        if desk.comment is None and pull:
            desk.comment, desk.older = own_comment(source), source.state.older if source.state else None
            if desk.comment is None and source.state and not source.state.all_comments:
                desk.comment = await desk.publisher.find_comment()
        return judged

    async def _set_to_pass(self, claim: Claim) -> Mapping[str, AppliedOverride] | None:
        """By check. In a merge queue those of the pull request that the group is made for: whoever accepted it there
        would otherwise have to merge without the queue."""
        if self.overrides is None or claim.kind is Kind.BRANCH:
            return None
        if claim.kind is Kind.PULL:
            return await self.overrides.of(claim.key, claim.head)
        queued = claim.about.queued
        return await self.overrides.of_newest(pull_key(claim.repository_id, queued)) if queued else None

    async def _keep(self, claim: Claim, judged: Judged, reading: Source) -> None:
        """What the pull request has, and what was read for that."""
        if self.branches and not isinstance(reading, Replay):
            await self.branches.pull(claim, judged)
        if self.records:
            await self.records.keep(claim, reading)

    def _signed(self, claim: Claim, source: PullSource) -> tuple[FactSource, ...]:
        """Who signed: under the organization's policy, or else under that of the repository."""
        if self.signed is None:
            return ()
        scope = ORGANIZATION if self.central is not None else scope_of(claim.repository_id)
        key = claim.key if claim.kind is Kind.PULL else None
        return (SignatureFacts(self.signed, source.client, claim.about, known(claim).repository, scope, key),)

    async def _fixed(self, claim: Claim, gate: Gate, judged: Judged, desk: Desk) -> Judged:
        """With the fixes for which more must be known, if that comes at once: nobody waits longer for a verdict. If
        not, it is remembered when it comes, and the verdict is soon told again with them."""
        try:
            return await asyncio.wait_for(gate.fixed(judged), self.fix_seconds)
        except TimeoutError:
            if not self._said(claim):
                desk.again_at = (self.clock() + SOON).timestamp()
            return judged

    @property
    def kept_policy(self) -> KeptPolicy:
        """The organization's policy."""
        return KeptPolicy(self.policies, self.central)

    async def central_policy(self) -> Policy | None:
        """The organization's policy as it judged last, for nobody in particular; None: there is none, or none was valid
        yet."""
        policies = await self.kept_policy.last()
        return policies.plain if policies else None

    # -- saying -----------------------------------------------------------------------------------------------------

    def _sign_url(self, claim: Claim) -> str | None:
        """Where people sign what this verdict asks of them."""
        place = AGREEMENTS if self.central else agreements_of(claim.about.repository)
        return f"{self.public_url}{place}" if self.public_url and (self.central or self.signs_apart) else None

    def _publication(
        self, claim: Claim, judged: Judged, comment: Mapping[str, Any] | None, older: str | None = None
    ) -> Publication:
        presentation = Presentation(
            server_url=self.server_url,
            details_url=details_url(self.public_url, claim) if self.public_url else None,
            sign_url=self._sign_url(claim),
            sign_queries=queries_of(judged.policies, judged.policy.sections.get("agreements")),
            older=older or "",
            commands=_offered(judged.policy.root.comments),
            buttons=True,
            bot_author=claim.about.author_is_bot,
        )
        if claim.kind is Kind.BRANCH:
            return branch_publication(claim, judged.report, presentation)
        if claim.kind is Kind.GROUP:
            return group_publication(claim, judged.report, judged.policy, presentation)
        body = comment["body"] if comment else None
        return publication(claim, judged.report, judged.policy, presentation, body)

    async def _say_paused(self, claim: Claim, client: Installation, pause: Pause) -> None:
        """Nothing is judged; what stands on GitHub already stays, unless somebody asks again. Then its turn comes."""
        assert self.pauses is not None
        desk = Desk(claim, Publisher(client, claim), again_at=pause.spread_until(claim.repository_id))
        if self._said(claim) and not claim.forced:
            await self.subjects.finish(claim, desk.again_at)
            return
        central = await self.central_policy()
        named = central.root.check_names.values() if central else ()
        said = instead(claim, pause, (*named, *await self.pauses.names(claim.repository_id)))
        outgoing = await self.reports.refuse(claim, said.to_json(), f"paused by {pause.by}: {pause.reason}", "paused")
        await self._posting.publish(claim, desk, outgoing)

    def _stands(self, claim: Claim, said: Publication) -> bool:
        """Same head and same report: nothing is posted, unless somebody asked for it."""
        return not claim.forced and claim.published == f"{said.head}:{said.digest}"

    def _past(self, claim: Claim, source: PullSource) -> bool:
        """A closed pull request whose head has its verdict: nobody can act on it, and it stays true of its day."""
        return self._said(claim) and not claim.forced and source.state is not None and not source.state.open

    def _said(self, claim: Claim) -> bool:
        """Whether a verdict on this very head stands on GitHub."""
        return (claim.published or "").startswith(f"{claim.head}:")

    # -- failing ----------------------------------------------------------------------------------------------------

    async def _failed(self, claim: Claim, error: GitHubError | SourceError, logger: Any) -> None:
        passing = isinstance(error, GitHubError) and error.passing
        logger.warning("failed", error=str(error), attempt=claim.attempts + 1, passing=passing)
        if passing and claim.attempts + 1 < MAX_ATTEMPTS:
            await self._wait(claim, error)
        else:
            await self._conclude_failure(claim, error, logger)

    async def _wait(self, claim: Claim, error: GitHubError | SourceError) -> None:
        wait = min(self.retry_seconds * 2 ** min(claim.attempts, 10), LONGEST)
        await self.subjects.retry(claim, str(error), time.time() + wait)

    async def _conclude_failure(self, claim: Claim, error: GitHubError | SourceError, logger: Any) -> None:
        """Trying again will not help: the author gets a sentence instead of a check that never comes."""
        said = by_source(claim, error)
        outgoing = await self.reports.refuse(claim, said.to_json(), str(error))
        try:
            desk = Desk(claim, Publisher(self._client(claim), claim), again_at=self._turn(claim))
            await self._posting.publish(claim, desk, outgoing, failed=str(error))
        except RateLimited as limited:
            await self.subjects.postpone(claim, str(limited), limited.retry_at)
        except GitHubError as second:
            logger.error("failure-not-published", error=str(second), passing=second.passing)
            if second.passing:
                await self._wait(claim, second)
            else:  # GitHub lets us say nothing here: it rests until the next event
                await self.reports.mark(outgoing, SUPERSEDED)
                await self.subjects.finish(claim, failed=str(second))


def _offered(keys: CommentsKeys) -> frozenset[str]:
    """The commands that the comment tells people about."""
    return frozenset({"waive", "wrong"}) if keys.enabled and keys.requests is not Requests.NOBODY else frozenset()
