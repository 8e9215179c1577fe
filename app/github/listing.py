"""What there is on GitHub: installations, their repositories, and the open pull requests of many of them in one query.

For what compares GitHub with our own tables. Whoever lists pauses between the pages; see app/jobs/reconcile.py.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from app.github.client import GitHubApp, GitHubError, GraphQLAnswer, Installation
from app.github.tokens import PUBLISHING, Permissions
from app.subject import Told, property_texts
from checks.model.phrase import visible

#: What looking at pull requests and our check runs on them needs, and no more.
LISTING: Permissions = (("checks", "read"), ("contents", "read"), ("metadata", "read"), ("pull_requests", "read"))
#: Repositories of one query, and how many pull requests of each; of those that have more, the rest is asked for.
REPOSITORIES, PULLS = 40, 25
#: Pull requests of one query for check runs, or for how they ended.
RUNS = 40
#: All that an installation has, as GitHub lists it; nobody has more.
MOST = 200_000


@dataclass(frozen=True, slots=True)
class Installed:
    """One installation of the App, as GitHub has it."""

    id: int
    account: str
    suspended: bool
    permissions: Mapping[str, str]
    """Granted: level by name."""
    events: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class OpenPull:
    """An open pull request, with what an event about it would tell."""

    number: int
    node_id: str
    head: str
    base: str
    """SHA of the base branch."""
    base_ref: str
    """Its name."""
    updated_at: float
    """GitHub's own time (seconds, UTC)."""
    author: str | None
    author_is_bot: bool
    changed_files: int


@dataclass(frozen=True, slots=True)
class RepositoryPulls:
    """The open pull requests of one repository, all of them."""

    id: int
    node_id: str
    pulls: tuple[OpenPull, ...]


@dataclass(frozen=True, slots=True)
class Ended:
    """What became of a pull request. `open`: it has not ended."""

    open: bool
    head: str
    at: float
    """When it changed last, by GitHub's own time (seconds, UTC)."""
    merged: bool
    merged_by: str | None


@dataclass(frozen=True, slots=True)
class StandingRun:
    """The newest check run of a name of ours on the head of a pull request."""

    node_id: str
    """REST's number of it does not fit into what GraphQL tells."""
    head: str
    completed: bool
    cancelled: bool
    started_at: float
    """Seconds, UTC."""


async def installations(app: GitHubApp) -> list[Installed]:
    """Every installation. Raises `RateLimited` or `GitHubError`."""
    rows = await app.pages("/app/installations", limit=MOST)
    try:
        return [_installed(row) for row in rows]
    except (LookupError, TypeError, ValueError, AttributeError):
        raise _unreadable() from None


async def repositories(app: GitHubApp, installation_id: int) -> list[Told]:
    """All repositories of an installation; pages that have not changed cost nothing of GitHub's primary limit. Raises
    `RateLimited` or `GitHubError`."""
    client = listing_client(app, installation_id)
    rows = await client.pages("/installation/repositories", "repositories", limit=MOST)
    try:
        return [_told(row, installation_id) for row in rows]
    except (LookupError, TypeError, ValueError, AttributeError):
        raise _unreadable() from None


def listing_client(app: GitHubApp, installation_id: int) -> Installation:
    """Calls for looking at all that an installation has."""
    return app.installation(installation_id, ()).with_permissions(LISTING)


async def open_pulls(client: Installation, names: Sequence[str]) -> dict[str, RepositoryPulls]:
    """The open pull requests of at most `REPOSITORIES` repositories (`owner/name`), by that name; without those that
    GitHub does not show. One request, and one for each hundred more of a repository that has many. Raises
    `RateLimited` or `GitHubError`."""
    declared, fields, variables = [], [], {}
    for index, name in enumerate(names[:REPOSITORIES]):
        declared.append(f"$o{index}: String!, $n{index}: String!")
        variables[f"o{index}"], _, variables[f"n{index}"] = name.partition("/")
        fields.append(f"r{index}: repository(owner: $o{index}, name: $n{index}) {{ ...pulls }}")
    query = f"query({', '.join(declared)}) {{ {' '.join(fields)} }} {_pulls(PULLS)}"
    answer = await client.graphql(query, variables)
    found = {}
    for index, name in enumerate(names[:REPOSITORIES]):
        if row := _row(answer, f"r{index}"):
            found[name] = await _all_pulls(client, name, row)
    return found


