"""What each event asks for: functions from what was read of a webhook to commands."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from app.github.publication import OVERRIDE, told_by
from app.github.pull import CentralPolicy
from app.subject import (
    Again,
    Archived,
    Cancelled,
    Changed,
    Closed,
    Command,
    Kind,
    Lost,
    PolicyPushed,
    Press,
    Proposal,
    Regained,
    Remark,
    Wanted,
    branch_key,
    comment_key,
    group_key,
    press_key,
    pull_key,
)
from app.web.payloads import (
    CheckRunEvent,
    CheckSuiteEvent,
    InstallationEvent,
    InstallationRepositoriesEvent,
    IssueCommentEvent,
    MergeGroupEvent,
    PullRequestEvent,
    PushEvent,
    RepositoryEvent,
)
from checks.conversation.commands import maybe_command
from checks.manifests import recognize
from checks.model.codeowners import PLACES
from checks.render.checkrun import RECHECK

#: Commits that one event names (GitHub's reference of `push`), and paths of a commit that are surely all.
MAX_COMMITS, MAX_PATHS = 2_048, 300
#: The branch that GitHub makes for a pull request in a merge queue.
_QUEUED = re.compile(r"(?:^|/)gh-readonly-queue/.+/pr-([0-9]{1,9})-[0-9a-f]+\Z")


@dataclass(frozen=True, slots=True)
class Ours:
    """What is ours among all that GitHub tells."""

    app_id: int | None = None
    policy: CentralPolicy | None = None
    """Where the organization's policy is."""
    signs: Callable[[str], bool] = lambda _: False
    """Whether a comment may sign an agreement, or ask for another look in the words of other bots."""


# -- pull requests and merge groups ----------------------------------------------------------------------------------


def pull_wanted(event: PullRequestEvent, ours: Ours) -> Sequence[Command]:
    pull, repository = event.pull_request, event.repository
    about = replace(
        repository.about,
        pull_node=pull.node_id,
        base=pull.base.sha,
        base_ref=pull.base.ref,
        head_ref=pull.head.ref,
        fork=pull.head.repo.clone_url if pull.head.repo and pull.head.repo.id != repository.id else None,
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
        ),
        *pull_reviewed(event, ours),
    ]


def pull_edited(event: PullRequestEvent, ours: Ours) -> Sequence[Command]:
    return pull_wanted(event, ours) if "base" in (event.changes or {}) else []


def pull_reviewed(event: PullRequestEvent, ours: Ours, open_: bool = True) -> Sequence[Command]:
    """What it may decide, on the policy repository."""
    policy, pull = ours.policy, event.pull_request
    if policy is None or event.repository.full_name.lower() != policy.repository.lower():
        return []
    if pull.base.ref != policy.ref.removeprefix("refs/heads/"):
        return []
    return [Proposal(pull.number, pull.head.ref, open_)]


def pull_closed(event: PullRequestEvent, ours: Ours) -> Sequence[Command]:
    pull, repository = event.pull_request, event.repository
    key, by = pull_key(repository.id, pull.number), pull.merged_by
    at = pull.updated_at.timestamp()
    closed = Closed(key, pull.head.sha, at, repository.full_name, pull.merged, by.login if by else None)
    return [closed, *pull_reviewed(event, ours, open_=False)]


def group_wanted(event: MergeGroupEvent, _: Ours) -> Sequence[Command]:
    group, repository = event.merge_group, event.repository
    queued = _QUEUED.search(group.head_ref)
    return [
        Wanted(
            key=group_key(repository.id, group.head_ref),
            installation_id=event.installation.id,
            repository_id=repository.id,
            number=0,
            head=group.head_sha,
            head_at=0.0,  # a group has one head; another one is another branch
            about=replace(repository.about, base=group.base_sha, queued=int(queued[1]) if queued else None),
        )
    ]


def group_destroyed(event: MergeGroupEvent, _: Ours) -> Sequence[Command]:
    return [Cancelled(group_key(event.repository.id, event.merge_group.head_ref))]


# -- people ----------------------------------------------------------------------------------------------------------


def run_again(event: CheckRunEvent, _: Ours) -> Sequence[Command]:
    return [Again(event.installation.id, event.repository.id, event.check_run.head_sha)]


def button_pressed(event: CheckRunEvent, ours: Ours) -> Sequence[Command]:
    button = event.requested_action
    if button and button.identifier == RECHECK:
        return run_again(event, ours)
    return _set_to_pass(event) if button and button.identifier == OVERRIDE["identifier"] else []


def _set_to_pass(event: CheckRunEvent) -> Sequence[Command]:
    """The run's external id says which check of which pull request it is: GitHub names none of a fork."""
    run, by, repository = event.check_run, event.sender, event.repository
    told = told_by(run.external_id or "")
    if by is None or by.bot or told is None or told.repository_id != repository.id or told.head != run.head_sha:
        return []
    press = Press(check=told.check, head=told.head, login=by.login, account_id=by.id)
    key = press_key(repository.id, run.id, by.id)
    about = replace(repository.about, press=press)
    return [Wanted(key, event.installation.id, repository.id, told.number, head="", head_at=0.0, about=about)]


def suite_again(event: CheckSuiteEvent, _: Ours) -> Sequence[Command]:
    return [Again(event.installation.id, event.repository.id, event.check_suite.head_sha)]


