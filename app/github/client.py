"""githubkit behind the few calls that we make: tuned, narrowed, and with errors that say what to do with the work.

githubkit's defaults cost 65 ms a call and resend mutations on server errors; here every call shares one transport
(2 ms) and nothing is resent: docs/decisions/0003-githubkit.md.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple, TypeVar
from urllib.parse import quote

import httpx
from githubkit import AppAuthStrategy, GitHub, TokenAuthStrategy
from githubkit.exception import (
    GraphQLFailed,
    RateLimitExceeded,
    RequestError,
    RequestFailed,
    RequestTimeout,
)

from app.version import VERSION
from checks.model.errors import GateError
from checks.model.phrase import visible

#: Seconds that a token must still live to be used.
TOKEN_MARGIN = 300
#: Seconds for one request; GitHub itself gives up after 10.
TIMEOUT = httpx.Timeout(20, connect=5)
#: The dated version of the REST API that this code was written against; GHES 3.17 to 3.19 know it too.
API_VERSION = "2022-11-28"
Permissions = tuple[tuple[str, str], ...]
#: What judging and publishing need; a token never gets more.
WORK: Permissions = (("checks", "write"), ("contents", "read"), ("metadata", "read"), ("pull_requests", "write"))
#: What asking for members needs; apart, because an App without it must still be able to judge.
MEMBERS: Permissions = (("members", "read"), ("metadata", "read"))
#: Seconds to wait when GitHub names a limit but no time (its documentation: at least a minute).
UNNAMED_LIMIT = 60
_SECONDARY = "secondary rate limit"
T = TypeVar("T")


class GitHubError(GateError):
    """GitHub refused or failed. `status` is 0 when no answer came."""

    def __init__(self, message: str, status: int = 0) -> None:
        super().__init__(message)
        self.status = status

    @property
    def passing(self) -> bool:
        """Whether trying later may help."""
        return self.status in (0, 401, 408, 429) or self.status >= 500


class RateLimited(GitHubError):
    """A primary or secondary limit: the work waits in the queue until `retry_at` (seconds since 1970)."""

    def __init__(self, message: str, retry_at: float) -> None:
        super().__init__(message, 429)
        self.retry_at = retry_at


@dataclass(frozen=True, slots=True)
class GraphQLAnswer:
    """What came back, data and errors side by side: an answer can half succeed."""

    data: Mapping[str, Any]
    errors: tuple[Mapping[str, Any], ...] = ()


class _Shared(httpx.AsyncBaseTransport):
    """One connection pool for all clients; githubkit closes its client after each call, the pool stays."""

    def __init__(self, inner: httpx.AsyncBaseTransport) -> None:
        self.inner = inner

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        return await self.inner.handle_async_request(request)

    async def aclose(self) -> None:
        return None


@dataclass
class _Token:
    text: str = field(repr=False)
    expires_at: float


class TokenKey(NamedTuple):
    """What a token is for."""

    installation_id: int
    repositories: tuple[str, ...]
    permissions: Permissions = WORK


class GitHubApp:
    """The App as a whole: its key, its tokens and the connection pool."""

    def __init__(
        self, app_id: int, private_key: str, api_url: str, transport: httpx.AsyncBaseTransport | None = None
    ) -> None:
        self.app_id = app_id
        self.api_url = api_url
        self._pool = transport or httpx.AsyncHTTPTransport(limits=httpx.Limits(max_connections=100), trust_env=True)
        self._transport = _Shared(self._pool)
        self._app = self._kit(AppAuthStrategy(str(app_id), private_key))
        self._tokens: dict[TokenKey, _Token] = {}
        self._locks: dict[TokenKey, asyncio.Lock] = {}
        self._limited: dict[int, float] = {}

    def _kit(self, auth: Any) -> Any:
        return GitHub(
            auth,
            base_url=self.api_url,
            async_transport=self._transport,
            http_cache=False,
            auto_retry=False,
            follow_redirects=True,
            timeout=TIMEOUT,
            user_agent=f"ospo-gate/{VERSION}",
        )

    async def token(self, key: "TokenKey") -> str:
        """An installation token narrowed to repositories (names without owner) and permissions, requested once."""
        async with self._locks.setdefault(key, asyncio.Lock()):
            known = self._tokens.get(key)
            if known is None or known.expires_at - time.time() < TOKEN_MARGIN:
                known = await self._new_token(key)
                self._tokens = {k: token for k, token in self._tokens.items() if token.expires_at > time.time()}
                self._tokens[key] = known
            return known.text

    async def _new_token(self, key: "TokenKey") -> _Token:
        body: dict[str, Any] = {"repositories": list(key.repositories), "permissions": dict(key.permissions)}
        path = f"/app/installations/{key.installation_id}/access_tokens"
        answer = await _answer(self._app.arequest("POST", path, json=body))
        granted = document(answer)
        expires = datetime.fromisoformat(granted["expires_at"])
        return _Token(granted["token"], expires.timestamp())

    def forget_token(self, key: "TokenKey", text: str) -> None:
        """After a 401: the next call asks for a new one, unless another call has already."""
        known = self._tokens.get(key)
        if known is not None and known.text == text:
            del self._tokens[key]

    def check_limit(self, installation_id: int) -> None:
        """Raises `RateLimited` while a limit holds: calling on in spite of it can get an App banned."""
        until = self._limited.get(installation_id, 0.0)
        if until > time.time():
            raise RateLimited("GitHub's rate limit is reached", until)

    def limited(self, installation_id: int, until: float) -> None:
        self._limited[installation_id] = until

    def installation(self, installation_id: int, repositories: Sequence[str]) -> "Installation":
        return Installation(self, TokenKey(installation_id, tuple(sorted(set(repositories)))))

    async def about(self) -> Mapping[str, Any]:
        """`GET /app`: the App as GitHub knows it."""
        return dict(document(await _answer(self._app.arequest("GET", "/app"))))

    async def close(self) -> None:
        await self._pool.aclose()


class Installation:
    """Calls in the name of one installation, for named repositories only."""

    def __init__(self, app: GitHubApp, key: TokenKey) -> None:
        self.app = app
        self.key = key

    def with_permissions(self, permissions: Permissions) -> "Installation":
        """The same installation and repositories through a token for something else."""
        return Installation(self.app, self.key._replace(permissions=permissions))

    async def request(
        self,
        method: str,
        path: str,
        *,
        params: Mapping[str, Any] | None = None,
        json: Any = None,
        accept: str = "application/vnd.github+json",
    ) -> httpx.Response:
        """One REST call. Raises `RateLimited` or `GitHubError`; never resent, but for a token that had expired."""
        headers = {"Accept": accept, "X-GitHub-Api-Version": API_VERSION}
        return await self._called(
            lambda kit: _answer(kit.arequest(method, path, params=params, json=json, headers=headers))
        )

    async def _called(self, call: Callable[[Any], Awaitable[T]]) -> T:
        self.app.check_limit(self.key.installation_id)
        for attempt in (1, 2):
            token = await self.app.token(self.key)
            try:
                return await call(self.app._kit(TokenAuthStrategy(token)))
            except RateLimited as limited:
                self.app.limited(self.key.installation_id, limited.retry_at)
                raise
            except GitHubError as error:
                if error.status != 401 or attempt == 2:
                    raise
                self.app.forget_token(self.key, token)
        raise AssertionError("unreachable")

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
            items.extend(page[key] if key else page)
            following = answer.links.get("next", {}).get("url")
        return items[:limit]

    async def graphql(self, query: str, variables: Mapping[str, Any]) -> GraphQLAnswer:
        """One GraphQL call. Errors of single fields are part of the answer; limits and refusals raise."""
        return await self._called(lambda kit: _graphql(kit, query, variables))


async def _graphql(kit: Any, query: str, variables: Mapping[str, Any]) -> GraphQLAnswer:
    try:
        return GraphQLAnswer(dict(await kit.async_graphql(query, dict(variables)) or {}))
    except GraphQLFailed as failed:
        errors = tuple(error.model_dump() for error in failed.response.errors or ())
        if any(_SECONDARY in str(error.get("message", "")) for error in errors):
            raise RateLimited("GitHub's secondary rate limit is reached", time.time() + UNNAMED_LIMIT) from None
        return GraphQLAnswer(failed.response.data or {}, errors)
    except ValueError:  # half an answer, or the page of a proxy
        raise GitHubError("GitHub's answer could not be read", 502) from None
    except (RequestFailed, RequestError, RequestTimeout, RateLimitExceeded) as error:
        raise _translated(error) from None


async def _answer(call: Any) -> httpx.Response:
    """The raw response of a githubkit call, its errors translated."""
    try:
        response = await call
    except (RequestFailed, RequestError, RequestTimeout, RateLimitExceeded) as error:
        raise _translated(error) from None
    raw = response.raw_response
    assert isinstance(raw, httpx.Response)
    return raw


def document(answer: httpx.Response) -> Any:
    """The JSON of an answer; half an answer, or the page of a proxy, is a fault that passes."""
    try:
        return answer.json()
    except ValueError:
        raise GitHubError("GitHub's answer could not be read", 502) from None


def _translated(error: Exception) -> GitHubError:
    if isinstance(error, RateLimitExceeded):
        # A reset that lies in the past is given as 0 s: one second keeps the loop from spinning.
        wait = max(error.retry_after or timedelta(seconds=UNNAMED_LIMIT), timedelta(seconds=1))
        return RateLimited("GitHub's rate limit is reached", (datetime.now(UTC) + wait).timestamp())
    if isinstance(error, RequestFailed):
        raw = error.response.raw_response
        if raw.status_code == 429 or (raw.status_code == 403 and "rate limit" in _message(raw)):
            return RateLimited("GitHub's rate limit is reached", time.time() + UNNAMED_LIMIT)
        return GitHubError(f"GitHub answered {raw.status_code}: {_message(raw)}", raw.status_code)
    if isinstance(error, RequestTimeout):
        return GitHubError("GitHub did not answer in time")
    return GitHubError(f"GitHub could not be reached: {visible(str(error))}")


def _message(response: httpx.Response) -> str:
    try:
        return visible(str(response.json().get("message", "")))
    except (ValueError, AttributeError):
        return visible(response.reason_phrase)


def repository_path(name: str) -> str:
    """`/repos/owner/name` with everything quoted."""
    return "/repos/" + quote(name, safe="/")
