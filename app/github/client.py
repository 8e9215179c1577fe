"""The few calls to GitHub that we make: paced, conditional, narrowed, with errors that say what to do with the work.

Nothing is resent but after a 401, for the token may have expired: docs/decisions/0003-githubkit.md.
"""

import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import quote

import httpx

from app.address import Address
from app.github.connection import TIMEOUT, Connection, Reach
from app.github.errors import GitHubError, RateLimited, document, message_of, names_a_limit, server_time
from app.github.etags import ETags, Kept
from app.github.key import AppKey
from app.github.limits import READ, WRITE, Budget, Cost, Limits
from app.github.tokens import (
    LOOKING,
    MEMBERS,
    MOST,
    PUBLISHING,
    READING,
    WORK,
    Permissions,
    Token,
    TokenKey,
    Tokens,
)

__all__ = [
    "API_VERSION",
    "API_VERSIONS",
    "MEMBERS",
    "PUBLISHING",
    "READING",
    "TIMEOUT",
    "WORK",
    "AppKey",
    "Budget",
    "GitHubApp",
    "GitHubError",
    "GraphQLAnswer",
    "Installation",
    "Limits",
    "RateLimited",
    "Reach",
    "document",
    "repository_path",
]

#: The dated versions of the REST API that this code reads; GHES 3.17 to 3.19 know the first alone.
API_VERSIONS = ("2022-11-28", "2026-03-10")
API_VERSION = API_VERSIONS[0]
#: Seconds between two clocks at which a refused sign-in is put down to them.
SKEW = 30.0
#: Answers that are never asked for twice: blobs are kept by their id.
_ONCE = "/git/blobs/"
#: Seconds for which the id behind a repository's name is believed.
_NAMED = 3_600.0
_LIMIT_TYPES = ("RATE_LIMITED", "RATE_LIMIT")


@dataclass(frozen=True, slots=True)
class GraphQLAnswer:
    """What came back, data and errors side by side: an answer can half succeed."""

    data: Mapping[str, Any]
    errors: tuple[Mapping[str, Any], ...] = ()


class Caller(ABC):
    """Calls in one name: the App's own, or an installation's."""

    def __init__(self, connection: Connection, limits: Limits, installation_id: int, version: str) -> None:
        self._connection = connection
        self._limits = limits
        self._installation_id = installation_id
        self._version = version

    @abstractmethod
    async def _sign_in(self) -> str:
        """The value of the Authorization header."""

    @abstractmethod
    def _refused(self, authorization: str, answer: httpx.Response) -> GitHubError:
        """After a 401: the next attempt signs in anew."""

    def _kept(self) -> "tuple[ETags, TokenKey] | None":
        """Where answers are kept for this caller, and under which scope."""
        return None

    async def request(
        self,
        method: str,
        path: str,
        *,
        params: Mapping[str, Any] | None = None,
        json: Any = None,
        accept: str = "application/vnd.github+json",
    ) -> httpx.Response:
        """One REST call. Raises `RateLimited` or `GitHubError`."""
        headers = {"Accept": accept, "X-GitHub-Api-Version": self._version}
        if method != "GET":
            created = int(method == "POST" and self._installation_id != 0)  # the App itself creates tokens alone
            return await self._called(method, path, headers, params, json, Cost("core", WRITE, created))
        place = self._kept() if _ONCE not in path else None
        what = f"{accept} {path} {sorted((params or {}).items())}"
        kept = place[0].get(place[1], what) if place else None
        if kept is not None:
            headers["If-None-Match"] = kept.etag
        answer = await self._called(method, path, headers, params, json, Cost())
        if answer.status_code == 304 and kept is not None:
            return httpx.Response(200, headers=list(kept.headers), content=kept.body, request=answer.request)
        if place and answer.status_code == 200 and "etag" in answer.headers:
            place[0].put(place[1], what, _keepable(answer))
        return answer

    async def _called(
        self,
        method: str,
        place: str,
        headers: Mapping[str, str],
        params: Mapping[str, Any] | None,
        body: Any,
        cost: Cost,
    ) -> httpx.Response:
        self._limits.check(self._installation_id, cost)  # before a token is asked for
        refusal: GitHubError | None = None
        for _ in range(2):
            authorization = await self._sign_in()
            async with self._limits.turn(self._installation_id, cost):
                signed = {**headers, "Authorization": authorization}
                answer = await self._sent(method, place, signed, params, body, cost)
            self._note(answer, cost)
            if answer.status_code < 400:
                if cost.resource != "graphql":  # whose answers may be limits all the same
                    self._limits.well(self._installation_id)
                return answer
            if answer.status_code != 401:
                raise GitHubError(f"GitHub answered {answer.status_code}: {message_of(answer)}", answer.status_code)
            refusal = self._refused(authorization, answer)
        assert refusal is not None
        raise refusal

    async def _sent(
        self,
        method: str,
        place: str,
        headers: Mapping[str, str],
        params: Mapping[str, Any] | None,
        body: Any,
        cost: Cost,
    ) -> httpx.Response:
        outcome = "none"
        try:
            answer = await self._connection.send(method, place, headers, params, body)
            outcome = f"{answer.status_code // 100}xx"
            return answer
        finally:
            self._limits.tally.count("ospo_gate_github_requests_total", cost.resource, outcome)

    def _note(self, answer: httpx.Response, cost: Cost) -> None:
        """What the answer says of limits. Raises `RateLimited` for a refusal because of one."""
        status, headers, ahead = answer.status_code, answer.headers, self._ahead(answer)
        limited = status == 429 or (status == 403 and _limited(answer))
        self._limits.told(self._installation_id, headers, ahead)
        if limited:
            raise self._limits.refused(self._installation_id, cost.resource, headers, ahead)

    def _ahead(self, answer: httpx.Response) -> float:
        """Seconds that our clock is ahead of GitHub's, which tells whole seconds."""
        theirs = server_time(answer)
        ahead = self._limits.clock() - theirs if theirs is not None else 0.0
        return ahead if abs(ahead) > 2 else 0.0

    async def pages(
        self, path: str, key: str | None = None, limit: int = 10_000, params: Mapping[str, Any] | None = None
    ) -> list[Any]:
        """All items of a paged list, by GitHub's own `Link` headers, at most `limit`."""
        items: list[Any] = []
        following: str | None = path
        first: Mapping[str, Any] | None = {**(params or {}), "per_page": 100}
        while following and len(items) < limit:
            answer = await self.request("GET", following, params=first)
            first, page = None, document(answer)
            found = page if key is None else page.get(key) if isinstance(page, dict) else None
            if not isinstance(found, list):
                raise GitHubError("GitHub's answer could not be read", 502)
            items.extend(found)
            following = answer.links.get("next", {}).get("url")
        return items[:limit]


