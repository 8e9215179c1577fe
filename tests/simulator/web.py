"""GitHub's pages for people: signing in with an App, making an App from a manifest, installing it.

They ask little: who signs in is chosen on the page, everything else is done by the first account of the world.
"""

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from html import escape
from urllib.parse import parse_qsl, urlencode

from . import manifests, oauth
from .accounts import Owner, User
from .apps import App, install
from .markup import document, hidden
from .routing import Reply
from .world import Json, World


@dataclass(frozen=True, slots=True)
class Visit:
    """One request of a browser (or of a client, for the token). `form` is the body, JSON or a form's fields."""

    world: World
    method: str
    path: str
    query: dict[str, str]
    form: Json
    accept: str


def has(path: str) -> bool:
    return any(pattern.fullmatch(path) for pattern, _ in _PAGES)


def visit(world: World, method: str, path: str, query: dict[str, str], body: bytes, accept: str) -> Reply:
    """The answer of the page that has this path."""
    page, groups = next((page, match.groups()) for pattern, page in _PAGES if (match := pattern.fullmatch(path)))
    with world.lock:
        return page(Visit(world, method, path, query, _form(body), accept), *groups)


def authorize(here: Visit) -> Reply:
    """`GET` asks who one is; `POST` with `login` agrees as that person, with `cancel` it refuses."""
    app = next((a for a in here.world.apps.values() if a.client_id == here.query.get("client_id")), None)
    if app is None:
        return _missing()
    back = oauth.callback(app, here.query.get("redirect_uri"))
    if back is None:
        words = "The <code>redirect_uri</code> is not associated with this application."
        return document("Be careful!", f"<h1>Be careful!</h1><p>{words}</p>", status=400)
    method, challenge = here.query.get("code_challenge_method"), here.query.get("code_challenge")
    if challenge is not None and method != "S256":
        return document("Not supported", "<h1>Only S256 is supported as code_challenge_method</h1>", status=400)
    state = {"state": here.query["state"]} if "state" in here.query else {}
    if here.method == "POST":
        if "cancel" in here.form:
            words = "The user has denied your application access."
            return _redirect(back, {"error": "access_denied", "error_description": words, **state})
        user = here.world.users.get(str(here.form.get("login", "")).lower())
        if user is None or user.type != "User":
            return _missing()
        return _redirect(back, {"code": oauth.issue_code(here.world, app, user, back, challenge), **state})
    people = [user.login for user in here.world.users.values() if user.type == "User"]
    body = f"<h1>Authorize {escape(app.name)}</h1><p>Who are you?</p>" + _form_of(here, "", _buttons("login", people))
    return document(f"Authorize {app.name}", body + _form_of(here, "", _buttons("cancel", ["Cancel"])))


def access_token(here: Visit) -> Reply:
    """Form-encoded, or JSON for whoever accepts it; refusals have status 200 too."""
    if here.method != "POST":
        return _missing()
    try:
        answer = oauth.exchange(here.world, here.query | here.form)
    except oauth.Refused as refused:
        answer = refused.body
    if "application/json" in here.accept:
        return Reply(answer)
    return Reply(urlencode(answer).encode(), headers={"content-type": "application/x-www-form-urlencoded"})


def new_app(here: Visit, organization: str | None) -> Reply:
    """What the form with the manifest is posted to: a page that lets only the name be changed."""
    owner = _owner(here, organization)
    if owner is None or here.method != "POST":
        return _missing()
    text = str(here.form.get("manifest", ""))
    try:
        manifest = manifests.read(here.world, text)
    except manifests.Unusable as unusable:
        return _refusal(unusable.problems)
    name = str(manifest.get("name") or "")
    target = here.path.removesuffix("new") + "manifest"
    granted = {**manifest.get("default_permissions", {})}
    wanted = "".join(f"<li>{escape(key)}: {escape(str(level))}</li>" for key, level in granted.items())
    heard = "".join(f"<li>{escape(event)}</li>" for event in manifest.get("default_events", []))
    field = f'<label>GitHub App name <input name="name" value="{escape(name)}" required></label> '
    body = (
        f"<h1>Create GitHub App for {escape(owner.login)}</h1>"
        + _form_of(here, target, hidden("manifest", text) + field + "<button>Create GitHub App</button>")
        + f"<section><h2>Permissions</h2><ul>{wanted}</ul><h2>Events</h2><ul>{heard}</ul></section>"
    )
    return document("Create GitHub App", body)


