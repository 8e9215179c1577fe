"""The heads of default branches, of many repositories in one query."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from app.github.client import GitHubError, Installation
from checks.model.phrase import visible

#: Repositories of one query.
REPOSITORIES = 50


class Head(NamedTuple):
    """Of one default branch."""

    sha: str
    """Empty: there is no commit."""
    pushed_at: float
    """When somebody pushed to the repository last (seconds since 1970); 0: never."""
    branch: str | None
    archived: bool
    fork: bool


async def heads(client: Installation, names: Sequence[str]) -> dict[str, Head]:
    """The heads of at most `REPOSITORIES` repositories (`owner/name`), by that name; without those that GitHub does not
    show. Raises `RateLimited` or `GitHubError`."""
    declared, fields, variables = [], [], {}
    for index, name in enumerate(names):
        declared.append(f"$o{index}: String!, $n{index}: String!")
        variables[f"o{index}"], _, variables[f"n{index}"] = name.partition("/")
        fields.append(f"r{index}: repository(owner: $o{index}, name: $n{index}) {{ ...head }}")
    query = f"query({', '.join(declared)}) {{ {' '.join(fields)} }} {_HEAD}"
    answer = await client.graphql(query, variables)
    hidden = ("NOT_FOUND", "FORBIDDEN")
    if fault := next((error for error in answer.errors if error.get("type") not in hidden), None):
        raise GitHubError(f"GitHub gave up on a list of branches: {visible(str(fault.get('message')), 300)}", 502)
    rows = {name: answer.data.get(f"r{index}") for index, name in enumerate(names)}
    try:
        return {name: _head(row) for name, row in rows.items() if row}
    except (LookupError, TypeError, ValueError, AttributeError):
        raise GitHubError("GitHub's answer could not be read", 502) from None


_HEAD = "fragment head on Repository { pushedAt isArchived isFork defaultBranchRef { name target { oid } } }"


def _head(row: Mapping[str, Any]) -> Head:
    ref, pushed = row["defaultBranchRef"], row["pushedAt"]
    at = datetime.fromisoformat(pushed).timestamp() if pushed else 0.0
    sha, branch = (str(ref["target"]["oid"]), str(ref["name"])) if ref else ("", None)
    return Head(sha, at, branch, bool(row["isArchived"]), bool(row["isFork"]))