class GitHubApp(Caller):
    """The App as a whole: its key, its tokens, its limits and the connections. Calls are in the name of the App."""

    def __init__(
        self,
        app_id: int,
        private_key: str | AppKey,
        api_url: str,
        transport: httpx.AsyncBaseTransport | None = None,
        *,
        reach: Reach | None = None,
        limits: Limits | None = None,
        version: str = API_VERSION,
        clock: Callable[[], float] = time.time,
    ) -> None:
        """Raises `UsageError` for an address, a key or certificates that cannot work."""
        base = Address.parse(api_url)
        self.app_id = app_id
        self.limits = limits or Limits(clock=clock)
        super().__init__(Connection(base, transport or (reach or Reach()).transport(base)), self.limits, 0, version)
        self.key = private_key if isinstance(private_key, AppKey) else AppKey(private_key, clock=clock)
        self.clock = clock
        self.etags = ETags()
        self._tokens = Tokens()
        self._named: dict[tuple[int, str], tuple[int, float]] = {}

    async def close(self) -> None:
        await self._connection.close()

    def installation(self, installation_id: int, repositories: Sequence[int | str]) -> "Installation":
        """Calls in the name of an installation, for these repositories only: by id, or as `owner/name` where only that
        is known. None of them: for all that it has."""
        ordered = sorted(set(repositories), key=lambda one: (isinstance(one, str), one))
        if len(ordered) > MOST:
            raise ValueError(f"a token is narrowed to at most {MOST} repositories")
        return Installation(self, TokenKey(installation_id, tuple(ordered)))

    async def about(self) -> Mapping[str, Any]:
        """`GET /app`: the App as GitHub knows it."""
        return dict(document(await self.request("GET", "/app")))

    def budget(self) -> tuple[Budget, ...]:
        """What is left of GitHub's primary limits, by installation and resource."""
        return self.limits.budget()

    def forget(self, installation_id: int) -> None:
        """The installation is gone or suspended: so are its tokens and what was read with them."""
        self.etags.forget(set(self._tokens.forget(installation_id)))
        self._named = {place: found for place, found in self._named.items() if place[0] != installation_id}
        self.limits.forget(installation_id)

    # -- signing in -------------------------------------------------------------------------------------------------

    async def _sign_in(self) -> str:
        return f"Bearer {self.key.jwt(self.app_id)}"

    def _refused(self, authorization: str, answer: httpx.Response) -> GitHubError:
        self.key.refused()
        theirs = server_time(answer)
        ahead = self.clock() - theirs if theirs is not None else 0.0
        if abs(ahead) > SKEW:
            way = "ahead of" if ahead > 0 else "behind"
            reason = f"the clock of this machine is {abs(ahead):.0f} seconds {way} GitHub's; let NTP set it"
        else:
            reason = f"{message_of(answer)}; compare OSPO_GATE_APP_ID and the private key with the App's settings page"
        return GitHubError(f"GitHub did not let the App sign in: {reason}", 401)

    async def token(self, key: TokenKey) -> str:
        """An installation token, requested once by whoever needs it first."""
        async with self._tokens.lock(key):
            known = self._tokens.get(key, self.clock())
            if known is None:
                known = await self._new_token(key)
                self._tokens.put(key, known, self.clock())
            return known.text

    async def _new_token(self, key: TokenKey) -> Token:
        body = {"permissions": dict(key.permissions), **await self._narrowed(key)}
        path = f"/app/installations/{key.installation_id}/access_tokens"
        try:
            granted = document(await self.request("POST", path, json=body))
            return Token(str(granted["token"]), datetime.fromisoformat(granted["expires_at"]).timestamp())
        except (KeyError, TypeError, ValueError):
            raise GitHubError("GitHub's answer could not be read", 502) from None

    async def _narrowed(self, key: TokenKey) -> Mapping[str, list[int] | list[str]]:
        """The repositories of a token. A name among ids that leads to none is left out: whoever reads there finds
        nothing, and says so."""
        if not key.repositories:
            return {}
        if not key.ids:
            return {"repositories": [name.rpartition("/")[2] for name in key.names]}
        found = [await self._id_of(key.installation_id, name) for name in key.names]
        return {"repository_ids": sorted({*key.ids, *(one for one in found if one is not None)})}

    async def _id_of(self, installation_id: int, name: str) -> int | None:
        known, until = self._named.get((installation_id, name), (0, 0.0))
        if until > self.clock():
            return known
        looking = Installation(self, TokenKey(installation_id, (name,), LOOKING))
        try:
            known = int(document(await looking.request("GET", repository_path(name)))["id"])
        except GitHubError as error:
            if error.passing:
                raise
            return None
        self._named[installation_id, name] = known, self.clock() + _NAMED
        return known

    def drop_token(self, key: TokenKey, text: str) -> None:
        """GitHub does not take it any more."""
        self._tokens.drop(key, text)