def create_app(here: Visit, organization: str | None) -> Reply:
    """The "Create" button: back to `redirect_url` with the code and the state."""
    owner = _owner(here, organization)
    if owner is None or here.method != "POST":
        return _missing()
    try:
        manifest = manifests.read(here.world, str(here.form.get("manifest", "")))
        code = manifests.create(here.world, owner, manifest, str(here.form.get("name", "")))
    except manifests.Unusable as unusable:
        return _refusal(unusable.problems)
    app = here.world.conversions[code].app
    state = {"state": here.query["state"]} if "state" in here.query else {}
    return _redirect(manifest.get("redirect_url") or f"{here.world.html_url}/apps/{app.slug}", {"code": code, **state})


def show_app(here: Visit, slug: str) -> Reply:
    app = _app(here, slug)
    if app is None:
        return _missing()
    link = f'<p><a href="{escape(here.path)}/installations/new">Install</a></p>'
    return document(app.name, f"<h1>{escape(app.name)}</h1><p>{escape(app.description)}</p>{link}")


def install_app(here: Visit, slug: str) -> Reply:
    """`POST` with `account` installs on all its repositories, then returns to the App's `setup_url`."""
    app = _app(here, slug)
    if app is None:
        return _missing()
    free = [owner for owner in _accounts(here.world, app) if not _installed(here.world, app, owner)]
    if here.method != "POST":
        buttons = _form_of(here, "", _buttons("account", [owner.login for owner in free]))
        return document(f"Install {app.name}", f"<h1>Install {escape(app.name)}</h1><p>Where?</p>{buttons}")
    owner = next((owner for owner in free if owner.login == here.form.get("account")), None)
    if owner is None:
        return _missing()
    number = install(here.world, app, owner).id
    values = {"installation_id": str(number), "setup_action": "install"}
    if "state" in here.query:
        values["state"] = here.query["state"]
    if app.request_oauth_on_install and app.callback_urls:
        user = owner if isinstance(owner, User) else _first(here.world)
        values["code"] = oauth.issue_code(here.world, app, user, app.callback_urls[0], None)
        return _redirect(app.callback_urls[0], values)
    if app.setup_url:
        return _redirect(app.setup_url, values)
    return document("Installed", f"<h1>{escape(app.name)} is installed on {escape(owner.login)}</h1>")


Page = Callable[..., Reply]
_PAGES: list[tuple[re.Pattern[str], Page]] = [
    (re.compile(r"/login/oauth/authorize"), authorize),
    (re.compile(r"/login/oauth/access_token"), access_token),
    (re.compile(r"(?:/organizations/([^/]+))?/settings/apps/new"), new_app),
    (re.compile(r"(?:/organizations/([^/]+))?/settings/apps/manifest"), create_app),
    (re.compile(r"/(?:apps|github-apps)/([^/]+)/installations/new"), install_app),
    (re.compile(r"/(?:apps|github-apps)/([^/]+)"), show_app),
]


def _form(body: bytes) -> Json:
    """The fields of a form, or the keys of a JSON object."""
    text = body.decode("utf-8", "replace")
    if text.startswith("{"):
        try:
            data = json.loads(text)
        except ValueError:
            return {}
        return data if isinstance(data, dict) else {}
    return dict(parse_qsl(text, keep_blank_values=True))


def _first(world: World) -> User:
    return next(iter(world.users.values()))


def _owner(here: Visit, organization: str | None) -> Owner | None:
    return here.world.organizations.get(organization.lower()) if organization else _first(here.world)


def _app(here: Visit, slug: str) -> App | None:
    return next((app for app in here.world.apps.values() if app.slug == slug), None)


def _accounts(world: World, app: App) -> list[Owner]:
    """A private App can be installed on its owner's account only."""
    people = [user for user in world.users.values() if user.type == "User"]
    return [*world.organizations.values(), *people] if app.public else [app.owner]


def _installed(world: World, app: App, owner: Owner) -> bool:
    return any(i.app is app and i.account is owner for i in world.installations.values())


def _redirect(address: str, values: dict[str, str]) -> Reply:
    joint = "&" if "?" in address else "?"
    return Reply(b"", 302, {"location": f"{address}{joint}{urlencode(values)}"})


def _form_of(here: Visit, target: str, fields: str) -> str:
    query = f"?{urlencode(here.query)}" if here.query else ""
    return f'<form method="post" action="{escape((target or here.path) + query)}">{fields}</form>'


def _buttons(name: str, values: list[str]) -> str:
    return "".join(f'<button name="{name}" value="{escape(v)}">{escape(v)}</button> ' for v in values)


def _refusal(problems: list[str]) -> Reply:
    listed = "".join(f"<li>{escape(problem)}</li>" for problem in problems)
    return document("Invalid GitHub App configuration", f"<h1>Invalid GitHub App configuration</h1><ul>{listed}</ul>",
                    status=422)  # fmt: skip


def _missing() -> Reply:
    return document("Not Found", "<h1>Not Found</h1>", status=404)
