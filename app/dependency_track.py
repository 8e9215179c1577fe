"""Dependency-Track's REST API, as its versions 4 and 5 have it: uploading a CycloneDX document and seeing it arrive."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import httpx

from app.address import Address
from app.version import VERSION
from checks.model.phrase import visible

#: Seconds to connect, and between two bytes.
TIMEOUT = (5.0, 30.0, 30.0, 30.0)
#: Seconds for one request and its whole answer.
WHOLE = 300.0
#: Bytes of one answer.
_LARGEST = 1_000_000


class DependencyTrackError(Exception):
    """What was asked for cannot be had. `passing`: trying again may help."""

    def __init__(self, message: str, passing: bool = True) -> None:
        super().__init__(message)
        self.passing = passing


@dataclass(frozen=True, slots=True)
class DependencyTrack:
    """One server."""

    address: Address
    api_key: str = field(repr=False)
    transport: Callable[[], httpx.AsyncBaseTransport]
    """Makes the connection of one request: there are few of them."""

    async def upload(self, name: str, version: str, document: bytes) -> str:
        """The token of the work on it. The project is made if there is none, and this version is its latest one.

        As a form, which has no limit: in JSON it may have 20,000,000 characters. Raises `DependencyTrackError`.
        """
        fields = {"projectName": name, "projectVersion": version, "autoCreate": "true", "isLatest": "true"}
        files = {"bom": ("bom.json", document, "application/vnd.cyclonedx+json")}
        found = await self._asked("POST", "api/v1/bom", data=fields, files=files)
        token = found.get("token") if isinstance(found, dict) else None
        if not isinstance(token, str) or not 0 < len(token) <= 100 or not token.isascii() or "/" in token:
            raise DependencyTrackError("Dependency-Track did not say what became of the upload")
        return token

    async def processing(self, token: str) -> bool:
        """Whether it still works on it. False is said of a token that it never gave, too: see `imported`."""
        found = await self._asked("GET", f"api/v1/event/token/{token}")
        return bool(found.get("processing")) if isinstance(found, dict) else False

    async def imported(self, name: str, version: str) -> float:
        """When a document of the project came in last (seconds since 1970); 0: never, or there is no such project."""
        try:
            found = await self._asked("GET", "api/v1/project/lookup", params={"name": name, "version": version})
        except _NotFound:
            return 0.0
        at = found.get("lastBomImport") if isinstance(found, dict) else None
        return float(at) / 1000 if isinstance(at, int | float) else 0.0

    async def _asked(self, method: str, path: str, **given: Any) -> Any:
        headers = {"X-Api-Key": self.api_key, "Accept": "application/json", "User-Agent": f"ospo-gate/{VERSION}"}
        client = httpx.AsyncClient(transport=self.transport(), timeout=httpx.Timeout(TIMEOUT), trust_env=False)
        try:
            url = self.address.below(path)
            async with asyncio.timeout(WHOLE), client, client.stream(method, url, headers=headers, **given) as streamed:
                answer = await _read(streamed)
            if answer.status_code >= 300:
                raise _refusal(answer)
            return answer.json()
        except TimeoutError:
            raise DependencyTrackError("Dependency-Track did not answer in time") from None
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise DependencyTrackError(f"Dependency-Track could not be reached: {visible(str(error), 200)}") from None
        except ValueError:
            raise DependencyTrackError("Dependency-Track's answer could not be read") from None


async def _read(streamed: httpx.Response) -> httpx.Response:
    """The answer with its body, unpacked, no more of it than an answer of this API has."""
    body = b""
    async for chunk in streamed.aiter_bytes(65_536):
        body += chunk
        if len(body) > _LARGEST:
            raise DependencyTrackError("Dependency-Track's answer is too long")
    return httpx.Response(streamed.status_code, content=body)


class _NotFound(DependencyTrackError):
    pass


_WHY = {
    401: "the API key is not valid",
    403: "the API key may not do that: it needs BOM_UPLOAD, PROJECT_CREATION_UPLOAD and VIEW_PORTFOLIO",
    413: "the document is larger than the server takes",
}


def _refusal(answer: httpx.Response) -> DependencyTrackError:
    status = answer.status_code
    said = f"Dependency-Track answered {status}: {_WHY.get(status) or _problem(answer)}"
    if status == 404:
        return _NotFound(said, passing=False)
    return DependencyTrackError(said, passing=status >= 500 or status in (408, 429))


def _problem(answer: httpx.Response) -> str:
    """What an `application/problem+json` (RFC 9457) says."""
    try:
        found = answer.json()
        errors = found.get("errors") or []
        return visible(
            "; ".join(str(one) for one in (found.get("detail") or found.get("title"), *errors[:5]) if one), 400
        )
    except (ValueError, AttributeError, TypeError):
        return visible(answer.reason_phrase or "no reason", 100)
