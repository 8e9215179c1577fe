"""Dependency-Track's REST API, as its versions 4 and 5 have it: uploading a CycloneDX document, seeing it arrive, and
reading back what the server finds."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

import httpx

from app.address import Address
from app.version import VERSION
from checks.model.phrase import visible

if TYPE_CHECKING:
    from checks.vulnerabilities.tracked import Answers

#: Seconds to connect, and between two bytes.
TIMEOUT = (5.0, 30.0, 30.0, 30.0)
#: Seconds for one request and its whole answer.
WHOLE = 300.0
#: Bytes of one answer, and of one of a list: version 4 gives all findings at once, with their descriptions.
_LARGEST, _LONGEST = 1_000_000, 32_000_000
#: Entries of a page, pages of a list, and findings whose analysis is asked for one by one.
_PAGE, _PAGES, _ANALYSES = 100, 500, 1_000


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
        at = (await self._project(name, version)).get("lastBomImport")
        return float(at) / 1000 if isinstance(at, int | float) else 0.0

    async def reported(self, name: str, version: str, now: Callable[[], datetime]) -> "Answers | None":
        """What it finds in the project, suppressed or not, and which of its policies it sees violated; None: there is
        no such project. It needs VIEW_VULNERABILITY and VIEW_POLICY_VIOLATION, too. Raises `DependencyTrackError`."""
        from checks.vulnerabilities.tracked import Answers, analysis_of, asks_why

        at = now()
        uuid = _uuid((await self._project(name, version)).get("uuid"))
        if uuid is None:
            return None
        findings = await self._list(f"api/v1/finding/project/{uuid}", suppressed="true")
        violations = await self._list(f"api/v1/violation/project/{uuid}", suppressed="false")
        analyses = {}
        for finding in [item for item in findings if asks_why(item)][:_ANALYSES]:
            component, vulnerability = (_uuid(_field(finding.get(of), "uuid")) for of in ("component", "vulnerability"))
            matrix = finding.get("matrix")
            if component and vulnerability and isinstance(matrix, str):
                asked = {"project": uuid, "component": component, "vulnerability": vulnerability}
                analyses[matrix] = analysis_of(await self._asked_or_none("api/v1/analysis", asked))
        return Answers(f"{name} {version}", at, findings, violations, analyses)

    async def _project(self, name: str, version: str) -> dict[str, Any]:
        """Empty where there is none."""
        found = await self._asked_or_none("api/v1/project/lookup", {"name": name, "version": version})
        return found if isinstance(found, dict) else {}

    async def _asked_or_none(self, path: str, parameters: dict[str, str]) -> Any:
        try:
            return await self._asked("GET", path, params=parameters)
        except _NotFound:
            return None

    async def _list(self, path: str, **asked: str) -> list[dict[str, Any]]:
        """All entries. Version 4 gives findings at once whatever page is asked for, and 5 by pages."""
        found: list[dict[str, Any]] = []
        before: object = None
        for page in range(1, _PAGES + 1):
            parameters = {**asked, "pageNumber": str(page), "pageSize": str(_PAGE)}
            answer = await self._answered("GET", path, _LONGEST, params=parameters)
            items = await asyncio.to_thread(_json, answer)
            if not isinstance(items, list) or not all(isinstance(item, dict) for item in items):
                raise DependencyTrackError("Dependency-Track's answer is no list of objects")
            if items == before:
                return found
            found += items
            total = answer.headers.get("x-total-count", "")
            if len(items) != _PAGE or (total.isascii() and total.isdecimal() and len(found) >= int(total[:9])):
                return found
            before = items
        raise DependencyTrackError(f"Dependency-Track has more than {_PAGE * _PAGES:,} entries", passing=False)

    async def _asked(self, method: str, path: str, **given: Any) -> Any:
        return _json(await self._answered(method, path, _LARGEST, **given))

    async def _answered(self, method: str, path: str, largest: int, **given: Any) -> httpx.Response:
        headers = {"X-Api-Key": self.api_key, "Accept": "application/json", "User-Agent": f"ospo-gate/{VERSION}"}
        client = httpx.AsyncClient(transport=self.transport(), timeout=httpx.Timeout(TIMEOUT), trust_env=False)
        try:
            url = self.address.below(path)
            async with asyncio.timeout(WHOLE), client, client.stream(method, url, headers=headers, **given) as streamed:
                answer = await _read(streamed, largest)
            if answer.status_code >= 300:
                raise _refusal(answer, path)
            return answer
        except TimeoutError:
            raise DependencyTrackError("Dependency-Track did not answer in time") from None
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise DependencyTrackError(f"Dependency-Track could not be reached: {visible(str(error), 200)}") from None
        except ValueError:  # a name that no address can hold
            raise DependencyTrackError("Dependency-Track's answer could not be read") from None


async def _read(streamed: httpx.Response, largest: int) -> httpx.Response:
    """The answer with its body, unpacked, no more of it than an answer of this API has."""
    body = bytearray()
    async for chunk in streamed.aiter_bytes(65_536):
        body += chunk
        if len(body) > largest:
            raise DependencyTrackError("Dependency-Track's answer is too long")
    total = streamed.headers.get("x-total-count", "")
    return httpx.Response(streamed.status_code, headers={"x-total-count": total}, content=bytes(body))


def _json(answer: httpx.Response) -> Any:
    try:
        return answer.json()
    except (ValueError, RecursionError):
        raise DependencyTrackError("Dependency-Track's answer could not be read") from None


def _field(value: object, name: str) -> object:
    return value.get(name) if isinstance(value, dict) else None


def _uuid(value: object) -> str | None:
    """What is none may not become part of an address."""
    try:
        return str(UUID(value)) if isinstance(value, str) and len(value) <= 40 else None
    except ValueError:
        return None


class _NotFound(DependencyTrackError):
    pass


_WHY = {
    401: "the API key is not valid",
    403: "the API key may not do that: it needs BOM_UPLOAD, PROJECT_CREATION_UPLOAD and VIEW_PORTFOLIO",
    413: "the document is larger than the server takes",
}


#: What reading back needs beside that.
_MAY_NOT_READ = "the API key may not do that: reading back needs VIEW_VULNERABILITY and VIEW_POLICY_VIOLATION, too"


def _refusal(answer: httpx.Response, path: str) -> DependencyTrackError:
    status = answer.status_code
    reads = status == 403 and path.startswith(("api/v1/finding/", "api/v1/violation/", "api/v1/analysis"))
    why = _MAY_NOT_READ if reads else _WHY.get(status) or _problem(answer)
    said = f"Dependency-Track answered {status}: {why}"
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
    except (ValueError, AttributeError, TypeError, RecursionError):
        return visible(answer.reason_phrase or "no reason", 100)
