"""Check suites and check runs: the state, and what sets their webhooks off. Rules of input: check_input.py."""

from dataclasses import dataclass, field

from .accounts import User
from .apps import App
from .payloads import app_json, commit_json, pull_json, repository_json, user_json
from .repository import Repository
from .world import Event, Json, World

RUNS_PER_NAME = 1_000  # in one suite; GitHub deletes the oldest above that


@dataclass(eq=False)
class CheckSuite:
    id: int
    node_id: str
    repository: Repository
    app: App
    head_sha: str
    head_branch: str | None
    before: str | None
    created_at: str
    runs: "list[CheckRun]" = field(default_factory=list)

    def latest(self) -> "list[CheckRun]":
        """The newest run of each name."""
        return list({run.name: run for run in self.runs}.values())

    def state(self) -> tuple[str, str | None]:
        """Status and conclusion that follow from the latest runs."""
        runs = self.latest()
        if not runs:
            return "queued", None
        if any(run.status != "completed" for run in runs):
            return "in_progress" if any(run.status != "queued" for run in runs) else "queued", None
        order = ("failure", "timed_out", "action_required", "cancelled", "success", "neutral", "skipped")
        found = {run.conclusion for run in runs}
        return "completed", next((name for name in order if name in found), "success")


@dataclass(eq=False)
class CheckRun:
    id: int
    node_id: str
    suite: CheckSuite
    name: str
    status: str = "queued"
    conclusion: str | None = None
    details_url: str | None = None
    external_id: str = ""
    started_at: str | None = None
    completed_at: str | None = None
    title: str | None = None
    summary: str | None = None
    text: str | None = None
    images: list[Json] = field(default_factory=list)
    annotations: list[Json] = field(default_factory=list)
    actions: list[Json] = field(default_factory=list)
    updates: int = 0


def find_suite(world: World, repository: Repository, app: App, sha: str) -> CheckSuite | None:
    return next((s for s in suites_of(world, repository, sha) if s.app is app), None)


def suites_of(world: World, repository: Repository, sha: str) -> list[CheckSuite]:
    """The suites of all apps for a commit, oldest first."""
    return world.suites_of_commit.get((repository.id, sha), [])


def open_suite(
    repository: Repository, app: App, sha: str, branch: str | None = None, before: str | None = None
) -> CheckSuite:
    """The suite of an app for a commit, made when there is none."""
    world = repository.world
    suite = find_suite(world, repository, app, sha)
    if suite is None:
        if branch is None:
            branch = repository.tips.get(sha)
        number = world.next_id("check_suite")
        suite = CheckSuite(number, "", repository, app, sha, branch, before, world.timestamp())
        suite.node_id = world.register("CS", number, suite)
        world.check_suites[number] = suite
        world.suites_of_commit.setdefault((repository.id, sha), []).append(suite)
    return suite


def request_suites(repository: Repository, sha: str, branch: str, before: str | None, sender: User) -> None:
    """After a push: a suite for each app with `checks: write`, announced by `check_suite.requested`."""
    world = repository.world
    for installation in world.installations.values():
        if installation.permissions.get("checks") == "write" and installation.covers(repository):
            suite = open_suite(repository, installation.app, sha, branch, before)
            emit_suite(suite, "requested", sender)


def create_run(repository: Repository, app: App, sha: str, values: Json) -> CheckRun:
    """A new run from checked input (see check_input.py)."""
    world = repository.world
    suite = open_suite(repository, app, sha)
    number = world.next_id("check_run")
    run = CheckRun(number, "", suite, values["name"])
    run.node_id = world.register("CR", number, run)
    world.check_runs[number] = run
    suite.runs.append(run)
    apply(world, run, values)
    same = [old for old in suite.runs if old.name == run.name]
    for old in same[:-RUNS_PER_NAME]:
        suite.runs.remove(old)
        world.check_runs.pop(old.id)
    emit_run(run, "created", app.bot)
    if run.status == "completed":
        emit_run(run, "completed", app.bot)
    return run


def update_run(world: World, run: CheckRun, values: Json) -> None:
    was_completed = run.status == "completed"
    run.updates += 1
    apply(world, run, values)
    if run.status == "completed" and not was_completed:
        emit_run(run, "completed", run.suite.app.bot)


