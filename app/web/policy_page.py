"""`/policy`: the policy in words. Everybody sees the public edition if a setting says so; who may see the repository of
the policy, where that is not public, sees the internal one after signing in."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

import structlog
from fastapi import APIRouter, Request, Response
from markupsafe import Markup

from app.github.errors import GitHubError
from app.github.people import NotSignedIn
from app.offered import PolicyNow
from app.web.pages.rendering import Renderer
from app.web.rights import Rights
from app.web.sessions import Session, Sessions
from app.web.signin import signin_path
from checks.policy.layers import PolicySet
from checks.policy_page.anchors import anchors
from checks.policy_page.document import document
from checks.policy_page.html import body
from checks.policy_page.words import Edition
from checks.rules import CHECKS

PATH = "/policy"

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class PolicyDesk:
    """What the page needs."""

    policy: PolicyNow
    repository: str | None
    """`owner/name` of the policy; None: each repository has its own, and there is no page."""
    public: bool
    """Whether everybody sees the public edition."""
    renderer: Renderer
    rights: Rights
    sessions: Sessions | None
    clock: Callable[[], datetime]
    """UTC."""

    async def edition(self, session: Session | None) -> Edition | None:
        """What the reader may see. Raises `GitHubError` when GitHub cannot tell now."""
        if session is not None and self.repository is not None:
            try:
                row = await self.rights.repository(self.repository, session)
                if row is not None and row.visibility in ("private", "internal"):
                    return Edition.INTERNAL
            except NotSignedIn:
                log.info("session-ended-at-github", account=session.account)
        return Edition.PUBLIC if self.public else None

    async def places(self, session: Session | None) -> Mapping[str, str]:
        """The address of each rule on the page, by rule; empty where the reader sees no page."""
        try:
            edition = await self.edition(session)
        except GitHubError:
            edition = None
        policies = await self.policy() if edition and self.repository else None
        found = anchors(policies, CHECKS, self.clock()) if policies else {}
        return {rule: f"{PATH}#{anchor}" for rule, anchor in found.items()}


def router(desk: PolicyDesk) -> APIRouter:
    """The route."""
    routes = APIRouter()

    @routes.get(PATH)
    async def policy(request: Request) -> Response:
        session = desk.sessions.of(request) if desk.sessions else None
        try:
            edition = await desk.edition(session)
        except GitHubError as error:
            log.warning("rights-not-known", error=str(error))
            said = "GitHub cannot say now what you may see. Try again in a minute."
            return desk.renderer.message(request, 503, "Try again", said, {"Retry-After": "60"})
        policies = await desk.policy() if edition and desk.repository else None
        if edition is None or policies is None:
            sign_in = signin_path(PATH) if desk.sessions and session is None else None
            return desk.renderer.not_found(request, sign_in=sign_in)
        page = await asyncio.to_thread(_body, policies, edition, desk.clock())
        return desk.renderer.page(request, "policy.html", title="Open source policy", body=page)

    return routes


def _body(policies: PolicySet, edition: Edition, now: datetime) -> Markup:
    """Markup of ours, in which everything foreign is escaped."""
    return Markup(body(document(policies, CHECKS, edition, now)))  # noqa: S704 - `body` escapes
