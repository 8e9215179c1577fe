"""The GitHub App by GitHub's manifest flow: what the form says, and the exchange of the code for the credentials."""

import asyncio
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any, Self
from urllib.parse import quote, urlencode, urlsplit

from app.address import Address
from app.github.client import API_VERSION
from app.github.connection import Connection, Reach
from app.github.errors import GitHubError, document, message_of
from app.github.key import AppKey
from app.github.needs import EVENTS, PERMISSIONS, WELCOME
from checks.model.errors import UsageError

#: Seconds between the first page and the exchange: GitHub's own limit for the whole flow.
FLOW = 3600.0
#: Seconds for the exchange: somebody waits for it.
PATIENCE = 20.0
#: Characters of an App's name.
NAME = 34
_CODE = re.compile(r"[A-Za-z0-9_-]{1,200}\Z")
_LOGIN = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9]|-(?=[A-Za-z0-9])|_){0,99}\Z")
_DESCRIPTION = "Judges pull requests by the open source policy of the organization."
#: How GitHub's pages call a permission, where it is not its name with a capital.
_TITLES = {"vulnerability_alerts": "Dependabot alerts", "organization_custom_properties": "Custom properties"}
#: Permissions that GitHub's pages list among those of organizations.
_OF_ORGANIZATIONS = ("members", "organization_custom_properties")


class CodeRefused(GitHubError):
    """The code is unknown, used or older than an hour."""


@dataclass(frozen=True, slots=True)
class Place:
    """One GitHub."""

    web: Address
    api: Address

    @classmethod
    def of(cls, host: str) -> Self:
        """Of a host, or of its address. Raises ValueError for what is none."""
        web = Address.parse(host if "://" in host else f"https://{host}")
        if urlsplit(web).path:
            raise ValueError("expected the host alone, without a path")
        if web.host == "github.com":
            return cls(web, Address.parse("https://api.github.com"))
        if web.host.endswith(".ghe.com"):
            return cls(web, Address.parse(f"https://api.{web.host}"))
        return cls(web, Address.parse(f"{web}/api/v3"))

    @property
    def enterprise_server(self) -> bool:
        return urlsplit(self.api).path == "/api/v3"

    def registration(self, organization: str | None) -> str:
        """The page that takes the form; without an organization the App belongs to the person who sends it."""
        owner = f"/organizations/{quote(organization, safe='')}" if organization else ""
        return f"{self.web}{owner}/settings/apps/new"

    def installation(self, slug: str) -> str:
        """The page on which people install the App."""
        return (
            f"{self.web}/{'github-apps' if self.enterprise_server else 'apps'}/{quote(slug, safe='')}/installations/new"
        )

    def rulesets(self, organization: str | None) -> str | None:
        """The page on which rulesets of an organization are imported."""
        return f"{self.web}/organizations/{quote(organization, safe='')}/settings/rules" if organization else None


@dataclass(frozen=True, slots=True)
class Option:
    """A permission, and the event that needs it, which somebody may leave out."""

    name: str
    """The permission's."""
    level: str
    title: str
    reason: str
    without: str
    """What does not work then."""
    preset: bool


@dataclass(frozen=True, slots=True)
class Wish:
    """The App that somebody wants."""

    place: Place
    organization: str | None
    """None: the own account."""
    name: str
    public_url: Address
    options: frozenset[str]

    @property
    def permissions(self) -> dict[str, str]:
        """Level by name."""
        return {
            item.name: item.level for item in (*PERMISSIONS, *WELCOME) if not item.optional or item.name in self.options
        }

    @property
    def events(self) -> list[str]:
        granted, ghes = self.permissions, self.place.enterprise_server
        own = [e.name for e in EVENTS if e.permission in (None, *granted) and (e.enterprise_server or not ghes)]
        return own + [item.event for item in WELCOME if item.event and item.name in self.options]

    @property
    def hook(self) -> str:
        return f"{self.public_url}/webhook"

    @property
    def callback(self) -> str:
        return f"{self.public_url}/signin/callback"

    def manifest(self, back_to: str) -> dict[str, Any]:
        """What GitHub makes the App of. `back_to`: where it sends the person with the code."""
        return {
            "name": self.name,
            "url": str(self.public_url),
            "description": _DESCRIPTION,
            "hook_attributes": {"url": self.hook, "active": True},
            "redirect_url": back_to,
            "callback_urls": [self.callback],
            "public": False,
            "request_oauth_on_install": False,
            "default_permissions": self.permissions,
            "default_events": self.events,
        }

    def prefilled(self) -> str:
        """The page with the form filled in by its address, for a browser that does not reach this service."""
        query = {
            "name": self.name,
            "description": _DESCRIPTION,
            "url": str(self.public_url),
            "callback_urls[]": self.callback,
            "public": "false",
            "webhook_active": "true",
            "webhook_url": self.hook,
            **{name: level for name, level in self.permissions.items() if name != "metadata"},
            "events[]": self.events,
        }
        return f"{self.place.registration(self.organization)}?{urlencode(query, doseq=True)}"


