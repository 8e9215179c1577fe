"""What the shell needs of an adapter, in the words of the domain."""

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol

from checks.engine.plan import Plan
from checks.manifests import Format
from checks.model.dependency import Inventory
from checks.model.facts import Facts, Questions
from checks.model.report import Report
from checks.model.snapshot import AddedLine, Listing

TYPE_CHECKING = False
if TYPE_CHECKING:  # a command that reads no policy starts 20 ms sooner
    from checks.policy.schema import Policy


class Side(StrEnum):
    BASE = "base"
    """The merge base."""
    HEAD = "head"
    POLICY = "policy"
    """The organization's policy repository."""


@dataclass(frozen=True, slots=True)
class FileRef:
    """A file to read, by its repository-relative path."""

    side: Side
    path: str
    guessed: bool = field(default=False, compare=False)
    """Asked for by a name that may not exist; where it does not, it costs next to nothing."""


@dataclass(frozen=True, slots=True)
class Blob:
    """A file's content. `data` is None where `read` left out a large one: `fetch` gets it by id."""

    id: str
    """Git object id: equal content has an equal id."""
    size: int
    """Bytes."""
    data: bytes | None


class Source(Protocol):
    """Where a listing and texts come from."""

    async def listing(self) -> Listing:
        """The changed paths and commits. Raises `SourceError`."""
        ...

    async def read(self, refs: Sequence[FileRef]) -> Mapping[FileRef, Blob]:
        """Those of the files that exist; all in as few calls as possible. Raises `SourceError`."""
        ...

    async def fetch(self, blobs: Sequence[Blob]) -> Mapping[str, bytes]:
        """The contents, by id, of blobs that `read` gave without data. Raises `SourceError`."""
        ...

    async def added(self, paths: Sequence[str]) -> Mapping[str, tuple[AddedLine, ...] | None]:
        """The lines that the change adds to each of the changed files; None where the source cannot tell (GitHub
        leaves out large patches). Raises `SourceError`."""
        ...


class FactSource(Protocol):
    """Something that knows facts about this very change: the installed tree, accounts. A gap is a value; it raises only
    for faults of ours."""

    async def lookup(self, plan: Plan, policy: "Policy") -> Facts: ...


class PackageSource(Protocol):
    """Something that knows facts about packages, whoever asks: a facts file, a service on the network, a cache."""

    async def answer(self, questions: Questions) -> Facts:
        """What it knows of what is asked: tables `versions`, `packages`, `advisories`, `exploited`, `likelihoods`,
        `sources`. It leaves out what it does not know, and gives a `Gap` where it could not tell."""
        ...


class InventoryCache(Protocol):
    """Parsed inventories by content: the base side of a pull request is nearly always known."""

    async def get(self, keys: Iterable[str]) -> Mapping[str, Inventory]: ...

    async def put(self, inventories: Mapping[str, Inventory]) -> None: ...


#: Parses one manifest; the service moves large ones out of the event loop.
Parse = Callable[[Format, str, bytes, Mapping[str, bytes]], Awaitable[Inventory]]

#: Runs the pure decision; the service does it outside the event loop, which then keeps answering.
Think = Callable[[Callable[[], Report]], Awaitable[Report]]
