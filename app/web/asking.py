"""Asking the owner of the policy from the page of a verdict: with the rights that a comment has."""

import hashlib
from dataclasses import dataclass
from datetime import date, datetime

import structlog
from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from app.github.client import GitHubApp
from app.github.errors import GitHubError
from app.github.people import NotSignedIn
from app.requesting.asking import Asking, Place, Wish
from app.requesting.deciding import Deciding
from app.store.matters import MatterStore
from app.subject import Remark, pull_key
from app.web.forms import Posted, Refused, posted
from app.web.pages.rendering import Renderer
from app.web.rights import Rights
from app.web.sessions import Sessions
from checks.conversation.commands import REASON, REQUESTS
from checks.model.facts import RepositoryFacts
from checks.model.phrase import visible

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class AskingPages:
    """Takes the forms."""

    app: GitHubApp
    store: MatterStore
    asking: Asking
    deciding: Deciding
    rights: Rights
    renderer: Renderer
    sessions: Sessions

    def router(self) -> APIRouter:
        routes = APIRouter()

        @routes.post("/r/{owner}/{name}/pull/{number}/requests")
        async def ask(request: Request, owner: str, name: str, number: str) -> Response:
            try:
                form = await posted(request, self.sessions)
                return await self._ask(request, form, f"{owner}/{name}", number)
            except Refused as error:
                said = "Open the page again and send the form from there."
                return self.renderer.message(request, error.status, "Not asked", said)
            except NotSignedIn:
                return self.renderer.message(request, 401, "Not asked", "Sign in again: the session has ended.")
            except GitHubError as error:
                log.warning("not-asked", error=str(error))
                said = "GitHub could not be asked whether you may. Try again in a minute."
                return self.renderer.message(request, 503, "Try again", said, {"Retry-After": "60"})

        return routes

    async def _ask(self, request: Request, form: Posted, repository: str, number: str) -> Response:
        row = await self.rights.repository(repository, form.session)
        key = pull_key(row.id, int(number)) if row and number.isascii() and number.isdigit() else ""
        about = await self.store.about(key) if key and len(number) < 10 else None
        if row is None or about is None or row.gone_at is not None:
            return self.renderer.message(request, 404, "Not found", "There is no such page, or you may not see it.")
        wish = _wish(form, self.deciding.clock())
        if isinstance(wish, str):
            return self.renderer.message(request, 400, "Not asked", wish)
        facts = RepositoryFacts(row.name, row.visibility, row.default_branch, properties=about.properties)
        policies = await self.deciding.policies()
        place = Place(
            installation_id=row.installation_id,
            repository_id=row.id,
            number=int(number),
            about=about,
            remark=_remark(form, key, wish, await self.store.decided()),
            client=self.app.installation(row.installation_id, [row.id]),
            policy=policies.policy_for(facts, about.base_ref or None, self.deciding.clock()),
        )
        outcome = await self.asking.ask(place, wish, begin=True)
        if outcome.entered is None or outcome.entered.matter is None:
            said = outcome.refusal.replace("`", "") or "This repository governs itself: ask by a comment."
            return self.renderer.message(request, 403, "Not asked", said)
        return RedirectResponse(f"/requests/{outcome.entered.matter}", 303, {"Cache-Control": "no-store"})


def _wish(form: Posted, now: datetime) -> Wish | str:
    """What the form asks for; or what is wrong with it."""
    sent = form.fields
    word = next((one for one in REQUESTS if one == sent.get("kind")), None)
    try:
        until = date.fromisoformat(sent["until"]) if sent.get("until") else None
    except ValueError:
        return "The last day is not one such as 2027-03-31."
    if word is None:
        return "The form says not what is asked for."
    if until is not None and until < now.date():
        return "The last day is over already."
    reason = visible(" ".join(sent.get("reason", "").split()), REASON)
    return Wish(word, sent.get("finding", ""), reason, until if word == "waive" else None)


def _remark(form: Posted, key: str, wish: Wish, decided: int) -> Remark:
    """As a comment that nobody wrote: a number below zero, the same for the same form that is sent twice."""
    what = f"{key}\0{form.session.account}\0{wish.word}\0{wish.finding}\0{wish.reason}\0{wish.until}\0{decided}"
    id_ = -(int.from_bytes(hashlib.sha256(what.encode("utf-8", "replace")).digest()[:7], "big") + 1)
    return Remark(id=id_, url="", body="", login=form.session.login, account_id=form.session.account)
