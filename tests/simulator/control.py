"""The control API under `/_sim/`: builds and inspects a world from another process, in JSON."""

from collections.abc import Callable
from dataclasses import asdict

from . import control_acts
from .accounts import User
from .control_acts import app_named, pull_summary, repository_summary
from .pulls import Pull
from .repository import Author, Repository
from .routing import Reply
from .simulator import Simulator
from .world import Json

Command = Callable[["Control", Json], object]


class Control:
    """`POST /_sim/{command}` (or GET for those that only look) with the arguments as JSON or query."""

    def __init__(self, simulator: Simulator) -> None:
        self.simulator = simulator

    def __call__(self, method: str, command: str, arguments: Json) -> Reply:
        action = COMMANDS.get(command.strip("/"))
        if action is None:
            return Reply({"message": f"no command {command}", "commands": sorted(COMMANDS)}, 404)
        try:
            return Reply(action(self, arguments))
        except (KeyError, ValueError, TypeError, StopIteration, RuntimeError) as error:
            return Reply({"message": f"{type(error).__name__}: {error}"}, 422)

    def repository(self, arguments: Json) -> Repository:
        return self.simulator.repository(arguments["repository"])

    def pull(self, arguments: Json) -> Pull:
        return self.repository(arguments).pulls[int(arguments["number"])]

    def user(self, login: str | None) -> User | None:
        return self.simulator.world.users[login.lower()] if login else None

    def author(self, arguments: Json) -> Author | None:
        """`author` is a login, or `{"name": …, "email": …}`."""
        given = arguments.get("author")
        return (given["name"], given["email"]) if isinstance(given, dict) else self.user(given)


def info(control: Control, given: Json) -> Json:
    simulator = control.simulator
    return {
        "url": simulator.url,
        "api_url": simulator.api_url,
        "graphql_url": simulator.graphql_url,
        "profile": simulator.world.profile,
        "repositories": [r.full_name for r in simulator.world.repositories.values()],
        "commands": sorted(COMMANDS),
    }


def users(control: Control, given: Json) -> Json:
    user = control.simulator.create_user(**given)
    return {"id": user.id, "login": user.login}


def organizations(control: Control, given: Json) -> Json:
    """`{"login", "members": [logins], "owners": [logins], "teams": {slug: [logins]}}`"""
    organization = control.simulator.create_org(given["login"])
    for role, key in (("member", "members"), ("admin", "owners")):
        for login in given.get(key, []):
            organization.add_member(_known(control, login), role)
    for slug, members in given.get("teams", {}).items():
        organization.create_team(slug, [_known(control, login) for login in members])
    return {"id": organization.id, "login": organization.login}


def apps(control: Control, given: Json) -> Json:
    """Create an app, or change the webhook URL and secret of the one that has this slug."""
    known = next((a for a in control.simulator.world.apps.values() if a.slug == given.get("slug")), None)
    app = known or control.simulator.create_app(**given)
    app.webhook_url = given.get("webhook_url", app.webhook_url)
    app.webhook_secret = given.get("webhook_secret", app.webhook_secret)
    keys = ("id", "client_id", "client_secret", "slug", "private_key_pem", "webhook_secret", "webhook_url")
    return {key: getattr(app, key) for key in keys}


def repositories(control: Control, given: Json) -> Json:
    repository = control.simulator.create_repository(**given)
    return repository_summary(repository)


def forks(control: Control, given: Json) -> Json:
    owner = control.simulator.world.owner(given["owner"])
    if owner is None:
        raise KeyError(given["owner"])
    return repository_summary(control.repository(given).fork(owner, given.get("name")))


def installations(control: Control, given: Json) -> Json:
    app = app_named(control, given["app"])
    return {"id": control.simulator.install(app, given["account"], given.get("repositories", "all"))}


def commits(control: Control, given: Json) -> Json:
    repository, branch = control.repository(given), str(given.get("branch", "main"))
    files, parent = given.get("files", {}), given.get("parent")
    sha = repository.commit(branch, files, str(given.get("message", "Change")), control.author(given), parent=parent)
    return {"sha": sha}


def pulls(control: Control, given: Json) -> Json:
    """Open a pull request; with `files` the head branch gets a commit of them first."""
    repository = control.repository(given)
    source = control.simulator.repository(given["head_repository"]) if given.get("head_repository") else None
    title = str(given.get("title", "Change"))
    if "files" in given:
        message = str(given.get("message", title))
        (source or repository).commit(given["head"], given["files"], message, control.author(given))
    author = control.author(given)
    pull = repository.open_pull(
        given["head"], given.get("base"), title, author if isinstance(author, User) else None,
        head_repository=source, draft=bool(given.get("draft")), body=given.get("body"),
    )  # fmt: skip
    return pull_summary(pull)


