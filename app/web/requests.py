"""`/requests`: what is to be decided about the policy, for those who decide and who ask; and the same as an API."""

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from types import MappingProxyType
from typing import Any

import structlog
from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse, RedirectResponse

from app.api_tokens import Callers, Grant
from app.github.errors import GitHubError
from app.requesting.briefs import texts_of
from app.requesting.deciding import Deciding, Verdict
from app.store.matters import Decision, Matter, MatterStore, State
from app.store.matters import Request as Asked
from app.web.forms import Posted, Refused, posted
from app.web.pages.links import Links
from app.web.pages.rendering import Renderer, utc, wants_json
from app.web.refusing import refused, turned_away
from app.web.sessions import Session, Sessions
from app.web.signin import local, signin_path
from checks.conversation.claimed import Claimed, claimed
from checks.conversation.commands import Word
from checks.model.phrase import visible
from checks.policy.approvers import Person, approvers_of
from checks.policy.schema import Policy

#: Matters of one page, and bytes of a decision that a program sends.
PAGE, BODY = 50, 16_384
#: Characters of what somebody found a package to be under.
LONGEST = 500
#: A decision of a program is for one of these.
_DECISIONS = {"approve": True, "decline": False}
_KINDS = {Word.WAIVE: "An exception", Word.WRONG: "Other data", Word.ALLOW: "A change of the policy"}
_VIEWS = {"mine": "Mine to decide", "late": "Late", "all": "All open", "decided": "Decided"}
_DECIDED = (State.GRANTED, State.DECLINED, State.WITHDRAWN)
_UNSENT: Mapping[str, str] = MappingProxyType({})

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Viewer:
    """Somebody who looks."""

    session: Session
    person: Person
    decides: bool
    """Whether they may decide about anything: then they see everything."""


@dataclass(frozen=True, slots=True)
class Row:
    """One matter in the list."""

    matter: Matter
    what: str
    who: str
    state: str
    """One or two words."""
    mine: bool
    opened_at: datetime
    due_at: datetime | None
    late: bool


