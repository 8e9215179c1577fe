"""Sign-in with an App: codes, tokens of people that expire, and refreshing them."""

import base64
import hashlib
import secrets
from dataclasses import dataclass

from . import rights
from .accounts import Organization, User
from .apps import LEVELS, App, Installation
from .payloads import user_json
from .repository import Repository
from .world import Event, Json, World

CODE_SECONDS = 600
ACCESS_SECONDS = 8 * 3600
REFRESH_SECONDS = 15_897_600
_DOCUMENTATION = "/apps/managing-oauth-apps/troubleshooting-oauth-app-access-token-request-errors/#"


class Refused(Exception):
    """An OAuth error: GitHub answers it with HTTP 200 and `error`, `error_description`, `error_uri`."""

    def __init__(self, error: str, description: str) -> None:
        super().__init__(error)
        anchor = _DOCUMENTATION + error.replace("_", "-")
        self.body: Json = {"error": error, "error_description": description, "error_uri": anchor}


@dataclass(frozen=True, slots=True)
class Code:
    """What a person has agreed to, waiting to be exchanged. `challenge` is PKCE's S256."""

    app: App
    user: User
    redirect_uri: str
    challenge: str | None
    expires_at: float


@dataclass(eq=False)
class UserToken:
    """A person's token for one App: what it may is what both the person and the App may."""

    value: str
    refresh: str | None
    app: App
    user: User
    world: World
    expires_at: float | None
    refresh_expires_at: float | None

    @property
    def installations(self) -> list[Installation]:
        """Those of the App on an account or organization of this person, or with a repository they see."""
        own = [i for i in self.world.installations.values() if i.app is self.app and not i.suspended]
        return [installation for installation in own if self._has_part_in(installation)]

    def role(self, repository: Repository) -> str:
        """The person's role, or `none` where the App is not installed and the repository not public."""
        covered = any(
            i.app is self.app and not i.suspended and i.covers(repository) for i in self.world.installations.values()
        )
        return rights.role(repository, self.user) if covered or repository.visibility == "public" else "none"

    def belongs_to(self, organization: Organization) -> bool:
        """Whether the person is a member and the App installed there."""
        installed = any(installation.account is organization for installation in self.installations)
        return installed and self.user.login.lower() in organization.members

    def may(self, permission: str, level: str) -> bool:
        return permission == "metadata" or LEVELS.get(self.app.permissions.get(permission, ""), 0) >= LEVELS[level]

    def _has_part_in(self, installation: Installation) -> bool:
        account = installation.account
        if isinstance(account, Organization) and self.user.login.lower() in account.members:
            return True
        covered = (r for r in self.world.repositories.values() if installation.covers(r))
        return account is self.user or any(
            self.user.login.lower() in repository.collaborators for repository in covered
        )


def callback(app: App, redirect_uri: str | None) -> str | None:
    """The address to return to: the first of the App's, or a given one that is exactly one of them."""
    if redirect_uri is None:
        return app.callback_urls[0] if app.callback_urls else None
    return redirect_uri if redirect_uri in app.callback_urls else None


def issue_code(world: World, app: App, user: User, redirect_uri: str, challenge: str | None) -> str:
    value = secrets.token_hex(10)
    world.oauth_codes[value] = Code(app, user, redirect_uri, challenge, world.now() + CODE_SECONDS)
    return value


def exchange(world: World, given: Json) -> Json:
    """`POST /login/oauth/access_token`: a code or a refresh token for a new pair. Raises Refused."""
    app = next((a for a in world.apps.values() if a.client_id == given.get("client_id")), None)
    if app is None or not secrets.compare_digest(app.client_secret.encode(), str(given.get("client_secret")).encode()):
        raise Refused("incorrect_client_credentials", "The client_id and/or client_secret passed are incorrect.")
    if given.get("grant_type") == "refresh_token":
        return _answer(_refreshed(world, app, str(given.get("refresh_token"))))
    code = world.oauth_codes.pop(str(given.get("code")), None)
    if code is None or code.app is not app or code.expires_at <= world.now() or not _proven(code, given):
        raise Refused("bad_verification_code", "The code passed is incorrect or expired.")
    if given.get("redirect_uri", code.redirect_uri) != code.redirect_uri:
        words = "The redirect_uri MUST match the registered callback URL for this application."
        raise Refused("redirect_uri_mismatch", words)
    return _answer(issue(world, app, code.user))


def issue(world: World, app: App, user: User) -> UserToken:
    """A token of a person, with one to refresh it when the App's tokens expire."""
    now, value = world.now(), f"ghu_{secrets.token_urlsafe(27)}"
    if app.user_tokens_expire:
        refresh = f"ghr_{secrets.token_urlsafe(57)}"
        token = UserToken(value, refresh, app, user, world, now + ACCESS_SECONDS, now + REFRESH_SECONDS)
        world.refresh_tokens[refresh] = token
    else:
        token = UserToken(value, None, app, user, world, None, None)
    world.user_tokens[value] = token
    return token


def forget(world: World, token: UserToken) -> None:
    """The token, and what would refresh it, are worth nothing from now on."""
    world.user_tokens.pop(token.value, None)
    if token.refresh:
        world.refresh_tokens.pop(token.refresh, None)


def revoke(world: World, app: App, user: User) -> None:
    """Take back all that a person granted an App; sends `github_app_authorization.revoked`."""
    for token in [t for t in world.user_tokens.values() if t.app is app and t.user is user]:
        forget(world, token)
    world.emit(Event("github_app_authorization", "revoked", {"sender": user_json(world, user)}, None, targets=[app]))


def _refreshed(world: World, app: App, refresh: str) -> UserToken:
    """Each refresh token works once, and takes the access token with it."""
    old = world.refresh_tokens.get(refresh)
    if old is None or old.app is not app or (old.refresh_expires_at or 0) <= world.now():
        raise Refused("bad_refresh_token", "The refresh token passed is incorrect or expired.")
    forget(world, old)
    return issue(world, app, old.user)


def _proven(code: Code, given: Json) -> bool:
    """PKCE: whoever began with a challenge has to end with its verifier."""
    if code.challenge is None:
        return True
    digest = hashlib.sha256(str(given.get("code_verifier", "")).encode()).digest()
    return base64.urlsafe_b64encode(digest).decode().rstrip("=") == code.challenge


def _answer(token: UserToken) -> Json:
    lasting: Json = {}
    if token.refresh:
        lasting = {"expires_in": ACCESS_SECONDS, "refresh_token": token.refresh}
        lasting["refresh_token_expires_in"] = REFRESH_SECONDS
    return {"access_token": token.value, **lasting, "token_type": "bearer", "scope": ""}
