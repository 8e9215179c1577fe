"""What an approver decides on, put together: the file, the description, and where it can be decided."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from urllib.parse import quote

from app.github.pull import CentralPolicy
from app.requesting.asking import asking
from app.store.matters import Matter, Request
from app.store.where import WhereStore
from checks.conversation import proposal, replies
from checks.conversation.claimed import Claimed, claimed
from checks.conversation.commands import Word
from checks.conversation.entry import (
    LASTS,
    Asked,
    DecisionFile,
    amendment_file,
    clarification_file,
    waiver_file,
)
from checks.conversation.proposal import Asker, Brief, Text, Usage
from checks.model.errors import UsageError
from checks.model.finding import Level
from checks.model.where import Question
from checks.policy.approvers import approvers_of
from checks.policy.decisions import APPROVER
from checks.policy.owners import Owners
from checks.policy.schema import Policy
from checks.texts.beginnings import beginnings

#: Characters of an address that browsers, proxies and GitHub take.
ADDRESS = 7_500
#: Uses that are looked at for the names of repositories.
USES = 200
_KINDS = {Word.WAIVE: "W", Word.WRONG: "C", Word.ALLOW: "A"}
_BY_HAND = "The names in this finding mean more than themselves in a policy, so the decision is to be written by hand."
_NOBODY = "The policy names nobody who approves: whoever does puts their login into approved_by before it is merged."
_TO_FILL = "What nobody knows here is left empty in the file, which counts only when a person has filled it in."


@dataclass(frozen=True, slots=True)
class Drafted:
    """A request as a pull request on the policy repository."""

    path: str
    text: str
    """Of the decision file."""
    body: str
    askers: Sequence[Asker]
    """In the order of the requests."""


@dataclass(frozen=True, slots=True)
class Briefs:
    """Puts them together."""

    where: WhereStore
    server_url: str
    central: CentralPolicy | None
    public_url: str | None

    def page(self, matter: Matter) -> str | None:
        """Where it is decided here."""
        return f"{self.public_url}/requests/{matter.id}" if self.public_url else None

    def file(
        self,
        matter: Matter,
        requests: Sequence[Request],
        policy: Policy,
        approved_by: str = "",
        until: date | None = None,
        shown: bool = True,
        found: Claimed | None = None,
    ) -> DecisionFile:
        """The decision file. `shown`: whether reasons may be in it; `until`: when it ends, if somebody has said so;
        `found`: what who decides says the package is under, else as far as who asked said it."""
        first, opened = requests[0], datetime.fromtimestamp(matter.opened_at, UTC).date()
        named = list(dict.fromkeys(one.repository.name for one in requests if one.repository))
        id_ = f"{_KINDS[Word(matter.kind)]}-{opened.isoformat()}-{matter.name}"
        accounts = approvers_of(policy, matter.rule)
        approver = approved_by or (str(accounts[0]) if accounts else APPROVER)
        reason, main = first.reason if shown else None, named[0] if named else ""
        asked = Asked(matter.finding, main, first.login, reason, opened, id_, approver, also=named[1:])
        made = None
        if matter.kind == Word.WAIVE and named:
            made = waiver_file(asked, until or self.ends(matter, requests, policy))
        elif matter.kind == Word.WRONG:
            made = clarification_file(asked, found or (claimed(first.reason) if shown else Claimed()))
        elif matter.kind == Word.ALLOW:
            made = amendment_file(asked)
        return made or DecisionFile(f"waivers/{id_}.yaml", f"# {_BY_HAND}\n", complete=False)

    def path(self, made: DecisionFile) -> str:
        """Of a decision file in the policy repository."""
        folder = self.central.path.rpartition("/")[0] if self.central else ""
        return f"{folder}/{made.path}".removeprefix("/")

    def ends(self, matter: Matter, requests: Sequence[Request], policy: Policy) -> date:
        """When an exception is proposed to end: as somebody wished, or after our own length; within the policy's."""
        opened = datetime.fromtimestamp(matter.opened_at, UTC)
        wished = max((one.until for one in requests if one.until), default=None)
        limit = policy.root.waivers_last.get(Level(matter.finding["level"]))
        latest = limit.after(opened).date() if limit else None
        end = wished or (opened + LASTS).date()
        return max(opened.date(), min(end, latest) if latest else end)

    async def draft(self, matter: Matter, requests: Sequence[Request], policy: Policy, public: bool) -> Drafted | None:
        """None: the policy repository is `public`, and the name of a repository that is not would be told there."""
        assert self.central is not None
        if public and any(_private(one) for one in requests):
            return None
        made = self.file(matter, requests, policy, shown=not public)
        path = self.path(made)
        askers = [self._asker(one, public) for one in requests]
        row = requests[0].repository
        brief = Brief(
            name=matter.name,
            kind=Word(matter.kind),
            finding=matter.finding,
            path=path,
            askers=askers,
            properties={} if public or row is None else {k: str(v) for k, v in (row.properties or {}).items()},
            visibility=row.visibility if row else None,
            approvers=[] if public else [str(one) for one in approvers_of(policy, matter.rule)],
            due_at=datetime.fromtimestamp(matter.due_at, UTC) if matter.due_at else None,
            until=self.ends(matter, requests, policy) if matter.kind == Word.WAIVE else None,
            usage=await self.usage(matter, requests, policy.root.owners, public),
            texts=await asyncio.to_thread(texts_of, matter),
            differences=() if public else proposal.text_differences(matter.finding),
            page=self.page(matter),
            incomplete=_to_do(made),
        )
        return Drafted(path, made.text, proposal.body(brief), askers)

    def _asker(self, request: Request, public: bool) -> Asker:
        row = request.repository
        url = f"{self.server_url}/{row.name}/pull/{request.number}" if row else None
        reason = None if public else request.reason
        return Asker(request.login, row.name if row else "?", request.number, reason, url, request.until)

    async def usage(self, matter: Matter, requests: Sequence[Request], owners: Owners, public: bool) -> Usage | None:
        """Who uses the package at this version. `public`: only repositories that everybody sees are named."""
        subject = matter.finding["subject"]
        if not subject["purl"]:
            return None
        try:
            answer = await self.where.ask(
                Question(purl=subject["purl"], versions=subject["version"]), owners, limit=USES
            )
        except UsageError:  # a version that no range of versions can name
            return None
        seen = {one.repository: one for one in answer.places if one.repository}
        named = [name for name, one in seen.items() if not public or one.visibility == "public"]
        asks = {one.repository.name for one in requests if one.repository}
        covered = len(asks & seen.keys()) if matter.kind == Word.WAIVE else answer.repositories or len(seen)
        return Usage(answer.uses, answer.repositories, tuple(sorted(named)), covered, answer.coverage.whole)

    def answer(self, matter: Matter, request: Request, policy: Policy, joins: bool) -> str:
        """On the pull request of who asks: where it is decided, for those who may know."""
        public = not _private(request)
        where = None if public else self._where(matter, [request], policy)
        asks = replies.Request(Word(matter.kind), matter.finding, request.login, joins)
        return replies.asked(asks, asking(policy, public), None, None, elsewhere=where or ())

    def _where(self, matter: Matter, requests: Sequence[Request], policy: Policy) -> list[str]:
        assert self.central is not None
        if matter.pull is not None:
            address = f"{self.server_url}/{self.central.repository}/pull/{matter.pull}"
            return [replies.decided_on(f"{self.central.repository} #{matter.pull}", address)]
        page = self.page(matter)
        said = [replies.decided_on("its page", page)] if page else []
        if matter.refused:
            said.append(replies.added_by_hand(self.editor(self.file(matter, requests, policy))))
        return said

    def editor(self, made: DecisionFile) -> str:
        """GitHub's editor with the file filled in, as far as an address has room for it."""
        assert self.central is not None
        folder, _, name = self.path(made).rpartition("/")
        branch = self.central.ref.removeprefix("refs/heads/")
        place = "/".join((self.server_url, quote(self.central.repository), "new", quote(branch), quote(folder)))
        named = f"{place}?filename={quote(name, safe='')}"
        whole = f"{named}&value={quote(made.text, safe='')}"
        return whole if len(whole) <= ADDRESS else named


def _to_do(made: DecisionFile) -> str | None:
    """What a person does before the file counts."""
    if not made.complete:
        return _BY_HAND if made.text.startswith("# " + _BY_HAND) else _TO_FILL
    return _NOBODY if APPROVER in made.text else None


def texts_of(matter: Matter) -> tuple[Text, ...]:
    """The licenses that the finding is about."""
    ids = beginnings(proposal.listed_licenses(matter.finding.get("licenses") or ()))
    return tuple(Text(id_, f"https://spdx.org/licenses/{quote(id_, safe='')}.html", text) for id_, text in ids)


def _private(request: Request) -> bool:
    """What is not known to be public is not."""
    return request.repository is None or request.repository.visibility != "public"