class RequestPages:
    """The pages."""

    def __init__(
        self, store: MatterStore, deciding: Deciding, renderer: Renderer, sessions: Sessions, github_url: str
    ) -> None:
        self.store = store
        self.deciding = deciding
        self.renderer = renderer
        self.sessions = sessions
        self.github_url = github_url

    def router(self) -> APIRouter:
        routes = APIRouter()

        @routes.get("/requests")
        async def overview(request: Request) -> Response:
            return await self._seen(request, None)

        @routes.get("/requests/{number}")
        async def one(request: Request, number: str) -> Response:
            return await self._seen(request, number.removesuffix(".json"))

        @routes.post("/requests/{number}/decision")
        async def decide(request: Request, number: str) -> Response:
            try:
                form = await posted(request, self.sessions)
            except Refused as error:
                said = "Open the page again and send the form from there."
                return self.renderer.message(request, error.status, "Not taken", said)
            return await self._asked(request, lambda: self._decide(request, form, number))

        return routes

    async def _seen(self, request: Request, number: str | None) -> Response:
        session = self.sessions.of(request)
        if session is None:
            path = signin_path(local(request.url.path))
            said = "Requests are for those who decide them and for those who asked. Sign in to see yours."
            return self.renderer.message(request, 401, "Sign in", said, sign_in=path)
        return await self._asked(request, lambda: self._page(request, session, number))

    async def _asked(self, request: Request, page: Callable[[], Awaitable[Response]]) -> Response:
        try:
            return await page()
        except GitHubError as error:
            log.warning("teams-not-known", error=str(error))
            said = "GitHub could not be asked who you are to the policy. Try again in a minute."
            return self.renderer.message(request, 503, "Try again", said, {"Retry-After": "60"})

    async def _viewer(self, session: Session) -> Viewer:
        person = await self.deciding.person(session.login)
        return Viewer(session, person, await self.deciding.decides(person))

    async def _page(self, request: Request, session: Session, number: str | None) -> Response:
        viewer = await self._viewer(session)
        if number is None:
            return await self._list(request, viewer)
        found = await self._found(viewer, number)
        if found is None:
            return self.renderer.not_found(request)
        return await self._one(request, viewer, *found)

    async def _found(self, viewer: Viewer, number: str) -> tuple[Matter, Sequence[Asked]] | None:
        id_ = int(number) if number.isascii() and number.isdigit() and len(number) < 10 else 0
        matter = await self.store.get(id_)
        requests = await self.store.requests(id_) if matter else ()
        if matter is None or viewer.decides:
            return (matter, requests) if matter else None
        own = [one for one in requests if one.account_id == viewer.session.account]
        return (_for(matter, requests[0] in own), own) if own else None

    # -- the list ---------------------------------------------------------------------------------------------------

    async def _list(self, request: Request, viewer: Viewer) -> Response:
        view = request.query_params.get("show", "mine")
        view = view if view in _VIEWS else "mine"
        before = request.query_params.get("before", "")
        after = int(before) if before.isascii() and before.isdigit() and len(before) < 10 else None
        if not viewer.decides:
            matters = await self.store.asked_by(viewer.session.account, PAGE)
        else:
            states = _DECIDED if view == "decided" else (State.OPEN,)
            matters = await self.store.page(states, after, PAGE, late=view == "late")
        policy, now = (await self.deciding.policies()).plain, self.deciding.clock()
        rows = [await self._row(one, policy, viewer.person, now, viewer.decides) for one in matters]
        shown = [row for row in rows if row.mine] if viewer.decides and view == "mine" else rows
        if wants_json(request):
            own = [one if viewer.decides else _for(one, first=False) for one in matters]
            return self.renderer.json({"requests": [_json(one) for one in own]})
        return self.renderer.page(
            request,
            "requests.html",
            title="Requests",
            rows=shown,
            views=_VIEWS if viewer.decides else {},
            view=view,
            older=matters[-1].id if len(matters) == PAGE and viewer.decides else None,
        )

    async def _row(self, matter: Matter, policy: Policy, person: Person, now: datetime, shown_all: bool) -> Row:
        requests = await self.store.requests(matter.id)
        if not shown_all:
            requests = [one for one in requests if one.login == person.login]
        mine = matter.state is State.OPEN and not self.deciding.refusal(policy, matter, requests, person)
        due = utc(matter.due_at) if matter.due_at else None
        late = matter.state is State.OPEN and (matter.late > 0 or (due is not None and due < now))
        state = "late" if late else "nobody waits" if matter.idle_since and matter.state is State.OPEN else matter.state
        who = ", ".join(dict.fromkeys(f"{one.login}, {_where(one)}" for one in requests[:3]))
        kind = _KINDS[Word(matter.kind)]
        return Row(matter, kind, who, str(state), mine, utc(matter.opened_at), due, late)

    # -- one --------------------------------------------------------------------------------------------------------

    async def _one(
        self,
        request: Request,
        viewer: Viewer,
        matter: Matter,
        requests: Sequence[Asked],
        fault: str = "",
        status: int = 200,
        fields: Mapping[str, str] = _UNSENT,
    ) -> Response:
        decisions = await self.store.decisions(matter.id)
        if wants_json(request):
            return self.renderer.json({**_json(matter), "decisions": [_decision(one) for one in decisions]})
        policy, briefs = (await self.deciding.policies()).plain, self.deciding.briefs
        refusal = self.deciding.refusal(policy, matter, requests, viewer.person)
        row = await self._row(matter, policy, viewer.person, self.deciding.clock(), viewer.decides)
        file = briefs.file(matter, requests, policy)
        return self.renderer.page(
            request,
            "request.html",
            status,
            title=f"Request {matter.id}",
            row=row,
            matter=matter,
            finding=matter.finding,
            file=file,
            text=next((one.text for one in decisions if one.text and viewer.decides), file.text),
            asks=[(one, _where(one), self._pull(one), utc(one.asked_at)) for one in requests],
            context=_context(requests),
            usage=await briefs.usage(matter, requests, policy.root.owners, public=not viewer.decides),
            texts=await asyncio.to_thread(texts_of, matter),
            approvers=[str(one) for one in approvers_of(policy, matter.rule)],
            refusal=refusal,
            may=not refusal and matter.state is State.OPEN,
            ends=briefs.ends(matter, requests, policy) if matter.kind == Word.WAIVE else None,
            today=self.deciding.clock().date(),
            editor=briefs.editor(file) if viewer.decides and briefs.central else None,
            proposal=self._proposal(matter) if viewer.decides else None,
            decisions=[(one, utc(one.at)) for one in decisions],
            fault=fault,
            claim=self._claim(matter, requests, fields),
        )

    def _claim(self, matter: Matter, requests: Sequence[Asked], fields: Mapping[str, str]) -> Claimed | None:
        """The fields about the license text, as far as they are known; None where nothing is to be set right."""
        if matter.kind != Word.WRONG or not matter.finding["subject"]["purl"]:
            return None
        known = claimed(requests[0].reason) if requests else Claimed()
        return Claimed(*(fields.get(name, value) for name, value in known._asdict().items()))

    def _pull(self, asked: Asked) -> str | None:
        row = asked.repository
        return Links(self.github_url, row.name, "", "", None, False).pull(asked.number) if row else None

    def _proposal(self, matter: Matter) -> str | None:
        central = self.deciding.briefs.central
        if matter.pull is None or central is None:
            return None
        return Links(self.github_url, central.repository, "", "", None, False).pull(matter.pull)

    async def _decide(self, request: Request, form: Posted, number: str) -> Response:
        viewer = await self._viewer(form.session)
        found = await self._found(viewer, number)
        if found is None:
            return self.renderer.not_found(request)
        matter, requests = found
        verdict = _verdict(form.fields, "page")
        if isinstance(verdict, str):
            return await self._one(request, viewer, matter, requests, verdict, 400, form.fields)
        fault = await self.deciding.decide(matter, viewer.person, form.session.account, verdict)
        if fault:
            return await self._one(request, viewer, matter, requests, fault, 409, form.fields)
        return RedirectResponse(f"/requests/{matter.id}", 303, {"Cache-Control": "no-store"})


