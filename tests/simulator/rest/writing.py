"""Writing to a repository: branches, files, pull requests, and reading the reviews of a pull request.

What an App needs that proposes a change by a pull request.
"""

import base64
import binascii

from .. import rights
from ..accounts import User
from ..errors import ApiError, not_found, validation_failed
from ..payloads import commit_json, pull_json, user_json
from ..pulls import association_of
from ..routing import Call, Reply, route
from ..world import Json, make_node_id


@route("GET", "/repos/{owner}/{repo}/git/ref/{ref:rest}", "contents:read")
def get_ref(call: Call) -> Reply:
    sha = call.repository.git.ref(f"refs/{call.params['ref']}")
    if sha is None:
        raise not_found()
    return Reply(_ref_json(call, f"refs/{call.params['ref']}", sha))


@route("POST", "/repos/{owner}/{repo}/git/refs", "contents:write")
def create_ref(call: Call) -> Reply:
    """Only branches: `refs/heads/…`."""
    repository, name, sha = call.repository, call.json.get("ref"), call.json.get("sha")
    if not isinstance(name, str) or not name.startswith("refs/heads/"):
        raise ApiError(422, "Reference name must start with 'refs/heads/'")
    if not isinstance(sha, str) or repository.git.resolve(sha) != sha:
        raise ApiError(422, "Object does not exist")
    if repository.git.ref(name):
        raise ApiError(422, "Reference already exists")
    repository.update_branch(name.removeprefix("refs/heads/"), sha, call.bot)
    return Reply(_ref_json(call, name, sha), 201)


@route("POST", "/repos/{owner}/{repo}/git/trees", "contents:write")
def create_tree(call: Call) -> Reply:
    """Of files with their `content`, and of nothing else: no `base_tree`, no `sha`."""
    repository, entries = call.repository, call.json.get("tree")
    if not isinstance(entries, list) or not all(isinstance(entry.get("content"), str) for entry in entries):
        raise ApiError(422, "Invalid tree info")
    sha = repository.git.write_tree(None, {entry["path"]: entry["content"] for entry in entries})
    return Reply({"sha": sha, "tree": [], "truncated": False}, 201)


@route("POST", "/repos/{owner}/{repo}/git/commits", "contents:write")
def create_commit(call: Call) -> Reply:
    """A commit that no branch has yet; without `parents` it begins a history."""
    repository, body = call.repository, call.json
    message, tree, parents = body.get("message"), body.get("tree"), body.get("parents") or []
    if not isinstance(message, str) or not isinstance(tree, str):
        raise ApiError(422, "Invalid request.")
    if repository.git.objects.info(tree) is None:
        raise ApiError(422, "Tree SHA does not exist")
    return Reply(commit_json(repository, repository.make_commit_of_tree(tree, message, call.bot, parents)), 201)


@route("DELETE", "/repos/{owner}/{repo}/git/refs/{ref:rest}", "contents:write")
def delete_ref(call: Call) -> Reply:
    repository, name = call.repository, f"refs/{call.params['ref']}"
    if repository.git.ref(name) is None:
        raise ApiError(422, "Reference does not exist")
    repository.update_branch(name.removeprefix("refs/heads/"), None, call.bot)
    return Reply(status=204)


@route("PUT", "/repos/{owner}/{repo}/contents/{path:rest}", "contents:write")
def put_contents(call: Call) -> Reply:
    """Create a file, or with the `sha` of its blob replace it; 409 when that blob is no longer there."""
    repository, body, path = call.repository, call.json, call.params["path"]
    for key in ("message", "content"):
        if not isinstance(body.get(key), str):
            raise validation_failed("Commit", key, "missing_field")
    branch = body.get("branch") or repository.default_branch
    tip = repository.git.ref(f"refs/heads/{branch}")
    if tip is None:
        raise ApiError(404, f"Branch {branch} not found")
    if any(rule["type"] == "pull_request" for rule in repository.rules.get(branch, ())):
        said = "Changes must be made through a pull request."
        raise ApiError(409, f"Repository rule violations found\n\n{said}\n\n")
    old = repository.git.entry(tip, path)
    if old and body.get("sha") is None:
        raise ApiError(422, 'Invalid request.\n\n"sha" wasn\'t supplied.')
    if body.get("sha") != (old.sha if old else None):
        raise ApiError(409, f"{path} does not match {body.get('sha')}")
    try:
        content = base64.b64decode(body["content"], validate=False)
    except binascii.Error:
        raise ApiError(422, "content is not valid Base64") from None
    author: Json | None = body.get("author")
    who = (author["name"], author["email"]) if author else call.bot
    sha = repository.commit(branch, {path: content}, body["message"], who, verified=author is None)
    made = repository.git.entry(sha, path)
    assert made is not None
    shown = {"path": path, "name": path.rpartition("/")[2], "sha": made.sha, "size": len(content), "type": "file"}
    return Reply({"content": shown, "commit": commit_json(repository, sha)}, 200 if old else 201)


