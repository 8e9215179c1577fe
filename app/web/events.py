"""From a webhook's JSON to commands, without I/O: one explicit table of events and actions, and what each changes."""

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple, TypeVar

from pydantic import BaseModel, ValidationError

from app.subject import Again, Command, Effect, Told, Wanted
from app.web.commands import (
    Ours,
    branch_changed,
    button_pressed,
    comment_created,
    group_destroyed,
    group_wanted,
    installed,
    pull_closed,
    pull_edited,
    pull_reviewed,
    pull_wanted,
    pushed,
    repositories_added,
    repositories_removed,
    repository_archived,
    repository_changed,
    repository_deleted,
    repository_edited,
    repository_known,
    repository_unarchived,
    resumed,
    run_again,
    suite_again,
    suspended,
    uninstalled,
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
    PullRequestReviewEvent,
    PushEvent,
    RepositoryEvent,
)


class Heard(NamedTuple):
    """What a delivery says; no command: nothing changes."""

    action: str | None = None
    command: Command | None = None
    also: tuple[Effect, ...] = ()
    told: Told | None = None


class Malformed(ValueError):
    """A signed delivery whose payload does not have the fields that we need."""


_E = TypeVar("_E", bound=BaseModel)
_Read = Callable[[bytes, Ours], tuple[Sequence[Command], Told | None]]


class Row(NamedTuple):
    """What one action of an event does."""

    changes: str
    """For operators: docs/events.md has it."""
    read: _Read


def _row(changes: str, model: type[_E], commands: Callable[[_E, Ours], Sequence[Command]]) -> Row:
    def read(body: bytes, ours: Ours) -> tuple[Sequence[Command], Told | None]:
        event = model.model_validate_json(body)
        return commands(event, ours), event.told if isinstance(event, RepositoryEvent) else None

    return Row(changes, read)


_JUDGED = "The pull request is judged at its head."
_PULL = _row(_JUDGED, PullRequestEvent, pull_wanted)
_ALERT = _row("The default branch is judged again.", RepositoryEvent, branch_changed)
_VISIBILITY = _row(
    "Open pull requests and the default branch are judged again: a public repository is shown less.",
    RepositoryEvent,
    repository_changed,
)
_REVIEWED = _row(
    "On the policy repository: whether those who may have approved what it decides is looked at again.",
    PullRequestReviewEvent,
    pull_reviewed,
)
_RESUMED = _row("What rested in this installation is tried again.", InstallationEvent, resumed)

#: Everything that an event may cause, by event and action (`push` has none). Others are accepted and ignored: GitHub
#: adds events and actions.
EVENTS: Mapping[str, Mapping[str | None, Row]] = {
    "pull_request": {
        "opened": _PULL,
        "synchronize": _PULL,
        "reopened": _PULL,
        "ready_for_review": _PULL,
        "edited": _row(
            "Where the base branch changed, the pull request is judged again.", PullRequestEvent, pull_edited
        ),
        "closed": _row(
            "Nothing of it waits any more. A merge in spite of a blocking or missing verdict is kept in the history.",
            PullRequestEvent,
            pull_closed,
        ),
    },
    "pull_request_review": {"submitted": _REVIEWED, "dismissed": _REVIEWED},
    "merge_group": {
        "checks_requested": _row(
            "The group is judged, under the names of the pull request's checks.", MergeGroupEvent, group_wanted
        ),
        "destroyed": _row("The group is not judged any more.", MergeGroupEvent, group_destroyed),
    },
    "check_run": {
        "rerequested": _row("Whatever has this head is judged again.", CheckRunEvent, run_again),
        "requested_action": _row(
            "The button “Check again”: whatever has this head is judged again. “Set to pass”: if the policy lets this "
            "person, it is written down and the pull request is judged with it.",
            CheckRunEvent,
            button_pressed,
        ),
    },
    "check_suite": {"rerequested": _row("Whatever has this head is judged again.", CheckSuiteEvent, suite_again)},
    "issue_comment": {
        "created": _row(
            "A command of a person on an open pull request is carried out: docs/comments.md. A phrase that signs an "
            "agreement makes a record: docs/signing.md. Edits and deletions never count.",
            IssueCommentEvent,
            comment_created,
        )
    },
    "push": {
        None: _row(
            "To the default branch: it is judged. To the policy's branch: the policy is read, and if it is valid and "
            "another one, open pull requests of all repositories are judged again, those first that it may set free.",
            PushEvent,
            pushed,
        )
    },
    "installation": {
        "created": _row("Its repositories are known; what rested there is tried again.", InstallationEvent, installed),
        "deleted": _row("Its repositories are gone, and nothing there waits any more.", InstallationEvent, uninstalled),
        "suspend": _row("What waits there rests.", InstallationEvent, suspended),
        "unsuspend": _RESUMED,
        "new_permissions_accepted": _RESUMED,
    },
    "installation_repositories": {
        "added": _row(
            "They are known; what rested there is tried again.", InstallationRepositoriesEvent, repositories_added
        ),
        "removed": _row(
            "They are gone, and nothing there waits any more.", InstallationRepositoriesEvent, repositories_removed
        ),
    },
    "repository": {
        "created": _row("It is known.", RepositoryEvent, repository_known),
        "deleted": _row("It is gone, and nothing there waits any more.", RepositoryEvent, repository_deleted),
        "renamed": _row(
            "What waits goes on under the new name; open pull requests and the default branch are judged again.",
            RepositoryEvent,
            repository_changed,
        ),
        "transferred": _row(
            "As renamed, under the installation of the new owner.", RepositoryEvent, repository_changed
        ),
        "archived": _row("What waits there rests: nothing can be written.", RepositoryEvent, repository_archived),
        "unarchived": _row(
            "Open pull requests and the default branch are judged again.", RepositoryEvent, repository_unarchived
        ),
        "publicized": _VISIBILITY,
        "privatized": _VISIBILITY,
        "edited": _row(
            "Where the default branch is another one, it is judged. Where topics are, open pull requests and the "
            "default branch are judged again: overrides of the policy may match them.",
            RepositoryEvent,
            repository_edited,
        ),
    },
    "custom_property_values": {
        "updated": _row(
            "Open pull requests and the default branch of the repository are judged again with the new values.",
            CustomPropertyValuesEvent,
            repository_changed,
        )
    },
    "dependabot_alert": dict.fromkeys(
        ("created", "reopened", "reintroduced", "auto_reopened", "fixed", "dismissed", "auto_dismissed"), _ALERT
    ),
}


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
