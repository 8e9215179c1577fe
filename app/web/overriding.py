"""Setting a check to pass from the page of a verdict: with the rights that the button and the comment have."""

from dataclasses import dataclass
from typing import Any

import structlog
from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from app.details import details_path
from app.github.client import GitHubApp
from app.github.errors import GitHubError
from app.github.people import NotSignedIn
from app.jobs.overrides import Attempt, Overrides, Way
from app.store.matters import MatterStore
from app.store.overrides import REASON
from app.store.repositories import RepositoryRow
from app.subject import About, Claim, Kind, pull_key
from app.web.forms import Posted, Refused, posted
from app.web.pages.rendering import Renderer
from app.web.rights import Rights
from app.web.sessions import Sessions
from checks.model.phrase import visible

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class OverridePages:
    """Takes the forms."""

    app: GitHubApp
    pulls: MatterStore
    overrides: Overrides
    rights: Rights
    renderer: Renderer
    sessions: Sessions

    def router(self) -> APIRouter:
        routes = APIRouter()

        @routes.post("/r/{owner}/{name}/pull/{number}/overrides")
        async def override(request: Request, owner: str, name: str, number: str) -> Response:
            try:
                form = await posted(request, self.sessions)
                return await self._set(request, form, f"{owner}/{name}", number)
            except Refused as error:
                said = "Open the page again and send the form from there."
                return self.renderer.message(request, error.status, "Not set to pass", said)
            except NotSignedIn:
                return self.renderer.message(request, 401, "Not set to pass", "Sign in again: the session has ended.")
            except GitHubError as error:
                log.warning("not-overridden", error=str(error))
                said = "GitHub could not be asked whether you may. Try again in a minute."
                return self.renderer.message(request, 503, "Try again", said, {"Retry-After": "60"})

        return routes

    async def _set(self, request: Request, form: Posted, repository: str, number: str) -> Response:
        row = await self.rights.repository(repository, form.session)
        right = number.isascii() and number.isdigit() and len(number) < 10
        about = await self.pulls.about(pull_key(row.id, int(number))) if row and right else None
        if row is None or about is None or row.gone_at is not None:
            return self.renderer.message(request, 404, "Not found", "There is no such page, or you may not see it.")
        refusal = await self.overrides.set(self._attempt(form, row, about, int(number)))
        if refusal is not None:
            return self.renderer.message(request, 403, "Not set to pass", refusal.replace("`", ""))
        path = details_path(row.name, Kind.PULL, number)
        return RedirectResponse(path, 303, {"Cache-Control": "no-store"})

    def _attempt(self, form: Posted, row: RepositoryRow, about: About, number: int) -> Attempt:
        sent, session = form.fields, form.session
        return Attempt(
            _as_claim(row, about, number),
            self.app.installation(row.installation_id, [row.id]),
            session.login,
            session.account,
            sent.get("check", ""),
            visible(" ".join(sent.get("reason", "").split()), REASON),
            Way.PAGE,
            sent.get("head") or None,
        )


def _as_claim(row: RepositoryRow, about: About, number: int) -> Claim:
    """The pull request, of which nobody has work in hand."""
    nothing: dict[str, Any] = {"token": 0, "wanted": 0, "attempts": 0, "forced": False}
    key = pull_key(row.id, number)
    return Claim(key, row.installation_id, row.id, number, "", about, **nothing, published=None, comment=None)
