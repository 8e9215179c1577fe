"""Whether decisions on the policy repository were approved by who may: a check on each of its pull requests."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from typing import Any

import structlog

from app.github.client import GitHubError, RateLimited
from app.github.proposals import Home, NotPermitted, Proposals
from app.requesting.approving import Teams, faulty
from app.store.effects import APPROVAL
from app.store.matters import MatterStore
from app.store.subjects import SubjectStore
from app.subject import Claim, task_key
from checks.conversation import outcomes
from checks.conversation.approval import Ruling, head, ruling
from checks.model.errors import PolicyError
from checks.model.phrase import say
from checks.policy.approvers import Person
from checks.policy.layers import PolicySet
from checks.policy.schema import Policy

#: Beginning of the keys of the tasks, one for each pull request of the policy repository.
TASK = task_key(APPROVAL)
#: Name of the check run.
CHECK = "ospo-gate / approval"
MAX_ATTEMPTS = 6
#: Decisions of one pull request that are looked at: each is read.
DECISIONS = 50

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Judged:
    """What the decisions of one pull request are worth."""

    rulings: tuple[Ruling, ...]
    until: date | None = None
    """When the first of them ends."""

    @property
    def approved(self) -> bool:
        return all(one.approved for one in self.rulings)

    @property
    def said(self) -> str:
        return outcomes.in_words(self.rulings)

    @property
    def conclusion(self) -> str:
        if any(not one.approved and not one.waits for one in self.rulings):
            return "failure"
        return "success" if self.approved else "action_required"


@dataclass(frozen=True, slots=True)
class Approvals:
    """Handles the claims of the tasks; and says of a pull request what it decides."""

    subjects: SubjectStore
    store: MatterStore
    proposals: Proposals | None
    teams: Teams
    policies: Callable[[], Awaitable[PolicySet]]
    """The organization's policy as it judges."""
    retry_seconds: float = 5.0

    async def handle(self, claim: Claim) -> None:
        """Look at one pull request of the policy repository. Never raises for what GitHub does."""
        try:
            if self.proposals is not None:
                await self._check(self.proposals, int(claim.key.removeprefix(TASK)))
            await self.subjects.finish(claim)
        except RateLimited as limited:
            await self.subjects.postpone(claim, str(limited), limited.retry_at)
        except GitHubError as error:
            log.warning("approval-not-looked-at", subject=claim.key, error=str(error), attempt=claim.attempts + 1)
            if error.passing and claim.attempts + 1 < MAX_ATTEMPTS and not isinstance(error, NotPermitted):
                await self.subjects.retry(claim, str(error), time.time() + self.retry_seconds * 2**claim.attempts)
            else:
                await self.subjects.finish(claim, failed=str(error))

    async def _check(self, proposals: Proposals, number: int) -> None:
        pull = await proposals.pull(number)
        if pull.get("state") != "open":
            return
        judged = await self.judged(pull)
        title, summary = outcomes.check_title(judged.rulings), outcomes.check_summary(judged.rulings)
        digest = sha256(f"{judged.conclusion}\n{title}\n{summary}".encode()).hexdigest()[:40]
        await proposals.check(pull["head"]["sha"], CHECK, judged.conclusion, title, summary, digest)

    async def judged(self, pull: Mapping[str, Any]) -> Judged:
        """What a pull request (as GitHub shows it) decides, and whether that is approved."""
        assert self.proposals is not None
        proposals, number = self.proposals, int(pull["number"])
        at = str(pull.get("merge_commit_sha") if pull.get("merged") else pull["head"]["sha"])
        paths = (await proposals.decisions(number))[:DECISIONS]
        found = {path: await proposals.text(path, at) for path in paths}
        texts = {path: one.text for path, one in found.items() if one is not None}
        unread = [Ruling(path, approved=False, why=say("It cannot be read.")) for path in paths if path not in texts]
        if not texts:
            return Judged(tuple(unread))
        policies = await self.policies()
        faults = await asyncio.to_thread(faulty, policies, texts)
        asked = await self._asked(pull)
        people = await self._people(await proposals.home(), pull, policies.plain, texts)
        rulings = [
            faults.get(path) or ruling(path, text, policies.plain, people, asked) for path, text in texts.items()
        ]
        return Judged((*rulings, *unread), _first_end(texts, faults))

    async def _asked(self, pull: Mapping[str, Any]) -> Sequence[str]:
        """The logins of all who ask for what it decides."""
        found = await self.store.of_pull(int(pull["number"]))
        return [one.login for one in await self.store.requests(found.id)] if found else []

    async def _people(
        self, home: Home, pull: Mapping[str, Any], policy: Policy, texts: Mapping[str, str]
    ) -> list[Person]:
        """Those who approved the last version, and who merged it. What somebody said of an older version counts if
        nobody has changed the decisions since, which only GitHub's rules of the branch can tell: so it does not."""
        assert self.proposals is not None
        last = {one.login: one for one in await self.proposals.reviews(int(pull["number"])) if one.state != "COMMENTED"}
        logins = [one.login for one in last.values() if one.state == "APPROVED" and one.commit == pull["head"]["sha"]]
        merger = pull.get("merged_by") or {}
        if merger.get("login") and merger.get("type") != "Bot":
            logins.append(str(merger["login"]))
        rules = [rule for path, text in texts.items() for rule in _rules(path, text)]
        unique = dict.fromkeys(logins)
        return [await self.teams.person(login, policy, rules, home.installation_id) for login in unique]


def _rules(path: str, text: str) -> tuple[str, ...]:
    try:
        return head(text, path).rules
    except PolicyError:
        return ()


def _first_end(texts: Mapping[str, str], faults: Mapping[str, Ruling]) -> date | None:
    ends = [head(text, path).expires for path, text in texts.items() if path not in faults]
    return min((end for end in ends if end is not None), default=None)
