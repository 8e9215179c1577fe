"""The subjects of the work: what an event asks for, and what a worker holds while it judges."""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any


class Kind(StrEnum):
    """What a subject is; the middle part of its key."""

    PULL = "pull"
    BRANCH = "branch"
    """The default branch of a repository."""
    TASK = "task"
    """Work of the service itself."""


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


@dataclass(frozen=True, slots=True)
class Wanted:
    """A command: judge this pull request or default branch at this head."""

    key: str
    """`<repository id>/pull/<number>` or `<repository id>/branch/HEAD`; survives renames and transfers."""
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


Command = Wanted | Again


@dataclass(frozen=True, slots=True)
class Delivery:
    """One webhook delivery: GitHub's id, which a redelivery repeats, and what it asks for."""

    id: str
    event: str
    action: str | None
    command: Command | None


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

    @property
    def kind(self) -> Kind:
        return Kind(self.key.split("/")[1])


def pull_key(repository_id: int, number: int) -> str:
    return f"{repository_id}/{Kind.PULL}/{number}"


def branch_key(repository_id: int) -> str:
    """Of the default branch, whatever its name is today."""
    return f"{repository_id}/{Kind.BRANCH}/HEAD"


def task_key(name: str) -> str:
    return f"0/{Kind.TASK}/{name}"
