"""A policy from another repository, through GitHub's contents API, for the command."""

import re
import urllib.error
import urllib.parse
import urllib.request

from app.policies import PATH, load_policy
from app.settings import CommandEnvironment
from checks.model.errors import SourceError, UsageError
from checks.policy.document import MAX_CHARACTERS
from checks.policy.schema import Policy

#: Seconds until a silent server is given up.
TIMEOUT = 10
_NAME = re.compile(r"([A-Za-z0-9-]+)/([A-Za-z0-9._-]+)(/[^@]+)?@([^@\s]+)\Z")


def read_policy(name: str, environment: CommandEnvironment) -> Policy:
    """The policy `owner/repo[/path]@ref`. Raises `UsageError`, `SourceError` or `PolicyError`; never a default."""
    match = _NAME.match(name)
    if match is None:
        raise UsageError(f"--policy: expected owner/repo[/path]@ref, not '{name}'")
    owner, repository, path, ref = match.groups()
    path = (path or f"/{PATH}").lstrip("/")
    where = f"{environment.api_url}/repos/{owner}/{repository}/contents/{urllib.parse.quote(path)}"
    request = urllib.request.Request(  # noqa: S310 (the address is the user's own configuration)
        f"{where}?ref={urllib.parse.quote(ref, safe='')}", headers=_headers(environment)
    )
    try:
        with urllib.request.urlopen(request, timeout=TIMEOUT) as answer:  # noqa: S310
            data = answer.read(4 * MAX_CHARACTERS)
    except urllib.error.HTTPError as error:
        raise SourceError(_refused(error.code, name), hint=_hint(error.code, environment)) from None
    except (OSError, ValueError) as error:
        raise SourceError(f"--policy: {name} could not be read from {environment.api_url}: {error}") from None
    return load_policy(data, f"{owner}/{repository}/{path}@{ref}", revision=ref)


def _headers(environment: CommandEnvironment) -> dict[str, str]:
    headers = {"Accept": "application/vnd.github.raw+json", "User-Agent": "ospo-gate"}
    if environment.token:
        headers["Authorization"] = f"Bearer {environment.token}"
    return headers


def _refused(status: int, name: str) -> str:
    return f"--policy: GitHub answered {status} for {name}"


def _hint(status: int, environment: CommandEnvironment) -> str:
    if status in (401, 403, 404) and not environment.token:
        return "A private repository needs GITHUB_TOKEN (or GH_TOKEN) with read access to its contents."
    return "Check the name, the ref and what the token may read."
