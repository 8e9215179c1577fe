"""Where is it used? The question and its answer."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum


@dataclass(frozen=True, slots=True)
class Question:
    """What is looked for: exactly one of `purl`, `name`, `license` and `advisory`."""

    purl: str | None = None
    """Without version."""
    name: str | None = None
    """As its ecosystem writes it, or the last part of that; in any case of letters."""
    versions: str | None = None
    """One version or a range of them: as in `checks.model.versions.parse_range`."""
    license: str | None = None
    """One license as a part of an SPDX expression."""
    advisory: str | None = None
    """Its id, or another name of the same vulnerability."""


class Standing(StrEnum):
    USED = "used"
    WAS_USED = "was used"
    NEVER_SEEN = "never seen"
    UNKNOWN_ADVISORY = "unknown advisory"
    """The facts that are held do not name it, so nothing can be said."""


@dataclass(frozen=True, slots=True)
class Place:
    """One use: a component in a manifest of a repository. Times are seconds since 1970."""

    repository_id: int
    repository: str | None
    """`owner/name`; None: nobody has told the name."""
    visibility: str | None
    archived: bool
    manifest: str
    purl: str
    """Without version."""
    name: str
    version: str | None
    license: str | None
    """The statement that was read last, raw."""
    scope: str
    direct: bool | None
    via: str | None
    """The direct dependency (purl) that brings it, the nearest one."""
    since: float
    or_earlier: bool
    """It was there when the repository was first read."""
    until: float | None
    owners: tuple[str, ...]
    because: str
    """What names the owners: `checks.policy.owners.Owned`."""


@dataclass(frozen=True, slots=True)
class Coverage:
    """What the answer is founded on: the active repositories, and those whose default branch was read."""

    active: int
    read: int
    unread: int
    """Repositories in which a manifest could not be read."""

    @property
    def whole(self) -> bool:
        return self.read >= self.active and not self.unread


@dataclass(frozen=True, slots=True)
class Answer:
    """One page of places, and what is true of all."""

    question: Question
    standing: Standing
    uses: int
    """All of them, not those of this page."""
    repositories: int | None
    """None: not counted, because there are too many uses, or on a later page."""
    undecided: int
    """Uses of which cannot be told whether the version is meant."""
    until: float | None
    """Where it is used no more: until when it was (seconds since 1970)."""
    places: Sequence[Place]
    following: str | None
    """What asks for the next page."""
    coverage: Coverage
