"""One file of a repository, by REST."""

import base64
import binascii
from typing import Any
from urllib.parse import quote

from app.github.client import GitHubError, Installation, document, repository_path


async def read_file(client: Installation, repository: str, path: str, ref: str | None = None) -> bytes | None:
    """A file (up to 1 MB) of `owner/name`, at a commit or of the default branch; None where there is none. Raises
    `GitHubError`."""
    url = f"{repository_path(repository)}/contents/{quote(path, safe='/', errors='surrogateescape')}"
    at = {"ref": ref} if ref else None
    try:
        row = document(await client.request("GET", url, params=at, accept="application/vnd.github.object+json"))
    except GitHubError as error:
        if error.status != 404:
            raise
        return None
    return decoded(row)


def decoded(row: Any) -> bytes | None:
    """The bytes of a file as the endpoint of contents shows it; None for what is none, or too large for it."""
    if not isinstance(row, dict) or row.get("type") != "file" or row.get("encoding") != "base64":
        return None
    try:
        return base64.b64decode(row.get("content") or "")
    except binascii.Error:
        return None
