"""`/r/{owner}/{name}/…`: every step of the verdict on a pull request or a default branch, for people and programs."""

import asyncio
import re
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import structlog
from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from app.details import details_path
from app.github.errors import GitHubError
from app.github.people import NotSignedIn
from app.store.repositories import RepositoryRow
from app.store.verdicts import Happened, Judged, Standing, Verdict, VerdictStore
from app.subject import Kind
from app.web.pages.finding import Further
from app.web.pages.links import Links
from app.web.pages.rendering import Renderer, utc, wants_json
from app.web.pages.verdict import course, page, redacted, waiting
from app.web.rights import Rights
from app.web.sessions import Session, Sessions
from app.web.signin import local, signin_path

#: Rows of the history, and heads, on one page.
EVENTS, HEADS = 200, 50
_NAME = re.compile(r"[A-Za-z0-9_-]{1,100}/(?!\.{1,2}\Z)[A-Za-z0-9_.-]{1,100}\Z")
_REFS = {
    Kind.PULL: re.compile(r"[1-9][0-9]{0,8}\Z"),
    Kind.BRANCH: re.compile(r"HEAD\Z"),
    Kind.GROUP: re.compile(r"[0-9a-f]{20}\Z"),
}
_THINGS = {Kind.PULL: "pull request", Kind.BRANCH: "default branch", Kind.GROUP: "merge group"}
#: Where a reader, if somebody signed in, finds each rule on the page of the policy: addresses by rule.
Places = Callable[[Session | None], Awaitable[Mapping[str, str]]]
_HEAD = re.compile(r"[0-9a-f]{7,64}\Z")

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Asked:
    """What an address names, syntactically right."""

    repository: str
    kind: Kind
    ref: str
    """The last part of the subject's key: the number of a pull request, for example."""
    head: str | None
    """None: the newest that was judged. It may be abbreviated."""

    def path(self, repository: str) -> str:
        """The address of its newest verdict, by the name that the repository has today."""
        return details_path(repository, self.kind, self.ref)

    def key(self, repository_id: int) -> str:
        return f"{repository_id}/{self.kind}/{self.ref}"

    @property
    def number(self) -> int | None:
        return int(self.ref) if self.kind is Kind.PULL else None


@dataclass(frozen=True, slots=True)
class Found:
    """What is known of it."""

    row: RepositoryRow
    standing: Standing | None
    verdict: Verdict | None
    heads: tuple[Judged, ...]
    events: tuple[Happened, ...]
    judged_at: float | None
    """When the head that was asked for was judged, though its report is not kept any more."""


