"""Judging one claimed subject: read, decide, store, publish."""

import asyncio
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

import structlog

from app.facts.lookup import FactChain
from app.facts.members import Members
from app.gate import Gate, Judged
from app.github.client import GitHubApp, GitHubError, Installation, RateLimited, repository_path
from app.github.publication import Publication, publication, refusal
from app.github.publisher import Publisher
from app.github.pull import CentralPolicy, PullSource, names
from app.jobs.subject import Claim
from app.policies import PolicyPlace, load_policy
from app.ports import InventoryCache, Parse
from app.store.reports import SENDING, SENT, SUPERSEDED, Outgoing, ReportStore
from app.store.subjects import MAX_ATTEMPTS, SubjectStore
from checks.model.errors import PolicyError, SourceError
from checks.model.facts import Facts, RepositoryFacts
from checks.model.phrase import plain, say
from checks.render.checkrun import VERDICT
from checks.render.comment import MARKER
from checks.render.json_report import to_json
from checks.render.markdown import code
from checks.render.presentation import Presentation

#: A conclusion within this many seconds needs no "in progress" before it.
PATIENCE = 5.0
#: Seconds before the first retry; doubled each time, at most an hour.
BACK_OFF = 5.0

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
    parse: Parse
    server_url: str
    central: CentralPolicy | None = None
    clock: Callable[[], datetime] = lambda: datetime.now(UTC)

    async def handle(self, claim: Claim) -> None:
        """Bring one subject to its verdict, or put it back with the reason. Never raises for what GitHub does."""
        logger = log.bind(subject=claim.key, repository=claim.about.repository, head=claim.head[:12], token=claim.token)
        try:
            await self._handle(claim, logger)
        except HeadMoved as moved:
            logger.info("head-moved", to=moved.head[:12])
            await self.subjects.moved(claim, moved.head)
        except RateLimited as limited:
            logger.warning("rate-limited", until=limited.retry_at)
            await self.subjects.retry(replace(claim, attempts=0), str(limited), limited.retry_at)
        except (GitHubError, SourceError) as error:
            await self._failed(claim, error, logger)

    async def _handle(self, claim: Claim, logger: Any) -> None:
        client = self._client(claim)
        if unfinished := await self.reports.unfinished(claim.key):
            await self._finish_earlier(claim, client, unfinished)
        started = time.monotonic()
        source = PullSource(client, claim.about, claim.number, claim.head, self.central, claim.comment is None)
        try:
            judged, comment = await self._judge_patiently(claim, client, source)
        except PolicyError as error:
            outgoing = await self._refused_by_policy(claim, error)
            comment = claim.comment
        else:
            said = self._publication(claim, judged, comment)
            if self._stands(claim, said):
                await self.subjects.finish(claim)
                return
            seconds = time.monotonic() - started
            outgoing = await self.reports.save(claim, to_json(judged.report), said.to_json(), seconds)
        await self._publish(claim, client, outgoing, comment)
        logger.info("published", seconds=round(time.monotonic() - started, 3))

    def _client(self, claim: Claim) -> Installation:
        repositories = [claim.about.repository]
        if self.central and self.central.repository.split("/")[0] == claim.about.repository.split("/")[0]:
            repositories.append(self.central.repository)
        return self.app.installation(claim.installation_id, tuple(names(repositories)))

    # -- judging ----------------------------------------------------------------------------------------------------

    async def _judge_patiently(
        self, claim: Claim, client: Installation, source: PullSource
    ) -> tuple[Judged, Mapping[str, Any] | None]:
        """Judge; if it takes longer than people wait in silence, say meanwhile that it is in progress."""
        task = asyncio.create_task(self._judge(claim, client, source))
        done, _ = await asyncio.wait({task}, timeout=PATIENCE)
        if not done:
            await _say_in_progress(client, claim)
        return await task

    async def _judge(
        self, claim: Claim, client: Installation, source: PullSource
    ) -> tuple[Judged, Mapping[str, Any] | None]:
        gate = Gate(
            policies=await self._policies(),
            facts=FactChain(_known(claim), (Members(client, claim.about),)),
            clock=self.clock,
            cache=self.inventories,
            parse=self.parse,
        )
        judged = await gate.judge(source)
        if source.state and source.state.head != claim.head:
            raise HeadMoved(source.state.head)
        await self._keep(judged)
        return judged, _comment(claim, source)

    async def _policies(self) -> PolicyPlace:
        if self.central is None:
            return PolicyPlace()
        label = _label(self.central)
        kept = await self.reports.last_policy(label)
        last_good = load_policy(kept[0], label, revision=kept[1]) if kept else None
        return PolicyPlace(central=label, central_path=self.central.path, last_good=last_good)

    async def _keep(self, judged: Judged) -> None:
        if self.central is None or judged.policy_data is None:
            return
        await self.reports.keep_policy(_label(self.central), judged.policy_data, judged.policy.reference.revision)

    # -- saying -----------------------------------------------------------------------------------------------------

    def _publication(self, claim: Claim, judged: Judged, comment: Mapping[str, Any] | None) -> Publication:
        presentation = Presentation(server_url=self.server_url, bot_author=claim.about.author_is_bot)
        body = comment["body"] if comment else None
        return publication(claim, judged.report, judged.policy, presentation, body)

    def _stands(self, claim: Claim, said: Publication) -> bool:
        """Same head and same report: nothing is posted, unless somebody asked for it."""
        return not claim.forced and claim.published == f"{said.head}:{said.digest}"

    async def _refused_by_policy(self, claim: Claim, error: PolicyError) -> Outgoing:
        lines = "\n".join(f"- {code(issue.at(error.file), 1000)}" for issue in error.issues[:20])
        summary = f"The policy is not valid, so nothing was judged. The owner of the policy has to correct it:\n\n{lines}"
        said = refusal(claim, "could not judge: the policy is not valid", summary, "policy")
        return await self.reports.refuse(claim, said.to_json(), str(error))

    async def _publish(
        self, claim: Claim, client: Installation, outgoing: Outgoing, comment: Mapping[str, Any] | None
    ) -> None:
        if not await self.subjects.may_publish(claim):
            await self.reports.mark(outgoing, SUPERSEDED)
            await self.subjects.finish(claim)
            return
        unsure = outgoing.state == SENDING
        if not unsure:
            await self.reports.mark(outgoing, SENDING)
        said = Publication.from_json(dict(outgoing.publication))
        posted = await Publisher(client, claim).publish(said, comment, unsure)
        await self.reports.mark(outgoing, SENT)
        await self.subjects.finish(claim, published=f"{said.head}:{said.digest}", comment=posted.comment)

    async def _finish_earlier(self, claim: Claim, client: Installation, outgoing: Outgoing) -> None:
        """A worker died while it posted. What it left half done is completed if it still is the newest word."""
        said = Publication.from_json(dict(outgoing.publication))
        if said.head == claim.head:
            posted = await Publisher(client, claim).publish(said, claim.comment, unsure=True)
            await self.subjects.note(claim, comment=posted.comment, published=f"{said.head}:{said.digest}")
        await self.reports.mark(outgoing, SENT if said.head == claim.head else SUPERSEDED)

    # -- failing ----------------------------------------------------------------------------------------------------

    async def _failed(self, claim: Claim, error: GitHubError | SourceError, logger: Any) -> None:
        passing = isinstance(error, GitHubError) and error.passing
        logger.warning("failed", error=str(error), attempt=claim.attempts + 1, passing=passing)
        if passing and claim.attempts + 1 < MAX_ATTEMPTS:
            wait = min(BACK_OFF * 2**claim.attempts, 3600)
            await self.subjects.retry(claim, str(error), time.time() + wait)
            return
        await self._conclude_failure(claim, error, logger)

    async def _conclude_failure(self, claim: Claim, error: GitHubError | SourceError, logger: Any) -> None:
        """Trying again will not help: the author gets a sentence instead of a check that never comes."""
        what, hint = plain(say("{}", str(error))), error.hint or "Press “Re-run” to try again."
        summary = f"Nothing was judged: {code(what, 1000)}\n\n{hint}"
        said = refusal(claim, "could not judge: the change could not be read", summary, "source")
        outgoing = await self.reports.refuse(claim, said.to_json(), str(error))
        try:
            await self._publish(claim, self._client(claim), outgoing, claim.comment)
        except GitHubError as second:
            logger.error("failure-not-published", error=str(second))
            await self.subjects.retry(claim, str(second), time.time() + BACK_OFF * 2**claim.attempts)


async def _say_in_progress(client: Installation, claim: Claim) -> None:
    """Best effort: the verdict does not depend on it."""
    body = {"name": VERDICT, "head_sha": claim.head, "status": "in_progress"}
    try:
        await client.request("POST", f"{repository_path(claim.about.repository)}/check-runs", json=body)
    except GitHubError as error:
        log.info("in-progress-not-posted", subject=claim.key, error=str(error))


def _known(claim: Claim) -> Facts:
    about = claim.about
    repository = RepositoryFacts(
        about.repository, about.visibility, about.default_branch, about.owner_is_organization, about.properties
    )
    return Facts(repository=repository, accounts_known=True)


def _comment(claim: Claim, source: PullSource) -> Mapping[str, Any] | None:
    """Our comment: the one that is stored, else the one that the query found by author and marker."""
    if claim.comment is not None:
        return claim.comment
    for node in source.state.comments if source.state else ():
        if node["body"].startswith(MARKER):
            return {"node": node["id"], "id": node.get("fullDatabaseId"), "body": node["body"]}
    return None


def _label(central: CentralPolicy) -> str:
    return f"{central.repository}/{central.path}@{central.ref}"
