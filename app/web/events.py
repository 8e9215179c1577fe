"""From a webhook's JSON to a command, without I/O: one explicit table of events.

The models are narrow and ignore what they do not need, so that a field that GitHub adds or drops elsewhere never turns
a delivery into an error.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime

from pydantic import BaseModel, ConfigDict, ValidationError

from app.subject import About, Again, Command, Wanted, branch_key, pull_key


class _Model(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True)


class _Account(_Model):
    login: str
    type: str = "User"


class _License(_Model):
    spdx_id: str | None = None


class _Repository(_Model):
    id: int
    node_id: str
    full_name: str
    private: bool | None = None
    visibility: str | None = None
    default_branch: str | None = None
    owner: _Account
    custom_properties: dict[str, object] | None = None
    license: _License | None = None


class _Installation(_Model):
    id: int


class _Commitish(_Model):
    sha: str


class _Pull(_Model):
    number: int
    node_id: str
    head: _Commitish
    base: _Commitish
    updated_at: datetime
    state: str = "open"
    user: _Account | None = None
    changed_files: int = 0


class PullRequestEvent(_Model):
    """`pull_request`."""

    action: str
    pull_request: _Pull
    repository: _Repository
    installation: _Installation
    changes: dict[str, object] | None = None


class _Check(_Model):
    head_sha: str


class CheckRunEvent(_Model):
    """`check_run`."""

    action: str
    check_run: _Check
    repository: _Repository
    installation: _Installation


class CheckSuiteEvent(_Model):
    """`check_suite`."""

    action: str
    check_suite: _Check
    repository: _Repository
    installation: _Installation


class _PushedRepository(_Repository):
    pushed_at: datetime
    """Seconds since 1970 in this event alone."""


class PushEvent(_Model):
    """`push`."""

    ref: str
    after: str
    deleted: bool = False
    repository: _PushedRepository
    installation: _Installation


#: The action of an event, and what it asks for.
Asked = tuple[str | None, Command | None]


class Malformed(ValueError):
    """A signed delivery whose payload does not have the fields that we need."""


def _pull_request(body: bytes) -> Asked:
    event = PullRequestEvent.model_validate_json(body)
    if event.action not in _PULL_ACTIONS or (event.action == "edited" and "base" not in (event.changes or {})):
        return event.action, None
    pull, repository = event.pull_request, event.repository
    return event.action, Wanted(
        key=pull_key(repository.id, pull.number),
        installation_id=event.installation.id,
        repository_id=repository.id,
        number=pull.number,
        head=pull.head.sha,
        head_at=pull.updated_at.timestamp(),
        about=_about_pull(event),
    )


#: `edited` counts only when the base branch changed.
_PULL_ACTIONS = frozenset({"opened", "synchronize", "reopened", "ready_for_review", "edited"})


def _about_pull(event: PullRequestEvent) -> About:
    author = event.pull_request.user
    return replace(
        _about(event.repository),
        pull_node=event.pull_request.node_id,
        base=event.pull_request.base.sha,
        author=author.login if author else None,
        author_is_bot=author is not None and author.type == "Bot",
        changed_files=event.pull_request.changed_files,
    )


def _about(repository: _Repository) -> About:
    visibility = repository.visibility
    if visibility is None and repository.private is not None:
        visibility = "private" if repository.private else "public"
    return About(
        repository=repository.full_name,
        repository_node=repository.node_id,
        visibility=visibility,
        default_branch=repository.default_branch,
        owner_is_organization=repository.owner.type == "Organization",
        properties={name: str(value) for name, value in (repository.custom_properties or {}).items()},
        license=repository.license.spdx_id if repository.license else None,
    )


def _push(body: bytes) -> Asked:
    event = PushEvent.model_validate_json(body)
    repository = event.repository
    if event.deleted or not repository.default_branch or event.ref != f"refs/heads/{repository.default_branch}":
        return None, None
    return None, Wanted(
        key=branch_key(repository.id),
        installation_id=event.installation.id,
        repository_id=repository.id,
        number=0,
        head=event.after,
        head_at=repository.pushed_at.timestamp(),
        about=_about(repository),
    )


def _check_run(body: bytes) -> Asked:
    event = CheckRunEvent.model_validate_json(body)
    if event.action != "rerequested":
        return event.action, None
    return event.action, Again(event.installation.id, event.repository.id, event.check_run.head_sha)


def _check_suite(body: bytes) -> Asked:
    event = CheckSuiteEvent.model_validate_json(body)
    if event.action != "rerequested":
        return event.action, None
    return event.action, Again(event.installation.id, event.repository.id, event.check_suite.head_sha)


#: Everything that an event may cause. Others are accepted and ignored: GitHub adds events and actions.
EVENTS: Mapping[str, Callable[[bytes], Asked]] = {
    "pull_request": _pull_request,
    "check_run": _check_run,
    "check_suite": _check_suite,
    "push": _push,
}


def asked(event: str, body: bytes) -> Asked:
    """What a delivery asks for; no command: nothing. Raises `Malformed`."""
    parse = EVENTS.get(event)
    if parse is None:
        return None, None
    try:
        return parse(body)
    except ValidationError as error:
        first = error.errors()[0]
        raise Malformed(f"{'.'.join(map(str, first['loc']))}: {first['msg']}") from None
