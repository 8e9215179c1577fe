"""The GraphQL query for whose the addresses of co-authors are, and its answer; whoever asks has a client."""

from collections.abc import Mapping, Sequence
from typing import Any

from checks.model.signatures import Signer

#: Commits of one query, authors of one commit, and queries of one pull request.
COMMITS, AUTHORS, QUERIES = 50, 100, 4
_PEOPLE = (
    f"fragment people on Commit {{ authors(first: {AUTHORS}) {{ nodes {{ email user {{ login databaseId }} }} }} }}"
)


def query_of(repository: str, commits: Sequence[str]) -> tuple[str, dict[str, Any]]:
    """The query and its variables, for at most `COMMITS` commits (SHAs)."""
    owner, _, name = repository.partition("/")
    ids = {f"c{index}": sha for index, sha in enumerate(commits)}
    declared = ", ".join(f"${alias}: GitObjectID!" for alias in ids)
    fields = " ".join(f"{alias}: object(oid: ${alias}) {{ ...people }}" for alias in ids)
    repository_ = f"repository(owner: $owner, name: $name) {{ {fields} }}"
    query = f"query($owner: String!, $name: String!, {declared}) {{ {repository_} }} {_PEOPLE}"
    return query, {"owner": owner, "name": name, **ids}


def accounts_in(data: Mapping[str, Any]) -> dict[str, Signer | None]:
    """The account by address (lower case); None: GitHub links it to none. Raises LookupError, TypeError, ValueError or
    AttributeError for what is no answer to the query."""
    commits = data["repository"].values()
    return dict(_account(node) for commit in commits if commit for node in commit["authors"]["nodes"])


def _account(node: Mapping[str, Any]) -> tuple[str, Signer | None]:
    user = node["user"]
    signer = None if user is None else Signer(int(user["databaseId"]), str(user["login"]))
    return str(node["email"] or "").strip().lower(), signer
