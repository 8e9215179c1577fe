"""One file of a repository, by REST."""

import base64
import binascii
from urllib.parse import quote

from app.github.client import GitHubError, Installation, document, repository_path


async def read_file(client: Installation, repository: str, path: str) -> bytes | None:
    """A file (up to 1 MB) of the default branch of `owner/name`; None where there is none. Raises `GitHubError`."""
    url = f"{repository_path(repository)}/contents/{quote(path, safe='/')}"
    try:
        row = document(await client.request("GET", url, accept="application/vnd.github.object+json"))
    except GitHubError as error:
        if error.status != 404:
            raise
        return None
    if not isinstance(row, dict) or row.get("type") != "file" or row.get("encoding") != "base64":
        return None
    try:
        return base64.b64decode(row.get("content") or "")
    except binascii.Error:
        return None
