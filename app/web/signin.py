"""Signing in with GitHub: the way there, the way back, and signing out.

What comes back must belong to what set out from this very browser (`state`, once) and from this service (PKCE), and
leads to a page of ours and nowhere else.
"""

import base64
import hashlib
import hmac
import re
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

import structlog
from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from app.github.errors import GitHubError
from app.github.people import Grant, NotSignedIn, People
from app.web.forms import Refused, posted
from app.web.pages.rendering import Renderer
from app.web.rights import Rights
from app.web.sessions import Attempt, CookieTooLarge, Sessions
from app.web.throttle import Throttle

#: How often one address may come back from GitHub, and in how many seconds.
RETURNS, WINDOW = 60, 60.0
#: Where somebody is led who did not come from a page of ours.
ACCOUNT = "/account"
#: A path on this host: no second slash or backslash that would make a browser take it for another host's address.
_LOCAL = re.compile(r"/(?![/\\])[A-Za-z0-9._~!$&'()*+,;=:@%/?-]{0,1000}\Z")

log = structlog.get_logger()


@dataclass
class SignIn:
    """What signing in needs. One for each process."""

    people: People
    sessions: Sessions
    rights: Rights
    public_url: str
    throttle: Throttle = field(default_factory=lambda: Throttle(RETURNS, WINDOW))
    _used: dict[str, float] = field(default_factory=dict, repr=False)
    """States that came back, until they end. A second use in another process ends at GitHub: it takes a code once."""

    @property
    def callback(self) -> str:
        return f"{self.public_url}/signin/callback"

    def returned(self, request: Request) -> Attempt | None:
        """What set out from this browser, if this is the way back, for the first time."""
        attempt, now = self.sessions.attempted(request), self.sessions.clock()
        given = request.query_params.get("state", "")
        if attempt is None or not hmac.compare_digest(given.encode("utf-8", "surrogateescape"), attempt.state.encode()):
            return None
        self._used = {state: until for state, until in self._used.items() if until > now}
        if attempt.state in self._used:
            return None
        self._used[attempt.state] = attempt.expires_at
        return attempt


def signin_path(to: str) -> str:
    """The way to sign in and come back to a path of ours."""
    return f"/signin?{urlencode({'to': to})}"


def local(path: str) -> str:
    """`path` if it leads to a page of ours, else the account's."""
    return path if _LOCAL.match(path) else ACCOUNT


def router(sign_in: SignIn, renderer: Renderer) -> APIRouter:
    """The routes."""
    routes = APIRouter()
    sessions = sign_in.sessions

    @routes.get("/signin")
    async def begin(request: Request) -> Response:
        back_to = local(request.query_params.get("to", ""))
        if sessions.of(request) is not None:
            return _to(back_to)
        response = _to("")
        attempt = sessions.attempt(response, back_to)
        challenge = base64.urlsafe_b64encode(hashlib.sha256(attempt.verifier.encode()).digest()).rstrip(b"=").decode()
        response.headers["location"] = sign_in.people.authorize_url(sign_in.callback, attempt.state, challenge)
        return response

    @routes.get("/signin/callback")
    async def back(request: Request) -> Response:
        if not sign_in.throttle.allows(request.client.host if request.client else ""):
            said = ("Too many sign-ins", "Too many sign-ins came from this address. Try again in a minute.")
            return renderer.message(request, 429, *said, headers={"Retry-After": f"{WINDOW:.0f}"})
        response = await _returned(request, sign_in, renderer)
        sessions.end_attempt(response)
        return response

    @routes.get(ACCOUNT)
    async def account(request: Request) -> Response:
        session = sessions.of(request)
        if session is None:
            return renderer.message(request, 200, "You are not signed in", "Sign in to see pages that are not public.")
        said = "You see here what GitHub lets you see there. The session ends after eight hours, or when you sign out."
        return renderer.message(request, 200, f"You are signed in as {session.login}", said)

    @routes.post("/signout")
    async def end(request: Request) -> Response:
        try:
            session = (await posted(request, sessions)).session
        except Refused as refused:
            return _again(request, renderer, refused.status, "This form is not valid any more. You may be signed out.")
        sign_in.rights.forget(session.account)
        try:
            await sign_in.people.revoke(session.token)
        except GitHubError as error:  # it ends by itself within hours, and the browser forgets it now
            log.warning("token-not-revoked", error=str(error))
        response = _to(ACCOUNT)
        sessions.end(response)
        return response

    return routes


async def _returned(request: Request, sign_in: SignIn, renderer: Renderer) -> Response:
    attempt = sign_in.returned(request)
    if attempt is None:
        said = "It was not begun in this browser, took longer than ten minutes, or was used before."
        return _again(request, renderer, 400, said)
    code = request.query_params.get("code", "")
    if request.query_params.get("error") == "access_denied" or not code or len(code) > 1000:
        return _again(request, renderer, 403, "GitHub says that you declined, so nobody is signed in.", attempt.back_to)
    try:
        grant = await sign_in.people.exchange(code, attempt.verifier, sign_in.callback)
        return await _started(sign_in, grant, attempt.back_to)
    except NotSignedIn:
        return _again(request, renderer, 400, "GitHub does not take this sign-in any more.", attempt.back_to)
    except (GitHubError, CookieTooLarge) as error:
        log.error("sign-in-failed", error=str(error) or type(error).__name__)
        said = "GitHub could not complete the sign-in. If it goes on, the owner of this service finds why in its log."
        return _again(request, renderer, 502, said, attempt.back_to)


async def _started(sign_in: SignIn, grant: Grant, back_to: str) -> Response:
    account = await sign_in.people.account(grant.token)
    response = _to(back_to)
    sign_in.sessions.start(response, account.id, account.login, grant.token, grant.seconds)
    log.info("signed-in", account=account.id, login=account.login)
    return response


def _again(request: Request, renderer: Renderer, status: int, said: str, to: str = ACCOUNT) -> Response:
    return renderer.message(request, status, "You were not signed in", said, sign_in=signin_path(to))


def _to(path: str, **headers: Any) -> Response:
    return RedirectResponse(
        path, 303, headers={"Cache-Control": "no-store", "Referrer-Policy": "no-referrer", **headers}
    )
