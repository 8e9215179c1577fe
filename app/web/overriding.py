"""Setting a check to pass from the page of a verdict: with the rights that the button and the comment have."""

from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from app.details import details_path
from app.github.client import GitHubApp
from app.requesting.overrides import Attempt, Overrides, Way
from app.store.overrides import REASON
from app.subject import Claim, Kind
from app.web.verdict_forms import Sent, VerdictForms
from checks.model.phrase import visible

_UNDONE = "Not set to pass"


@dataclass(frozen=True, slots=True)
class OverridePages:
    """Takes the forms."""

    app: GitHubApp
    overrides: Overrides
    forms: VerdictForms

    def router(self) -> APIRouter:
        routes = APIRouter()

        @routes.post("/r/{owner}/{name}/pull/{number}/overrides")
        async def override(request: Request, owner: str, name: str, number: str) -> Response:
            return await self.forms.answer(
                request, f"{owner}/{name}", number, _UNDONE, lambda sent: self._set(request, sent)
            )

        return routes

    async def _set(self, request: Request, sent: Sent) -> Response:
        refusal = await self.overrides.set(self._attempt(sent))
        if refusal is not None:
            return self.forms.renderer.message(request, 403, _UNDONE, refusal.replace("`", ""))
        path = details_path(sent.row.name, Kind.PULL, str(sent.number))
        return RedirectResponse(path, 303, {"Cache-Control": "no-store"})

    def _attempt(self, sent: Sent) -> Attempt:
        fields, session = sent.form.fields, sent.form.session
        return Attempt(
            _as_claim(sent),
            self.app.installation(sent.row.installation_id, [sent.row.id]),
            session.login,
            session.account,
            fields.get("check", ""),
            visible(" ".join(fields.get("reason", "").split()), REASON),
            Way.PAGE,
            fields.get("head") or None,
        )


def _as_claim(sent: Sent) -> Claim:
    """The pull request, of which nobody has work in hand."""
    nothing: dict[str, Any] = {"token": 0, "wanted": 0, "attempts": 0, "forced": False}
    row = sent.row
    return Claim(
        sent.key, row.installation_id, row.id, sent.number, "", sent.about, **nothing, published=None, comment=None
    )
