"""Commands in comments: read, allowed or refused, carried out, acknowledged by a reaction, answered if need be.

Everything is done so that doing it again changes nothing: a worker may die at any point of it.
"""

import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal
from urllib.parse import quote

import structlog

from app.github.client import (
    PUBLISHING,
    READING,
    GitHubApp,
    GitHubError,
    Installation,
    RateLimited,
    repository_path,
)
from app.github.contents import read_file
from app.github.publisher import Publisher
from app.github.pull import CentralPolicy
from app.jobs.signing import SigningByComment
from app.policies import PATH, load_policy, starter_policy
from app.requesting.asking import Asking, Wish
from app.requesting.asking import Place as Spoken
from app.requesting.overrides import Attempt, Overrides, Way
from app.store.reports import ReportStore
from app.store.requests import RequestStore, Turn
from app.store.subjects import SubjectStore
from app.subject import Claim, Remark, pull_key
from checks.agreements.phrases import asks_again
from checks.conversation import replies
from checks.conversation.commands import CommentCommand, Word, command
from checks.conversation.entry import waiver_entry
from checks.model.errors import PolicyError
from checks.policy.comments import CommentsKeys
from checks.policy.schema import Policy

#: Attempts after which a comment is left alone: whoever wrote it can write another.
MAX_ATTEMPTS = 5
Reaction = Literal["eyes", "+1", "confused"]

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Answer:
    """What a command gets back."""

    done: bool = True
    name: str = ""
    """By which the answer is found again and renewed in place; empty: no words."""
    text: str = ""
    matter: int | None = None
    """What somebody else is to decide on."""


_DONE = Answer()


@dataclass(frozen=True, slots=True)
class Place:
    """Where a command was said, and what holds there."""

    claim: Claim
    remark: Remark
    client: Installation
    policy: Policy

    @property
    def pull(self) -> str:
        return pull_key(self.claim.repository_id, self.claim.number)

    @property
    def keys(self) -> CommentsKeys:
        return self.policy.root.comments

    @property
    def public(self) -> bool:
        return self.spoken.public

    @property
    def asking(self) -> replies.Asking:
        return self.spoken.asking

    @property
    def spoken(self) -> Spoken:
        claim = self.claim
        return Spoken(
            claim.installation_id, claim.repository_id, claim.number, claim.about, self.remark, self.client, self.policy
        )


