"""GitHub as people see it: the web flow that signs them in, and what they themselves may see.

The OAuth web flow of a GitHub App (authorize, then exchange the code) with PKCE, for github.com and GitHub Enterprise
Server alike. Tokens are given and taken here, and neither kept nor logged.
"""

from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote, urlencode

import httpx

from app.github.client import API_VERSION, TIMEOUT, GitHubError
from app.version import VERSION

#: Seconds that a token without a stated end is used: Apps may turn expiry off.
UNSTATED = 8 * 3600.0
#: Bytes of an answer that is read; a repository has about 20,000.
MAX_ANSWER = 1_000_000


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
        self,
        client_id: str,
        client_secret: str,
        github_url: str,
        api_url: str,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        self.client_id = client_id
        self._client_secret = client_secret
        self.github_url = github_url.rstrip("/")
        self.api_url = api_url.rstrip("/")
        self._http = httpx.AsyncClient(
            transport=transport, timeout=TIMEOUT, headers={"User-Agent": f"ospo-gate/{VERSION}"}
        )

    def authorize_url(self, callback: str, state: str, challenge: str) -> str:
        """Where somebody signs in. `challenge`: SHA-256 of the verifier (RFC 7636, S256)."""
        query = {
            "client_id": self.client_id,
            "redirect_uri": callback,
            "state": state,
            "code_challenge": challenge,
            "code_challenge_method": "S256",
        }
        return f"{self.github_url}/login/oauth/authorize?{urlencode(query)}"

    async def exchange(self, code: str, verifier: str, callback: str) -> Grant:
        """The token for a code. Raises `NotSignedIn`, or `GitHubError` for what is not the person's fault."""
        body = {
            "client_id": self.client_id,
            "client_secret": self._client_secret,
            "code": code,
            "redirect_uri": callback,
            "code_verifier": verifier,
        }
        url = f"{self.github_url}/login/oauth/access_token"
        answer = await self._send("POST", url, data=body, headers={"Accept": "application/json"})
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

    async def revoke(self, token: str) -> None:
        """End a token at GitHub."""
        url = f"{self.api_url}/applications/{quote(self.client_id, safe='')}/token"
        login = httpx.BasicAuth(self.client_id, self._client_secret)
        await self._send("DELETE", url, auth=login, json={"access_token": token})

    async def close(self) -> None:
        await self._http.aclose()

    async def _get(self, path: str, token: str) -> httpx.Response:
        """An answer that decides: what only says that GitHub cannot tell now raises."""
        headers = {
            "Accept": "application/vnd.github+json",
            "Authorization": f"Bearer {token}",
            "X-GitHub-Api-Version": API_VERSION,
        }
        # A renamed repository is a redirect; httpx takes the token to no other host.
        answer = await self._send("GET", f"{self.api_url}{path}", headers=headers, follow_redirects=True)
        status = answer.status_code
        if status == 401:
            raise NotSignedIn("GitHub does not take the token any more", 401)
        exhausted = "retry-after" in answer.headers or answer.headers.get("x-ratelimit-remaining") == "0"
        if (status == 403 and exhausted) or status == 429 or status >= 500:
            raise GitHubError(f"GitHub answered {status}", 429 if status < 500 else status)
        return answer

    async def _send(self, method: str, url: str, **given: Any) -> httpx.Response:
        try:
            return await self._http.request(method, url, **given)
        except httpx.HTTPError as error:  # whose text may have the address in it, and never the token
            raise GitHubError(f"GitHub could not be reached ({type(error).__name__})") from None


def _mapping(answer: httpx.Response) -> dict[str, Any]:
    try:
        found = answer.json() if len(answer.content) <= MAX_ANSWER else None
    except (ValueError, RecursionError):
        found = None
    return found if isinstance(found, dict) else {}
