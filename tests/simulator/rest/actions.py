"""Workflow runs: those that a test put into `repository.runs`, and running one again."""

from ..errors import ApiError, not_found
from ..routing import Call, Reply, route
from ..world import Json


@route("GET", "/repos/{owner}/{repo}/actions/runs", "actions:read")
def list_runs(call: Call) -> Reply:
    """Newest first; `head_sha` and `event` filter."""
    wanted = {key: call.query[key] for key in ("head_sha", "event") if key in call.query}
    found = [run for run in reversed(call.repository.runs) if wanted.items() <= run.items()]
    return call.page(found, lambda page, total: {"total_count": total, "workflow_runs": page})


@route("GET", "/repos/{owner}/{repo}/actions/runs/{id:int}", "actions:read")
def get_run(call: Call) -> Reply:
    return Reply(_run(call))


@route("POST", "/repos/{owner}/{repo}/actions/runs/{id:int}/rerun", "actions:write")
def run_again(call: Call) -> Reply:
    run = _run(call)
    if run["status"] != "completed":
        raise ApiError(403, "This workflow is already running")
    run |= {"status": "queued", "conclusion": None, "run_attempt": run["run_attempt"] + 1}
    return Reply({}, 201)


def _run(call: Call) -> Json:
    found = next((run for run in call.repository.runs if run["id"] == int(call.params["id"])), None)
    if found is None:
        raise not_found()
    return found
