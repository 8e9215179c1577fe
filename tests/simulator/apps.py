"""GitHub Apps, their installations and installation tokens."""

import base64
import json
import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from .accounts import Owner, User
from .payloads import installation_json, short_repository_json
from .repository import Repository
from .world import Event, Json, World, iso

TOKEN_LIFETIME_SECONDS = 3600
LEVELS = {"read": 1, "write": 2, "admin": 3}
DEFAULT_PERMISSIONS = {
    "checks": "write",
    "contents": "read",
    "members": "read",
    "merge_queues": "read",
    "metadata": "read",
    "pull_requests": "write",
}
DEFAULT_EVENTS = [
    "check_run", "check_suite", "issue_comment", "merge_group", "pull_request", "pull_request_review", "push",
    "repository",
]  # fmt: skip


@dataclass(eq=False)
class App:
    """An App. `webhook_url` may be set or changed at any time."""

    id: int
    client_id: str
    slug: str
    owner: Owner
    bot: User
    private_key_pem: str
    webhook_url: str | None
    webhook_secret: str | None
    permissions: dict[str, str]
    events: list[str]
    hook_id: int
    node_id: str = ""
    client_secret: str = field(default_factory=lambda: secrets.token_hex(20))
    created_at: str = ""
    name: str = ""
    description: str = ""
    url: str = "https://app.example.com"
    public: bool = True
    callback_urls: list[str] = field(default_factory=list)
    setup_url: str | None = None
    request_oauth_on_install: bool = False
    user_tokens_expire: bool = True


@dataclass(eq=False)
class Installation:
    """An installation on an account; `selected` is None for all its repositories."""

    id: int
    node_id: str
    app: App
    account: Owner
    selected: set[int] | None
    permissions: dict[str, str]
    created_at: str
    suspended: bool = False

    def covers(self, repository: Repository) -> bool:
        return repository.owner is self.account and (self.selected is None or repository.id in self.selected)

    def select(self, ids: set[int], action: str, world: World) -> None:
        """Choose more repositories (`added`) or fewer (`removed`), and tell."""
        assert self.selected is not None
        self.selected = self.selected | ids if action == "added" else self.selected - ids
        self.tell(world, action, [short_repository_json(world.repositories[number]) for number in sorted(ids)])

    def select_all(self, world: World) -> None:
        before, self.selected = self.selected or set(), None
        new = [r for r in world.repositories.values() if self.covers(r) and r.id not in before]
        self.tell(world, "added", [short_repository_json(repository) for repository in new])

    def tell(self, world: World, action: str, repositories: list[Json]) -> None:
        """One `installation_repositories` event."""
        payload: Json = {
            "installation": installation_json(world, self),
            "repository_selection": "all" if self.selected is None else "selected",
            "requester": None,
            "repositories_added": [],
            "repositories_removed": [],
            f"repositories_{action}": repositories,
        }
        world.emit(Event("installation_repositories", action, payload, None, installation=self))


@dataclass(eq=False)
class Token:
    """An installation token, narrowed to `repositories` (ids; None: whatever the installation has)."""

    value: str
    installation: Installation
    expires_at: float
    permissions: dict[str, str]
    repositories: set[int] | None

    def reaches(self, repository: Repository) -> bool:
        inside = self.repositories is None or repository.id in self.repositories
        return inside and self.installation.covers(repository)

    def may(self, permission: str, level: str) -> bool:
        """Whether this token holds `permission` (for example `checks`) at `level` or above."""
        if permission == "metadata":
            return True
        return LEVELS.get(self.permissions.get(permission, ""), 0) >= LEVELS[level]


def create_app(
    world: World,
    slug: str,
    owner: Owner | None,
    *,
    webhook_url: str | None,
    webhook_secret: str | None,
    permissions: Mapping[str, str],
    events: Iterable[str],
    private_key_pem: str | None = None,
) -> App:
    """An App with its bot account; without an owner it belongs to that."""
    bot = world.add_user(f"{slug}[bot]", name=slug, email=f"{slug}@bots.example.com", type="Bot")
    number = world.next_id("app")
    client_id = "Iv23" + base64.b32encode(str(number).encode()).decode().rstrip("=")[:16]
    app = App(
        number, client_id, slug, owner or bot, bot, private_key_pem or generate_key(), webhook_url, webhook_secret,
        {"metadata": "read", **permissions}, list(events), number + 500_000_000,
        created_at=world.timestamp(), name=slug,
    )  # fmt: skip
    app.node_id = world.register("A", number, app)
    world.apps[number] = app
    return app


def install(
    world: World,
    app: App,
    account: Owner,
    selected: set[int] | None = None,
    permissions: Mapping[str, str] | None = None,
) -> Installation:
    """Sends `installation.created`."""
    number = world.next_id("installation")
    granted = dict(app.permissions if permissions is None else permissions)
    installation = Installation(number, "", app, account, selected, granted, world.timestamp())
    installation.node_id = world.register("IN", number, installation)
    world.installations[number] = installation
    tell_installation(world, installation, "created")
    return installation


def tell_installation(world: World, installation: Installation, action: str) -> None:
    """One `installation` event."""
    covered = [repository for repository in world.repositories.values() if installation.covers(repository)]
    payload: Json = {"installation": installation_json(world, installation), "requester": None}
    payload["repositories"] = [short_repository_json(repository) for repository in covered]
    world.emit(Event("installation", action, payload, None, installation=installation))


def generate_key() -> str:
    """A fresh RSA key in the form of GitHub's download (PKCS#1 PEM)."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    encoding, form = serialization.Encoding.PEM, serialization.PrivateFormat.TraditionalOpenSSL
    return key.private_bytes(encoding, form, serialization.NoEncryption()).decode()


def new_token(
    world: World, installation: Installation, permissions: dict[str, str], repositories: set[int] | None
) -> Token:
    """A token in the long form that is rolled out since 2026: `ghs_APPID_JWT`."""
    expires = world.now() + TOKEN_LIFETIME_SECONDS
    claims: Json = {
        "iss": "simulated-github",
        "sub": f"installation:{installation.id}",
        "iat": int(world.now()),
        "exp": int(expires),
        "jti": secrets.token_hex(32),
    }
    parts = [_segment({"alg": "ES256", "typ": "JWT", "kid": secrets.token_hex(16)}), _segment(claims)]
    parts.append(secrets.token_urlsafe(64))
    return Token(f"ghs_{installation.app.id}_{'.'.join(parts)}", installation, expires, permissions, repositories)


def token_json(token: Token) -> Json:
    selected = token.repositories is not None or token.installation.selected is not None
    return {
        "token": token.value,
        "expires_at": iso(token.expires_at),
        "permissions": token.permissions,
        "repository_selection": "selected" if selected else "all",
    }


def _segment(value: Json) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")
