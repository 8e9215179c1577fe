"""Setting a check to pass, by name: a pressed button or a comment, allowed or refused by what GitHub says just now."""

import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import structlog

from app.github.client import GitHubApp, GitHubError, Installation, RateLimited
from app.github.groups import Groups
from app.github.publisher import Publisher
from app.github.roles import role_on
from app.store.overrides import Override, OverrideStore
from app.store.reports import ReportStore
from app.store.subjects import SubjectStore
from app.subject import Claim, Press, pull_key
from checks.conversation import replies
from checks.conversation.overrides import Refusal, refused
from checks.policy.override import ADMINS, MAINTAINERS, WRITERS, OverrideKeys, Reasons
from checks.policy.schema import Policy
from checks.rules import CHECKS

#: Attempts after which a pressed button is left alone: whoever pressed it can press it again.
MAX_ATTEMPTS = 5
#: Roles on a repository (GitHub's `role_name`) that each word of the policy means; custom roles count by `permission`.
_ROLES: Mapping[str, tuple[str, ...]] = {
    WRITERS: ("write", "maintain", "admin"),
    MAINTAINERS: ("maintain", "admin"),
    ADMINS: ("admin",),
}

log = structlog.get_logger()


class Way(StrEnum):
    BUTTON = "button"
    COMMENT = "comment"
    PAGE = "page"


@dataclass(frozen=True, slots=True)
class Attempt:
    """Somebody wants a check to pass."""

    claim: Claim
    """Of the button or the comment; `number` is the pull request's."""
    client: Installation
    login: str
    account_id: int
    about: str
    """A check, by id or title, or the id of a finding of it; foreign text."""
    reason: str
    way: Way
    head: str | None = None
    """The head that the button is on; None: the newest one that was judged."""

    @property
    def pull(self) -> str:
        return pull_key(self.claim.repository_id, self.claim.number)


@dataclass(frozen=True, slots=True)
class Overrides:
    """Handles pressed buttons, and does what comments ask for."""

    app: GitHubApp
    subjects: SubjectStore
    reports: ReportStore
    store: OverrideStore
    retry_seconds: float = 5.0

    async def handle(self, claim: Claim) -> None:
        """Carry out one pressed button. Never raises for what GitHub does."""
        if claim.attempts >= MAX_ATTEMPTS:
            await self.subjects.finish(claim, failed=claim.last_error or "the service ended each time it was handled")
            return
        try:
            await self._pressed(claim, claim.about.press)
            await self.subjects.finish(claim)
        except RateLimited as limited:
            await self.subjects.postpone(claim, str(limited), limited.retry_at)
        except GitHubError as error:
            log.warning("button-failed", subject=claim.key, error=str(error), attempt=claim.attempts + 1)
            if error.passing and claim.attempts + 1 < MAX_ATTEMPTS:
                await self.subjects.retry(claim, str(error), time.time() + self.retry_seconds * 2**claim.attempts)
            else:
                await self.subjects.finish(claim, failed=str(error))

    async def _pressed(self, claim: Claim, press: Press | None) -> None:
        if press is None:
            return
        client = self.app.installation(claim.installation_id, [claim.repository_id])
        attempt = Attempt(
            claim, client, press["login"], press["account_id"], press["check"], "", Way.BUTTON, press["head"]
        )
        refusal = await self.set(attempt)
        if refusal is not None:
            await Publisher(client, claim).answer(replies.marker("pass"), refusal)

    async def set(self, attempt: Attempt) -> str | None:
        """Write it down, if the policy lets this person; else the answer (Markdown) that says why not."""
        report = await self.reports.newest(attempt.pull)
        check, offer = _offer(report, attempt.about)
        if report is None or check is None:
            return refused(Refusal.UNKNOWN, attempt.about)
        if offer is None:
            return refused(Refusal.NOBODY, check)
        head = attempt.head or report["head"]
        if head != report["head"]:
            return refused(Refusal.MOVED, check)
        if any(found["check"] == check and found.get("override") for found in report["findings"]):
            return None
        if not any(_stops(found, check) for found in report["findings"]):
            return refused(Refusal.NOTHING, check)
        if not await self._may(attempt, offer["who"]):
            return refused(Refusal.NOT_YOU, check, offer["who"])
        if not offer.get("own") and await self._wrote(attempt):
            return refused(Refusal.OWN, check)
        if not attempt.reason and offer["reason"] == Reasons.REQUIRED:
            return refused(Refusal.REASON, check)
        claim = attempt.claim
        await self.store.record(
            Override(
                claim.installation_id,
                claim.repository_id,
                attempt.pull,
                head,
                check,
                attempt.account_id,
                attempt.login,
                attempt.reason,
                attempt.way,
                claim.about.repository,
            )
        )
        log.info("overridden", subject=attempt.pull, head=head[:12], check=check, way=attempt.way)
        return None

    async def _wrote(self, attempt: Attempt) -> bool:
        """Whether the person opened the pull request."""
        known = await self.subjects.about(attempt.pull)
        author = known.author if known else None
        return author is not None and author.lower() == attempt.login.lower()

    async def _may(self, attempt: Attempt, who: Sequence[str]) -> bool:
        """By what GitHub says of the person now; what cannot be known is no permission."""
        if f"@{attempt.login}".lower() in (word.lower() for word in who):
            return True
        roles = {role for word in who for role in _ROLES.get(word, ())}
        if roles and await self._role(attempt) in roles:
            return True
        groups = Groups()  # nothing of minutes ago
        for word in who:
            if "/" in word and await groups.member(attempt.client, word.removeprefix("@"), attempt.login):
                return True
        return False

    async def _role(self, attempt: Attempt) -> str:
        """The role on the repository, a custom one as the rights below it; empty where GitHub does not say."""
        role = await role_on(attempt.client, attempt.claim.about.repository, attempt.login)
        return role.name if role.name in _ROLES[WRITERS] else role.permission


def offers(policy: Policy, checks: Iterable[str]) -> dict[str, dict[str, Any]]:
    """Which of the checks may be set to pass, by whom and whether with a reason; kept with the report."""
    keys = {check: policy.sections[check].override for check in checks if check in policy.sections}
    return {check: _offered(given) for check, given in keys.items() if given.allowed}


def _offered(keys: OverrideKeys) -> dict[str, Any]:
    return {"who": [str(word) for word in keys.who], "reason": str(keys.reason), "own": keys.own}


def _offer(report: Mapping[str, Any] | None, about: str) -> tuple[str | None, Mapping[str, Any] | None]:
    """The check that `about` means, and what the policy of the report said of setting it to pass."""
    if report is None:
        return None, None
    named = {outcome["title"]: outcome["check"] for outcome in report["outcomes"]}
    named |= {check: check for check in named.values()}
    named |= {found["id"]: found["check"] for found in report["findings"]}
    check = named.get(about)
    return check, (report.get("overridable") or {}).get(check)


def _stops(found: Mapping[str, Any], check: str) -> bool:
    """Whether a finding of the check blocks and may be accepted at all."""
    rules = CHECKS.named(check).rules
    # A rule that the policy writes itself is in no release: the report says of its findings what may be accepted.
    own = CHECKS.named(check).written is not None and found.get("waivable", False)
    waivable = own or any(rule.id == found["rule"] and rule.waivable for rule in rules)
    return found["check"] == check and found["counts"] and found["level"] == "block" and waivable