def further_requests(pulls: int) -> int:
    """How many more requests it takes to list so many pull requests of one repository."""
    return -(-max(0, pulls - PULLS) // 100)


async def _all_pulls(client: Installation, name: str, row: Mapping[str, Any]) -> RepositoryPulls:
    try:
        id_, node, pulls = int(row["databaseId"]), str(row["id"]), list(_listed(row))
        while row["pullRequests"]["pageInfo"]["hasNextPage"]:
            owner, _, short = name.partition("/")
            variables = {"owner": owner, "name": short, "after": row["pullRequests"]["pageInfo"]["endCursor"]}
            query = f"query($owner: String!, $name: String!, $after: String!) {{ r: {_ONE} }} {_pulls(100, '$after')}"
            following = _row(await client.graphql(query, variables), "r")
            if following is None:
                raise GitHubError("GitHub listed some of the pull requests and not the others", 502)
            row = following
            pulls += _listed(row)
    except (LookupError, TypeError, ValueError, AttributeError):
        raise _unreadable() from None
    return RepositoryPulls(id_, node, tuple(pulls))


async def ended(client: Installation, name: str, numbers: Sequence[int]) -> dict[int, Ended]:
    """What became of at most `RUNS` pull requests of a repository; without those that GitHub does not show."""
    owner, _, short = name.partition("/")
    fields = " ".join(f"p{number}: pullRequest(number: {int(number)}) {{ ...end }}" for number in numbers[:RUNS])
    one = f"repository(owner: $owner, name: $name) {{ id {fields} }}"
    query = f"query($owner: String!, $name: String!) {{ r: {one} }} {_END}"
    row = _row(await client.graphql(query, {"owner": owner, "name": short}), "r")
    if row is None:
        return {}
    try:
        return {number: _ended(row[f"p{number}"]) for number in numbers[:RUNS] if row.get(f"p{number}")}
    except (LookupError, TypeError, ValueError, AttributeError):
        raise _unreadable() from None


async def runs(client: Installation, app_id: int, check: str, nodes: Sequence[str]) -> dict[str, StandingRun | None]:
    """The newest run `check` of the App on the heads of at most `RUNS` pull requests (node ids); None where there is
    none. Without those that GitHub does not show."""
    declared = [f"$p{index}: ID!" for index in range(len(nodes[:RUNS]))]
    fields = [f"p{index}: node(id: $p{index}) {{ ...run }}" for index in range(len(nodes[:RUNS]))]
    query = f"query($app: Int!, $check: String!, {', '.join(declared)}) {{ {' '.join(fields)} }} {_RUN}"
    variables = {"app": app_id, "check": check, **{f"p{index}": node for index, node in enumerate(nodes[:RUNS])}}
    answer = await client.graphql(query, variables)
    found: dict[str, StandingRun | None] = {}
    try:
        for index, node in enumerate(nodes[:RUNS]):
            if row := _row(answer, f"p{index}"):
                found[node] = _run(row)
    except (LookupError, TypeError, ValueError, AttributeError):
        raise _unreadable() from None
    return found


async def conclude(client: Installation, repository_node: str, run: StandingRun) -> None:
    """End a run of ours that says "in progress" and is worked on by nobody."""
    output = {"title": "not judged", "summary": "What judged it has ended meanwhile. It is judged again."}
    given = {
        "repositoryId": repository_node,
        "checkRunId": run.node_id,
        "status": "COMPLETED",
        "conclusion": "CANCELLED",
        "output": output,
    }
    query = "mutation($c: UpdateCheckRunInput!) { c: updateCheckRun(input: $c) { checkRun { id } } }"
    publishing = client.with_permissions(PUBLISHING)
    if not (await publishing.graphql(query, {"c": given})).data.get("c"):
        raise GitHubError("GitHub did not conclude a check run of ours", 403)


_ONE = "repository(owner: $owner, name: $name) { ...pulls }"
_END = "fragment end on PullRequest { state headRefOid updatedAt mergedBy { login } }"
_RUN = """fragment run on PullRequest { commits(last: 1) { nodes { commit { oid
  checkSuites(first: 2, filterBy: {appId: $app}) { nodes {
    checkRuns(first: 1, filterBy: {checkType: LATEST, checkName: $check}) { nodes { id status conclusion startedAt } }
  } } } } } }"""


def _pulls(first: int, after: str = "") -> str:
    given = f"first: {first}, states: OPEN{f', after: {after}' if after else ''}"
    return (
        f"fragment pulls on Repository {{ id databaseId pullRequests({given}) {{ pageInfo {{ hasNextPage endCursor }} "
        "nodes { id number headRefOid baseRefOid baseRefName updatedAt changedFiles author { __typename login } } } }"
    )


def _row(answer: GraphQLAnswer, alias: str) -> Mapping[str, Any] | None:
    """One part of an answer; None where GitHub does not show it. Raises `GitHubError` where it gave up on it."""
    for error in answer.errors:
        if _concerns(error, alias) and error.get("type") not in ("NOT_FOUND", "FORBIDDEN"):
            said = visible(str(error.get("message")), 300)
            raise GitHubError(f"GitHub gave up on a list of pull requests: {said}", 502)
    row = answer.data.get(alias)
    return row if isinstance(row, dict) else None


def _concerns(error: Mapping[str, Any], alias: str) -> bool:
    path = error.get("path")
    return not path or (isinstance(path, list) and path[0] == alias)


def _listed(row: Mapping[str, Any]) -> Iterator[OpenPull]:
    for node in row["pullRequests"]["nodes"]:
        author = node.get("author") or {}
        bot = author.get("__typename") == "Bot"
        login = author.get("login")
        yield OpenPull(
            number=int(node["number"]),
            node_id=str(node["id"]),
            head=str(node["headRefOid"]),
            base=str(node["baseRefOid"]),
            base_ref=str(node["baseRefName"]),
            updated_at=_seconds(node["updatedAt"]),
            # events have the suffix that GraphQL leaves out
            author=f"{login}[bot]" if bot and login and not login.endswith("[bot]") else login,
            author_is_bot=bot,
            changed_files=int(node["changedFiles"] or 0),
        )


def _ended(row: Mapping[str, Any]) -> Ended:
    by = (row.get("mergedBy") or {}).get("login")
    state = row["state"]
    return Ended(state == "OPEN", str(row["headRefOid"]), _seconds(row["updatedAt"]), state == "MERGED", by)


def _run(row: Mapping[str, Any]) -> StandingRun | None:
    for commit in [node["commit"] for node in row["commits"]["nodes"]]:
        rows = [run for suite in commit["checkSuites"]["nodes"] for run in suite["checkRuns"]["nodes"]]
        if rows:
            newest = max(rows, key=lambda run: run["startedAt"] or "")
            started = _seconds(newest["startedAt"]) if newest["startedAt"] else 0.0
            completed, cancelled = newest["status"] == "COMPLETED", newest["conclusion"] == "CANCELLED"
            return StandingRun(str(newest["id"]), str(commit["oid"]), completed, cancelled, started)
    return None


def _installed(row: Mapping[str, Any]) -> Installed:
    account = row.get("account") or {}
    return Installed(
        int(row["id"]),
        str(account.get("login") or account.get("slug") or ""),
        row.get("suspended_at") is not None,
        {str(name): str(level) for name, level in (row.get("permissions") or {}).items()},
        tuple(str(event) for event in row.get("events") or ()),
    )


def _told(row: Mapping[str, Any], installation_id: int) -> Told:
    properties, license_ = row.get("custom_properties"), row.get("license")
    visibility = row.get("visibility") or ("private" if row.get("private") else "public")
    return Told(
        int(row["id"]),
        installation_id,
        str(row["full_name"]),
        row.get("node_id"),
        visibility,
        row.get("default_branch"),
        row.get("archived"),
        row.get("fork"),
        None if properties is None else property_texts(properties),
        (license_.get("spdx_id") or "") if license_ else "" if "license" in row else None,
        row.get("topics"),
    )


def _seconds(moment: str) -> float:
    return datetime.fromisoformat(moment).timestamp()


def _unreadable() -> GitHubError:
    return GitHubError("GitHub's answer could not be read", 502)