def push(control: Control, given: Json) -> Json:
    pull = control.pull(given)
    method = pull.force_push if given.get("force") else pull.push
    method(given["files"], given.get("message", "Change"), control.author(given))
    return pull_summary(pull)


def comment(control: Control, given: Json) -> Json:
    user = _known(control, given["user"])
    made = control.simulator.comment(control.repository(given), int(given["number"]), user, given["body"])
    return {"id": made.id, "node_id": made.node_id}


def rerequest(control: Control, given: Json) -> Json:
    """`{"check_run": id}` or `{"repository", "sha"}` for all of a commit."""
    user = control.user(given.get("user"))
    if "check_run" in given:
        control.simulator.rerequest_check_run(int(given["check_run"]), user)
    else:
        control.simulator.rerequest_check_suite(control.repository(given), given["sha"], user)
    return {}


def request_action(control: Control, given: Json) -> Json:
    user = control.user(given.get("user"))
    control.simulator.request_action(int(given["check_run"]), given["identifier"], user)
    return {}


def redeliver(control: Control, given: Json) -> Json:
    return {"id": control.simulator.redeliver(given["guid"]).id}


def check_runs(control: Control, given: Json) -> list[Json]:
    return control.simulator.check_runs(control.repository(given), given.get("sha"))


def comments(control: Control, given: Json) -> list[Json]:
    return control.simulator.comments(control.repository(given), int(given["number"]))


def requests(control: Control, given: Json) -> list[Json]:
    return [asdict(record) for record in control.simulator.requests]


def deliveries(control: Control, given: Json) -> list[Json]:
    keys = ("id", "guid", "event", "action", "status_code", "status", "duration", "redelivery", "created")
    return [{key: getattr(d, key) for key in keys} for d in control.simulator.deliveries]


def fail_next(control: Control, given: Json) -> Json:
    control.simulator.fail_next(**given)
    return {}


def limits(control: Control, given: Json) -> Json:
    """Set any field of `Limits`; answers all of them."""
    for key, value in given.items():
        if key not in asdict(control.simulator.limits):
            raise KeyError(key)
        setattr(control.simulator.limits, key, value)
    return asdict(control.simulator.limits)


def settings(control: Control, given: Json) -> Json:
    """`graphql_available`, `webhook_outage`, `duplicate_deliveries`, `webhook_deadline` (seconds), `advance` (seconds),
    `expire_tokens`, `reset_counts`."""
    simulator = control.simulator
    simulator.graphql_available = given.get("graphql_available", simulator.graphql_available)
    simulator.dispatcher.outage = given.get("webhook_outage", simulator.dispatcher.outage)
    simulator.dispatcher.duplicate = given.get("duplicate_deliveries", simulator.dispatcher.duplicate)
    simulator.dispatcher.deadline_seconds = given.get("webhook_deadline", simulator.dispatcher.deadline_seconds)
    simulator.advance(given.get("advance", 0))
    if given.get("expire_tokens"):
        simulator.expire_tokens()
    if given.get("reset_counts"):
        simulator.reset_counts()
    return {"graphql_available": simulator.graphql_available, "webhook_outage": simulator.dispatcher.outage}


def wait_idle(control: Control, given: Json) -> Json:
    return {"idle": control.simulator.wait_idle(float(given.get("timeout", 30)))}


def world(control: Control, given: Json) -> Json:
    """A whole world at once: lists of the arguments of users, organizations, apps, repositories, forks, installations,
    commits and pulls, made in this order."""
    order = ("users", "organizations", "apps", "repositories", "forks", "installations", "commits", "pulls")
    return {kind: [COMMANDS[kind](control, item) for item in given.get(kind, [])] for kind in order}


COMMANDS: dict[str, Command] = {
    "": info,
    "act": control_acts.act,
    "administer": control_acts.administer,
    "alerts": control_acts.alerts,
    "apps": apps,
    "change_comment": control_acts.change_comment,
    "check_runs": check_runs,
    "comment": comment,
    "comments": comments,
    "commits": commits,
    "deliveries": deliveries,
    "fail_next": fail_next,
    "forks": forks,
    "installation": control_acts.installation,
    "installations": installations,
    "limits": limits,
    "organizations": organizations,
    "people": control_acts.people,
    "permissions": control_acts.permissions,
    "pulls": pulls,
    "push": push,
    "queue": control_acts.queue,
    "redeliver": redeliver,
    "repositories": repositories,
    "request_action": request_action,
    "requests": requests,
    "rerequest": rerequest,
    "rules": control_acts.rules,
    "settings": settings,
    "submitted": control_acts.submitted,
    "users": users,
    "wait_idle": wait_idle,
    "world": world,
}


def _known(control: Control, login: str) -> User:
    return control.simulator.world.users[login.lower()]
