"""What GraphQL shows of check suites and check runs."""

from typing import Any

from .apps import App
from .checks import CheckRun, CheckSuite
from .graphql_context import Context, connection, small
from .world import Json


def check_suite(context: Context, suite: CheckSuite) -> Json:
    status, conclusion = suite.state()

    def check_runs(info: object, filterBy: Json | None = None, **arguments: Any) -> Json:
        wanted = filterBy or {}
        runs = suite.latest() if wanted.get("checkType") == "LATEST" else suite.runs
        runs = [r for r in runs if wanted.get("checkName") in (None, r.name)]
        runs = [r for r in runs if wanted.get("appId") in (None, r.suite.app.id)]
        states = set(wanted.get("statuses") or []) | ({wanted["status"]} if wanted.get("status") else set())
        runs = [r for r in runs if not states or r.status.upper() in states]
        conclusions = wanted.get("conclusions")
        runs = [r for r in runs if not conclusions or (r.conclusion or "").upper() in conclusions]
        return connection(runs, lambda r: check_run(context, r), arguments)

    return {
        "__typename": "CheckSuite",
        "id": suite.node_id,
        "databaseId": small(suite.id),
        "status": status.upper(),
        "conclusion": conclusion.upper() if conclusion else None,
        "app": _app(suite.app),
        "suite": suite,  # not in the schema: graphql.py resolves `commit` with it
        "checkRuns": check_runs,
    }


def check_run(context: Context, run: CheckRun) -> Json:
    url = f"{context.world.html_url}/{run.suite.repository.full_name}/runs/{run.id}"
    return {
        "__typename": "CheckRun",
        "id": run.node_id,
        "databaseId": small(run.id),
        "name": run.name,
        "status": run.status.upper(),
        "conclusion": run.conclusion.upper() if run.conclusion else None,
        "externalId": run.external_id,
        "detailsUrl": run.details_url,
        "permalink": url,
        "url": url,
        "startedAt": run.started_at,
        "completedAt": run.completed_at,
        "title": run.title,
        "summary": run.summary,
        "text": run.text,
        "checkSuite": lambda info: check_suite(context, run.suite),
        "annotations": lambda info, **a: connection(run.annotations, _annotation, a),
    }


def _annotation(data: Json) -> Json:
    start = {"line": data["start_line"], "column": data.get("start_column")}
    end = {"line": data["end_line"], "column": data.get("end_column")}
    return {
        "path": data["path"],
        "annotationLevel": data["annotation_level"].upper(),
        "message": data["message"],
        "title": data.get("title"),
        "rawDetails": data.get("raw_details"),
        "location": {"start": start, "end": end},
    }


def _app(app: App) -> Json:
    return {"__typename": "App", "id": app.node_id, "databaseId": app.id, "name": app.name, "slug": app.slug}
