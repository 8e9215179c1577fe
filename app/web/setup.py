"""`/setup`: pages from a service without a GitHub App to the first verdict, for whoever has the set-up token."""

import hmac
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TypeAlias, TypeVar
from urllib.parse import urlsplit

import structlog
from fastapi import APIRouter, FastAPI, Request, Response
from fastapi.responses import JSONResponse, RedirectResponse
from starlette.routing import Route

from app.address import Address
from app.github.errors import GitHubError
from app.github.manifest import CodeRefused, Place, Wish, app_name, chosen, login, options, title
from app.github.needs import PERMISSIONS
from app.github.rulesets import Enforcement, ruleset
from app.web.application import Running, bare
from app.web.forms import Refused, fields
from app.web.pages.rendering import POLICY, Renderer
from app.web.setup_flow import NotBegun, Setup, Visit
from checks.model.errors import UsageError
from checks.policy.starter import STARTER
from checks.render.checkrun import VERDICT

T = TypeVar("T")
Routes: TypeAlias = tuple[APIRouter, ...]
_COOKIE = "ospo-gate-setup"
_NEXT = "/setup/next"


@dataclass(slots=True)
class Form:
    """What somebody entered, and what is wrong with it by the name of the field."""

    given: Mapping[str, str]
    faults: dict[str, str] = field(default_factory=dict)

    def read(self, name: str, parse: Callable[[str], T]) -> T | None:
        try:
            return parse(self.given.get(name, "").strip())
        except ValueError as error:
            self.faults[name] = str(error)
            return None


def router(setup: Setup, renderer: Renderer, public_url: str | None) -> APIRouter:
    """The pages, while there is no App and after it was made. `public_url`: what the form begins with."""
    routes = APIRouter()
    pages = _Pages(setup, renderer, public_url)

    @routes.get("/setup")
    async def first(request: Request) -> Response:
        visit = pages.visit(request)
        if not setup.open:
            return _to(_NEXT) if visit and setup.made else pages.closed(request)
        return pages.form(request, visit) if visit else pages.door(request)

    @routes.post("/setup")
    async def enter(request: Request) -> Response:
        return await pages.enter(request)

    @routes.post("/setup/app")
    async def wish(request: Request) -> Response:
        return await pages.confirm(request)

    @routes.get("/setup/created")
    async def created(request: Request) -> Response:
        return await pages.created(request)

    @routes.get(_NEXT)
    async def following(request: Request) -> Response:
        visit = pages.visit(request)
        return await pages.following(request, visit) if visit and setup.made else pages.closed(request)

    @routes.post("/setup/store")
    async def store(request: Request) -> Response:
        return await pages.store(request)

    @routes.post("/setup/credentials")
    async def credentials(request: Request) -> Response:
        return await pages.credentials(request)

    @routes.get("/setup/policy.yaml")
    async def policy(request: Request) -> Response:
        return pages.file(request, "policy.yaml", STARTER, "application/yaml")

    @routes.get("/setup/ruleset-{enforcement}.json")
    async def rules(request: Request, enforcement: str) -> Response:
        return pages.ruleset(request, enforcement)

    return routes


def application(routes: Routes, running: Running | None = None) -> FastAPI:
    """The service while it has no App: alive, and not ready. It answers GitHub's first `ping`, so that GitHub knows at
    once whether webhooks arrive; everything else it keeps until it is asked for again. `running` spans its life."""
    app = bare(running)

    async def webhook(request: Request) -> Response:
        if request.headers.get("x-github-event") == "ping":
            return JSONResponse({"status": "set-up"}, 202)
        return JSONResponse({"reason": "there is no GitHub App yet: /setup"}, 503, {"Retry-After": "60"})

    async def readyz(_request: Request) -> Response:
        return JSONResponse({"status": "not ready", "reason": "there is no GitHub App yet: /setup"}, 503)

    app.router.routes.append(Route("/webhook", webhook, methods=["POST"]))
    app.router.routes.append(Route("/readyz", readyz))
    for router_ in routes:
        app.include_router(router_)
    return app


