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

from app.facts.members import Members
from app.github.client import (
    PUBLISHING,
    READING,
    GitHubApp,
    GitHubError,
    Installation,
    RateLimited,
    document,
    repository_path,
)
from app.github.contents import read_file
from app.github.publisher import Publisher
from app.github.pull import CentralPolicy
from app.policies import PATH, load_policy, starter_policy
from app.store.reports import ReportStore
from app.store.requests import Asked, RequestStore, Turn
from app.store.subjects import SubjectStore
from app.subject import Claim, Remark, pull_key
from checks.conversation import replies
from checks.conversation.commands import REQUESTS, CommentCommand, Word, command
from checks.conversation.entry import waiver_entry
from checks.model.errors import PolicyError
from checks.model.facts import Membership
from checks.policy.comments import CommentsKeys, Requests
from checks.policy.schema import Policy
from checks.rules import CHECKS

#: Attempts after which a comment is left alone: whoever wrote it can write another.
MAX_ATTEMPTS = 5
_WRITING = ("admin", "write")
_WHO = {
    Requests.WRITERS_AND_MEMBERS: "people with write access here, and for the author as a member of the organization",
    Requests.WRITERS: "people with write access here",
    Requests.NOBODY: "",
}
Reaction = Literal["eyes", "+1", "confused"]

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Answer:
    """What a command gets back."""

    done: bool = True
    name: str = ""
    """By which the answer is found again and renewed in place; empty: no words."""
    text: str = ""


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
        """Unknown counts as public: nothing private is shown by mistake."""
        return self.claim.about.visibility not in ("private", "internal")

    @property
    def asking(self) -> replies.Asking:
        owner = self.policy.root.owner
        return replies.Asking(
            who=_WHO[self.keys.requests],
            decides=replies.decides(owner.team, self.public),
            answered_within=owner.responds_within,
            contact=owner.contact,
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
        said = command(remark["body"]) if remark else None
        if remark is None or said is None:
            return
        client = self.app.installation(claim.installation_id, [claim.repository_id])
        place = Place(claim, remark, client, await self._policy(claim, client))
        if not place.keys.enabled:
            return
        turn = await self.requests.obey(place.pull, remark, said.word or "unknown", place.keys.per_hour)
        if turn is Turn.OBEYED:
            await self._obey(place, said)
        elif turn is Turn.ENOUGH:
            await self._react(place, "confused")

    async def _obey(self, place: Place, said: CommentCommand) -> None:
        await self._react(place, "eyes")
        answer = await self._answer(place, said)
        if answer.text:
            await Publisher(place.client, place.claim).answer(replies.marker(answer.name), answer.text)
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
            case Word.HELP:
                return Answer(name=said.word, text=replies.help_text(place.asking))
            case None:
                return Answer(False, Word.HELP, f"{replies.not_known()}\n\n{replies.help_text(place.asking)}")
        return await self._request(place, said.word, said)

    async def _request(self, place: Place, word: Word, said: CommentCommand) -> Answer:
        assert word in REQUESTS
        if not await self._may_ask(place):
            return _refused(replies.refused(word, place.asking))
        if said.finding is None or not said.complete:
            return _refused(replies.incomplete(word, said.finding))
        report = await self.reports.newest(place.pull) or {"findings": []}
        finding = next((item for item in report["findings"] if item["id"] == said.finding), None)
        if finding is None:
            return _refused(replies.unknown(said.finding))
        if word is not Word.WRONG and not (finding["counts"] and finding["level"] == "block"):
            return _refused(replies.not_asked(word, finding))
        if word is Word.WAIVE and not _waivable(finding["rule"]):
            return _refused(replies.unwaivable(finding))
        joins = await self._ask(place, word, finding, said.reason)
        request = replies.Request(word, finding, place.remark["login"], joins)
        entry = self._entry(place, finding, said.reason) if word is Word.WAIVE else None
        text = replies.asked(request, place.asking, entry, self._editor(place))
        return Answer(name=f"{word} {said.finding}", text=text)

    async def _ask(self, place: Place, word: Word, finding: Mapping[str, Any], reason: str) -> bool:
        subject = finding["subject"]
        about = next(str(subject[name]) for name in ("purl", "commit", "path", "policy") if subject[name] is not None)
        asked = Asked(word, finding["id"], finding["rule"], about, subject["version"], reason)
        claim = place.claim
        return await self.requests.ask(claim.installation_id, claim.repository_id, place.pull, place.remark, asked)

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
        """GitHub's editor on the policy; None where it is not known, or its place is not for everybody's eyes."""
        about = place.claim.about
        if self.central is not None:
            where = (self.central.repository, self.central.ref, self.central.path)
            return None if place.public else self._edit(*where)
        if place.policy.reference.built_in or not about.default_branch:
            return None
        return self._edit(about.repository, about.default_branch, PATH)

    def _edit(self, repository: str, ref: str, path: str) -> str:
        return "/".join((self.server_url.rstrip("/"), quote(repository), "edit", quote(ref), quote(path)))

    # -- people -----------------------------------------------------------------------------------------------------

    async def _may_ask(self, place: Place) -> bool:
        """By what GitHub says of the person now; what cannot be known is no permission."""
        if place.keys.requests is Requests.NOBODY:
            return False
        if await self._may_write(place):
            return True
        author, login = place.claim.about.author, place.remark["login"]
        if place.keys.requests is Requests.WRITERS or (author or "").lower() != login.lower():
            return False
        return await Members(place.client, place.claim.about).membership(login) is Membership.MEMBER

    async def _may_write(self, place: Place) -> bool:
        repository, login = repository_path(place.claim.about.repository), quote(place.remark["login"], safe="")
        client = place.client.with_permissions(READING)
        try:
            answer = await client.request("GET", f"{repository}/collaborators/{login}/permission")
        except RateLimited:
            raise
        except GitHubError as error:
            if error.passing:
                raise
            return False
        return str(dict(document(answer)).get("permission")) in _WRITING

    async def _react(self, place: Place, content: Reaction) -> None:
        """The comment may be gone, and the conversation locked: what was done is done all the same."""
        path = f"{repository_path(place.claim.about.repository)}/issues/comments/{place.remark['id']}/reactions"
        client = place.client.with_permissions(PUBLISHING, place.claim.repository_id)
        try:
            await client.request("POST", path, json={"content": content})
        except RateLimited:
            raise
        except GitHubError as error:
            if error.passing:
                raise
            log.info("no-reaction", subject=place.claim.key, error=str(error))


def _refused(text: str) -> Answer:
    return Answer(False, "refused", text)


def _waivable(rule: str) -> bool:
    """Rules of a release that this one does not know cannot be waived here."""
    return any(known.id == rule and known.waivable for check in CHECKS for known in check.rules)
