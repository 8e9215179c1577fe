"""A policy from another repository, through GitHub's contents API, for the command."""

import http.client
import json
import re
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Mapping
from typing import Any, NamedTuple

from app.policies import PATH
from app.same_host import SameHost
from app.settings import CommandEnvironment
from checks.model.errors import SourceError, UsageError
from checks.model.phrase import visible
from checks.policy.document import MAX_CHARACTERS

#: Seconds until a server is given up that is silent, or that does not come to an end.
TIMEOUT = 10.0
_NAME = re.compile(r"([A-Za-z0-9-]+)/([A-Za-z0-9._-]+)((?:/[^/@\s][^/@]*)+)?@([^@\s]+)\Z")
_MAX_BYTES = 4 * MAX_CHARACTERS + 1
_RAW = "application/vnd.github.raw+json"


class NotThereError(SourceError):
    """GitHub has nothing there, or nothing that may be read."""


class Fetched(NamedTuple):
    """A file of another repository."""

    data: bytes
    label: str
    ref: str


def fetch(name: str, option: str, environment: CommandEnvironment) -> Fetched:
    """The file `owner/repo[/path]@ref`; `option` begins an error. Raises `UsageError` or `SourceError`."""
    match = _NAME.match(name)
    if match is None or {".", ".."} & set((match[3] or "").split("/")):
        raise UsageError(f"{option}expected owner/repo[/path]@ref, not '{visible(name)}'")
    owner, repository, path, ref = match.groups()
    path = (path or f"/{PATH}").lstrip("/")
    where = f"/repos/{owner}/{repository}/contents/{urllib.parse.quote(path)}?ref={urllib.parse.quote(ref, safe='')}"
    data = get(where, option, name, environment)
    return Fetched(data, f"{owner}/{repository}/{path}@{ref}", ref)


def get(where: str, option: str, name: str, environment: CommandEnvironment, accept: str = _RAW) -> bytes:
    """What GitHub's REST API has at a path; `option` begins an error, and `name` is what was asked for.

    Raises `UsageError` or `SourceError`.
    """
    return _answer(f"{environment.api_url}{where}", None, option, name, environment, accept)


def query(text: str, variables: Mapping[str, str], option: str, name: str, environment: CommandEnvironment) -> Any:
    """What GitHub's GraphQL API answers as `data`; there must be a token. Arguments and errors as of `get`."""
    api = environment.api_url
    address = f"{api.removesuffix('/v3')}/graphql"  # of GitHub Enterprise Server: /api/v3 and /api/graphql
    asked = json.dumps({"query": text, "variables": variables}).encode()
    answer = _answer(address, asked, option, name, environment, "application/json", 4 * _MAX_BYTES)
    try:
        found = json.loads(answer)
        said = [str(error["message"]) for error in found.get("errors") or ()]
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError):
        raise SourceError(f"{option}GitHub's answer for {name} could not be read") from None
    if said or not found.get("data"):
        raise SourceError(f"{option}GitHub did not answer for {name}: {visible((said or ['it said nothing'])[0])}")
    return found["data"]


def _answer(
    address: str,
    data: bytes | None,
    option: str,
    name: str,
    environment: CommandEnvironment,
    accept: str,
    most: int = _MAX_BYTES,
) -> bytes:
    if not address.startswith(("https://", "http://")):
        raise UsageError(f"GITHUB_API_URL is not the address of an API: {visible(environment.api_url)}")
    request = urllib.request.Request(  # noqa: S310 (the address is the user's own configuration, and a web address)
        address, data, headers=_headers(environment, accept)
    )
    try:
        with urllib.request.build_opener(SameHost).open(request, timeout=TIMEOUT) as answer:
            return body(answer, most)
    except urllib.error.HTTPError as error:
        error.close()
        hint = _hint(error.code, environment)
        kind = NotThereError if error.code == http.HTTPStatus.NOT_FOUND else SourceError
        raise kind(f"{option}GitHub answered {error.code} for {name}", hint=hint) from None
    except (OSError, ValueError, http.client.HTTPException) as error:
        reason = getattr(error, "reason", None) or error
        said = f"{option}{name} could not be read from {environment.api_url}: {visible(str(reason))}"
        raise SourceError(said) from None


def body(answer: http.client.HTTPResponse, most: int = _MAX_BYTES) -> bytes:
    """The body, as far as a policy can be, or `most` bytes of it; the time-out of the socket alone would let a slow
    server go on for ever."""
    end, data = time.monotonic() + TIMEOUT, bytearray()
    while len(data) < most and (chunk := answer.read1(65_536)):
        data += chunk
        if time.monotonic() > end:
            raise TimeoutError("timed out")
    return bytes(data[:most])


def _headers(environment: CommandEnvironment, accept: str) -> dict[str, str]:
    headers = {"Accept": accept, "User-Agent": "ospo-gate"}
    if environment.token:
        headers["Authorization"] = f"Bearer {environment.token}"
    return headers


def _hint(status: int, environment: CommandEnvironment) -> str:
    if status in (401, 403, 404) and not environment.token:
        return "A private repository needs GITHUB_TOKEN (or GH_TOKEN) with read access to its contents."
    if status >= 500:
        return "Nothing was judged. Try again when GitHub answers."
    return "Check the name, the ref and what the token may read."
