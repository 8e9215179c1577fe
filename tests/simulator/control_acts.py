"""The control API, continued: what people and administrators do to a pull request, a repository, an installation."""

from typing import TYPE_CHECKING

from . import snapshots
from .accounts import User
from .alerts import Advisory, alert_json
from .apps import App
from .pulls import Pull
from .repository import Repository
from .world import Json

if TYPE_CHECKING:
    from .control import Control

_ALERT = ("fix", "reintroduce", "auto_dismiss", "reopen", "dismiss")


def act(control: "Control", given: Json) -> Json:
    """`action`: close, reopen, merge (`bypass`), ready_for_review, convert_to_draft, change_base (`base`), edit
    (`title`, `body`), enqueue, dequeue (`reason`)."""
    pull, action, user = control.pull(given), given["action"], control.user(given.get("user"))
    if action in ("close", "reopen", "ready_for_review", "convert_to_draft"):
        getattr(pull, action)(user)
    elif action == "merge":
        pull.merge(user, given.get("method", "merge"), bool(given.get("bypass")))
    elif action == "change_base":
        pull.change_base(given["base"], user)
    elif action == "edit":
        pull.edit(given.get("title"), given.get("body"), user)
    elif action == "enqueue":
        pull.enqueue(user)
    elif action == "dequeue":
        pull.dequeue(given.get("reason", "dequeued"), user)
    else:
        raise ValueError(f"no action {action}")
    return pull_summary(pull)


def queue(control: "Control", given: Json) -> Json:
    """Merge and drop what the required checks of `branch` say; answers what happened and what waits."""
    found = control.repository(given).queue(given.get("branch"))
    done = found.process()
    return {"done": done, "waiting": [{"number": e.pull.number, "head_sha": e.head_sha} for e in found.entries]}


def rules(control: "Control", given: Json) -> Json:
    """`checks` (names) required of `app` (a slug), `queue` (true) for `branch`; answers the branch's rules."""
    repository, branch = control.repository(given), given.get("branch")
    if given.get("checks"):
        app = app_named(control, given["app"]) if given.get("app") else None
        repository.require_checks(*given["checks"], app=app, branch=branch)
    if given.get("queue"):
        repository.require_queue(branch=branch)
    return {"rules": repository.rules.get(branch or repository.default_branch, [])}


def administer(control: "Control", given: Json) -> Json:
    """`action` and its `value`: rename, transfer, set_visibility, set_default_branch, set_custom_properties,
    delete_branch, tag; without one: archive, unarchive, delete."""
    repository, action, user = control.repository(given), given["action"], control.user(given.get("user"))
    if action in ("archive", "unarchive", "delete"):
        getattr(repository, action)(user)
    elif action == "transfer":
        owner = control.simulator.world.owner(given["value"])
        if owner is None:
            raise KeyError(given["value"])
        repository.transfer(owner, user)
    elif action == "tag":
        repository.tag(given["value"], given.get("sha"), user)
    elif action in ("rename", "set_visibility", "set_default_branch", "set_custom_properties", "delete_branch"):
        getattr(repository, action)(given["value"], user)
    else:
        raise ValueError(f"no action {action}")
    return repository_summary(repository)


def people(control: "Control", given: Json) -> Json:
    """Permissions in a repository: `collaborators` {login: permission} and `teams` {slug: permission}."""
    repository = control.repository(given)
    repository.collaborators |= {login.lower(): level for login, level in given.get("collaborators", {}).items()}
    repository.teams |= given.get("teams", {})
    return {"collaborators": repository.collaborators, "teams": repository.teams}


def installation(control: "Control", given: Json) -> Json:
    """`action`: suspend, unsuspend, uninstall, select_all, accept_permissions, add or remove (`repositories`)."""
    simulator, number, action = control.simulator, int(given["id"]), given["action"]
    if action in ("suspend", "unsuspend"):
        simulator.suspend(number, action == "suspend")
    elif action in ("add", "remove"):
        getattr(simulator, f"{action}_repositories")(number, given["repositories"])
    elif action in ("uninstall", "select_all", "accept_permissions"):
        getattr(simulator, action)(number)
    else:
        raise ValueError(f"no action {action}")
    return {"id": number}


def permissions(control: "Control", given: Json) -> Json:
    """What an `app` asks for from now on: `permissions` and `events`."""
    app = app_named(control, given["app"])
    control.simulator.ask_permissions(app, given.get("permissions"), given.get("events"))
    return {"permissions": app.permissions, "events": app.events}


def change_comment(control: "Control", given: Json) -> Json:
    """Edit a comment, or without a `body` delete it."""
    found, user = control.simulator.world.comments[int(given["id"])], control.user(given.get("user"))
    if given.get("body") is None:
        control.simulator.delete_comment(found, user)
    else:
        control.simulator.edit_comment(found, given["body"], user)
    return {"id": found.id}


def alerts(control: "Control", given: Json) -> Json:
    """Open an alert from the fields of an `advisory`, or do `action` to alert `number`."""
    repository = control.repository(given)
    if "advisory" in given:
        return alert_json(repository.alert(Advisory(**given["advisory"]), given.get("manifest", "package-lock.json")))
    alert, action = repository.alerts[int(given["number"]) - 1], given["action"]
    if action not in _ALERT:
        raise ValueError(f"no action {action}")
    if action == "dismiss":
        user = control.user(given["user"])
        assert isinstance(user, User)
        alert.dismiss(user, given["reason"], given.get("comment"))
    else:
        getattr(alert, action)()
    return alert_json(alert)


def submitted(control: "Control", given: Json) -> Json:
    """The snapshots of a repository, oldest first, and the packages that they make."""
    repository = control.repository(given)
    shown = [{"id": s.id, "result": s.result, "message": s.message, "data": s.data} for s in repository.snapshots]
    return {"snapshots": shown, "packages": snapshots.packages(repository)}


def app_named(control: "Control", slug: str) -> App:
    return next(app for app in control.simulator.world.apps.values() if app.slug == slug)


def pull_summary(pull: Pull) -> Json:
    return {
        "repository": pull.repository.full_name,
        "number": pull.number,
        "id": pull.id,
        "node_id": pull.node_id,
        "state": pull.state,
        "head_sha": pull.head_sha,
        "base_sha": pull.base_sha,
        "merged": pull.merged_at is not None,
        "queue": pull.queue,
    }


def repository_summary(repository: Repository) -> Json:
    return {
        "id": repository.id,
        "node_id": repository.node_id,
        "full_name": repository.full_name,
        "clone_url": repository.clone_url,
        "head": repository.head(),
    }
