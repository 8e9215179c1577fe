"""The subjects of the work: what an event asks for, and what a worker holds while it judges."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, TypedDict


class Kind(StrEnum):
    """What a subject is; the middle part of its key."""

    PULL = "pull"
    BRANCH = "branch"
    """The default branch of a repository."""
    GROUP = "group"
    """What a merge queue is about to merge."""
    COMMENT = "comment"
    """A comment that may hold a command."""
    PRESS = "press"
    """A button that a person has pressed."""
    TASK = "task"
    """Work of the service itself."""


class Remark(TypedDict):
    """A comment on a pull request, as it was when it was written: what it says later does not count."""

    id: int
    url: str
    body: str
    login: str
    """Of who wrote it."""
    account_id: int


class Press(TypedDict):
    """The button "Set to pass" of a check run, as somebody pressed it."""

    check: str
    head: str
    login: str
    account_id: int


@dataclass(frozen=True, slots=True)
class About:
    """What events tell about a pull request and its repository, kept so that no request is spent on it."""

    repository: str
    """`owner/name`."""
    repository_node: str
    pull_node: str = ""
    base: str = ""
    """SHA of the base branch when the event was sent."""
    visibility: str | None = None
    default_branch: str | None = None
    owner_is_organization: bool | None = None
    properties: dict[str, str] = field(default_factory=dict)
    author: str | None = None
    author_is_bot: bool = False
    changed_files: int = 0
    license: str | None = None
    """The SPDX id that GitHub recognized the repository's license as."""
    remark: Remark | None = None
    """Of a comment."""
    press: Press | None = None
    """Of a pressed button."""
    head_ref: str = ""
    """Of a pull request: the name of its own branch; empty: nobody told."""
    fork: str | None = None
    """Of a pull request whose branch is in another repository: the address of that, for `git push`."""
    base_ref: str = ""
    """Of a pull request: the name of the branch that it goes into; empty: nobody told."""
    untouched_since: str = ""
    """Of a push that touches nothing which is read of a default branch: the head before it."""
    topics: list[str] | None = None
    """Of the repository; None: nobody told."""
    queued: int | None = None
    """Of a merge group: the number of the pull request that it is made for."""


@dataclass(frozen=True, slots=True)
class Told:
    """What an event or a listing tells about a repository; None is not told."""

    id: int
    installation_id: int
    name: str
    """`owner/name`."""
    node_id: str | None = None
    visibility: str | None = None
    default_branch: str | None = None
    archived: bool | None = None
    fork: bool | None = None
    properties: Mapping[str, Any] | None = None
    """Custom properties of the organization."""
    license: str | None = None
    """The SPDX id that GitHub recognized the repository's license as; empty when it found none."""
    topics: Sequence[str] | None = None


@dataclass(frozen=True, slots=True)
class Wanted:
    """A command: judge this pull request, default branch or merge group at this head, or answer this comment."""

    key: str
    """`<repository id>/<kind>/<which>`; survives renames and transfers."""
    installation_id: int
    repository_id: int
    number: int
    head: str
    head_at: float
    """GitHub's own time of the event (seconds, UTC): events may arrive out of order, the newest head wins."""
    about: About
    forced: bool = False


@dataclass(frozen=True, slots=True)
class Again:
    """A command: judge again whatever is known under this head, because somebody pressed re-run."""

    installation_id: int
    repository_id: int
    head: str


@dataclass(frozen=True, slots=True)
class Closed:
    """A pull request was closed: nothing of it waits any more, and a merge in spite of the verdict is remembered."""

    key: str
    head: str
    at: float
    """GitHub's own time of the event (seconds, UTC): a later one may have opened it again."""
    repository: str
    merged: bool = False
    merged_by: str | None = None


@dataclass(frozen=True, slots=True)
class Cancelled:
    """Nobody needs the verdict on a subject any more."""

    key: str


@dataclass(frozen=True, slots=True)
class Changed:
    """Something that verdicts depend on is different now: those on these kinds of subjects of a repository are made
    again."""

    repository_id: int
    kinds: tuple[Kind, ...] = (Kind.PULL,)