def api(callers: Callers, store: MatterStore, deciding: Deciding) -> APIRouter:
    """The API; `callers` send their token as `Authorization: Bearer …`. Who decides is named by them."""
    routes = APIRouter()

    @routes.get("/api/v1/requests")
    async def listed(request: Request) -> Response:
        if (away := turned_away(request, callers, Grant.REQUESTS)) is not None:
            return away
        state, before = request.query_params.get("state", State.OPEN.value), request.query_params.get("before", "")
        if state not in [str(one) for one in State] or (before and not (before.isascii() and before.isdigit())):
            return refused(400, f"state: expected {', '.join(State)}; before: the number of a request")
        found = await store.page((State(state),), int(before[:10]) if before else None, PAGE)
        rows = [{**_json(one), "requests": [_request(a) for a in await store.requests(one.id)]} for one in found]
        return JSONResponse({"requests": rows, "before": found[-1].id if len(found) == PAGE else None})

    @routes.post("/api/v1/requests/{number}/decision")
    async def decide(request: Request, number: int) -> Response:
        if (away := turned_away(request, callers, Grant.DECIDE)) is not None:
            return away
        fields = await _body(request)
        verdict = _verdict(fields, "api") if fields is not None else "expected a small JSON object of texts"
        login = (fields or {}).get("by", "").removeprefix("@")
        if isinstance(verdict, str) or not login:
            return refused(400, verdict if isinstance(verdict, str) else "by: the login of who decides")
        matter = await store.get(number) if 0 < number < 2**31 else None
        if matter is None:
            return refused(404, "there is no such request")
        try:
            fault = await deciding.decide(matter, await deciding.person(login), None, verdict)
        except GitHubError as error:
            return refused(503, f"GitHub could not be asked who decides: {error}", {"Retry-After": "60"})
        if fault:
            return refused(409, fault)
        return JSONResponse(_json(await store.get(number) or matter))

    return routes


async def _body(request: Request) -> dict[str, str] | None:
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > BODY:
            return None
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        return None
    texts = isinstance(found, dict) and all(isinstance(value, str) for value in found.values())
    return found if texts else None


def _verdict(fields: Mapping[str, str], place: str) -> Verdict | str:
    """What a form or a program says; or what is wrong with it."""
    if fields.get("decision") not in _DECISIONS:
        return "decision: expected approve or decline"
    try:
        until = date.fromisoformat(fields["until"]) if fields.get("until") else None
    except ValueError:
        return "until: expected a day such as 2027-03-31"
    told = [visible(fields.get(name, "").strip(), LONGEST) or None for name in Claimed._fields]
    found = Claimed(*told) if any(told) else None
    return Verdict(_DECISIONS[fields["decision"]], fields.get("reason", ""), until, place, found)


def _where(asked: Asked) -> str:
    return f"{asked.repository.name if asked.repository else 'a repository that is gone'} #{asked.number}"


def _for(matter: Matter, first: bool) -> Matter:
    """As somebody sees it who only asks: where it was found first is theirs to know if they asked first."""
    hidden: dict[str, Any] = {} if first else {"path": None, "line": None, "why": [], "fix": None}
    return replace(matter, finding={**matter.finding, **hidden})


def _context(requests: Sequence[Asked]) -> list[tuple[str, str]]:
    row = requests[0].repository if requests else None
    if row is None:
        return []
    return [("visibility", str(row.visibility)), *((k, str(v)) for k, v in sorted((row.properties or {}).items()))]


def _json(matter: Matter) -> dict[str, Any]:
    return {
        "id": matter.id,
        "name": matter.name,
        "kind": matter.kind,
        "state": str(matter.state),
        "rule": matter.rule,
        "finding": dict(matter.finding),
        "opened_at": _iso(matter.opened_at),
        "due_at": _iso(matter.due_at),
        "late": matter.late > 0,
        "pull": matter.pull,
        "decided_at": _iso(matter.decided_at),
    }


def _request(asked: Asked) -> dict[str, Any]:
    return {
        "repository": asked.repository.name if asked.repository else None,
        "number": asked.number,
        "by": asked.login,
        "reason": asked.reason,
        "until": asked.until.isoformat() if asked.until else None,
        "at": _iso(asked.asked_at),
    }


def _decision(made: Decision) -> dict[str, Any]:
    until = made.until.isoformat() if made.until else None
    said = {"granted": made.granted, "by": made.login, "place": made.place, "reason": made.reason}
    return {**said, "until": until, "at": _iso(made.at)}


def _iso(seconds: float | None) -> str | None:
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