class Installation(Caller):
    """Calls in the name of one installation, for some repositories and permissions only."""

    def __init__(self, app: GitHubApp, key: TokenKey) -> None:
        super().__init__(app._connection, app.limits, key.installation_id, app._version)
        self.app = app
        self.key = key

    def with_permissions(self, permissions: Permissions, *repositories: int) -> "Installation":
        """The same installation through a token for something else, for fewer repositories if some are given."""
        return Installation(
            self.app, TokenKey(self.key.installation_id, repositories or self.key.repositories, permissions)
        )

    async def _sign_in(self) -> str:
        return f"token {await self.app.token(self.key)}"

    def _refused(self, authorization: str, answer: httpx.Response) -> GitHubError:
        self.app.drop_token(self.key, authorization.removeprefix("token "))
        return GitHubError(f"GitHub answered 401: {message_of(answer)}", 401)

    def _kept(self) -> tuple[ETags, TokenKey]:
        return self.app.etags, self.key

    async def graphql(self, query: str, variables: Mapping[str, Any], contents: int = 0) -> GraphQLAnswer:
        """One GraphQL call that creates so many check runs and comments. Errors of single fields are part of the
        answer; limits and refusals raise."""
        cost = Cost("graphql", WRITE if query.startswith("mutation") else READ, contents)
        body = {"query": query, "variables": dict(variables)}
        answer = await self._called("POST", self._connection.graphql, {}, None, body, cost)
        payload = document(answer)
        if not isinstance(payload, dict):
            raise GitHubError("GitHub's answer could not be read", 502)
        data, errors = payload.get("data"), payload.get("errors")
        problems = tuple(one for one in errors if isinstance(one, dict)) if isinstance(errors, list) else ()
        if any(one.get("type") in _LIMIT_TYPES or names_a_limit(str(one.get("message"))) for one in problems):
            raise self.app.limits.refused(self.key.installation_id, "graphql", answer.headers, self._ahead(answer))
        self.app.limits.well(self.key.installation_id)
        return GraphQLAnswer(data if isinstance(data, dict) else {}, problems)


def _keepable(answer: httpx.Response) -> Kept:
    headers = tuple((name, answer.headers[name]) for name in ("content-type", "link") if name in answer.headers)
    return Kept(answer.headers["etag"], headers, answer.content)


def _limited(answer: httpx.Response) -> bool:
    """Whether a 403 is a limit and not a refusal."""
    used_up = answer.headers.get("x-ratelimit-remaining") == "0"
    return "retry-after" in answer.headers or used_up or names_a_limit(message_of(answer))


def repository_path(name: str) -> str:
    """`/repos/owner/name` with everything quoted."""
    return "/repos/" + quote(name, safe="/")
