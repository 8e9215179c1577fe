"""What somebody may do on a repository, as GitHub says just now."""

from typing import NamedTuple
from urllib.parse import quote

from app.github.client import READING, GitHubError, Installation, RateLimited, document, repository_path


class Role(NamedTuple):
    """Empty texts where GitHub does not say."""

    name: str
    """GitHub's `role_name`: a custom role by its own name."""
    permission: str
    """The rights of the role: `admin`, `write`, `read` or `none`."""


async def role_on(client: Installation, repository: str, login: str) -> Role:
    """Of `login` on `owner/name`. Raises `GitHubError` for what passes, and `RateLimited`."""
    path = f"{repository_path(repository)}/collaborators/{quote(login, safe='')}/permission"
    try:
        answer = await client.with_permissions(READING).request("GET", path)
    except RateLimited:
        raise
    except GitHubError as error:
        if error.passing:
            raise
        return Role("", "")
    said = dict(document(answer))
    return Role(str(said.get("role_name")), str(said.get("permission")))
