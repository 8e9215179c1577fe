"""From a webhook's JSON to commands, without I/O: one explicit table of events and actions, and what each changes."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple, TypeVar

from pydantic import ValidationError

from app.github.pull import CentralPolicy
from app.subject import (
    Again,
    Archived,
    Cancelled,
    Changed,
    Closed,
    Command,
    Effect,
    Kind,
    Lost,
    PolicyChanged,
    Regained,
    Remark,
    Renamed,
    Told,
    Wanted,
    branch_key,
    comment_key,
    group_key,
    pull_key,
)
from app.web.payloads import (
    Action,
    CheckRunEvent,
    CheckSuiteEvent,
    CustomPropertyValuesEvent,
    InstallationEvent,
    InstallationRepositoriesEvent,
    IssueCommentEvent,
    MergeGroupEvent,
    PullRequestEvent,
    PushEvent,
    RepositoryEvent,
    property_texts,
)
from checks.render.checkrun import RECHECK

#: A comment without such a line holds no command; one with it is read carefully by a worker.
_COMMAND = re.compile(r"^ {0,3}/ospo-gate\b", re.MULTILINE | re.IGNORECASE)
#: Files of a policy repository of which none can be a part of a policy are not waited for.
_POLICY_FILES = (".yaml", ".yml")


@dataclass(frozen=True, slots=True)
class Ours:
    """What is ours among all that GitHub tells."""

    app_id: int | None = None
    policy: CentralPolicy | None = None
    """Where the organization's policy is."""


class Heard(NamedTuple):
    """What a delivery says; no command: nothing changes."""

    action: str | None = None
    command: Command | None = None
    also: tuple[Effect, ...] = ()
    told: Told | None = None


class Malformed(ValueError):
    """A signed delivery whose payload does not have the fields that we need."""


# -- pull requests and merge groups -------------------------------------------------------------------------------------


def _pull_wanted(event: PullRequestEvent, _: Ours) -> Sequence[Command]:
    pull, repository = event.pull_request, event.repository
    about = replace(
        repository.about,
        pull_node=pull.node_id,
        base=pull.base.sha,
        author=pull.user.login if pull.user else None,
        author_is_bot=pull.user is not None and pull.user.bot,
        changed_files=pull.changed_files,
    )
    return [
        Wanted(
            key=pull_key(repository.id, pull.number),
            installation_id=event.installation.id,
            repository_id=repository.id,
            number=pull.number,
            head=pull.head.sha,
            head_at=pull.updated_at.timestamp(),
            about=about,
        )
    ]


def _pull_edited(event: PullRequestEvent, ours: Ours) -> Sequence[Command]:
    return _pull_wanted(event, ours) if "base" in (event.changes or {}) else []


def _pull_closed(event: PullRequestEvent, _: Ours) -> Sequence[Command]:
    pull, repository = event.pull_request, event.repository
    key, by = pull_key(repository.id, pull.number), pull.merged_by
    at = pull.updated_at.timestamp()
    return [Closed(key, pull.head.sha, at, repository.full_name, pull.merged, by.login if by else None)]


def _group_wanted(event: MergeGroupEvent, _: Ours) -> Sequence[Command]:
    group, repository = event.merge_group, event.repository
    return [
        Wanted(
            key=group_key(repository.id, group.head_ref),
            installation_id=event.installation.id,
            repository_id=repository.id,
            number=0,
            head=group.head_sha,
            head_at=0.0,  # a group has one head; another one is another branch
            about=replace(repository.about, base=group.base_sha),
        )
    ]


def _group_destroyed(event: MergeGroupEvent, _: Ours) -> Sequence[Command]:
    return [Cancelled(group_key(event.repository.id, event.merge_group.head_ref))]


# -- people --------------------------------------------------------------------------------------------------------------


def _run_again(event: CheckRunEvent, _: Ours) -> Sequence[Command]:
    return [Again(event.installation.id, event.repository.id, event.check_run.head_sha)]


def _button_pressed(event: CheckRunEvent, ours: Ours) -> Sequence[Command]:
    button = event.requested_action
    return _run_again(event, ours) if button and button.identifier == RECHECK else []


def _suite_again(event: CheckSuiteEvent, _: Ours) -> Sequence[Command]:
    return [Again(event.installation.id, event.repository.id, event.check_suite.head_sha)]


def _comment_created(event: IssueCommentEvent, ours: Ours) -> Sequence[Command]:
    comment, issue, repository = event.comment, event.issue, event.repository
    by, app, body = comment.user, comment.performed_via_github_app, comment.body or ""
    own = app is not None and app.id == ours.app_id
    if by is None or by.bot or own or issue.pull_request is None or issue.state != "open" or not _COMMAND.search(body):
        return []
    author = issue.user
    about = replace(
        repository.about,
        pull_node=issue.node_id,
        author=author.login if author else None,
        author_is_bot=author is not None and author.bot,
        remark=Remark(id=comment.id, url=comment.html_url, body=body, login=by.login, account_id=by.id),
    )
    key = comment_key(repository.id, comment.id)
    return [Wanted(key, event.installation.id, repository.id, issue.number, head="", head_at=0.0, about=about)]


