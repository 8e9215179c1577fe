"""The organization's policy as it was read from its repository: whoever reads it gives this to whoever keeps it."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import NamedTuple, Protocol

from checks.model.errors import PolicyError
from checks.policy.files import PolicyFiles, PolicyRef


class Commit(NamedTuple):
    """The commit that a policy was read at."""

    id: str
    author: str | None = None
    """Login, or the name in the commit where GitHub knows no account."""
    at: float | None = None
    """When it was committed (seconds since 1970)."""


@dataclass(frozen=True, slots=True)
class Found:
    """A policy as it was read, valid or not."""

    seen: Mapping[str, str | None]
    """Git ids by path, by which it is known again: of the main file, the folder of decisions and the texts beside."""
    commit: Commit | None = None
    files: PolicyFiles | None = None
    """None: there was nothing that could be read as one; `error` says why."""
    blobs: Mapping[PolicyRef | str, str] = field(default_factory=lambda: MappingProxyType({}))
    """The git ids of its files: of the others by their reference, of the main file and the decisions by path."""
    error: PolicyError | None = None
    """Why it does not judge; None: it is valid."""

    @property
    def digest(self) -> str:
        return self.files.digest if self.files else ""


class KnownFiles(Protocol):
    """Files of policies that were read before."""

    async def files(self, blobs: Collection[str]) -> Mapping[str, bytes]:
        """Contents by git id, of those that are known."""
        ...
