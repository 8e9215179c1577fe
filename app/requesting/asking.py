"""Asking the owner of the policy: who may, for what, and how it is written down; by comment and by page alike."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from app.facts.members import Members
from app.github.client import Installation
from app.github.roles import role_on
from app.store.reports import ReportStore
from app.store.requests import Asked, Entered, RequestStore
from app.subject import About, Remark, pull_key
from checks.conversation import replies
from checks.conversation.commands import REQUESTS, Word
from checks.model.facts import Membership
from checks.policy.comments import CommentsKeys, Requests
from checks.policy.schema import Policy
from checks.rules import CHECKS
from checks.rules.check import rules_of

_WRITING = ("admin", "write")
_WHO = {
    Requests.WRITERS_AND_MEMBERS: "people with write access here, and for the author as a member of the organization",
    Requests.WRITERS: "people with write access here",
    Requests.NOBODY: "",
}


@dataclass(frozen=True, slots=True)
class Place:
    """Where somebody speaks, and what holds there."""

    installation_id: int
    repository_id: int
    number: int
    about: About
    remark: Remark
    client: Installation
    policy: Policy

    @property
    def pull(self) -> str:
        return pull_key(self.repository_id, self.number)

    @property
    def keys(self) -> CommentsKeys:
        return self.policy.root.comments

    @property
    def public(self) -> bool:
        """Unknown counts as public: nothing private is shown by mistake."""
        return self.about.visibility not in ("private", "internal")

    @property
    def asking(self) -> replies.Asking:
        return asking(self.policy, self.public)


def asking(policy: Policy, public: bool) -> replies.Asking:
    """How one asks under a policy, in words; `public`: for everybody's eyes."""
    owner = policy.root.owner
    return replies.Asking(
        who=_WHO[policy.root.comments.requests],
        decides=replies.decides(owner.team, public),
        answered_within=owner.responds_within,
        contact=owner.contact,
    )


@dataclass(frozen=True, slots=True)
class Wish:
    """What somebody asks for."""

    word: Word
    finding: str | None
    reason: str
    """Foreign text."""
    until: date | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of it."""

    refusal: str = ""
    """Why not, in Markdown; empty: it is written down."""
    finding: Mapping[str, Any] | None = None
    entered: Entered | None = None


@dataclass(frozen=True, slots=True)
class Asking:
    """Takes requests."""

    reports: ReportStore
    requests: RequestStore
    elsewhere: bool
    """Whether they are decided at the organization's policy, and not by each repository for itself."""
    clock: Callable[[], datetime]

    async def ask(self, place: Place, wish: Wish, begin: bool = False) -> Outcome:
        """Write it down if the person may, and if there is something to ask for; `begin` as for the store. Raises
        `GitHubError`."""
        assert wish.word in REQUESTS
        if not await may_ask(place):
            return Outcome(replies.refused(wish.word, place.asking))
        if wish.finding is None or not wish.reason:
            return Outcome(replies.incomplete(wish.word, wish.finding))
        report = await self.reports.newest(place.pull) or {"findings": []}
        finding = next((item for item in report["findings"] if item["id"] == wish.finding), None)
        if finding is None:
            return Outcome(replies.unknown(wish.finding))
        if refusal := _refusal(wish.word, finding, place.policy):
            return Outcome(refusal)
        asked = self._asked(place, wish, finding)
        entered = await self.requests.ask(
            place.installation_id, place.repository_id, place.pull, place.remark, asked, begin
        )
        return Outcome(finding=finding, entered=entered)

    def _asked(self, place: Place, wish: Wish, finding: Mapping[str, Any]) -> Asked:
        subject = finding["subject"]
        about = next(str(subject[name]) for name in ("purl", "commit", "path", "policy") if subject[name] is not None)
        asked = Asked(wish.word, finding["id"], finding["rule"], about, subject["version"], wish.reason, wish.until)
        if not self.elsewhere:
            return asked
        within = place.policy.root.owner.responds_within
        due_at = within.after(self.clock()).timestamp() if within else None
        return replace(asked, document=finding, due_at=due_at)


def _refusal(word: Word, finding: Mapping[str, Any], policy: Policy) -> str:
    stops = finding["level"] == "block" and (finding["counts"] or (word is Word.WAIVE and _ends(finding)))
    if word is not Word.WRONG and not stops:
        return replies.not_asked(word, finding)
    if word is Word.WAIVE and not (waivable(finding["rule"], policy) and finding.get("waivable", True)):
        return replies.unwaivable(finding)
    return ""


def _ends(finding: Mapping[str, Any]) -> bool:
    """Whether a waiver covers it that is near its end: then another one is asked for in time."""
    return bool(finding["waiver"] and finding["waiver"].get("ending"))


def waivable(rule: str, policy: Policy) -> bool:
    """Rules of a release that this one does not know cannot be waived here."""
    if rule in policy.root.unwaivable:
        return False
    sections = policy.sections
    return any(
        known.id == rule and known.waivable for check in CHECKS for known in rules_of(check, sections.get(check.id))
    )


async def may_ask(place: Place) -> bool:
    """By what GitHub says of the person now; what cannot be known is no permission."""
    if place.keys.requests is Requests.NOBODY:
        return False
    author, login = place.about.author, place.remark["login"]
    if (await role_on(place.client, place.about.repository, login)).permission in _WRITING:
        return True
    if place.keys.requests is Requests.WRITERS or (author or "").lower() != login.lower():
        return False
    return await Members(place.client, place.about).membership(login) is Membership.MEMBER
