"""What an App sees with a person's token: who it is, and where both the person and the App may go."""

import base64
import binascii
import secrets

from .. import oauth
from ..apps import App
from ..errors import ApiError, not_found
from ..oauth import UserToken
from ..payloads import installation_json, repository_json, user_json
from ..rights import flags
from ..routing import Call, Reply, route
from ..world import Json, iso


@route("GET", "/user", who="person")
def get_user(call: Call) -> Reply:
    """The public profile: an App without the permission `email_addresses` is told no address."""
    user = call.person.user
    profile: Json = dict.fromkeys(("company", "blog", "location", "email", "hireable", "bio"))
    counts = dict.fromkeys(("public_repos", "public_gists", "followers", "following"), 0)
    since = dict.fromkeys(("created_at", "updated_at"), "2020-01-01T00:00:00Z")
    return Reply(user_json(call.world, user) | {"name": user.name} | profile | counts | since)


@route("GET", "/user/installations", who="person")
def list_installations(call: Call) -> Reply:
    shown = [installation_json(call.world, installation) for installation in call.person.installations]
    return call.page(shown, lambda page, total: {"total_count": total, "installations": page})


@route("GET", "/user/installations/{id:int}/repositories", who="person")
def list_repositories(call: Call) -> Reply:
    person, number = call.person, int(call.params["id"])
    installation = next((i for i in person.installations if i.id == number), None)
    if installation is None:
        raise not_found()
    seen = [r for r in call.world.repositories.values() if installation.covers(r) and person.role(r) != "none"]
    selection = "all" if installation.selected is None else "selected"
    return call.page(
        [repository_json(r, full=True) | {"permissions": flags(person.role(r))} for r in seen],
        lambda page, total: {"total_count": total, "repository_selection": selection, "repositories": page},
    )


@route("POST", "/applications/{client}/token", who="anybody")
def check_token(call: Call) -> Reply:
    """Is this token alive? Basic authentication with the client's id and secret."""
    app = _client(call)
    token = _token(call, app)
    expires = iso(token.expires_at) if token.expires_at else None
    about = {"name": app.name, "client_id": app.client_id, "url": app.url}
    person = user_json(call.world, token.user)
    return Reply({"token": token.value, "user": person, "expires_at": expires, "scopes": None, "app": about})


@route("DELETE", "/applications/{client}/token", who="anybody")
def delete_token(call: Call) -> Reply:
    """What signing out does."""
    oauth.forget(call.world, _token(call, _client(call)))
    return Reply(status=204)


@route("DELETE", "/applications/{client}/grant", who="anybody")
def delete_grant(call: Call) -> Reply:
    """All tokens of the person for this App."""
    app = _client(call)
    oauth.revoke(call.world, app, _token(call, app).user)
    return Reply(status=204)


def _client(call: Call) -> App:
    """The App of the path, when the request is signed with its secret; 404 otherwise, as at GitHub."""
    app = next((a for a in call.world.apps.values() if a.client_id == call.params["client"]), None)
    given = call.headers.get("authorization", "").partition(" ")
    try:
        name, _, password = base64.b64decode(given[2]).partition(b":")
    except binascii.Error:
        raise not_found() from None
    known = app is not None and given[0].lower() == "basic" and name.decode(errors="replace") == app.client_id
    if app is None or not known or not secrets.compare_digest(password, app.client_secret.encode()):
        raise not_found()
    return app


def _token(call: Call, app: App) -> UserToken:
    token = call.world.user_tokens.get(str(call.json.get("access_token")))
    if token is None or token.app is not app:
        raise ApiError(422 if call.method == "DELETE" else 404, "Not Found")
    if token.expires_at is not None and token.expires_at <= call.world.now():
        raise not_found()
    return token
