"""What the service's API answers, for commands that run elsewhere."""

import http.client
import json
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator, Mapping
from typing import Any

from app.address import Address
from app.cli.remote import TIMEOUT, body
from app.same_host import SameHost
from checks.manifests import MAX_BYTES
from checks.model.errors import SourceError, UsageError
from checks.model.phrase import visible

#: For which the answer to a document is waited for (seconds).
PATIENCE = 300.0
#: What to do where a command knows no service: one that only a service answers, and one that reads its database too.
ANYWHERE = "Set OSPO_GATE_SERVER and OSPO_GATE_API_TOKEN."
BESIDE = "Set OSPO_GATE_SERVER and OSPO_GATE_API_TOKEN; on the server itself OSPO_GATE_DATABASE is enough."


def reached(server: str | None, token: str | None, hint: str = ANYWHERE) -> tuple[str, str]:
    """The address of the service and its token. Raises `UsageError` if one of them is not known."""
    if not server or not token:
        missing = "OSPO_GATE_API_TOKEN" if server else "--server"
        raise UsageError(f"the service cannot be asked without {missing}", hint=hint)
    return server, token


def ask_service(server: str, token: str, path: str, query: Mapping[str, str]) -> dict[str, Any]:
    """The JSON at a path of the service. Raises `UsageError` for what it refuses, `SourceError` if it cannot answer."""
    try:
        found = json.loads(_answer(server, token, path, query))
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict):
        raise SourceError(f"what {server} answers is not of ospo-gate's API")
    return found


def ask_pages(server: str, token: str, path: str, query: Mapping[str, str]) -> Iterator[dict[str, Any]]:
    """All pages of an answer that names the next one. Raises as `ask_service`."""
    seen: set[str] = set()
    page = ask_service(server, token, path, query)
    yield page
    while cursor := page.get("next"):
        if str(cursor) in seen:
            raise SourceError(f"what {server} answers is not of ospo-gate's API")
        seen.add(str(cursor))
        page = ask_service(server, token, path, {**query, "cursor": str(cursor)})
        yield page


def tell_service(server: str, token: str, path: str, body: Mapping[str, Any]) -> dict[str, Any]:
    """The JSON that the service answers to a document. Raises as `ask_service`."""
    try:
        found = json.loads(_answer(server, token, path, {}, MAX_BYTES, json.dumps(body).encode()))
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict):
        raise SourceError(f"what {server} answers is not of ospo-gate's API")
    return found


def service_text(server: str, token: str, path: str, query: Mapping[str, str]) -> str:
    """A document of any size that a manifest may have. Raises as `ask_service`."""
    data = _answer(server, token, path, query, MAX_BYTES + 1)
    if len(data) > MAX_BYTES:
        raise SourceError(
            f"what {server} answers has more than {MAX_BYTES // 1_000_000} MB, and half of it is not used"
        )
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        raise SourceError(f"what {server} answers is not of ospo-gate's API") from None


def _answer(
    server: str,
    token: str,
    path: str,
    query: Mapping[str, str],
    most: int | None = None,
    sent: bytes | None = None,
) -> bytes:
    """`sent`: a JSON document that is posted; the work that it asks for takes its time."""
    try:
        address = Address.parse(server).below(path)
    except ValueError as error:
        raise UsageError(f"--server: {error}") from None
    request = urllib.request.Request(  # noqa: S310 (the user's own configuration; `Address` takes web addresses alone)
        f"{address}?{urllib.parse.urlencode(query)}",
        data=sent,
        headers={
            "Accept": "application/json",
            "Authorization": f"Bearer {token}",
            "User-Agent": "ospo-gate",
            **({"Content-Type": "application/json"} if sent else {}),
        },
    )
    try:
        with urllib.request.build_opener(SameHost).open(request, timeout=PATIENCE if sent else TIMEOUT) as answer:
            return body(answer, most) if most else body(answer)
    except urllib.error.HTTPError as error:
        with error:
            reason = _reason(error)
        if error.code in (400, 404):
            raise UsageError(reason or f"the service answered {error.code}", hint=_HINTS.get(error.code, "")) from None
        raise SourceError(f"the service answered {error.code}: {reason}", hint=_HINTS.get(error.code, "")) from None
    except (OSError, http.client.HTTPException) as error:
        said = visible(str(getattr(error, "reason", None) or error))
        raise SourceError(f"the service at {server} did not answer: {said}") from None


_HINTS = {
    401: "OSPO_GATE_API_TOKEN must be the token of the service.",
    403: "Its scopes are in the settings of the service: docs/api-tokens.md.",
    404: "A service without OSPO_GATE_API_TOKEN has no API.",
    429: "Try again in a second.",
}


def _reason(error: urllib.error.HTTPError) -> str:
    try:
        found = json.loads(error.read(10_000))
        return visible(str(found["reason"]), 500)
    except (OSError, ValueError, LookupError, TypeError, RecursionError, http.client.HTTPException):
        return ""
