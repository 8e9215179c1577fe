"""A policy from another repository, through GitHub's contents API, for the command."""

import http.client
import re
import time
import urllib.error
import urllib.parse
import urllib.request
from typing import NamedTuple

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
    """The file `owner/repo[/path]@ref` that an option names. Raises `UsageError` or `SourceError`."""
    match = _NAME.match(name)
    if match is None or {".", ".."} & set((match[3] or "").split("/")):
        raise UsageError(f"{option}: expected owner/repo[/path]@ref, not '{visible(name)}'")
    owner, repository, path, ref = match.groups()
    path = (path or f"/{PATH}").lstrip("/")
    where = f"/repos/{owner}/{repository}/contents/{urllib.parse.quote(path)}?ref={urllib.parse.quote(ref, safe='')}"
    data = get(where, f"{option}: ", name, environment)
    return Fetched(data, f"{owner}/{repository}/{path}@{ref}", ref)


def get(where: str, option: str, name: str, environment: CommandEnvironment, accept: str = _RAW) -> bytes:
    """What GitHub's REST API has at a path; `option` begins an error, and `name` is what was asked for.

    Raises `UsageError` or `SourceError`.
    """
    address = f"{environment.api_url}{where}"
    if not address.startswith(("https://", "http://")):
        raise UsageError(f"GITHUB_API_URL is not the address of an API: {visible(environment.api_url)}")
    request = urllib.request.Request(  # noqa: S310 (the address is the user's own configuration, and a web address)
        address, headers=_headers(environment, accept)
    )
    try:
        with urllib.request.build_opener(SameHost).open(request, timeout=TIMEOUT) as answer:
            return body(answer)
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