# -- branches and the policy ---------------------------------------------------------------------------------------------


def _pushed(event: PushEvent, ours: Ours) -> Sequence[Command]:
    repository = event.repository
    if event.deleted:
        return []
    commands: list[Command] = [PolicyChanged()] if _is_policy(event, ours.policy) else []
    if repository.default_branch and event.ref == f"refs/heads/{repository.default_branch}":
        commands.append(
            Wanted(
                key=branch_key(repository.id),
                installation_id=event.installation.id,
                repository_id=repository.id,
                number=0,
                head=event.after,
                head_at=repository.pushed_at.timestamp(),
                about=repository.about,
            )
        )
    return commands


def _is_policy(event: PushEvent, policy: CentralPolicy | None) -> bool:
    """Whether the push may change the organization's policy. GitHub may leave out commits: then it may."""
    if policy is None or event.repository.full_name.lower() != policy.repository.lower():
        return False
    if event.ref != f"refs/heads/{policy.ref.removeprefix('refs/heads/')}":
        return False
    paths = [path for commit in event.commits for path in (*commit.added, *commit.modified, *commit.removed)]
    return event.forced or not paths or any(path == policy.path or path.endswith(_POLICY_FILES) for path in paths)


# -- installations and repositories --------------------------------------------------------------------------------------


def _installed(event: InstallationEvent, _: Ours) -> Sequence[Command]:
    id_ = event.installation.id
    return [Regained(id_, tuple(repository.told(id_) for repository in event.repositories))]


def _uninstalled(event: InstallationEvent, _: Ours) -> Sequence[Command]:
    return [Lost(event.installation.id, "the App was uninstalled")]


def _suspended(event: InstallationEvent, _: Ours) -> Sequence[Command]:
    return [Lost(event.installation.id, "the App's installation is suspended", gone=False)]


def _resumed(event: InstallationEvent, _: Ours) -> Sequence[Command]:
    return [Regained(event.installation.id)]


def _repositories_added(event: InstallationRepositoriesEvent, _: Ours) -> Sequence[Command]:
    id_ = event.installation.id
    return [Regained(id_, tuple(repository.told(id_) for repository in event.repositories_added))]


def _repositories_removed(event: InstallationRepositoriesEvent, _: Ours) -> Sequence[Command]:
    ids = tuple(repository.id for repository in event.repositories_removed)
    return [Lost(event.installation.id, "the repository was taken away from the App", ids)]


def _repository_created(event: RepositoryEvent, _: Ours) -> Sequence[Command]:
    return [Regained(event.installation.id, (event.repository.told(event.installation.id),))]


def _repository_deleted(event: RepositoryEvent, _: Ours) -> Sequence[Command]:
    return [Lost(event.installation.id, "the repository was deleted", (event.repository.id,))]


def _repository_renamed(event: RepositoryEvent, ours: Ours) -> Sequence[Command]:
    return [Renamed(event.repository.id, event.repository.full_name), *_repository_changed(event, ours)]


def _repository_transferred(event: RepositoryEvent, ours: Ours) -> Sequence[Command]:
    return [*_repository_created(event, ours), *_repository_renamed(event, ours)]


def _repository_archived(event: RepositoryEvent, _: Ours) -> Sequence[Command]:
    return [Archived(event.repository.id, archived=True)]


def _repository_unarchived(event: RepositoryEvent, _: Ours) -> Sequence[Command]:
    return [Archived(event.repository.id, archived=False)]


def _repository_edited(event: RepositoryEvent, ours: Ours) -> Sequence[Command]:
    return _branch_changed(event, ours) if "default_branch" in (event.changes or {}) else []


def _repository_changed(event: RepositoryEvent, _: Ours) -> Sequence[Command]:
    return [Changed(event.repository.id, (Kind.PULL, Kind.BRANCH))]


def _branch_changed(event: RepositoryEvent, _: Ours) -> Sequence[Command]:
    return [Changed(event.repository.id, (Kind.BRANCH,))]


# -- the table -----------------------------------------------------------------------------------------------------------

_E = TypeVar("_E", PullRequestEvent, MergeGroupEvent, CheckRunEvent, CheckSuiteEvent, IssueCommentEvent, PushEvent,
             InstallationEvent, InstallationRepositoriesEvent, CustomPropertyValuesEvent, RepositoryEvent)  # fmt: skip
_Read = Callable[[bytes, Ours], tuple[Sequence[Command], Told | None]]


class Row(NamedTuple):
    """What one action of an event does."""

    changes: str
    """For operators: docs/events.md has it."""
    read: _Read


def _row(changes: str, model: type[_E], commands: Callable[[_E, Ours], Sequence[Command]]) -> Row:
    def read(body: bytes, ours: Ours) -> tuple[Sequence[Command], Told | None]:
        event = model.model_validate_json(body)
        return commands(event, ours), _told(event)

    return Row(changes, read)


