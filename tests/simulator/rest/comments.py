"""Comments on pull requests and reactions to them."""

from .. import comments
from ..comments import Comment
from ..errors import ApiError, forbidden, not_found, validation_failed
from ..payloads import REACTIONS, comment_json
from ..pulls import Pull
from ..routing import Call, Reply, route

WRITE = ("issues:write", "pull_requests:write")
READ = ("issues:read", "pull_requests:read")


@route("GET", "/repos/{owner}/{repo}/issues/{number:int}/comments", *READ)
def list_comments(call: Call) -> Reply:
    since = call.query.get("since", "")
    found = [c for c in call.pull.comments if c.updated_at >= since]
    return call.page([comment_json(call.world, c) for c in found])


@route("POST", "/repos/{owner}/{repo}/issues/{number:int}/comments", *WRITE, creates_content=True)
def create_comment(call: Call) -> Reply:
    pull, body = call.pull, _body(call)
    _writable(pull)
    return Reply(comment_json(call.world, comments.create(call.world, pull, call.bot, body, call.app)), 201)


@route("GET", "/repos/{owner}/{repo}/issues/comments/{id:int}", *READ)
def get_comment(call: Call) -> Reply:
    return Reply(comment_json(call.world, _comment(call)))


@route("PATCH", "/repos/{owner}/{repo}/issues/comments/{id:int}", *WRITE)
def edit_comment(call: Call) -> Reply:
    comment, body = _own(call), _body(call)
    _writable(comment.pull)
    comments.edit(call.world, comment, body, call.bot)
    return Reply(comment_json(call.world, comment))


@route("DELETE", "/repos/{owner}/{repo}/issues/comments/{id:int}", *WRITE)
def delete_comment(call: Call) -> Reply:
    comment = _own(call)
    _writable(comment.pull)
    comments.delete(call.world, comment, call.bot)
    return Reply(status=204)


@route("POST", "/repos/{owner}/{repo}/issues/comments/{id:int}/reactions", *WRITE, creates_content=True)
def react(call: Call) -> Reply:
    content = call.json.get("content")
    if content not in REACTIONS:
        raise validation_failed("Reaction", "content", "invalid")
    reaction, new = comments.react(call.world, _comment(call), call.bot, content)
    return Reply(reaction, 201 if new else 200)


@route("GET", "/repos/{owner}/{repo}/issues/comments/{id:int}/reactions", *READ)
def list_reactions(call: Call) -> Reply:
    return call.page(list(_comment(call).reactions))


@route("DELETE", "/repos/{owner}/{repo}/issues/comments/{id:int}/reactions/{reaction:int}", *WRITE)
def take_back(call: Call) -> Reply:
    """Only the App's own reactions."""
    comment, number = _comment(call), int(call.params["reaction"])
    found = next((reaction for reaction in comment.reactions if reaction["id"] == number), None)
    if found is None:
        raise not_found()
    if found["user"]["login"] != call.bot.login:
        raise forbidden("; ".join(p.replace(":", "=") for p in WRITE))
    comment.reactions.remove(found)
    return Reply(status=204)


def _comment(call: Call) -> Comment:
    comment = call.world.comments.get(int(call.params["id"]))
    if comment is None or comment.pull.repository is not call.repository:
        raise not_found()
    return comment


def _own(call: Call) -> Comment:
    """Stricter than GitHub, where write access is enough: no App should touch the words of others."""
    comment = _comment(call)
    if comment.app is not call.app:
        raise forbidden("; ".join(p.replace(":", "=") for p in WRITE))
    return comment


def _body(call: Call) -> str:
    body = call.json.get("body")
    if body is None:
        raise validation_failed("IssueComment", "body", "missing_field")
    problem = comments.problem_with_body(body)
    if problem:
        raise validation_failed("IssueComment", "data", "unprocessable", problem)
    return str(body)


def _writable(pull: Pull) -> None:
    if pull.repository.archived:
        raise ApiError(403, "Repository was archived so is read-only.")
