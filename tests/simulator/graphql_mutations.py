"""The GraphQL mutations. Several in one document run in order; one that fails leaves the others done."""

from collections.abc import Callable
from typing import Any

from . import check_input, checks, comments
from .checks import CheckRun, CheckSuite
from .comments import Comment
from .errors import ApiError
from .graphql_checks import check_run, check_suite
from .graphql_context import Context, NodeError, unknown_node
from .graphql_nodes import comment, pull
from .pulls import Pull
from .repository import Repository
from .world import Json

_REACTIONS = {"THUMBS_UP": "+1", "THUMBS_DOWN": "-1"}
_RENAMED = {
    "detailsUrl": "details_url", "externalId": "external_id", "startedAt": "started_at",
    "completedAt": "completed_at", "headSha": "head_sha",
}  # fmt: skip


def create_check_run(context: Context, given: Json) -> Json:
    repository = _repository(context, given["repositoryId"], "checks")
    _writable(repository)
    if _too_many_annotations(given):
        return {"checkRun": None}
    values = _checked(given, new=True)
    _require_commit(repository, given["headSha"])
    assert context.caller.app is not None
    run = checks.create_run(repository, context.caller.app, given["headSha"], values)
    return {"checkRun": check_run(context, run)}


def update_check_run(context: Context, given: Json) -> Json:
    repository = _repository(context, given["repositoryId"], "checks")
    run = context.world.nodes.get(given["checkRunId"])
    if not isinstance(run, CheckRun) or run.suite.repository is not repository:
        raise unknown_node(given["checkRunId"])
    if run.suite.app is not context.caller.app:
        raise NodeError("FORBIDDEN", "Resource not accessible by integration")
    _writable(repository)
    if _too_many_annotations(given):
        return {"checkRun": None}
    checks.update_run(context.world, run, _checked(given, new=False))
    return {"checkRun": check_run(context, run)}


def create_check_suite(context: Context, given: Json) -> Json:
    repository = _repository(context, given["repositoryId"], "checks")
    _require_commit(repository, given["headSha"])
    assert context.caller.app is not None
    return {"checkSuite": check_suite(context, checks.open_suite(repository, context.caller.app, given["headSha"]))}


def rerequest_check_suite(context: Context, given: Json) -> Json:
    _repository(context, given["repositoryId"], "checks")
    suite = context.world.nodes.get(given["checkSuiteId"])
    if not isinstance(suite, CheckSuite):
        raise unknown_node(given["checkSuiteId"])
    assert context.caller.app is not None
    checks.emit_suite(suite, "rerequested", context.caller.app.bot)
    return {"checkSuite": check_suite(context, suite)}


def add_comment(context: Context, given: Json) -> Json:
    subject = context.world.nodes.get(given["subjectId"])
    if not isinstance(subject, Pull) or not context.reaches(subject.repository):
        raise unknown_node(given["subjectId"])
    _may_comment(context, subject)
    _check_body(given["body"])
    app = context.caller.app
    assert app is not None
    made = comments.create(context.world, subject, app.bot, given["body"], app)
    return {"commentEdge": {"cursor": "", "node": comment(context, made)}, "subject": pull(context, subject)}


def update_issue_comment(context: Context, given: Json) -> Json:
    found = _own_comment(context, given["id"])
    _check_body(given["body"])
    comments.edit(context.world, found, given["body"], found.user)
    return {"issueComment": comment(context, found)}


def delete_issue_comment(context: Context, given: Json) -> Json:
    found = _own_comment(context, given["id"])
    comments.delete(context.world, found, found.user)
    return {}


def minimize_comment(context: Context, given: Json) -> Json:
    found = _comment(context, given["subjectId"])
    found.minimized = given["classifier"].lower().replace("_", "-")
    return {"minimizedComment": comment(context, found)}


def unminimize_comment(context: Context, given: Json) -> Json:
    found = _comment(context, given["subjectId"])
    found.minimized = None
    return {"unminimizedComment": comment(context, found)}


def add_reaction(context: Context, given: Json) -> Json:
    found = _comment(context, given["subjectId"])
    content = _REACTIONS.get(given["content"], given["content"].lower())
    assert context.caller.app is not None
    made, _ = comments.react(context.world, found, context.caller.app.bot, content)
    shown = {"__typename": "Reaction", "id": made["node_id"], "databaseId": made["id"]}
    reaction = shown | {"content": given["content"], "createdAt": made["created_at"]}
    return {"reaction": reaction, "subject": comment(context, found)}