def apply(world: World, run: CheckRun, values: Json) -> None:
    """Set what is given; annotations are appended, everything else is replaced."""
    for key in ("name", "details_url", "external_id", "started_at", "completed_at", "actions"):
        if values.get(key) is not None:
            setattr(run, key, values[key])
    if values.get("status"):
        run.status = values["status"]
        if run.status != "completed":
            run.conclusion = run.completed_at = None
    if values.get("conclusion"):
        run.status, run.conclusion = "completed", values["conclusion"]
        run.completed_at = values.get("completed_at") or run.completed_at or world.timestamp()
    if run.started_at is None and (values.get("started_at") or run.status != "queued"):
        run.started_at = values.get("started_at") or world.timestamp()
    output = values.get("output")
    if output:
        run.title, run.summary = output["title"], output["summary"]
        run.text = output.get("text", run.text)
        run.images = output.get("images") or run.images
        run.annotations.extend(dict(annotation) for annotation in output.get("annotations") or [])


def run_json(world: World, run: CheckRun) -> Json:
    suite, repository = run.suite, run.suite.repository
    api = f"{world.api_url}/repos/{repository.full_name}"
    html = f"{world.html_url}/{repository.full_name}/runs/{run.id}"
    return {
        "id": run.id,
        "name": run.name,
        "node_id": run.node_id,
        "head_sha": suite.head_sha,
        "external_id": run.external_id,
        "url": f"{api}/check-runs/{run.id}",
        "html_url": html,
        "details_url": run.details_url or suite.app.url,
        "status": run.status,
        "conclusion": run.conclusion,
        "started_at": run.started_at,
        "completed_at": run.completed_at,
        "output": {
            "title": run.title,
            "summary": run.summary,
            "text": run.text,
            "annotations_count": len(run.annotations),
            "annotations_url": f"{api}/check-runs/{run.id}/annotations",
        },
        "check_suite": {"id": suite.id},
        "app": app_json(world, suite.app),
        "pull_requests": pulls_of(repository, suite.head_sha),
    }


def suite_json(world: World, suite: CheckSuite) -> Json:
    status, conclusion = suite.state()
    api = f"{world.api_url}/repos/{suite.repository.full_name}/check-suites/{suite.id}"
    commit = commit_json(suite.repository, suite.head_sha)["commit"]
    head = {key: commit[key] for key in ("author", "committer", "message")}
    return {
        "id": suite.id,
        "node_id": suite.node_id,
        "head_branch": suite.head_branch,
        "head_sha": suite.head_sha,
        "status": status,
        "conclusion": conclusion,
        "url": api,
        "before": suite.before,
        "after": suite.head_sha,
        "pull_requests": pulls_of(suite.repository, suite.head_sha),
        "app": app_json(world, suite.app),
        "created_at": suite.created_at,
        "updated_at": suite.created_at,
        "rerequestable": True,
        "runs_rerequestable": True,
        "latest_check_runs_count": len(suite.latest()),
        "check_runs_url": f"{api}/check-runs",
        "head_commit": {
            "id": suite.head_sha, "tree_id": commit["tree"]["sha"], "timestamp": commit["committer"]["date"], **head,
        },
    }  # fmt: skip


def pulls_of(repository: Repository, sha: str) -> list[Json]:
    """Open pull requests of this repository's own branches with this head: forks are not listed."""
    found: list[Json] = []
    for pull in repository.pulls.values():
        if pull.head_sha == sha and pull.state == "open" and pull.head_repository is repository:
            data = pull_json(pull, full=False)
            sides = {}
            for side in ("head", "base"):
                repo = {key: data[side]["repo"][key] for key in ("id", "url", "name")}
                sides[side] = {"ref": data[side]["ref"], "sha": data[side]["sha"], "repo": repo}
            found.append({"id": pull.id, "number": pull.number, "url": data["url"], **sides})
    return found


def emit_run(run: CheckRun, action: str, sender: User, extra: Json | None = None) -> None:
    """`created` and `completed` go to all subscribers, the other actions to the owning app only."""
    repository, world = run.suite.repository, run.suite.repository.world
    targets = None if action in ("created", "completed") else [run.suite.app]
    if targets is None and not world.subscribed("check_run"):
        return
    data = run_json(world, run)
    data["check_suite"] = suite_json(world, run.suite)
    payload = {**(extra or {}), "check_run": data, **_around(repository, sender)}
    world.emit(Event("check_run", action, payload, repository, targets))


def emit_suite(suite: CheckSuite, action: str, sender: User) -> None:
    world = suite.repository.world
    payload = {"check_suite": suite_json(world, suite), **_around(suite.repository, sender)}
    world.emit(Event("check_suite", action, payload, suite.repository, [suite.app]))


def _around(repository: Repository, sender: User) -> Json:
    return {"repository": repository_json(repository), "sender": user_json(repository.world, sender)}
