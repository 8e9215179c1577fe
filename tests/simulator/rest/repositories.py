"""A repository, its commits, comparisons and rules."""

from ..compare import FileChange
from ..errors import ApiError, not_found
from ..payloads import commit_json, pull_json, repository_json
from ..repository import Repository
from ..rights import flags
from ..routing import Call, Reply, route
from ..rulesets import branch_json, rulesets
from ..world import Json

COMPARE_COMMITS = 250
COMPARE_FILES = 300


@route("GET", "/repos/{owner}/{repo}", "metadata:read")
def get_repository(call: Call) -> Reply:
    """With the rights of the person who asks; to an installation they are all false."""
    repository, person = call.repository, call.caller.person
    data = repository_json(repository, full=True)
    return Reply(data | {"permissions": flags(person.role(repository))} if person else data)


@route("GET", "/repos/{owner}/{repo}/compare/{basehead:rest}", "contents:read")
def compare(call: Call) -> Reply:
    """Without paging the newest 250 commits; with it all of them, oldest first, and files on page 1 only."""
    repository = call.repository
    base_name, dots, head_name = call.params["basehead"].partition("...")
    if not dots:
        raise not_found()
    base, head = _revision(call, repository, base_name), _revision(call, repository, head_name)
    found = repository.comparer.range(base, head)
    if found.merge_base is None:
        raise ApiError(404, f"No common ancestor between {base_name} and {head_name}.")
    paged = "page" in call.query or "per_page" in call.query
    page, size = (int(call.query.get("page") or 1), int(call.query.get("per_page") or 30)) if paged else (1, 0)
    size = min(max(size, 1), 100)
    chosen = found.ahead[(page - 1) * size : page * size] if paged else found.ahead[-COMPARE_COMMITS:]
    status = "identical"
    if found.ahead or found.behind:
        status = "diverged" if found.ahead and found.behind else "ahead" if found.ahead else "behind"
    html = f"{call.world.html_url}/{repository.full_name}/compare/{call.params['basehead']}"
    data: Json = {
        "url": f"{call.world.api_url}{call.path}",
        "html_url": html,
        "permalink_url": html,
        "diff_url": f"{html}.diff",
        "patch_url": f"{html}.patch",
        "base_commit": commit_json(repository, base),
        "merge_base_commit": commit_json(repository, found.merge_base),
        "status": status,
        "ahead_by": len(found.ahead),
        "behind_by": found.behind,
        "total_commits": len(found.ahead),
        "commits": [commit_json(repository, sha) for sha in chosen],
    }
    if page == 1:
        changes = repository.comparer.diff(found.merge_base, head)
        data["files"] = [file_json(repository, change, head) for change in changes[:COMPARE_FILES]]
    headers = call.link(page, max(1, -(-len(found.ahead) // size))) if paged else {}
    return Reply(data, headers=headers)


@route("GET", "/repos/{owner}/{repo}/commits/{ref:rest}/pulls", "pull_requests:read", "contents:read")
def pulls_of_commit(call: Call) -> Reply:
    """Pull requests that contain this commit; for one on the default branch those that were merged."""
    repository = call.repository
    sha = _revision(call, repository, call.params["ref"])
    found = [pull for pull in repository.pulls.values() if sha in (*pull.commits(), pull.merge_commit_sha)]
    return call.page([pull_json(pull, False, call.version) for pull in found])


@route("GET", "/repos/{owner}/{repo}/rules/branches/{branch:rest}", "metadata:read")
def branch_rules(call: Call) -> Reply:
    return call.page(list(call.repository.rules.get(call.params["branch"], [])))


@route("GET", "/repos/{owner}/{repo}/rulesets", "metadata:read")
def list_rulesets(call: Call) -> Reply:
    """Without their rules."""
    found = [
        {key: item[key] for key in item if key not in ("rules", "conditions")} for item in rulesets(call.repository)
    ]
    own = call.query.get("includes_parents", "true") == "false"
    return call.page([item for item in found if not own or item["source_type"] == "Repository"])


@route("GET", "/repos/{owner}/{repo}/rulesets/{id:int}", "metadata:read")
def get_ruleset(call: Call) -> Reply:
    found = next((item for item in rulesets(call.repository) if item["id"] == int(call.params["id"])), None)
    if found is None:
        raise not_found()
    return Reply(found)


@route("GET", "/repos/{owner}/{repo}/branches", "contents:read")
def list_branches(call: Call) -> Reply:
    repository, wanted = call.repository, call.query.get("protected")
    heads = sorted(repository.git.branches().items())
    found = [branch_json(repository, name, sha) for name, sha in heads]
    return call.page([item for item in found if wanted is None or item["protected"] is (wanted == "true")])


@route("GET", "/repos/{owner}/{repo}/branches/{branch:rest}", "contents:read")
def get_branch(call: Call) -> Reply:
    repository, name = call.repository, call.params["branch"]
    sha = repository.git.ref(f"refs/heads/{name}")
    if sha is None:
        raise ApiError(404, "Branch not found")
    return Reply({**branch_json(repository, name, sha), "commit": commit_json(repository, sha)})


def get_commit(call: Call) -> Reply:
    """Registered last (see __init__.py): a ref may contain slashes, so this path matches its neighbors too."""
    repository = call.repository
    sha = repository.git.resolve(call.params["ref"])
    if sha is None:
        raise ApiError(422, f"No commit found for SHA: {call.params['ref']}")
    if "sha" in call.headers.get("accept", "").split("/")[-1]:
        return Reply(sha.encode(), headers={"content-type": "application/vnd.github.sha; charset=utf-8"})
    commit = repository.git.objects.commit(sha)
    old = commit.parents[0] if commit.parents else repository.git.objects.write("tree", b"")
    changes = repository.comparer.diff(old, sha)
    added, removed = sum(c.additions for c in changes), sum(c.deletions for c in changes)
    stats = {"total": added + removed, "additions": added, "deletions": removed}
    files = [file_json(repository, change, sha) for change in changes[:COMPARE_FILES]]
    return Reply(commit_json(repository, sha) | {"stats": stats, "files": files})


def file_json(repository: Repository, change: FileChange, sha: str) -> Json:
    """One entry of `files`; `patch` is missing for binary and very large ones."""
    html, api = f"{repository.world.html_url}/{repository.full_name}", f"{repository.world.api_url}/repos"
    data: Json = {
        "sha": change.sha,
        "filename": change.path,
        "status": change.status,
        "additions": change.additions,
        "deletions": change.deletions,
        "changes": change.additions + change.deletions,
        "blob_url": f"{html}/blob/{sha}/{change.path}",
        "raw_url": f"{html}/raw/{sha}/{change.path}",
        "contents_url": f"{api}/{repository.full_name}/contents/{change.path}?ref={sha}",
    }
    if change.patch is not None:
        data["patch"] = change.patch
    if change.previous_path is not None:
        data["previous_filename"] = change.previous_path
    return data


def _revision(call: Call, repository: Repository, name: str) -> str:
    """A commit by SHA, ref, or `owner:ref` of a repository in the same network."""
    owner, colon, rest = name.partition(":")
    place = repository
    if colon:
        network = repository.git.objects
        wanted = owner.partition(":")[0].lower()
        matching = [r for r in call.world.repositories.values()
                    if r.owner.login.lower() == wanted and r.git.objects is network]  # fmt: skip
        if not matching:
            raise not_found()
        place, name = matching[0], rest.rpartition(":")[2]
    sha = place.git.resolve(name)
    if sha is None:
        raise not_found()
    return sha