def comment_created(event: IssueCommentEvent, ours: Ours) -> Sequence[Command]:
    comment, issue, repository = event.comment, event.issue, event.repository
    by, app, body = comment.user, comment.performed_via_github_app, comment.body or ""
    own = app is not None and app.id == ours.app_id
    if by is None or by.bot or own or issue.pull_request is None or issue.state != "open":
        return []
    if not maybe_command(body) and not ours.signs(body):
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
    at = comment.created_at.timestamp() if comment.created_at else 0.0
    return [Wanted(key, event.installation.id, repository.id, issue.number, head="", head_at=at, about=about)]


# -- branches and the policy -----------------------------------------------------------------------------------------


def pushed(event: PushEvent, ours: Ours) -> Sequence[Command]:
    repository = event.repository
    commands: list[Command] = [PolicyPushed()] if _is_policy(event, ours.policy) else []
    if event.deleted:
        return commands
    if repository.default_branch and event.ref == f"refs/heads/{repository.default_branch}":
        commands.append(
            Wanted(
                key=branch_key(repository.id),
                installation_id=event.installation.id,
                repository_id=repository.id,
                number=0,
                head=event.after,
                head_at=repository.pushed_at.timestamp(),
                about=replace(repository.about, untouched_since="" if _touches(event) else event.before),
            )
        )
    return commands


def _touches(event: PushEvent) -> bool:
    """Whether it may change what is read of a default branch. GitHub names at most 2,048 commits, and of a merge not
    what it changes itself."""
    changed = [[*commit.added, *commit.modified, *commit.removed] for commit in event.commits]
    if event.forced or not 0 < len(changed) < MAX_COMMITS or not all(0 < len(paths) < MAX_PATHS for paths in changed):
        return True
    return any(recognize(path) or path in PLACES for paths in changed for path in paths)


def _is_policy(event: PushEvent, policy: CentralPolicy | None) -> bool:
    """Whether the push may change the organization's policy: it may name any file of its repository."""
    if policy is None or event.repository.full_name.lower() != policy.repository.lower():
        return False
    return event.ref == f"refs/heads/{policy.ref.removeprefix('refs/heads/')}"


def _where_policy_is(event: RepositoryEvent, ours: Ours) -> Sequence[Command]:
    """What happens to the repository of the policy may leave nothing to read, or bring it back."""
    names = {event.repository.full_name.lower(), _former_name(event).lower()}
    return [PolicyPushed()] if ours.policy is not None and ours.policy.repository.lower() in names else []


def _former_name(event: RepositoryEvent) -> str:
    """Before it was renamed; empty: it was not."""
    match event.changes:
        case {"repository": {"name": {"from": str(name)}}}:
            return f"{event.repository.owner.login}/{name}"
    return ""


# -- installations and repositories ----------------------------------------------------------------------------------


def installed(event: InstallationEvent, _: Ours) -> Sequence[Command]:
    id_ = event.installation.id
    return [Regained(id_, tuple(repository.told(id_) for repository in event.repositories))]


def uninstalled(event: InstallationEvent, _: Ours) -> Sequence[Command]:
    return [Lost(event.installation.id, "the App was uninstalled")]


def suspended(event: InstallationEvent, _: Ours) -> Sequence[Command]:
    return [Lost(event.installation.id, "the App's installation is suspended", gone=False)]


def resumed(event: InstallationEvent, _: Ours) -> Sequence[Command]:
    return [Regained(event.installation.id)]


def repositories_added(event: InstallationRepositoriesEvent, _: Ours) -> Sequence[Command]:
    id_ = event.installation.id
    return [Regained(id_, tuple(repository.told(id_) for repository in event.repositories_added))]


def repositories_removed(event: InstallationRepositoriesEvent, _: Ours) -> Sequence[Command]:
    ids = tuple(repository.id for repository in event.repositories_removed)
    return [Lost(event.installation.id, "the repository was taken away from the App", ids)]


def repository_known(event: RepositoryEvent, _: Ours) -> Sequence[Command]:
    """Together with what follows from it: no verdict is made with what was true before."""
    return [Regained(event.installation.id, (event.told,))]


def repository_deleted(event: RepositoryEvent, ours: Ours) -> Sequence[Command]:
    lost = Lost(event.installation.id, "the repository was deleted", (event.repository.id,))
    return [*_where_policy_is(event, ours), lost]


def repository_archived(event: RepositoryEvent, ours: Ours) -> Sequence[Command]:
    return [*repository_known(event, ours), Archived(event.repository.id, archived=True)]


def repository_unarchived(event: RepositoryEvent, ours: Ours) -> Sequence[Command]:
    return [*repository_known(event, ours), Archived(event.repository.id, archived=False)]


def repository_edited(event: RepositoryEvent, ours: Ours) -> Sequence[Command]:
    changes = event.changes or {}
    if "topics" in changes:
        return repository_changed(event, ours)
    if "default_branch" not in changes:
        return []
    return [*repository_known(event, ours), *_where_policy_is(event, ours), *branch_changed(event, ours)]


def repository_changed(event: RepositoryEvent, ours: Ours) -> Sequence[Command]:
    changed = Changed(event.repository.id, (Kind.PULL, Kind.BRANCH))
    return [*repository_known(event, ours), *_where_policy_is(event, ours), changed]


def branch_changed(event: RepositoryEvent, _: Ours) -> Sequence[Command]:
    return [Changed(event.repository.id, (Kind.BRANCH,))]
