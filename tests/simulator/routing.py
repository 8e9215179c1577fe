"""The table of REST endpoints: each says its path, who may call it and which permission it needs."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal
from urllib.parse import unquote

from .accounts import Organization, User
from .apps import App, Token
from .auth import Authenticator, Caller
from .errors import ApiError, forbidden, not_found
from .limits import RateLimiter
from .oauth import UserToken
from .pulls import Pull
from .repository import Repository
from .webhooks import Dispatcher
from .world import Json, World

# `reader`: an installation, and for GET a person too
Who = Literal["app", "installation", "person", "reader", "anybody"]


@dataclass
class Reply:
    """What an endpoint answers; `data` becomes JSON unless it is bytes."""

    data: object = None
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)


@dataclass
class Call:
    """One request to an endpoint, with what was found out about it."""

    world: World
    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: object
    caller: Caller
    authenticator: Authenticator
    limiter: RateLimiter
    deliveries: Dispatcher
    params: dict[str, str] = field(default_factory=dict)

    @property
    def token(self) -> Token:
        assert self.caller.token is not None
        return self.caller.token

    @property
    def person(self) -> UserToken:
        assert self.caller.person is not None
        return self.caller.person

    @property
    def app(self) -> App:
        assert self.caller.app is not None
        return self.caller.app

    @property
    def bot(self) -> User:
        return self.app.bot

    @property
    def json(self) -> Json:
        """The body as an object; GitHub answers 400 to anything that is no JSON object."""
        if not isinstance(self.body, dict):
            raise ApiError(400, "Problems parsing JSON" if self.body is None else "Body should be a JSON object")
        return self.body

    @property
    def version(self) -> str:
        return self.headers.get("x-github-api-version") or "2022-11-28"

    @property
    def repository(self) -> Repository:
        """The repository in the path, when this token reaches it."""
        repository = self.world.repository(f"{self.params['owner']}/{self.params['repo']}")
        if repository is None or repository.id not in self.world.repositories:
            raise not_found()
        if not self.sees(repository):
            raise not_found()
        return repository

    def sees(self, repository: Repository) -> bool:
        """Whether this token, if there is one, reaches a repository."""
        if self.caller.person:
            return self.caller.person.role(repository) != "none"
        return self.caller.token is None or self.caller.token.reaches(repository)

    @property
    def pull(self) -> Pull:
        pull = self.repository.pulls.get(int(self.params["number"]))
        if pull is None:
            raise not_found()
        return pull

    @property
    def organization(self) -> Organization:
        organization = self.world.organizations.get(self.params["org"].lower())
        if organization is None or (self.caller.token and self.token.installation.account is not organization):
            raise not_found()
        if self.caller.person and not self.caller.person.belongs_to(organization):
            raise not_found()
        return organization

    def page_size(self) -> int:
        return min(max(_number(self.query.get("per_page"), 30), 1), 100)

    def page(self, items: list[Json], wrap: Callable[[list[Json], int], object] | None = None) -> Reply:
        """One page of `items` by `page` and `per_page` (≤ 100), with a Link header."""
        size = self.page_size()
        page = max(_number(self.query.get("page"), 1), 1)
        last = max(1, -(-len(items) // size))
        chosen = items[(page - 1) * size : page * size]
        return Reply(wrap(chosen, len(items)) if wrap else chosen, headers=self.link(page, last))

    def link(self, page: int, last: int) -> dict[str, str]:
        """The Link header, over `/repositories/{id}` as GitHub writes it; nothing for a single page."""
        rest = self.path
        if "owner" in self.params and self.path.startswith("/repos/"):
            rest = f"/repositories/{self.repository.id}" + "".join(f"/{p}" for p in self.path.split("/")[4:])
        targets = {"prev": page - 1, "next": page + 1, "last": last, "first": 1}
        if page >= last:
            del targets["next"], targets["last"]
        if page == 1:
            del targets["prev"], targets["first"]
        links = []
        for name, number in targets.items():
            query = "&".join(f"{k}={v}" for k, v in (self.query | {"page": str(number)}).items())
            links.append(f'<{self.world.api_url}{rest}?{query}>; rel="{name}"')
        return {"link": ", ".join(links)} if links else {}


Handler = Callable[[Call], Reply]


@dataclass(frozen=True, slots=True)
class Route:
    method: str
    pattern: re.Pattern[str]
    who: Who
    permissions: tuple[str, ...]  # alternatives, `name:level`
    creates_content: bool
    handler: Handler


ROUTES: list[Route] = []


def route(
    method: str, path: str, *permissions: str, who: Who = "reader", creates_content: bool = False
) -> Callable[[Handler], Handler]:
    """Register an endpoint. `{name}` matches one segment, `{name:int}` a number, `{name:rest}` any rest."""

    def pattern(match: re.Match[str]) -> str:
        kind = {"int": r"\d+", "rest": ".*?", None: "[^/]+"}[match[2]]
        return f"(?P<{match[1]}>{kind})"

    expression = re.sub(r"\{(\w+)(?::(\w+))?\}", pattern, path.replace(".", r"\."))

    def add(handler: Handler) -> Handler:
        ROUTES.append(Route(method, re.compile(expression + "$"), who, permissions, creates_content, handler))
        return handler

    return add


def find(method: str, path: str) -> tuple[Route, dict[str, str]]:
    """The endpoint for a raw (still escaped) path; raises 404 like GitHub for unknown ones."""
    for candidate in ROUTES:
        if candidate.method == method and (match := candidate.pattern.match(path)):
            return candidate, {name: unquote(value) for name, value in match.groupdict().items()}
    raise not_found()


def authorize(route: Route, caller: Caller) -> str | None:
    """Refuse callers of the wrong kind or without the permission; answers the accepted permissions."""
    if route.who == "app":
        if caller.token or caller.person or not caller.app:
            raise ApiError(401, "A JSON web token could not be decoded")
        return None
    if route.who == "anybody":
        return None
    holder = caller.token or caller.person
    if route.who == "person" and caller.person is None:
        raise ApiError(403 if caller.app else 401, "Resource not accessible by integration" if caller.app
                       else "Requires authentication")  # fmt: skip
    if caller.person and (route.who == "installation" or (route.who == "reader" and route.method != "GET")):
        raise forbidden()
    if holder is None:
        message = "Requires authentication" if caller.app is None else "This endpoint requires an installation token"
        raise ApiError(401 if caller.app is None else 403, message)
    accepted = "; ".join(p.replace(":", "=") for p in route.permissions)
    for permission in route.permissions:
        name, _, level = permission.partition(":")
        if holder.may(name, level):
            return accepted
    if route.permissions:
        raise forbidden(accepted)
    return None


def _number(text: str | None, default: int) -> int:
    try:
        return int(text) if text else default
    except ValueError:
        return default