@dataclass(slots=True)
class _Pages:
    setup: Setup
    renderer: Renderer
    public_url: str | None

    def visit(self, request: Request) -> Visit | None:
        found = (self.setup.visit(request.cookies.get(_cookie(secure), "")) for secure in (True, False))
        return next(filter(None, found), None)

    def closed(self, request: Request) -> Response:
        said = "The GitHub App is set up. What else there is to do says `ospo-gate setup` on the terminal."
        return self.renderer.message(request, 404, "Set-up is closed", said)

    def door(self, request: Request, status: int = 200, fault: str = "") -> Response:
        return self.renderer.page(request, "setup_door.html", status, title="Set up ospo-gate", fault=fault)

    async def enter(self, request: Request) -> Response:
        if not self.setup.open:
            return self.closed(request)
        try:
            given = (await fields(request)).get("token", "")
        except Refused as refused:
            return self.refused(request, refused.status)
        caller = request.client.host if request.client else ""
        visit = self.setup.enter(given, caller)
        if visit is None:
            structlog.get_logger().warning("setup-token-refused", caller=caller)
            fault = "This is not the set-up token, or it was tried too often. The terminal of the service shows it."
            return self.door(request, 403, fault)
        response = _to("/setup")
        secure = _origin(request).startswith("https://")
        response.set_cookie(_cookie(secure), visit.id, path="/", secure=secure, httponly=True, samesite="lax")
        return response

    def form(self, request: Request, visit: Visit, form: Form | None = None) -> Response:
        place = self.setup.place
        preset = {"place": "known", "owner": "organization", "name": "ospo-gate", "public_url": self.public_url or ""}
        preset |= {f"option-{option.name}": "on" for option in options(place) if option.preset}
        return self.renderer.page(
            request,
            "setup_form.html",
            422 if form else 200,
            title="Set up ospo-gate",
            visit=visit,
            given=form.given if form else preset,
            faults=form.faults if form else {},
            known=place.web.host,
            needed=[(title(item.name), item) for item in PERMISSIONS if not item.optional],
            options=options(place),
        )

    async def confirm(self, request: Request) -> Response:
        """The form that the browser sends to GitHub, shown before it is sent."""
        visit, given = await self._posted(request)
        if visit is None or not self.setup.open:
            return self.refused(request, 403)
        form = Form(given)
        wish = _wish(form, self.setup.place)
        if wish is None:
            return self.form(request, visit, form)
        state = self.setup.begin(visit, wish)
        to_github = POLICY.replace("form-action 'self'", f"form-action 'self' {wish.place.web.origin}")
        return self.renderer.page(
            request,
            "setup_confirm.html",
            headers={"Content-Security-Policy": to_github},
            title="Create the GitHub App",
            wish=wish,
            action=f"{wish.place.registration(wish.organization)}?state={state}",
            manifest=json.dumps(wish.manifest(f"{_origin(request)}/setup/created")),
            permissions=[(title(name), level) for name, level in wish.permissions.items()],
        )

    async def created(self, request: Request) -> Response:
        """The way back from GitHub."""
        query, visit = request.query_params, self.visit(request)
        try:
            await self.setup.complete(visit, query.get("state", ""), query.get("code", ""))
        except NotBegun:
            if visit and visit is self.setup.maker:  # who loads the page again
                return _to(_NEXT)
            if self.setup.open:
                said = "It was not begun in this browser, took longer than an hour, or was used before."
                return self.again(request, 400, said)
            said = "Somebody was faster. If GitHub shows an App that you have just made, delete it there."
            return self.renderer.message(request, 409, "Set-up is closed", said)
        except CodeRefused as error:
            said = f"{error}. If GitHub shows the App among yours, delete it there: its credentials are lost."
            return self.again(request, 400, said)
        except (GitHubError, UsageError) as error:
            structlog.get_logger().error("setup-failed", error=str(error))
            said = f"{error}. Load this page again: the code that GitHub gave is valid for an hour."
            return self.again(request, 502, said)
        made = self.setup.made
        if made:
            structlog.get_logger().info("github-app-created", app=made.app_id, slug=made.slug, owner=made.owner)
        return _to(_NEXT)

    def again(self, request: Request, status: int, said: str) -> Response:
        return self.renderer.page(request, "setup_again.html", status, title="The App is not set up", said=said)

    async def following(self, request: Request, visit: Visit) -> Response:
        setup, made, wish = self.setup, self.setup.made, self.setup.wish
        if made is None or wish is None:
            return self.closed(request)
        organization = made.owner if made.organization else None
        return self.renderer.page(
            request,
            "setup_next.html",
            title="The GitHub App is set up" if not setup.fault else "The GitHub App is made, and not stored yet",
            visit=visit,
            made=made,
            setup=setup,
            may_show=setup.may_show(visit),
            found=await setup.examine(),
            install=wish.place.installation(made.slug),
            rulesets=wish.place.rulesets(organization),
            organization=organization,
            starter=STARTER,
            verdict=VERDICT,
        )

    async def store(self, request: Request) -> Response:
        """Once more, after somebody has made room."""
        visit, _ = await self._posted(request)
        if visit is None or not self.setup.fault:
            return self.refused(request, 403)
        self.setup.store()
        return _to(_NEXT)

    async def credentials(self, request: Request) -> Response:
        visit, given = await self._posted(request)
        if visit is None:
            return self.refused(request, 403)
        try:
            text = self.setup.show(visit, given.get("form", ""))
        except NotBegun:
            said = "They were shown once, and are never shown again. The files hold them."
            return self.renderer.message(request, 404, "The credentials are not shown", said)
        structlog.get_logger().info("credentials-shown", app=self.setup.made and self.setup.made.app_id)
        return self.renderer.page(request, "setup_credentials.html", title="The credentials, shown once", text=text)

    def ruleset(self, request: Request, enforcement: str) -> Response:
        made = self.setup.made
        if made is None or enforcement not in list(Enforcement):
            return self.closed(request)
        text = json.dumps(ruleset(made.app_id, VERDICT, Enforcement(enforcement), made.organization), indent=2)
        return self.file(request, f"ospo-gate-{enforcement}.json", text + "\n", "application/json")

    def file(self, request: Request, name: str, text: str, type_: str) -> Response:
        """Something to download, for those who set up."""
        if self.visit(request) is None:
            return self.closed(request)
        headers = {"Content-Disposition": f'attachment; filename="{name}"'}
        return self.renderer.answer(text.encode(), type_, 200, None, headers)

    def refused(self, request: Request, status: int) -> Response:
        said = "This form is not valid any more, or not from this page. Begin again at /setup."
        return self.renderer.message(request, status, "This form is not taken", said)

    async def _posted(self, request: Request) -> tuple[Visit | None, Mapping[str, str]]:
        """The form and whose it is; nobody's if it is not from a page of ours."""
        visit = self.visit(request)
        try:
            given = await fields(request)
        except Refused:
            return None, {}
        if visit is None or not hmac.compare_digest(given.get("csrf", "").encode(), visit.csrf.encode()):
            return None, {}
        return visit, given


