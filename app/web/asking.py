"""Asking the owner of the policy from the page of a verdict: with the rights that a comment has."""

import hashlib
from dataclasses import dataclass
from datetime import date, datetime

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from app.github.client import GitHubApp
from app.requesting.asking import Asking, Place, Wish
from app.requesting.deciding import Deciding
from app.subject import Remark
from app.web.forms import Posted
from app.web.verdict_forms import Sent, VerdictForms
from checks.conversation.commands import REASON, REQUESTS
from checks.model.facts import RepositoryFacts
from checks.model.phrase import visible

_UNDONE = "Not asked"


@dataclass(frozen=True, slots=True)
class AskingPages:
    """Takes the forms."""

    app: GitHubApp
    asking: Asking
    deciding: Deciding
    forms: VerdictForms

    def router(self) -> APIRouter:
        routes = APIRouter()

        @routes.post("/r/{owner}/{name}/pull/{number}/requests")
        async def ask(request: Request, owner: str, name: str, number: str) -> Response:
            return await self.forms.answer(
                request, f"{owner}/{name}", number, _UNDONE, lambda sent: self._ask(request, sent)
            )

        return routes

    async def _ask(self, request: Request, sent: Sent) -> Response:
        row, about, refused = sent.row, sent.about, self.forms.renderer.message
        wish = _wish(sent.form, self.deciding.clock())
        if isinstance(wish, str):
            return refused(request, 400, _UNDONE, wish)
        facts = RepositoryFacts(row.name, row.visibility, row.default_branch, properties=about.properties)
        policies = await self.deciding.policies()
        place = Place(
            installation_id=row.installation_id,
            repository_id=row.id,
            number=sent.number,
            about=about,
            remark=_remark(sent, wish, await self.forms.pulls.decided()),
            client=self.app.installation(row.installation_id, [row.id]),
            policy=policies.policy_for(facts, about.base_ref or None, self.deciding.clock()),
        )
        outcome = await self.asking.ask(place, wish, begin=True)
        if outcome.entered is None or outcome.entered.matter is None:
            said = outcome.refusal.replace("`", "") or "This repository governs itself: ask by a comment."
            return refused(request, 403, _UNDONE, said)
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


def _remark(sent: Sent, wish: Wish, decided: int) -> Remark:
    """As a comment that nobody wrote: a number below zero, the same for the same form that is sent twice."""
    session = sent.form.session
    what = f"{sent.key}\0{session.account}\0{wish.word}\0{wish.finding}\0{wish.reason}\0{wish.until}\0{decided}"
    id_ = -(int.from_bytes(hashlib.sha256(what.encode("utf-8", "replace")).digest()[:7], "big") + 1)
    return Remark(id=id_, url="", body="", login=session.login, account_id=session.account)
