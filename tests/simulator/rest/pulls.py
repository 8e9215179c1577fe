"""Pull requests: one, all, their files and commits."""

from ..payloads import commit_json, pull_json
from ..routing import Call, Reply, route
from .repositories import file_json

FILES_MAX = 3_000
COMMITS_MAX = 250


@route("GET", "/repos/{owner}/{repo}/pulls", "pull_requests:read")
def list_pulls(call: Call) -> Reply:
    """Newest first; `state`, `head` (`owner:branch`) and `base` filter."""
    state, query = call.query.get("state", "open"), call.query
    found = [p for p in call.repository.pulls.values() if state in ("all", p.state)]
    if "head" in query:
        found = [p for p in found if f"{p.head_owner.login}:{p.head_ref}" == query["head"]]
    if "base" in query:
        found = [p for p in found if p.base_ref == query["base"]]
    newest = query.get("direction", "desc" if query.get("sort", "created") == "created" else "asc") == "desc"
    found.sort(key=lambda p: p.number, reverse=newest)
    return call.page([pull_json(p, False, call.version) for p in found])


@route("GET", "/repos/{owner}/{repo}/pulls/{number:int}", "pull_requests:read")
def get_pull(call: Call) -> Reply:
    return Reply(pull_json(call.pull, version=call.version))


@route("GET", "/repos/{owner}/{repo}/pulls/{number:int}/files", "pull_requests:read")
def list_files(call: Call) -> Reply:
    pull = call.pull
    return call.page([file_json(pull.repository, f, pull.head_sha) for f in pull.files()[:FILES_MAX]])


@route("GET", "/repos/{owner}/{repo}/pulls/{number:int}/commits", "pull_requests:read")
def list_commits(call: Call) -> Reply:
    pull = call.pull
    return call.page([commit_json(pull.repository, sha) for sha in pull.commits()[:COMMITS_MAX]])