@route("POST", "/repos/{owner}/{repo}/pulls", "pull_requests:write", creates_content=True)
def create_pull(call: Call) -> Reply:
    repository, body = call.repository, call.json
    for key in ("title", "head", "base"):
        if not isinstance(body.get(key), str):
            raise validation_failed("PullRequest", key, "missing_field")
    head, base = body["head"].rpartition(":")[2], body["base"]
    for key, branch in (("head", head), ("base", base)):
        if repository.git.ref(f"refs/heads/{branch}") is None:
            raise validation_failed("PullRequest", key, "invalid")
    if any(p.state == "open" and (p.head_ref, p.base_ref) == (head, base) for p in repository.pulls.values()):
        owner = repository.owner.login
        message = f"A pull request already exists for {owner}:{head}."
        raise validation_failed("PullRequest", "base", "custom", message)
    try:
        pull = repository.open_pull(
            head, base, body["title"], call.bot, draft=bool(body.get("draft")), body=body.get("body")
        )
    except ValueError as error:
        raise validation_failed("PullRequest", "base", "custom", str(error)) from None
    return Reply(pull_json(pull), 201)


@route("PATCH", "/repos/{owner}/{repo}/pulls/{number:int}", "pull_requests:write")
def edit_pull(call: Call) -> Reply:
    """`state`, `title` and `body`."""
    pull, body = call.pull, call.json
    if body.get("title") or body.get("body"):
        pull.edit(body.get("title"), body.get("body"), call.bot)
    if body.get("state") == "closed" and pull.state == "open":
        pull.close(call.bot)
    elif body.get("state") == "open" and pull.state == "closed":
        pull.reopen(call.bot)
    return Reply(pull_json(pull))


@route("POST", "/repos/{owner}/{repo}/pulls/{number:int}/requested_reviewers", "pull_requests:write")
def request_reviewers(call: Call) -> Reply:
    """People and teams that may see the repository; the author and outsiders are refused, and all with them."""
    pull, repository = call.pull, call.repository
    users = [call.world.users.get(str(login).lower()) for login in call.json.get("reviewers") or ()]
    slugs = [str(slug) for slug in call.json.get("team_reviewers") or ()]
    if any(user is pull.user for user in users):
        raise ApiError(422, "Review cannot be requested from pull request author.")
    if any(user is None or not rights.at_least(rights.role(repository, user), "read") for user in users):
        raise ApiError(422, "Reviews may only be requested from collaborators. One or more of the users or teams you "
                       "specified is not a collaborator of the repository.")  # fmt: skip
    if any(slug not in repository.teams for slug in slugs):
        raise ApiError(422, "Reviews may only be requested from collaborators. One or more of the users or teams you "
                       "specified is not a collaborator of the repository.")  # fmt: skip
    pull.requested.extend([*(user.login for user in users if user), *slugs])
    return Reply(pull_json(pull), 201)


@route("GET", "/repos/{owner}/{repo}/pulls/{number:int}/reviews", "pull_requests:read")
def list_reviews(call: Call) -> Reply:
    """Oldest first; the last one of a person counts."""
    pull = call.pull
    html = f"{call.world.html_url}/{pull.repository.full_name}/pull/{pull.number}"
    shown: list[Json] = []
    for review in pull.reviews:
        user: User = review["user"]
        link = f"{html}#pullrequestreview-{review['id']}"
        shown.append(
            {
                "id": review["id"],
                "node_id": make_node_id("PRR", review["id"]),
                "user": user_json(call.world, user),
                "body": review["body"],
                "state": review["state"],
                "html_url": link,
                "pull_request_url": f"{call.world.api_url}/repos/{pull.repository.full_name}/pulls/{pull.number}",
                "_links": {"html": {"href": link}, "pull_request": {"href": html}},
                "submitted_at": review["submitted_at"],
                "commit_id": review["commit_id"],
                "author_association": association_of(pull.repository, user),
            }
        )
    return call.page(shown)


def _ref_json(call: Call, name: str, sha: str) -> Json:
    api = f"{call.world.api_url}/repos/{call.repository.full_name}/git"
    node_id = make_node_id("REF", call.repository.id, name)
    target = {"sha": sha, "type": "commit", "url": f"{api}/commits/{sha}"}
    return {"ref": name, "node_id": node_id, "url": f"{api}/{name}", "object": target}
