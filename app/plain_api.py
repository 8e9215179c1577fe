"""GitHub's API for the plain command in a workflow: the standard library's client, one token, one request at a time."""

import http.client
import json
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple
from urllib.parse import quote, urlencode

from app.same_host import SameHost
from app.version import VERSION
from checks.model.errors import SourceError, UsageError
from checks.model.phrase import visible

#: Seconds until the next bytes come; bytes of one answer: a blob has at most 100 MB.
TIMEOUT, LARGEST = 20.0, 120_000_000
#: Attempts of a request that only reads, or that a limit refused; seconds that are waited for a limit.
ATTEMPTS, PATIENCE = 4, 60.0
JSON = "application/vnd.github+json"
RAW = "application/vnd.github.raw+json"


class RefusedError(SourceError):
    """GitHub answered with an error, or not at all: then `status` is 0."""

    def __init__(self, status: int, said: str, what: str) -> None:
        reason = f"GitHub answered {status}: {said}" if status else said
        super().__init__(f"{what}: {reason}")
        self.status, self.said = status, said

    @property
    def unsure(self) -> bool:
        """Whether it may have been done all the same."""
        return self.status == 0 or self.status >= 500


class Answer(NamedTuple):
    """What GitHub answered."""

    data: bytes
    what: str

    @property
    def json(self) -> Any:
        """Raises `RefusedError` for what is no JSON: half an answer, or the page of a proxy."""
        try:
            return json.loads(self.data)
        except (ValueError, RecursionError):
            raise RefusedError(502, "what cannot be read", self.what) from None


class PlainApi:
    """Calls in the name of one token."""

    def __init__(self, base: str, token: str | None, sleep: Callable[[float], None] = time.sleep) -> None:
        """Raises `UsageError` for an address that is none. `sleep`: seconds."""
        if not base.startswith(("https://", "http://")):
            raise UsageError(f"GITHUB_API_URL is not the address of an API: {visible(base)}")
        self.base, self.token, self.sleep = base.rstrip("/"), token, sleep

    def get(self, path: str, params: Mapping[str, object] | None = None, accept: str = JSON) -> Answer:
        """Raises `RefusedError`."""
        return self.call("GET", f"{path}?{urlencode(params)}" if params else path, accept=accept)

    def pages(self, path: str, key: str | None = None, limit: int = 10_000, **params: object) -> list[Any]:
        """The items of a paged list, at most `limit`. Raises `RefusedError`."""
        items: list[Any] = []
        for page in range(1, -(-limit // 100) + 1):
            answer = self.get(path, {**params, "per_page": 100, "page": page})
            found = answer.json
            found = found.get(key) if key and isinstance(found, dict) else found
            if not isinstance(found, list):
                raise RefusedError(502, "what cannot be read", answer.what)
            items += found
            if len(found) < 100:
                break
        return items[:limit]

    def graphql(self, query: str, variables: Mapping[str, Any]) -> Mapping[str, Any]:
        """The data of an answer without errors. Raises `RefusedError`."""
        answer = self.call("POST", f"{self.base.removesuffix('/v3')}/graphql", {"query": query, "variables": variables})
        found = answer.json
        if not isinstance(found, dict) or found.get("errors") or not isinstance(found.get("data"), dict):
            raise RefusedError(502, "an error", "GraphQL")
        return dict(found["data"])

    def call(self, method: str, path: str, body: object = None, accept: str = JSON) -> Answer:
        """One request, with all that GitHub asks to wait for a limit. Raises `RefusedError`."""
        what = f"{method} {visible(path.partition('?')[0].removeprefix(self.base))}"
        for attempt in range(1, ATTEMPTS + 1):
            try:
                return Answer(self._sent(method, path, body, accept), what)
            except urllib.error.HTTPError as error:
                status, wait, said = error.code, _wait(error, attempt), _said(error)
                if attempt == ATTEMPTS or wait is None or (status >= 500 and method != "GET"):
                    raise RefusedError(status, said, what) from None
            except (OSError, ValueError, http.client.HTTPException) as error:
                reason = visible(str(getattr(error, "reason", None) or error))
                if attempt == ATTEMPTS or method != "GET":
                    raise RefusedError(0, f"GitHub could not be reached: {reason}", what) from None
                wait = float(attempt)
            self.sleep(wait)
        raise AssertionError("the last attempt returns or raises")

    def _sent(self, method: str, path: str, body: object, accept: str) -> bytes:
        headers = {"Accept": accept, "User-Agent": f"ospo-gate/{VERSION}", "X-GitHub-Api-Version": "2022-11-28"}
        if self.token:
            headers["Authorization"] = f"Bearer {self.token}"
        data = None if body is None else json.dumps(body).encode()
        if data is not None:
            headers["Content-Type"] = "application/json"
        address = path if path.startswith(("https://", "http://")) else f"{self.base}{path}"
        request = urllib.request.Request(address, data, headers, method=method)  # noqa: S310 (the user's own address)
        with urllib.request.build_opener(SameHost).open(request, timeout=TIMEOUT) as answer:
            read: bytes = answer.read(LARGEST + 1)
        if len(read) > LARGEST:
            raise ValueError(f"the answer has more than {LARGEST:,} bytes")
        return read


def repository_path(name: str) -> str:
    """`/repos/owner/name` with everything quoted."""
    return "/repos/" + quote(name, safe="/")


def _wait(error: urllib.error.HTTPError, attempt: int) -> float | None:
    """Seconds until another attempt may help; None: it will not, or too late for who waits."""
    if error.code >= 500:
        return float(attempt)
    after = error.headers.get("retry-after", "")
    limited = error.code == 429 or (error.code == 403 and (after or error.headers.get("x-ratelimit-remaining") == "0"))
    if not limited:
        return None
    seconds = float(after) if after.isascii() and after.isdigit() else PATIENCE
    return seconds if seconds <= PATIENCE else None


def _said(error: urllib.error.HTTPError) -> str:
    """GitHub's own words, on one line."""
    try:
        found = json.loads(error.read(100_000))
        words = found.get("message") if isinstance(found, dict) else None
    except (OSError, ValueError, RecursionError, http.client.HTTPException):
        words = None
    finally:
        error.close()
    return visible(" ".join(words.split()), 300) if isinstance(words, str) else str(error.reason)