def _wish(form: Form, known: Place) -> Wish | None:
    """The App that the form describes; None, with the faults in the form, for what cannot be one."""
    place = form.read("host", Place.of) if form.given.get("place") == "server" else known
    organization = form.read("organization", login) if form.given.get("owner") != "self" else None
    name = form.read("name", app_name)
    public_url = form.read("public_url", _service)
    if form.faults or place is None or name is None or public_url is None:
        return None
    named = [key.removeprefix("option-") for key in form.given if key.startswith("option-")]
    return Wish(place, organization, name, public_url, chosen(place, named))


def _service(text: str) -> Address:
    try:
        address = Address.parse(text)
    except ValueError:
        address = None
    if address is None or urlsplit(address).path:
        raise ValueError("expected https:// and a host, such as https://gate.example.com")
    return address


def _origin(request: Request) -> str:
    """Where the browser sees this page: what it says itself knows of the proxy between."""
    said = request.headers.get("origin", "")
    same = urlsplit(said).netloc == request.headers.get("host") and said.startswith(("http://", "https://"))
    return said if same else str(request.base_url).rstrip("/")


def _cookie(secure: bool) -> str:
    """With the prefix a browser takes the cookie from this very host only, and never over plain HTTP."""
    return f"{'__Host-' if secure else ''}{_COOKIE}"


def _to(path: str) -> RedirectResponse:
    return RedirectResponse(path, 303, headers={"Cache-Control": "no-store", "Referrer-Policy": "no-referrer"})
