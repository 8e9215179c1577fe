"""The language of the examples, in the shapes that policies have, so that they are read as strictly."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, time
from enum import StrEnum
from types import MappingProxyType
from typing import Annotated, Self

from checks.model.commit import AccountType
from checks.model.dependency import Origin, Scope
from checks.model.finding import Level
from checks.model.purl import parse
from checks.model.report import Conclusion
from checks.model.signatures import Act
from checks.model.snapshot import FileStatus
from checks.policy.shape import CheckId, KeyFault, OneOrMore, RuleId, key
from checks.policy.values import Day, FilePath, Word


class Moment(Word):
    """`2026-11-20`, which is its beginning, or `2026-11-20T12:00:00Z`."""

    __slots__ = ()

    @classmethod
    def parse(cls, text: str) -> Self:
        _moment(text)
        return cls(text)

    @property
    def at(self) -> datetime:
        """UTC."""
        return _moment(str(self))


def _moment(text: str) -> datetime:
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        found = None
    if found is None or (len(text) > 10 and found.tzinfo is None):
        raise ValueError("expected a day such as '2026-11-20', or a time such as '2026-11-20T12:00:00Z'")
    return datetime.combine(found, time(), UTC) if found.tzinfo is None else found.astimezone(UTC)


class Purl(Word):
    """A package URL without version."""

    __slots__ = ()

    @classmethod
    def parse(cls, text: str) -> Self:
        try:
            *_, version = parse(text)
        except ValueError:
            version = ""
        if version is not None:
            raise ValueError("expected a package URL without version such as 'pkg:npm/left-pad'")
        return cls(text)


class Brought(StrEnum):
    """What the change does to a package."""

    ADDED = "added"
    UPDATED = "updated"
    PRESENT = "present"


class Told(StrEnum):
    """What no source could tell of a package."""

    LICENSE = "license"
    PUBLISHED = "published"
    STATUS = "status"
    ADVISORIES = "advisories"
    RELEASES = "releases"
    HEALTH = "health"


class Others(StrEnum):
    REFUSED = "refused"
    ALLOWED = "allowed"


@dataclass(frozen=True, slots=True)
class ExampleAdvisory:
    id: str = key("`CVE-2026-1`, `GHSA-…`.")
    severity: str | None = key("In the database's word: `high`.", default=None)
    cvss: str | None = key("The vector: `CVSS:3.1/AV:N/…`.", default=None)
    fixed: Annotated[tuple[str, ...], OneOrMore] = key("The versions that fix it.", default=())
    aliases: Annotated[tuple[str, ...], OneOrMore] = key("Its other names.", default=())
    malicious: bool = key("Whether it says that the package is malware.", default=False)
    exploited: Day | None = key("Since when it is known to be exploited.", default=None)
    published: Moment | None = key("When it was published.", default=None)


@dataclass(frozen=True, slots=True)
class ExampleDependency:
    package: Purl = key("Package URL without version.")
    version: str | None = key("Default: the lock file gives none.", default=None)
    license: str | None = key("What it declares. Default: nothing.", default=None)
    scope: Scope = key("What it is needed for.", default=Scope.RUNTIME)
    direct: bool = key("Whether the project itself asks for it.", default=True)
    origin: Origin = key("Where its bytes come from.", default=Origin.REGISTRY)
    source: str | None = key("The address that the lock file names.", default=None)
    path: FilePath = key("The lock file that has it.", default=FilePath("package-lock.json"))
    change: Brought | None = key("Default: `updated` if there is a `from`, else `added`.", default=None)
    from_: str | None = key("The version that the base had.", default=None, name="from")
    published: Moment | None = key("When this version was published.", default=None)
    deprecated: bool = key("Whether its maintainers say so.", default=False)
    yanked: bool = key("Whether this version was withdrawn.", default=False)
    advisories: tuple[ExampleAdvisory, ...] = key("Those that affect this version.", default=())
    latest: str | None = key("The newest version.", default=None)
    archived: bool | None = key("Whether its source repository is read-only.", default=None)
    maintainers: int | None = key("How many it has.", default=None)
    dependents: int | None = key("How many packages depend on it.", default=None)
    scorecard: str | None = key("Its OpenSSF Scorecard, 0 to 10.", default=None)
    unknown: Annotated[tuple[Told, ...], OneOrMore] = key("What no source could tell.", default=())

    def faults(self) -> Iterator[KeyFault]:
        """What cannot be both, and what is no number."""
        if self.from_ is not None and self.change not in (None, Brought.UPDATED):
            yield KeyFault("from", f"it is {self.change}, so there is no version before it", "remove one of the two")
        if self.change is Brought.UPDATED and self.from_ is None:
            yield KeyFault("change", "it is updated from what", "add from: the version that the base had")
        if self.scorecard is not None:
            try:
                good = 0 <= float(self.scorecard) <= 10
            except ValueError:
                good = False
            if not good:
                yield KeyFault("scorecard", "expected a number from 0 to 10")


@dataclass(frozen=True, slots=True)
class ExampleCommit:
    message: str = key("The whole message.")
    author: str = key("`Name <address>`.", default="Ada <ada@example.com>")
    login: str | None = key("The GitHub account of the author.", default=None)
    type: AccountType = key("Of that account.", default=AccountType.USER)
    verified: bool | None = key("Whether GitHub verified its signature.", default=None)
    parents: int = key("A merge has two or more.", default=1)

    def faults(self) -> Iterator[KeyFault]:
        """An author is written as git writes it."""
        if not (self.author.endswith(">") and " <" in self.author):
            yield KeyFault("author", "expected 'Name <address>'")
        if self.parents > 100:
            yield KeyFault("parents", "expected at most 100")


@dataclass(frozen=True, slots=True)
class ExampleSignature:
    document: str = key("The name of the agreement.")
    version: str = key("The version that was signed.")
    login: str = key("The GitHub account of who signed.")
    at: Moment | None = key("When. Default: a day before it is judged.", default=None)
    act: Act = key(
        "`signed`, or `acknowledged`: the person says that they contribute under their company's signature.",
        default=Act.SIGNED,
    )
    company: str | None = key("The id of the company that it is for.", default=None)
    revoked: Moment | None = key("When it was taken back. Default: it was not.", default=None)


@dataclass(frozen=True, slots=True)
class ExampleCompany:
    id: str = key("Its id.")
    accounts: tuple[str, ...] = key("The logins of its people.", default=())
    domains: tuple[str, ...] = key("Domains of addresses whose verified commits are its people's.", default=())


@dataclass(frozen=True, slots=True)
class ExampleFile:
    path: FilePath = key("Where it is.")
    status: FileStatus = key("What becomes of it.", default=FileStatus.MODIFIED)
    changed_lines: int | None = key("Added and removed ones together.", default=None)

    @classmethod
    def from_scalar(cls, text: str) -> Self:
        return cls(FilePath.parse(text))


@dataclass(frozen=True, slots=True)
class ExampleRepository:
    name: str | None = key("`owner/name`.", default=None)
    visibility: str | None = key("`public`, `internal` or `private`.", default=None)
    default_branch: str = key("Its name.", default="main")
    topics: tuple[str, ...] = key("Its topics.", default=())
    properties: Mapping[str, str] = key("Its custom properties; all others have no value.",
        default_factory=lambda: MappingProxyType({}))  # fmt: skip
    license: str | None = key("The SPDX expression of its own license.", default=None)


@dataclass(frozen=True, slots=True)
class ExpectedFinding:
    rule: RuleId = key("The rule that speaks.")
    level: Level | None = key("Default: any.", default=None)
    about: str | None = key(
        "What it is about: a package with or without its version, a commit by its number (`1` is the first), a path. "
        "Default: anything.",
        default=None,
    )
    waiver: str | None = key("The id of the waiver that covers it. Default: none does.", default=None)

    @classmethod
    def from_scalar(cls, text: str) -> Self:
        return cls(text)


@dataclass(frozen=True, slots=True)
class Expected:
    conclusion: Conclusion | None = key("The verdict. Default: any.", default=None)
    findings: tuple[ExpectedFinding, ...] = key("The findings that there are.", default=())
    others: Others = key("Whether there may be findings that are not listed.", default=Others.REFUSED)


@dataclass(frozen=True, slots=True)
class Example:
    """One example."""

    name: str = key("What it shows, in a few words.")
    expect: Expected = key("What is to come of it.")
    now: Moment | None = key("When it is judged. Default: as the file says.", default=None)
    repository: ExampleRepository = key("The repository.", default=ExampleRepository())
    target: str | None = key("The branch that the change goes into. Default: the repository's own.", default=None)
    repository_file: str | None = key("The text of the repository's own file.", default=None)
    dependencies: tuple[ExampleDependency, ...] = key("The packages.", default=())
    commits: tuple[ExampleCommit, ...] = key("The commits.", default=())
    files: tuple[ExampleFile, ...] = key("Other files that change.", default=())
    members: tuple[str, ...] = key("The logins that are members of the organization; nobody else is.", default=())
    signatures: tuple[ExampleSignature, ...] | None = key(
        "Who signed which agreement; `[]`: nobody signed any. Default: it is not known, so agreements are not judged.",
        default=None,
    )
    companies: tuple[ExampleCompany, ...] = key("The companies that sign for their people.", default=())
    only: Annotated[tuple[CheckId, ...], OneOrMore] = key("The checks that judge. Default: all.", default=())


@dataclass(frozen=True, slots=True)
class ExampleFileRoot:
    """A file of examples."""

    tests: tuple[Example, ...] = key("The examples.")
    now: Moment | None = key("When they are judged, if they do not say so themselves.", default=None)

    def faults(self) -> Iterator[KeyFault]:
        """An example without a time means something else every day."""
        for example in self.tests:
            if example.now is None and self.now is None:
                yield KeyFault("tests", f"'{example.name[:60]}' does not say when it is judged",
                    "begin the file with, for example: now: 2026-11-20")  # fmt: skip