@dataclass(frozen=True, slots=True)
class Comments:
    """Handles the claims of comments."""

    app: GitHubApp
    subjects: SubjectStore
    reports: ReportStore
    requests: RequestStore
    server_url: str
    central: CentralPolicy | None = None
    central_policy: Callable[[], Awaitable[Policy | None]] | None = None
    retry_seconds: float = 5.0
    overrides: Overrides | None = None
    """Where people set checks to pass."""
    signing: SigningByComment | None = None
    """Where people sign agreements."""
    clock: Callable[[], datetime] = lambda: datetime.now(UTC)

    async def handle(self, claim: Claim) -> None:
        """Carry out the command of one comment. Never raises for what GitHub does."""
        if claim.attempts >= MAX_ATTEMPTS:  # a fault of ours each time, or the end of the process
            reason = claim.last_error or "the service ended each time while it was carried out"
            await self.subjects.finish(claim, failed=reason)
            return
        try:
            await self._handle(claim)
            await self.subjects.finish(claim)
        except RateLimited as limited:
            await self.subjects.postpone(claim, str(limited), limited.retry_at)
        except GitHubError as error:
            log.warning("comment-failed", subject=claim.key, error=str(error), attempt=claim.attempts + 1)
            if error.passing and claim.attempts + 1 < MAX_ATTEMPTS:
                wait = self.retry_seconds * 2**claim.attempts
                await self.subjects.retry(claim, str(error), time.time() + wait)
            else:
                await self.subjects.finish(claim, failed=str(error))

    async def _handle(self, claim: Claim) -> None:
        remark = claim.about.remark
        said = command(remark["body"]) or _as_elsewhere(remark["body"]) if remark else None
        if remark is None:
            return
        client = self.app.installation(claim.installation_id, [claim.repository_id])
        if said is None:
            await self._signed(claim, remark, client)
            return
        place = Place(claim, remark, client, await self._policy(claim, client))
        if not place.keys.enabled:
            return
        turn = await self.requests.obey(place.pull, remark, said.word or "unknown", place.keys.per_hour)
        if turn is Turn.OBEYED:
            await self._obey(place, said)
        elif turn is Turn.ENOUGH:
            await self._react(place, "confused")

    async def _signed(self, claim: Claim, remark: Remark, client: Installation) -> None:
        """What is no command may sign an agreement: a reaction is the receipt, words are for what was not taken."""
        said = await self.signing.hear(claim, remark, client, self.clock()) if self.signing else None
        if said is None:
            return
        if said.text:
            name = f"signing {remark['id']}"
            await Publisher(client, claim).answer(replies.marker(name), said.text)
        await self._react_to(claim, remark, client, "+1" if said.done else "confused")

    async def _obey(self, place: Place, said: CommentCommand) -> None:
        await self._react(place, "eyes")
        answer = await self._answer(place, said)
        if answer.text:
            await Publisher(place.client, place.claim).answer(replies.marker(answer.name), answer.text)
        if answer.matter is not None:
            await self.requests.begin(answer.matter)  # from now on its task renews the answer
        await self._react(place, "+1" if answer.done else "confused")

    async def _policy(self, claim: Claim, client: Installation) -> Policy:
        """The policy that judges here, as far as it is known; else the one that holds without any."""
        if self.central_policy is not None and self.central is not None:
            return await self.central_policy() or starter_policy()
        data = await read_file(client.with_permissions(READING), claim.about.repository, PATH)
        try:
            return load_policy(data, PATH) if data is not None else starter_policy()
        except PolicyError:
            return starter_policy()

    # -- commands ---------------------------------------------------------------------------------------------------

    async def _answer(self, place: Place, said: CommentCommand) -> Answer:
        match said.word:
            case Word.RECHECK:
                known = await self.requests.judge_again(place.pull)
                return _DONE if known else _refused(replies.unheard())
            case Word.EXPLAIN:
                report = await self.reports.newest(place.pull)
                return Answer(name=said.word, text=replies.explain(report, said.finding))
            case Word.PASS:
                return await self._pass(place, said)
            case Word.HELP:
                return Answer(name=said.word, text=replies.help_text(place.asking))
            case None:
                return Answer(False, Word.HELP, f"{replies.not_known()}\n\n{replies.help_text(place.asking)}")
        return await self._request(place, said.word, said)

    async def _pass(self, place: Place, said: CommentCommand) -> Answer:
        if self.overrides is None:
            return _refused(replies.not_known())
        who, about = place.remark, said.finding or ""
        attempt = Attempt(place.claim, place.client, who["login"], who["account_id"], about, said.reason, Way.COMMENT)
        refusal = await self.overrides.set(attempt)
        return _DONE if refusal is None else _refused(refusal)

    async def _request(self, place: Place, word: Word, said: CommentCommand) -> Answer:
        outcome = await self._asking.ask(place.spoken, Wish(word, said.finding, said.reason))
        if outcome.finding is None or outcome.entered is None:
            return _refused(outcome.refusal)
        request = replies.Request(word, outcome.finding, place.remark["login"], outcome.entered.joins)
        name = f"{word} {said.finding}"
        if outcome.entered.matter is not None:
            text = replies.asked(request, place.asking, None, None, elsewhere=())
            return Answer(name=name, text=text, matter=outcome.entered.matter)
        entry = self._entry(place, outcome.finding, said.reason) if word is Word.WAIVE else None
        return Answer(name=name, text=replies.asked(request, place.asking, entry, self._editor(place)))

    @property
    def _asking(self) -> Asking:
        return Asking(self.reports, self.requests, self.central is not None, self.clock)

    def _entry(self, place: Place, finding: Mapping[str, Any], reason: str) -> str | None:
        """The waiver as YAML, if the policy's reader takes it."""
        login, today = place.remark["login"], self.clock().date()
        entry = waiver_entry(finding, place.claim.about.repository, login, None if place.public else reason, today)
        try:
            load_policy(f"version: 1\nwaivers:\n{entry}".encode(), PATH)
        except (PolicyError, UnicodeEncodeError):
            return None
        return entry

    def _editor(self, place: Place) -> str | None:
        """GitHub's editor on the policy of a repository that governs itself; None where there is none yet."""
        about = place.claim.about
        if place.policy.reference.built_in or not about.default_branch:
            return None
        return self._edit(about.repository, about.default_branch, PATH)

    def _edit(self, repository: str, ref: str, path: str) -> str:
        return "/".join((self.server_url.rstrip("/"), quote(repository), "edit", quote(ref), quote(path)))

    # -- people -----------------------------------------------------------------------------------------------------

    async def _react(self, place: Place, content: Reaction) -> None:
        await self._react_to(place.claim, place.remark, place.client, content)

    async def _react_to(self, claim: Claim, remark: Remark, client: Installation, content: Reaction) -> None:
        """The comment may be gone, and the conversation locked: what was done is done all the same."""
        path = f"{repository_path(claim.about.repository)}/issues/comments/{remark['id']}/reactions"
        client = client.with_permissions(PUBLISHING, claim.repository_id)
        try:
            await client.request("POST", path, json={"content": content})
        except RateLimited:
            raise
        except GitHubError as error:
            if error.passing:
                raise
            log.info("no-reaction", subject=claim.key, error=str(error))


def _as_elsewhere(body: str) -> CommentCommand | None:
    """`recheck`, as the users of other bots write it."""
    return CommentCommand(Word.RECHECK) if asks_again(body) else None


def _refused(text: str) -> Answer:
    return Answer(False, "refused", text)
