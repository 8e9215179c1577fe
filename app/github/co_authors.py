"""Whose the addresses of co-authors are: GitHub links them to accounts as it does those of authors."""

from collections.abc import Sequence

from app.github.client import GitHubError, Installation
from app.linked_accounts import COMMITS, QUERIES, accounts_in, query_of
from checks.model.signatures import Signer


async def accounts(client: Installation, repository: str, commits: Sequence[str]) -> dict[str, Signer | None]:
    """The account by address (lower case) of all authors of the commits (SHAs); None: GitHub links it to none. What is
    beyond the limits is left out. Raises `RateLimited` or `GitHubError`."""
    found: dict[str, Signer | None] = {}
    for start in range(0, min(len(commits), COMMITS * QUERIES), COMMITS):
        found |= await _some(client, repository, commits[start : start + COMMITS])
    return found


async def _some(client: Installation, repository: str, commits: Sequence[str]) -> dict[str, Signer | None]:
    answer = await client.graphql(*query_of(repository, commits))
    if answer.errors:
        raise GitHubError("GitHub could not tell whose the addresses of co-authors are", 502)
    try:
        return accounts_in(answer.data)
    except (LookupError, TypeError, AttributeError):
        raise GitHubError("GitHub's answer could not be read", 502) from None