@dataclass(frozen=True, slots=True)
class Archived:
    """A repository can only be read from now on; not `archived`: it can be written again."""

    repository_id: int
    archived: bool


@dataclass(frozen=True, slots=True)
class Lost:
    """The App can no longer work here: what waits rests, with the reason."""

    installation_id: int
    reason: str
    repository_ids: tuple[int, ...] | None = None
    """None: in the whole installation."""
    gone: bool = True
    """Whether the repositories are out of sight."""


@dataclass(frozen=True, slots=True)
class Regained:
    """The App can work here: what rests with an error is tried again."""

    installation_id: int
    repositories: tuple[Told, ...] | None = None
    """What is true of them from now on; None: the whole installation."""


@dataclass(frozen=True, slots=True)
class PolicyPushed:
    """The organization's policy was pushed, or something was decided for it elsewhere: it is read, and if it is another
    one, what it governs is judged again."""


@dataclass(frozen=True, slots=True)
class PolicyChanged:
    """Something that all verdicts depend on is different: every open pull request is judged again."""


@dataclass(frozen=True, slots=True)
class Proposal:
    """Something happened to a pull request of the policy repository: it may decide what somebody asked for."""

    number: int
    branch: str
    """Of its head. Anybody may choose it, in a fork."""
    open: bool = True


#: What only changes rows; `app.store.effects` applies it.
Effect = Closed | Cancelled | Changed | Archived | Lost | Regained | PolicyPushed | PolicyChanged | Proposal
Command = Wanted | Again | Effect


@dataclass(frozen=True, slots=True)
class Delivery:
    """One webhook delivery: GitHub's id, which a redelivery repeats, and what it asks for."""

    id: str
    event: str
    action: str | None
    command: Command | None
    also: tuple[Effect, ...] = ()
    """What it changes besides; applied before the command."""
    told: Told | None = None
    """What it tells about its repository."""


@dataclass(frozen=True, slots=True)
class Claim:
    """One subject in the hands of one worker. `token` is its fence, `wanted` what will be done when it ends."""

    key: str
    installation_id: int
    repository_id: int
    number: int
    head: str
    about: About
    token: int
    wanted: int
    attempts: int
    """How often it was tried before without an end: errors, and workers that died with it."""
    forced: bool
    published: str | None
    comment: dict[str, Any] | None
    last_error: str | None = None
    head_at: float = 0.0
    """GitHub's own time of the event that named the head (seconds since 1970)."""
    kept: bool = False
    """Whether it is judged again for something outside of it, so that what is kept of it suffices."""

    @property
    def kind(self) -> Kind:
        return Kind(self.key.split("/")[1])


def pull_key(repository_id: int, number: int) -> str:
    return f"{repository_id}/{Kind.PULL}/{number}"


def branch_key(repository_id: int) -> str:
    """Of the default branch, whatever its name is today."""
    return f"{repository_id}/{Kind.BRANCH}/HEAD"


def group_key(repository_id: int, head_ref: str) -> str:
    """Of a merge group, by the branch that GitHub makes for it."""
    return f"{repository_id}/{Kind.GROUP}/{hashlib.sha256(head_ref.encode()).hexdigest()[:20]}"


def comment_key(repository_id: int, comment_id: int) -> str:
    return f"{repository_id}/{Kind.COMMENT}/{comment_id}"


def press_key(repository_id: int, run_id: int, account_id: int) -> str:
    return f"{repository_id}/{Kind.PRESS}/{run_id}-{account_id}"


def task_key(name: str) -> str:
    return f"0/{Kind.TASK}/{name}"


def property_texts(values: Mapping[str, Any]) -> dict[str, str]:
    """Custom properties as text; those without a value are left out, several values are joined by commas."""
    given = {name: value for name, value in values.items() if value is not None}
    return {name: ",".join(map(str, value)) if isinstance(value, list) else str(value) for name, value in given.items()}
