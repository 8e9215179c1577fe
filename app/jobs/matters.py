"""The task of each matter: it becomes a pull request on the policy repository, is decided there or on a page, and
everybody who asked is told. Whatever was done is found again, so that doing it once more changes nothing.
"""

import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any

import structlog

from app.github.client import GitHubApp, GitHubError, RateLimited, repository_path
from app.github.proposals import PULLS, NotPermitted, Proposals
from app.github.remarks import say
from app.jobs.approvals import Approvals
from app.requesting.briefs import Briefs, Drafted
from app.store.matters import TASK, Decision, Matter, MatterStore, Request, State
from app.store.reports import ReportStore
from app.store.subjects import SubjectStore
from app.subject import Claim
from checks.conversation import outcomes, proposal, replies
from checks.conversation.commands import Word
from checks.model.phrase import visible
from checks.policy.approvers import approvers_of
from checks.policy.schema import Policy

#: Attempts after which it rests until the next look.
MAX_ATTEMPTS = 6
#: Between two looks at what nothing was heard of: an event may be lost, a permission may be given.
LOOK = timedelta(hours=6)

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Matters:
    """Handles the claims of the tasks."""

    app: GitHubApp
    subjects: SubjectStore
    store: MatterStore
    reports: ReportStore
    briefs: Briefs
    approvals: Approvals
    policy: Callable[[], Awaitable[Policy]]
    """The organization's, for nobody in particular."""
    proposals: Proposals | None
    """None: each repository governs itself."""
    clock: Callable[[], datetime] = lambda: datetime.now(UTC)
    retry_seconds: float = 5.0

    async def handle(self, claim: Claim) -> None:
        """Look at one matter. Never raises for what GitHub does."""
        found = await self.store.get(int(claim.key.removeprefix(TASK)))
        if found is None:
            await self.subjects.finish(claim)
            return
        try:
            again = await self._look(found)
            await self.subjects.finish(claim, again.timestamp() if again else None)
        except RateLimited as limited:
            await self.subjects.postpone(claim, str(limited), limited.retry_at)
        except GitHubError as error:
            log.warning("request-not-furthered", matter=found.name, error=str(error), attempt=claim.attempts + 1)
            if error.passing and claim.attempts + 1 < MAX_ATTEMPTS:
                await self.subjects.retry(claim, str(error), time.time() + self.retry_seconds * 2**claim.attempts)
            else:
                await self.subjects.finish(claim, (self.clock() + LOOK).timestamp(), failed=str(error))

    async def _look(self, matter: Matter) -> datetime | None:
        """Take the next steps; when to look again."""
        requests = await self.store.requests(matter.id)
        policy = await self.policy()
        if matter.state is State.OPEN and self.proposals is not None:
            matter = await self._proposed(self.proposals, matter, requests, policy)
        if matter.state in (State.GRANTED, State.DECLINED):
            await self._announce(matter, requests)
        if matter.state is not State.OPEN or not await self._still_wanted(matter, requests):
            return None
        return min(await self._late(matter, policy) or datetime.max.replace(tzinfo=UTC), self.clock() + LOOK)

    # -- the pull request -------------------------------------------------------------------------------------------

    async def _proposed(
        self, proposals: Proposals, matter: Matter, requests: Sequence[Request], policy: Policy
    ) -> Matter:
        """The matter with its pull request on the policy repository as it stands, where there can be one."""
        try:
            home = await proposals.home()
            draft = await self.briefs.draft(matter, requests, policy, home.public)
            if draft is None:
                return await self._kept_here(matter, requests, policy, outcomes.PRIVATE)
            if matter.pull is None:
                matter = await self._opened(proposals, matter, draft, requests, policy)
        except NotPermitted as error:
            return await self._kept_here(matter, requests, policy, str(error))
        assert matter.pull is not None
        pull = await proposals.pull(matter.pull)
        if pull.get("state") == "closed":
            return await self._closed(proposals, matter, pull)
        await self._joined(proposals, matter, requests, draft)
        return matter

    async def _opened(
        self, proposals: Proposals, matter: Matter, draft: Drafted, requests: Sequence[Request], policy: Policy
    ) -> Matter:
        title = proposal.title(Word(matter.kind), matter.finding)
        number = await proposals.propose(matter.name, draft.path, draft.text, title, draft.body)
        logins, teams = _reviewers(policy, matter)
        await proposals.ask_review(number, logins, teams)
        written = sha256(draft.text.encode()).hexdigest()
        about = f"{self.briefs.server_url}/{proposals.central.repository}/pull/{number}"
        told = outcomes.asked(matter.finding, _names(requests), f"Decide it on {about}")
        await self.store.tell(matter.id, told, pull=number, written=written, refused=None)
        opened = replace(matter, pull=number, written=written, refused=None)
        await self._answer(opened, requests, policy)
        return opened

    async def _kept_here(self, matter: Matter, requests: Sequence[Request], policy: Policy, reason: str) -> Matter:
        """There can be no pull request: whoever decides is told where it can be decided."""
        if matter.refused is None:
            where = self.briefs.page(matter) or "The policy names the place to decide"
            told = outcomes.asked(matter.finding, _names(requests), f"Decide it on {where} ({visible(reason)})")
            await self.store.tell(matter.id, told, refused=reason)
        matter = replace(matter, refused=reason)
        await self._answer(matter, requests, policy)
        return matter

    async def _joined(self, proposals: Proposals, matter: Matter, requests: Sequence[Request], draft: Drafted) -> None:
        """Who asks for the same is added to the file, unless a person changed it, and told of."""
        assert matter.pull is not None
        taken = True
        if sha256(draft.text.encode()).hexdigest() != matter.written:
            now = await proposals.written(matter.name, draft.path)
            taken = now is not None and sha256(now.text.encode()).hexdigest() == matter.written
            if taken:
                title = proposal.title(Word(matter.kind), matter.finding)
                await proposals.write(matter.name, draft.path, draft.text, title)
                await self.store.note(matter.id, written=sha256(draft.text.encode()).hexdigest())
        for request, asker in list(zip(requests, draft.askers, strict=True))[1:]:
            marker = f"<!-- ospo-gate:joined {request.id} -->"
            await proposals.say(matter.pull, marker, proposal.joined(asker, taken))

    async def _closed(self, proposals: Proposals, matter: Matter, pull: Mapping[str, Any]) -> Matter:
        """What its end decides: merged, it is granted; else it is declined, with what was said last."""
        assert matter.pull is not None
        if pull.get("merged"):
            judged = await self.approvals.judged(pull)
            by = (pull.get("merged_by") or {}).get("login")
            until = judged.until
            made = Decision(True, "pull", "", by, (pull.get("merged_by") or {}).get("id"), until)
            told = None if judged.approved else outcomes.in_spite(matter.finding, matter.pull, judged.said)
        else:
            word = await proposals.last_word(matter.pull)
            made = Decision(False, "pull", word[1] if word else "", word[0] if word else None)
            told = None
        await self.store.decide(matter, made, told)
        return await self.store.get(matter.id) or matter

    # -- those who asked --------------------------------------------------------------------------------------------

    async def _answer(self, matter: Matter, requests: Sequence[Request], policy: Policy) -> None:
        """The answers on the pull requests say where it is decided, for those who may know."""
        for request in requests:
            text = self.briefs.answer(matter, request, policy, joins=request is not requests[0])
            await self._say(request, replies.marker(f"{matter.kind} {request.finding}"), text, renew=True)

    async def _announce(self, matter: Matter, requests: Sequence[Request]) -> None:
        """One new comment on each pull request that waits, because an edit notifies nobody."""
        (made, *_) = await self.store.decisions(matter.id)
        if made.place != "pull" and matter.pull is not None and self.proposals:
            await self._ended_elsewhere(self.proposals, matter.pull, made)
        waiting = await self.store.waiting(requests)
        for request in {one.subject: one for one in requests if one.subject in waiting}.values():
            public = request.repository is None or request.repository.visibility not in ("private", "internal")
            end = outcomes.End(Word(matter.kind), request.finding, made.granted, made.until, made.login, made.reason)
            text = outcomes.announced(end, public)
            await self._say(request, f"<!-- ospo-gate:{matter.state} {matter.name} -->", text)

    async def _ended_elsewhere(self, proposals: Proposals, number: int, made: Decision) -> None:
        """The pull request decides nothing any more: what was decided on the page counts by itself."""
        if (await proposals.pull(number)).get("state") == "open":
            await proposals.say(
                number, "<!-- ospo-gate:decided -->", outcomes.decided_elsewhere(made.granted, made.login)
            )
            await proposals.close(number)

    async def _say(self, request: Request, marker: str, text: str, renew: bool = False) -> None:
        """A conversation may be locked, and a repository gone: the decision stands all the same."""
        row = request.repository
        if row is None or row.gone_at is not None:
            return
        client = self.app.installation(row.installation_id, [row.id]).with_permissions(PULLS)
        try:
            await say(client, repository_path(row.name), request.number, marker, text, renew)
        except RateLimited:
            raise
        except GitHubError as error:
            if error.passing:
                raise
            log.info("not-told", subject=request.subject, error=str(error))

    # -- time -------------------------------------------------------------------------------------------------------

    async def _still_wanted(self, matter: Matter, requests: Sequence[Request]) -> bool:
        """Whether it is open from here on. What nobody needs any more is said on the pull request, for people to close
        it; without one it is withdrawn."""
        idle = not await self._needed(matter, requests)
        if not idle and matter.idle_since is not None and matter.pull is not None and self.proposals:
            marker = f"<!-- ospo-gate:wanted {matter.idle_since:.0f} -->"
            await self.proposals.say(matter.pull, marker, proposal.wanted_again())
            await self.store.note(matter.id, idle_since=None)
        if idle and matter.pull is None:
            await self.store.withdraw(matter)
            return False
        if idle and matter.idle_since is None and matter.pull is not None and self.proposals:
            await self.proposals.say(matter.pull, f"<!-- ospo-gate:idle {matter.late} -->", proposal.idle())
            await self.store.note(matter.id, idle_since=self.clock().timestamp())
        return True

    async def _needed(self, matter: Matter, requests: Sequence[Request]) -> bool:
        """Whether an open pull request still has the finding, as far as is known."""
        waiting = await self.store.waiting(requests)
        version = matter.finding["subject"]["version"]
        for request in requests:
            if request.subject not in waiting:
                continue
            report = await self.reports.newest(request.subject)
            found = [one for one in (report or {"findings": ()})["findings"] if one["id"] == request.finding]
            if report is None or any(one["subject"]["version"] == version for one in found):
                return True
        return False

    async def _late(self, matter: Matter, policy: Policy) -> datetime | None:
        """When an answer is late; where it is, it is said, and those are told who are to be told then."""
        if matter.due_at is None or matter.idle_since is not None:
            return None
        due, now, owner = datetime.fromtimestamp(matter.due_at, UTC), self.clock(), policy.root.owner
        if now < due:
            return due
        if matter.pull is not None and self.proposals:
            told = [str(account) for account in (owner.team, owner.escalate_to) if account]
            marker = f"<!-- ospo-gate:late {matter.late + 1} -->"
            await self.proposals.say(matter.pull, marker, proposal.late(due, matter.late > 0, told))
        following = owner.responds_within.after(now) if owner.responds_within else None
        notice = outcomes.late(matter.finding, due, str(owner.escalate_to or ""), self.briefs.page(matter))
        changes = {"due_at": following.timestamp() if following else None, "late": matter.late + 1}
        await self.store.tell(matter.id, notice, **changes)
        return following


def _names(requests: Sequence[Request]) -> list[str]:
    """Who asks where, in visible words: for those who own the policy."""
    return [f"{one.login} on {one.repository.name if one.repository else '?'} #{one.number}" for one in requests]


def _reviewers(policy: Policy, matter: Matter) -> tuple[list[str], list[str]]:
    """The logins, and the slugs of the teams, that GitHub asks for a review."""
    named = [str(account).removeprefix("@") for account in approvers_of(policy, matter.rule)]
    return [one for one in named if "/" not in one], [one.partition("/")[2] for one in named if "/" in one]