def _told(event: object) -> Told | None:
    """What an event tells about its repository."""
    if not isinstance(event, RepositoryEvent):
        return None
    told = event.repository.told(event.installation.id)
    if isinstance(event, CustomPropertyValuesEvent):  # the repository beside them may still have the old ones
        new = {item.property_name: item.value for item in event.new_property_values}
        return replace(told, properties=property_texts({**(event.repository.custom_properties or {}), **new}))
    return told


_JUDGED = "The pull request is judged at its head."
_PULL = _row(_JUDGED, PullRequestEvent, _pull_wanted)
_ALERT = _row("The default branch is judged again.", RepositoryEvent, _branch_changed)
_VISIBILITY = _row(
    "Open pull requests and the default branch are judged again: a public repository is shown less.",
    RepositoryEvent,
    _repository_changed,
)
_RESUMED = _row("What rested in this installation is tried again.", InstallationEvent, _resumed)

#: Everything that an event may cause, by event and action (`push` has none). Others are accepted and ignored: GitHub
#: adds events and actions.
EVENTS: Mapping[str, Mapping[str | None, Row]] = {
    "pull_request": {
        "opened": _PULL,
        "synchronize": _PULL,
        "reopened": _PULL,
        "ready_for_review": _PULL,
        "edited": _row("Where the base branch changed, the pull request is judged again.", PullRequestEvent, _pull_edited),
        "closed": _row(
            "Nothing of it waits any more. A merge in spite of a blocking or missing verdict is kept in the history.",
            PullRequestEvent,
            _pull_closed,
        ),
    },
    "merge_group": {
        "checks_requested": _row("The group is judged, under the names of the pull request's checks.", MergeGroupEvent, _group_wanted),
        "destroyed": _row("The group is not judged any more.", MergeGroupEvent, _group_destroyed),
    },
    "check_run": {
        "rerequested": _row("Whatever has this head is judged again.", CheckRunEvent, _run_again),
        "requested_action": _row("The button “Check again”: whatever has this head is judged again.", CheckRunEvent, _button_pressed),
    },
    "check_suite": {"rerequested": _row("Whatever has this head is judged again.", CheckSuiteEvent, _suite_again)},
    "issue_comment": {
        "created": _row(
            "A command of a person on an open pull request is carried out: docs/comments.md. Edits and deletions never "
            "count.",
            IssueCommentEvent,
            _comment_created,
        )
    },
    "push": {
        None: _row(
            "To the default branch: it is judged. To the policy's branch, if a policy file may have changed: open pull "
            "requests of all repositories are judged again, blocked ones first.",
            PushEvent,
            _pushed,
        )
    },
    "installation": {
        "created": _row("Its repositories are known; what rested there is tried again.", InstallationEvent, _installed),
        "deleted": _row("Its repositories are gone, and nothing there waits any more.", InstallationEvent, _uninstalled),
        "suspend": _row("What waits there rests.", InstallationEvent, _suspended),
        "unsuspend": _RESUMED,
        "new_permissions_accepted": _RESUMED,
    },
    "installation_repositories": {
        "added": _row("They are known; what rested there is tried again.", InstallationRepositoriesEvent, _repositories_added),
        "removed": _row("They are gone, and nothing there waits any more.", InstallationRepositoriesEvent, _repositories_removed),
    },
    "repository": {
        "created": _row("It is known.", RepositoryEvent, _repository_created),
        "deleted": _row("It is gone, and nothing there waits any more.", RepositoryEvent, _repository_deleted),
        "renamed": _row("What waits goes on under the new name; open pull requests and the default branch are judged again.", RepositoryEvent, _repository_renamed),
        "transferred": _row("As renamed, under the installation of the new owner.", RepositoryEvent, _repository_transferred),
        "archived": _row("What waits there rests: nothing can be written.", RepositoryEvent, _repository_archived),
        "unarchived": _row("Open pull requests and the default branch are judged again.", RepositoryEvent, _repository_unarchived),
        "publicized": _VISIBILITY,
        "privatized": _VISIBILITY,
        "edited": _row("Where the default branch is another one, it is judged.", RepositoryEvent, _repository_edited),
    },
    "custom_property_values": {
        "updated": _row(
            "Open pull requests and the default branch of the repository are judged again with the new values.",
            CustomPropertyValuesEvent,
            _repository_changed,
        )
    },
    "dependabot_alert": dict.fromkeys(
        ("created", "reopened", "reintroduced", "auto_reopened", "fixed", "dismissed", "auto_dismissed"), _ALERT
    ),
}  # fmt: skip


def heard(event: str, body: bytes, ours: Ours) -> Heard:
    """What a delivery asks for. Raises `Malformed`."""
    actions = EVENTS.get(event)
    if actions is None:
        return Heard()
    try:
        action = None if None in actions else Action.model_validate_json(body).action
        if action not in actions:
            return Heard(action)
        commands, told = actions[action].read(body, ours)
    except ValidationError as error:
        first = error.errors()[0]
        raise Malformed(f"{'.'.join(map(str, first['loc']))}: {first['msg']}") from None
    work = next((command for command in commands if isinstance(command, Wanted | Again)), None)
    effects = [command for command in commands if not isinstance(command, Wanted | Again)]
    if work is None and not effects:
        return Heard(action)
    return Heard(action, work or effects.pop(), tuple(effects), told)
