"""What was read of a pull request, a push or a checkout before anything is decided."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType

from checks.model.commit import Commit
from checks.model.dependency import Inventory, Problem

TYPE_CHECKING = False
if TYPE_CHECKING:
    from checks.model.project import Project


class FileStatus(StrEnum):
    ADDED = "added"
    MODIFIED = "modified"
    REMOVED = "removed"
    RENAMED = "renamed"
    PRESENT = "present"
    """There is no base: the whole tree is judged."""


@dataclass(frozen=True, slots=True)
class ChangedFile:
    """One path of the listing. `previous_path` differs from `path` only for renames."""

    path: str
    status: FileStatus
    previous_path: str | None = None
    changed_lines: int | None = None
    """Added and removed ones together; None: nobody counted, it is not text, or only its name changed."""

    @property
    def base_path(self) -> str | None:
        """Where its content is at the base; None if it is new there."""
        if self.status in (FileStatus.ADDED, FileStatus.PRESENT):
            return None
        return self.previous_path or self.path

    @property
    def head_path(self) -> str | None:
        return None if self.status is FileStatus.REMOVED else self.path


@dataclass(frozen=True, slots=True)
class Listing:
    """The paths and commits of the change. Empty `base`: there is none, everything is judged as it stands."""

    base: str
    """SHA of the merge base."""
    head: str
    """SHA of the judged commit; empty for a plain folder."""
    files: tuple[ChangedFile, ...] = ()
    commits: tuple[Commit, ...] = ()
    problems: tuple[Problem, ...] = ()
    """What could not be listed (more files than the API gives, commits missing): judged by the inventory check."""
    merge_queue: bool = False
    """Whether a merge queue made these commits. It commits in its own name, and the pull requests' own commits were
    judged with their people."""
    target: str | None = None
    """The branch that the change goes into; None: nobody told."""
    number: int | None = None
    """Of the pull request, if it is one."""
    branch: str | None = None
    """Of the pull request: the name of its own branch; None: nobody told."""
    fork: str | None = None
    """Address of the fork that this branch is in, for `git push`; None: it is in this repository, or nobody told."""


@dataclass(frozen=True, slots=True)
class ManifestPair:
    """One manifest on both sides; None where the side does not have it. Renamed files are one pair."""

    path: str
    base: Inventory | None
    head: Inventory | None


@dataclass(frozen=True, slots=True)
class AddedLine:
    """A line that the change adds: its 1-based number at the head and its text without the line end."""

    line: int
    text: str


#: Formats that people edit line by line, and behind which no lock file stands.
BY_LINE = frozenset({"requirements", "github-actions", "dockerfile"})


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The listing with its manifests read."""

    listing: Listing
    manifests: tuple[ManifestPair, ...] = ()
    policy_changed: tuple[str, ...] = ()
    """Paths of policy files that the change itself edits: it is judged by the old ones, and told so."""
    projects: "tuple[Project, ...]" = ()
    """Manifests beside the lock files that answer them."""
    texts: Mapping[str, str | None] = field(default_factory=lambda: MappingProxyType({}))
    """Texts at the head that a check asked for, by path; None: too large or not UTF-8. What is not there is absent."""
    added: Mapping[str, tuple[AddedLine, ...] | None] = field(default_factory=lambda: MappingProxyType({}))
    """Lines that the change adds to files that a check asked for; None: the source could not tell."""
    base_texts: Mapping[str, str | None] = field(default_factory=lambda: MappingProxyType({}))
    """Settings on the default branch, by path; None: too large or not UTF-8. What is not there is absent."""
    owner_texts: Mapping[str, str | None] = field(default_factory=lambda: MappingProxyType({}))
    """The same of the owner's `.github` repository, for what the repository itself does not have."""
    lines: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    """Texts at the head of the manifests in formats `BY_LINE`, by path."""
