"""Whose the addresses of co-authors are: GitHub links them to accounts as it does those of authors."""

from collections.abc import Mapping, Sequence
from typing import Any

from app.github.client import GitHubError, Installation
from checks.model.signatures import Signer

#: Commits of one query, authors of one commit, and queries of one pull request.
COMMITS, AUTHORS, QUERIES = 50, 100, 4


async def accounts(client: Installation, repository: str, commits: Sequence[str]) -> dict[str, Signer | None]:
    """The account by address (lower case) of all authors of the commits (SHAs); None: GitHub links it to none. What is
    beyond the limits is left out. Raises `RateLimited` or `GitHubError`."""
    found: dict[str, Signer | None] = {}
    for start in range(0, min(len(commits), COMMITS * QUERIES), COMMITS):
        found |= await _some(client, repository, commits[start : start + COMMITS])
    return found


async def _some(client: Installation, repository: str, commits: Sequence[str]) -> dict[str, Signer | None]:
    owner, _, name = repository.partition("/")
    ids = {f"c{index}": sha for index, sha in enumerate(commits)}
    declared = ", ".join(f"${alias}: GitObjectID!" for alias in ids)
    fields = " ".join(f"{alias}: object(oid: ${alias}) {{ ...people }}" for alias in ids)
    repository_ = f"repository(owner: $owner, name: $name) {{ {fields} }}"
    query = f"query($owner: String!, $name: String!, {declared}) {{ {repository_} }} {_PEOPLE}"
    answer = await client.graphql(query, {"owner": owner, "name": name, **ids})
    if answer.errors:
        raise GitHubError("GitHub could not tell whose the addresses of co-authors are", 502)
    try:
        commits_ = [answer.data["repository"][alias] for alias in ids]
        return dict(_account(node) for commit in commits_ if commit for node in commit["authors"]["nodes"])
    except (LookupError, TypeError, AttributeError):
        raise GitHubError("GitHub's answer could not be read", 502) from None


_PEOPLE = (
    f"fragment people on Commit {{ authors(first: {AUTHORS}) {{ nodes {{ email user {{ login databaseId }} }} }} }}"
)


def _account(node: Mapping[str, Any]) -> tuple[str, Signer | None]:
    user = node["user"]
    signer = None if user is None else Signer(int(user["databaseId"]), str(user["login"]))
    return str(node["email"] or "").strip().lower(), signer