@dataclass(frozen=True, slots=True)
class Made:
    """An App as GitHub made it, with what it says once and never again."""

    app_id: int
    slug: str
    name: str
    owner: str
    organization: bool
    client_id: str
    client_secret: str = field(repr=False)
    webhook_secret: str = field(repr=False)
    private_key: str = field(repr=False)


def options(place: Place) -> tuple[Option, ...]:
    """What may be left out, as far as this GitHub has it."""
    events = {event.permission: event for event in EVENTS if event.optional}
    found = []
    for item in PERMISSIONS:
        event = events.get(item.name)
        if item.optional and (event is None or event.enterprise_server or not place.enterprise_server):
            found.append(Option(item.name, item.level, title(item.name), item.reason, item.optional, True))
    welcome = (Option(item.name, item.level, title(item.name), item.reason, item.optional, False) for item in WELCOME)
    return (*found, *welcome)


def title(permission: str) -> str:
    """As GitHub's pages call it."""
    return _TITLES.get(permission, permission.replace("_", " ").capitalize())


def of_organizations(permission: str) -> bool:
    """Whether GitHub's pages list it among the permissions of organizations."""
    return permission in _OF_ORGANIZATIONS


def login(text: str) -> str:
    """An organization's name. Raises ValueError for what no account can be called."""
    if not _LOGIN.match(text):
        raise ValueError("expected the organization's name as it stands in its address on GitHub")
    return text


def app_name(text: str) -> str:
    """Raises ValueError for what GitHub takes for no name."""
    if not text or len(text) > NAME or not text.isprintable():
        raise ValueError(f"expected a name of 1 to {NAME} characters")
    return text


def chosen(place: Place, names: Collection[str]) -> frozenset[str]:
    """Those of the names that are options of this GitHub."""
    return frozenset(option.name for option in options(place) if option.name in names)


async def convert(place: Place, code: str, reach: Reach | None = None) -> Made:
    """Exchange the code that GitHub sent the person back with: it works once, within an hour. Raises `CodeRefused`, or
    `GitHubError` for what may pass; `UsageError` for certificates or a proxy that cannot work."""
    if not _CODE.match(code):
        raise CodeRefused("GitHub knows no such code", 404)
    headers = {"Accept": "application/vnd.github+json", "X-GitHub-Api-Version": API_VERSION}
    connection = Connection(place.api, (reach or Reach()).transport(place.api))
    try:
        async with asyncio.timeout(PATIENCE):
            answer = await connection.send("POST", f"/app-manifests/{code}/conversions", headers, None, None)
    except TimeoutError:
        raise GitHubError("GitHub did not answer in time") from None
    finally:
        await connection.close()
    if answer.status_code in (404, 422):
        raise CodeRefused("GitHub does not take the code: it was used, or is older than an hour", answer.status_code)
    if answer.status_code != 201:
        raise GitHubError(f"GitHub answered {answer.status_code}: {message_of(answer)}", answer.status_code)
    return _made(document(answer))


def _made(found: Mapping[str, Any]) -> Made:
    """Raises `GitHubError` for an answer that lacks something: the App exists, but cannot be used."""
    try:
        owner = found["owner"]
        texts = {name: found[name] for name in ("slug", "name", "client_id", "client_secret", "webhook_secret", "pem")}
        if not all(isinstance(text, str) and text for text in texts.values()):
            raise ValueError
        AppKey(texts["pem"])
        key = texts.pop("pem")
        organization = owner.get("type") == "Organization"
        return Made(int(found["id"]), owner=str(owner["login"]), organization=organization, private_key=key, **texts)
    except (LookupError, TypeError, ValueError, AttributeError, UsageError):
        raise CodeRefused("GitHub's answer lacks the key or a secret of the App", 502) from None
