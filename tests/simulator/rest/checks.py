"""Check runs and check suites."""

from .. import check_input, checks
from ..checks import CheckRun, CheckSuite
from ..errors import ApiError, forbidden, not_found, validation_failed
from ..payloads import repository_json
from ..repository import Repository
from ..routing import Call, Reply, route
from ..world import Json

WRITE, READ = "checks:write", "checks:read"


@route("POST", "/repos/{owner}/{repo}/check-runs", WRITE, creates_content=True)
def create_run(call: Call) -> Reply:
    repository = call.repository
    _writable(repository)
    values = check_input.check_run(call.json, new=True)
    require_commit(repository, values["head_sha"])
    return Reply(checks.run_json(call.world, checks.create_run(repository, call.app, values["head_sha"], values)), 201)


@route("PATCH", "/repos/{owner}/{repo}/check-runs/{id:int}", WRITE)
def update_run(call: Call) -> Reply:
    run = _run(call)
    if run.suite.app is not call.app:
        raise ApiError(403, "Invalid app_id `" + str(call.app.id) + "` - check run can only be modified by the GitHub "
                       f"App that created it, `{run.suite.app.id}`")  # fmt: skip
    _writable(run.suite.repository)
    checks.update_run(call.world, run, check_input.check_run(call.json, new=False))
    return Reply(checks.run_json(call.world, run))


@route("GET", "/repos/{owner}/{repo}/check-runs/{id:int}", READ)
def get_run(call: Call) -> Reply:
    return Reply(checks.run_json(call.world, _run(call)))


@route("GET", "/repos/{owner}/{repo}/check-runs/{id:int}/annotations", READ)
def list_annotations(call: Call) -> Reply:
    run = _run(call)
    html = f"{call.world.html_url}/{run.suite.repository.full_name}/blob/{run.suite.head_sha}"
    optional = dict.fromkeys(("start_column", "end_column", "title", "raw_details"))
    return call.page([{**optional, **a, "blob_href": f"{html}/{a['path']}"} for a in run.annotations])


@route("POST", "/repos/{owner}/{repo}/check-runs/{id:int}/rerequest", WRITE)
def rerequest_run(call: Call) -> Reply:
    run = _run(call)
    if run.suite.app is not call.app:
        raise forbidden("checks=write")
    checks.emit_run(run, "rerequested", call.bot)
    return Reply({}, 201)


@route("GET", "/repos/{owner}/{repo}/commits/{ref:rest}/check-runs", READ)
def list_for_ref(call: Call) -> Reply:
    repository = call.repository
    sha = repository.git.resolve(call.params["ref"])
    if sha is None:
        raise ApiError(422, f"No commit found for SHA: {call.params['ref']}")
    suites = checks.suites_of(call.world, repository, sha)
    app_id = call.query.get("app_id")
    return _run_page(call, [s for s in suites if app_id in (None, str(s.app.id))])


@route("GET", "/repos/{owner}/{repo}/check-suites/{id:int}/check-runs", READ)
def list_for_suite(call: Call) -> Reply:
    return _run_page(call, [_suite(call)])


@route("GET", "/repos/{owner}/{repo}/commits/{ref:rest}/check-suites", READ)
def list_suites(call: Call) -> Reply:
    repository = call.repository
    sha = repository.git.resolve(call.params["ref"])
    suites = checks.suites_of(call.world, repository, sha or "")
    app_id = call.query.get("app_id")
    shown = [_suite_json(call, s) for s in suites if app_id in (None, str(s.app.id))]
    return call.page(shown, lambda page, total: {"total_count": total, "check_suites": page})


@route("POST", "/repos/{owner}/{repo}/check-suites", WRITE)
def create_suite(call: Call) -> Reply:
    repository, sha = call.repository, call.json.get("head_sha")
    if not isinstance(sha, str):
        raise validation_failed("CheckSuite", "head_sha", "missing_field")
    require_commit(repository, sha)
    known = checks.find_suite(call.world, repository, call.app, sha)
    suite = checks.open_suite(repository, call.app, sha)
    if known is None:
        checks.emit_suite(suite, "requested", call.bot)
    return Reply(_suite_json(call, suite), 200 if known else 201)


@route("GET", "/repos/{owner}/{repo}/check-suites/{id:int}", READ)
def get_suite(call: Call) -> Reply:
    return Reply(_suite_json(call, _suite(call)))


@route("POST", "/repos/{owner}/{repo}/check-suites/{id:int}/rerequest", WRITE)
def rerequest_suite(call: Call) -> Reply:
    suite = _suite(call)
    if suite.app is not call.app:
        raise forbidden("checks=write")
    checks.emit_suite(suite, "rerequested", call.bot)
    return Reply({}, 201)


def require_commit(repository: Repository, sha: str) -> None:
    """422 unless it is the full SHA of a commit in this repository."""
    info = repository.git.objects.info(sha) if len(sha) == 40 else None
    if info is None or info[0] != "commit":
        raise ApiError(422, f"No commit found for SHA: {sha}")


def _writable(repository: Repository) -> None:
    if repository.archived:
        raise ApiError(403, "Repository was archived so is read-only.")


def _run_page(call: Call, suites: list[CheckSuite]) -> Reply:
    """`filter=latest` (default) gives the newest run of a name, `all` gives all; newest first."""
    mode = call.query.get("filter", "latest")
    runs = [run for suite in suites for run in (suite.runs if mode == "all" else suite.latest())]
    name, status = call.query.get("check_name"), call.query.get("status")
    runs = [r for r in runs if name in (None, r.name) and status in (None, r.status)]
    runs.sort(key=lambda run: run.id, reverse=True)
    shown = [checks.run_json(call.world, run) for run in runs]
    return call.page(shown, lambda page, total: {"total_count": total, "check_runs": page})


def _suite_json(call: Call, suite: CheckSuite) -> Json:
    return checks.suite_json(call.world, suite) | {"repository": repository_json(suite.repository)}


def _run(call: Call) -> CheckRun:
    run = call.world.check_runs.get(int(call.params["id"]))
    if run is None or run.suite.repository is not call.repository:
        raise not_found()
    return run


def _suite(call: Call) -> CheckSuite:
    suite = call.world.check_suites.get(int(call.params["id"]))
    if suite is None or suite.repository is not call.repository:
        raise not_found()
    return suite
