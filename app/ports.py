"""What the shell needs of an adapter, in the words of the domain."""

from collections.abc import Awaitable, Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple, Protocol, TypeVar

from checks.engine.plan import Plan
from checks.manifests import Format
from checks.model.dependency import Inventory
from checks.model.facts import Facts, Questions, RepositoryFacts, Want
from checks.model.snapshot import AddedLine, Listing

TYPE_CHECKING = False
if TYPE_CHECKING:  # a command that reads no policy starts 20 ms sooner
    from checks.policy.schema import Policy

T = TypeVar("T")


class Side(StrEnum):
    BASE = "base"
    """The merge base."""
    HEAD = "head"
    POLICY = "policy"
    """The organization's policy repository."""
    DEFAULT = "default"
    """The default branch; in a checkout the merge base."""
    OWNER = "owner"
    """The default branch of the owner's `.github` repository, where the source can reach it."""


@dataclass(frozen=True, slots=True)
class FileRef:
    """A file to read, by its repository-relative path."""

    side: Side
    path: str
    """With a slash at its end it is a folder, whose data are the names of the files in it, each followed by NUL."""
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


class Lookup(FactSource, Protocol):
    """All sources together, asked once for the verdict and, for a fix, for more."""

    @property
    def repository(self) -> RepositoryFacts:
        """What is known of the repository before anybody is asked: it decides which policy holds."""
        ...

    async def more(self, plan: Plan, questions: Questions, facts: Facts) -> Facts:
        """`facts`, and what the sources know of `questions` about packages; nobody is asked again for what `facts`
        know."""
        ...


class PackageSource(Protocol):
    """Something that knows facts about packages, whoever asks: a facts file, a service on the network, a cache."""

    async def answer(self, questions: Questions, private: Collection[str] = ()) -> Facts:
        """What it knows of what is asked: tables `versions`, `packages`, `advisories`, `exploited`, `likelihoods`,
        `sources`. It leaves out what it does not know, and gives a `Gap` where it could not tell. `private` are the
        packages (purls) whose names nobody outside may learn."""
        ...


class OneSource(Protocol):
    """One source of facts about packages. Whoever asks it has left out what it may not learn."""

    @property
    def name(self) -> str:
        """As in `Known.source`."""
        ...

    def answers(self, purl_type: str) -> Want:
        """What it can answer about packages of that type."""
        ...

    async def answer(self, questions: Questions) -> Facts:
        """As `PackageSource.answer`; what it cannot answer at all it leaves out."""
        ...


class VulnerabilitySource(Protocol):
    """Something that knows more about single vulnerabilities than their advisories say."""

    @property
    def name(self) -> str: ...

    async def about(self, cves: Collection[str]) -> Facts:
        """Tables `exploited`, `likelihoods` and `sources` for CVE ids; in trouble the state of the source says so."""
        ...


class FactKey(NamedTuple):
    """What a fact is kept under."""

    kind: str
    """`version`, `advisories`, `releases`, `health`, `lifecycle`, `advisory`, `exploited` or `likelihood`."""
    key: str
    """A package URL, with `@` and the version as it is where there is one; an advisory id or a CVE."""
    source: str
    """The source that was asked, as in `Known.source`."""


class FactRecord(NamedTuple):
    """What a source said, or that it knows nothing: bytes of `checks.facts.codec`, or none."""

    key: FactKey
    about: Want
    """What was asked."""
    value: bytes
    fetched_at: datetime
    """When the source was asked (UTC)."""


class FactCache(Protocol):
    """Facts that were looked up, by what they are about. How long they serve is not its business."""

    async def get(self, keys: Collection[FactKey]) -> Mapping[FactKey, FactRecord]:
        """Those that are there, in as few reads as possible."""
        ...

    async def put(self, records: Collection[FactRecord]) -> None:
        """Keep them; a record that is there is replaced by a newer one."""
        ...


class InventoryCache(Protocol):
    """Parsed inventories by content: the base side of a pull request is nearly always known."""

    async def get(self, keys: Iterable[str]) -> Mapping[str, Inventory]: ...

    async def put(self, inventories: Mapping[str, Inventory]) -> None: ...


#: Parses one manifest; the service moves large ones out of the event loop.
Parse = Callable[[Format, str, bytes, Mapping[str, bytes]], Awaitable[Inventory]]


class Think(Protocol):
    """Runs the pure decision; the service does it outside the event loop, which then keeps answering."""

    def __call__(self, work: Callable[[], T], /) -> Awaitable[T]: ...