@dataclass(frozen=True, slots=True)
class Details:
    """What the pages need."""

    verdicts: VerdictStore
    rights: Rights
    renderer: Renderer
    github_url: str
    sessions: Sessions | None = None
    asks: bool = False
    """Whether requests are taken on the page: where the organization's policy decides them."""
    places: Places | None = None
    explains: bool = False
    """Whether there are pages with the trees of rules."""
    clock: Callable[[], float] = time.time

    def router(self) -> APIRouter:
        routes = APIRouter()

        @routes.get("/r/{owner}/{name}/branch")
        @routes.get("/r/{owner}/{name}/branch.json")
        @routes.get("/r/{owner}/{name}/branch/{head}")
        async def branch(request: Request, owner: str, name: str, head: str = "") -> Response:
            return await self._answer(request, asked_for(f"{owner}/{name}", Kind.BRANCH, "HEAD", head))

        @routes.get("/r/{owner}/{name}/{kind}/{ref}")
        @routes.get("/r/{owner}/{name}/{kind}/{ref}/{head}")
        async def subject(request: Request, owner: str, name: str, kind: str, ref: str, head: str = "") -> Response:
            return await self._answer(request, asked_for(f"{owner}/{name}", kind, ref, head))

        return routes

    async def _answer(self, request: Request, asked: Asked | None) -> Response:
        row = await self.admitted(request, asked)
        if asked is None or isinstance(row, Response):
            return row if isinstance(row, Response) else self._not_found(request, None)
        found = await self._found(asked, row)
        if wants_json(request):
            return self.renderer.json(*_as_json(asked, found))
        pages = await self.rule_pages(request)
        return await asyncio.to_thread(self._page, request, asked, found, pages)

    async def rule_pages(self, request: Request) -> Mapping[str, str]:
        """Where the reader finds each rule on the page of the policy, by rule."""
        return await self.places(self.sessions.of(request) if self.sessions else None) if self.places else {}

    async def admitted(self, request: Request, asked: Asked | None) -> RepositoryRow | Response:
        """The repository, if the reader may see it; else what they are answered."""
        session = self.sessions.of(request) if self.sessions else None
        row = None
        try:
            if asked is not None:
                row = await self.rights.repository(asked.repository, session)
        except NotSignedIn:
            return self._signed_out(request)
        except GitHubError as error:
            log.warning("right-not-known", error=str(error))
            said = "GitHub could not be asked whether you may see this page. Try again in a minute."
            return self.renderer.message(request, 503, "Try again", said, {"Retry-After": "60"})
        if asked is None or row is None:
            return self._not_found(request, session)
        if row.gone_at is not None:
            said = "The repository was deleted, or the GitHub App was taken from it, so nothing is shown any more."
            return self.renderer.message(request, 410, "The repository is gone", said)
        return row

    def _not_found(self, request: Request, session: Session | None) -> Response:
        here = signin_path(local(request.url.path)) if self.sessions and session is None else None
        hint = " Pages of repositories that are not public are for those who are signed in." if here else ""
        return self.renderer.not_found(request, hint, sign_in=here)

    def _signed_out(self, request: Request) -> Response:
        """GitHub ended the session's token: the person signs in again and comes back."""
        if wants_json(request):
            response = self.renderer.json({"status": 401, "reason": "the session has ended: sign in again"}, 401)
        else:
            response = RedirectResponse(signin_path(local(request.url.path)), 303, {"Cache-Control": "no-store"})
        if self.sessions:
            self.sessions.end(response)
        return response

    async def _found(self, asked: Asked, row: RepositoryRow) -> Found:
        key = asked.key(row.id)
        verdict = await self.verdicts.verdict(key, asked.head)
        lost = verdict is None and asked.head is not None
        if verdict is not None:
            document = redacted(verdict.document, row.visibility == "public")
            verdict = Verdict(verdict.head, verdict.conclusion, verdict.made_at, document)
        return Found(
            row=row,
            standing=await self.verdicts.standing(key),
            verdict=verdict,
            heads=tuple(await self.verdicts.heads(key, HEADS)),
            events=tuple(await self.verdicts.history(key, EVENTS)),
            judged_at=await self.verdicts.judged_at(key, asked.head or "") if lost else None,
        )

    def _page(self, request: Request, asked: Asked, found: Found, pages: Mapping[str, str]) -> Response:
        now, verdict = utc(self.clock()), found.verdict
        policy = verdict.document["policy"] if verdict else {}
        links = Links(
            server_url=self.github_url,
            repository=found.row.name,
            head=verdict.head if verdict else "",
            policy_source=policy.get("source", ""),
            policy_revision=policy.get("revision"),
            central_policy=found.row.visibility != "public",
        )
        head, path = verdict.head if verdict else None, asked.path(found.row.name)
        tree_at = f"{path}/{head}/explain" if head and self.explains else None
        return self.renderer.page(
            request,
            "verdict.html",
            200 if verdict else 404,
            title=title_of(asked, found.row.name),
            repository=found.row.name,
            number=asked.number,
            pull_address=links.pull(asked.number) if asked.number else None,
            path=path,
            waiting=waiting(found.standing, head) if found.standing else "",
            newest=_newest(found) if asked.head else None,
            empty=_empty(asked, found) if verdict is None else "",
            page=page(verdict, found.events, links, now, Further(pages, tree_at)) if verdict else None,
            tree_at=tree_at,
            course=course(found.heads, found.events, links, path, head),
            ask_at=f"{path}/requests" if self.asks and self._taken(request, asked, found) else None,
            head=head,
            pass_at=f"{path}/overrides" if self._taken(request, asked, found) else None,
        )

    def _taken(self, request: Request, asked: Asked, found: Found) -> bool:
        """Whether the reader may send a form from here: somebody who signed in, about the newest verdict."""
        signed_in = self.sessions is not None and self.sessions.of(request) is not None
        newest = bool(found.heads) and found.verdict is not None and found.heads[0].head == found.verdict.head
        return signed_in and newest and asked.kind is Kind.PULL


def asked_for(repository: str, kind: str, ref: str, head: str) -> Asked | None:
    """What is asked for; None where no such thing can be."""
    head, ref = (head.removesuffix(".json"), ref) if head else ("", ref.removesuffix(".json"))
    known = next((item for item in _REFS if item == kind), None)
    if known is None or not _REFS[known].match(ref) or not _NAME.match(repository) or (head and not _HEAD.match(head)):
        return None
    return Asked(repository, known, ref, head or None)


def title_of(asked: Asked, name: str) -> str:
    return f"{name} #{asked.ref}" if asked.kind is Kind.PULL else f"{name}, {_THINGS[asked.kind]}"


def _newest(found: Found) -> str | None:
    """The head of the newest verdict, if it is another than the one that is shown."""
    newest = found.heads[0].head if found.heads else None
    return newest if newest and (found.verdict is None or newest != found.verdict.head) else None


def _empty(asked: Asked, found: Found) -> str:
    """Why there is no verdict to show."""
    what = f"This {_THINGS[asked.kind]}"
    if found.judged_at is not None:
        return f"{what} was judged at this head, but reports of older heads are kept for 90 days only."
    if asked.head and found.heads:
        return f"{what} was never judged at this head."
    if found.standing is None:
        return f"{what} has never been judged here. That is done when something is pushed to it."
    return "There is no verdict yet."


def _as_json(asked: Asked, found: Found) -> tuple[dict[str, Any], int]:
    """The same for programs: the report as it is, and the history."""
    verdict, standing = found.verdict, found.standing
    document = {
        "repository": found.row.name,
        "number": asked.number,
        "status": "judged" if verdict else "expired" if found.judged_at else "waiting" if standing else "never-judged",
        "judged_at": _iso(verdict.made_at) if verdict else _iso(found.judged_at),
        "being_judged": bool(standing and standing.due),
        "newest_head": standing.head if standing else None,
        "report": verdict.document if verdict else None,
        "heads": [
            {"head": row.head, "conclusion": row.conclusion, "judged_at": _iso(row.made_at)} for row in found.heads
        ],
        "history": [
            {"at": _iso(event.at), "what": event.what, "head": event.head, "finding": event.finding, "rule": event.rule}
            for event in found.events
        ],
    }
    return document, 200 if verdict else 404


def _iso(seconds: float | None) -> str | None:
    moment: datetime | None = utc(seconds) if seconds is not None else None
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ") if moment else None
