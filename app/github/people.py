"""GitHub as people see it: the web flow that signs them in, and what they themselves may see.

The OAuth web flow of a GitHub App (authorize, then exchange the code) with PKCE, for github.com and GitHub Enterprise
Server alike. Tokens are given and taken here, and neither kept nor logged.
"""

import asyncio
import base64
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote, urlencode

import httpx

from app.address import Address
from app.github.client import API_VERSION
from app.github.connection import Connection, Reach
from app.github.errors import GitHubError

#: Seconds for one call: somebody waits for it.
PATIENCE = 15.0
#: Seconds that a token without a stated end is used: Apps may turn expiry off.
UNSTATED = 8 * 3600.0


class NotSignedIn(GitHubError):
    """The code or the token is not valid (any more): the person signs in again."""


@dataclass(frozen=True, slots=True)
class Grant:
    """What GitHub gives for a code."""

    token: str = field(repr=False)
    seconds: float
    """For how long it is valid."""


@dataclass(frozen=True, slots=True)
class Account:
    """Who somebody is."""

    id: int
    login: str


class People:
    """The App's calls in the name of people."""

    def __init__(
        self, client_id: str, client_secret: str, github_url: str, api_url: str, reach: Reach | None = None
    ) -> None:
        self.client_id = client_id
        self._client_secret = client_secret
        self._web, self._api = (_connection(url, reach or Reach()) for url in (github_url, api_url))

    def authorize_url(self, callback: str, state: str, challenge: str) -> str:
        """Where somebody signs in. `challenge`: SHA-256 of the verifier (RFC 7636, S256)."""
        query = {
            "client_id": self.client_id,
            "redirect_uri": callback,
            "state": state,
            "code_challenge": challenge,
            "code_challenge_method": "S256",
        }
        return f"{self._web.base}/login/oauth/authorize?{urlencode(query)}"

    async def exchange(self, code: str, verifier: str, callback: str) -> Grant:
        """The token for a code. Raises `NotSignedIn`, or `GitHubError` for what is not the person's fault."""
        body = {
            "client_id": self.client_id,
            "client_secret": self._client_secret,
            "code": code,
            "redirect_uri": callback,
            "code_verifier": verifier,
        }
        answer = await _sent(self._web, "POST", "/login/oauth/access_token", {"Accept": "application/json"}, body)
        found = _mapping(answer)
        token = found.get("access_token")
        if answer.status_code == 200 and isinstance(token, str) and token:
            seconds = found.get("expires_in")
            return Grant(token, float(seconds) if isinstance(seconds, int | float) else UNSTATED)
        # GitHub refuses with 200 and an error; all but these are faults of the settings.
        if found.get("error") in ("bad_verification_code", "invalid_grant"):
            raise NotSignedIn("the code is not valid any more", 401)
        raise GitHubError(f"GitHub gave no token ({answer.status_code}, {str(found.get('error'))[:60]!a})", 502)

    async def account(self, token: str) -> Account:
        """Whose token it is."""
        found = _mapping(await self._get("/user", token))
        id_, login = found.get("id"), found.get("login")
        if not isinstance(id_, int) or not isinstance(login, str):
            raise GitHubError("GitHub's answer could not be read", 502)
        return Account(id_, login)

    async def repository(self, token: str, which: int | str) -> int | None:
        """The id of a repository (by id, or as `owner/name`, which GitHub follows through renames) if the person may
        see it; None if not, or if there is none: GitHub makes no difference."""
        path = f"/repositories/{which}" if isinstance(which, int) else f"/repos/{quote(which, safe='/')}"
        answer = await self._get(path, token)
        found = _mapping(answer).get("id") if answer.status_code == 200 else None
        return found if isinstance(found, int) else None

    async def member(self, token: str, group: str, login: str) -> bool:
        """Whether `login` belongs to `organization/team`, as far as the person whose token it is may know."""
        organization, _, team = group.partition("/")
        place = f"/orgs/{quote(organization, safe='')}/teams/{quote(team, safe='')}/memberships/{quote(login, safe='')}"
        answer = await self._get(place, token)
        return answer.status_code == 200 and _mapping(answer).get("state") == "active"

    async def named(self, token: str, login: str) -> Account | None:
        """The account of a person by its login; None: there is none, or it is not a person's."""
        answer = await self._get(f"/users/{quote(login, safe='')}", token)
        found = _mapping(answer) if answer.status_code == 200 else {}
        id_, name = found.get("id"), found.get("login")
        person = isinstance(id_, int) and isinstance(name, str) and found.get("type") == "User"
        return Account(int(str(id_)), str(name)) if person else None

    async def revoke(self, token: str) -> None:
        """End a token at GitHub."""
        login = base64.b64encode(f"{self.client_id}:{self._client_secret}".encode()).decode()
        place = f"/applications/{quote(self.client_id, safe='')}/token"
        await _sent(self._api, "DELETE", place, {"Authorization": f"Basic {login}"}, {"access_token": token})

    async def close(self) -> None:
        await self._web.close()
        await self._api.close()

    async def _get(self, place: str, token: str) -> httpx.Response:
        """An answer that decides: what only says that GitHub cannot tell now raises."""
        headers = {
            "Accept": "application/vnd.github+json",
            "Authorization": f"Bearer {token}",
            "X-GitHub-Api-Version": API_VERSION,
        }
        answer = await _sent(self._api, "GET", place, headers, None)
        status = answer.status_code
        if status == 401:
            raise NotSignedIn("GitHub does not take the token any more", 401)
        exhausted = "retry-after" in answer.headers or answer.headers.get("x-ratelimit-remaining") == "0"
        if (status == 403 and exhausted) or status == 429 or status >= 500:
            raise GitHubError(f"GitHub answered {status}", 429 if status < 500 else status)
        return answer


def _connection(url: str, reach: Reach) -> Connection:
    address = Address.parse(url)
    return Connection(address, reach.transport(address))


async def _sent(
    connection: Connection, method: str, place: str, headers: Mapping[str, str], body: Mapping[str, str] | None
) -> httpx.Response:
    try:
        async with asyncio.timeout(PATIENCE):
            return await connection.send(method, place, headers, None, body)
    except TimeoutError:
        raise GitHubError("GitHub did not answer in time") from None


def _mapping(answer: httpx.Response) -> dict[str, Any]:
    try:
        found = answer.json()
    except (ValueError, RecursionError):
        found = None
    return found if isinstance(found, dict) else {}