Mutation = Callable[[Context, Json], Json]
MUTATIONS: dict[str, Mutation] = {
    "addComment": add_comment,
    "addReaction": add_reaction,
    "createCheckRun": create_check_run,
    "createCheckSuite": create_check_suite,
    "deleteIssueComment": delete_issue_comment,
    "minimizeComment": minimize_comment,
    "rerequestCheckSuite": rerequest_check_suite,
    "unminimizeComment": unminimize_comment,
    "updateCheckRun": update_check_run,
    "updateIssueComment": update_issue_comment,
}
CREATES_CONTENT = {"addComment", "addReaction", "createCheckRun"}


def resolver(mutation: Mutation) -> Callable[..., Json]:
    """A mutation as graphql-core calls it; every payload repeats `clientMutationId`."""

    def resolve(source: object, info: Any, input: Json) -> Json:
        return {"clientMutationId": input.get("clientMutationId"), **mutation(info.context, input)}

    return resolve


def _checked(given: Json, new: bool) -> Json:
    """The input in REST's words, after REST's rules."""
    values = {_RENAMED.get(key, key): value for key, value in given.items() if value is not None}
    for key in ("repositoryId", "checkRunId", "clientMutationId"):
        values.pop(key, None)
    for key in ("status", "conclusion"):
        if key in values:
            values[key] = values[key].lower()
    if "output" in values:
        values["output"] = _output(values["output"])
    try:
        return check_input.check_run(values, new)
    except ApiError as error:
        details = "; ".join(str(e.get("message", e["code"])) for e in error.errors or [])
        message = details or error.message.removeprefix("Invalid request.\n\n")
        raise NodeError("UNPROCESSABLE", message) from None


def _output(given: Json) -> Json:
    output = {key: given[key] for key in ("title", "summary", "text") if given.get(key) is not None}
    output["annotations"] = [_annotation(a) for a in given.get("annotations") or []]
    output["images"] = [
        {"alt": i["alt"], "image_url": i["imageUrl"], "caption": i.get("caption")} for i in given.get("images") or []
    ]
    return output


def _annotation(given: Json) -> Json:
    names = {"startLine": "start_line", "endLine": "end_line", "startColumn": "start_column", "endColumn": "end_column"}
    lines = {new: given["location"][old] for old, new in names.items() if given["location"].get(old) is not None}
    annotation = {"path": given["path"], "message": given["message"], **lines}
    annotation["annotation_level"] = given["annotationLevel"].lower()
    for old, new in (("title", "title"), ("rawDetails", "raw_details")):
        if given.get(old) is not None:
            annotation[new] = given[old]
    return annotation


def _too_many_annotations(given: Json) -> bool:
    """The silent failure: above 50 the answer is 200 without errors, and `checkRun` is null."""
    annotations = (given.get("output") or {}).get("annotations") or []
    return len(annotations) > check_input.ANNOTATIONS_PER_REQUEST


def _repository(context: Context, node_id: str, permission: str) -> Repository:
    found = context.world.nodes.get(node_id)
    if not isinstance(found, Repository) or not context.reaches(found):
        raise unknown_node(node_id)
    context.require(permission, "write")
    return found


def _require_commit(repository: Repository, sha: str) -> None:
    info = repository.git.objects.info(sha)
    if info is None or info[0] != "commit":
        raise NodeError("UNPROCESSABLE", f"No commit found for SHA: {sha}")


def _comment(context: Context, node_id: str) -> Comment:
    found = context.world.nodes.get(node_id)
    if not isinstance(found, Comment) or not context.reaches(found.pull.repository):
        raise unknown_node(node_id)
    _may_comment(context, found.pull)
    return found


def _own_comment(context: Context, node_id: str) -> Comment:
    found = _comment(context, node_id)
    if found.app is not context.caller.app:
        raise NodeError("FORBIDDEN", "Resource not accessible by integration")
    return found


def _may_comment(context: Context, subject: Pull) -> None:
    token = context.caller.token
    if token is None or not (token.may("pull_requests", "write") or token.may("issues", "write")):
        raise NodeError("FORBIDDEN", "Resource not accessible by integration")
    _writable(subject.repository)


def _writable(repository: Repository) -> None:
    if repository.archived:
        raise NodeError("UNPROCESSABLE", "Repository was archived so is read-only.")


def _check_body(body: str) -> None:
    problem = comments.problem_with_body(body)
    if problem:
        raise NodeError("UNPROCESSABLE", problem)
