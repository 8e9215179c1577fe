"""What is known about packages, people and the repository; every entry says from where and how old it is."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType

#: A package version: purl without version, and the version.
PackageKey = tuple[str, str | None]


@dataclass(frozen=True, slots=True)
class Known:
    """One fact: the raw value, the source that said it and when (UTC; None: with the tree that is judged)."""

    value: str
    source: str
    as_of: datetime | None = None


@dataclass(frozen=True, slots=True)
class Gap:
    """A source that could not answer: a value, never an empty pass."""

    source: str
    reason: str
    retry_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class PackageFacts:
    """What sources say about one package version. Absent license: nobody said anything."""

    license: Known | None = None
    gaps: tuple[Gap, ...] = ()


class Membership(StrEnum):
    MEMBER = "member"
    NOT_MEMBER = "not-member"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class RepositoryFacts:
    """The repository under judgment; None and empty where nobody told."""

    name: str | None = None
    """`owner/name`."""
    visibility: str | None = None
    default_branch: str | None = None
    owner_is_organization: bool | None = None
    properties: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))

    @property
    def public(self) -> bool:
        """Unknown counts as public: nothing private is shown by mistake."""
        return self.visibility not in ("private", "internal")


@dataclass(frozen=True, slots=True)
class Facts:
    """Everything that `evaluate` may know besides the snapshot. Read before it, never during it."""

    packages: Mapping[PackageKey, PackageFacts] = field(default_factory=lambda: MappingProxyType({}))
    members: Mapping[str, Membership] = field(default_factory=lambda: MappingProxyType({}))
    """By login, lower case: membership of the organization that owns the repository."""
    repository: RepositoryFacts = field(default_factory=RepositoryFacts)
    accounts_known: bool = False
    """Whether commits carry GitHub accounts and verified signatures (the service) or not (a checkout)."""

    def package(self, purl: str, version: str | None) -> PackageFacts:
        return self.packages.get((purl, version), _NOTHING)


_NOTHING = PackageFacts()
