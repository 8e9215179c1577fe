"""What is known about packages, people and the repository; every entry says from where and how old it is."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from enum import Flag, StrEnum, auto
from types import MappingProxyType
from typing import Any, Generic, TypeVar

from checks.model.advisory import Advisory, Exploited, Likelihood, Statement

T = TypeVar("T")

#: A package version: purl without version, and the version.
PackageKey = tuple[str, str | None]


class Want(Flag):
    """What can be asked about a package version (first line) or about its package (second line)."""

    LICENSE, TEXTS, PUBLISHED, STATUS, ADVISORIES = auto(), auto(), auto(), auto(), auto()
    RELEASES, HEALTH, LIFECYCLE = auto(), auto(), auto()

    @property
    def of_version(self) -> "Want":
        """The part that is about one version."""
        return self & OF_VERSION

    @property
    def of_package(self) -> "Want":
        """The part that is about the package as a whole."""
        return self & OF_PACKAGE


NOTHING = Want(0)
OF_VERSION = Want.LICENSE | Want.TEXTS | Want.PUBLISHED | Want.STATUS | Want.ADVISORIES
OF_PACKAGE = Want.RELEASES | Want.HEALTH | Want.LIFECYCLE
ANYTHING = OF_VERSION | OF_PACKAGE

#: What is asked: package versions, and what about each.
Questions = Mapping[PackageKey, Want]


@dataclass(frozen=True, slots=True)
class Known(Generic[T]):
    """One fact: its value (foreign text stays raw), the source that said it and when that source was read (UTC; None:
    with the tree that is judged)."""

    value: T
    source: str
    as_of: datetime | None = None


@dataclass(frozen=True, slots=True)
class Gap:
    """A source that could not answer: a value, never an empty pass."""

    source: str
    reason: str
    retry_at: datetime | None = None
    about: Want = ANYTHING


@dataclass(frozen=True, slots=True)
class LicenseText:
    """One license text of a package version."""

    path: str
    """Within the package."""
    sha256: str
    """Of its bytes, lower-case hexadecimal: what a clarification is pinned to."""
    license: str | None = None
    """The SPDX expression that the text was recognized as; None: not recognized."""
    similarity: float = 0.0
    """0 to 1: how near the text is to that license's."""


@dataclass(frozen=True, slots=True)
class VersionFacts:
    """What sources say about one package version. None: nobody was asked or nobody said anything."""

    license: Known[str] | None = None
    """Declared, raw."""
    opinions: tuple[Known[str], ...] = ()
    """What further sources say is declared, raw, where they were asked for a second opinion."""
    texts: Known[tuple[LicenseText, ...]] | None = None
    published: Known[datetime] | None = None
    """UTC."""
    deprecated: Known[str] | None = None
    """The maintainers' reason; may be empty."""
    yanked: Known[str] | None = None
    """The reason; may be empty."""
    advisories: Known[tuple[str, ...]] | None = None
    """Ids of the advisories that affect this version; the records are in `Facts.advisories`. Empty: there are none."""
    gaps: tuple[Gap, ...] = ()

    def silent(self, want: Want) -> tuple[Gap, ...]:
        """The sources that could not answer `want`."""
        return tuple(gap for gap in self.gaps if gap.about & want)


@dataclass(frozen=True, slots=True)
class Release:
    """One version of a package as its registry lists it."""

    version: str
    published: datetime | None = None
    deprecated: str | None = None
    """None: it is not."""
    yanked: str | None = None
    license: str | None = None


class Standing(StrEnum):
    """What its registry says of a package as a whole (PEP 792 and its likes)."""

    ACTIVE = "active"
    DEPRECATED = "deprecated"
    ARCHIVED = "archived"
    QUARANTINED = "quarantined"
    REMOVED = "removed"


@dataclass(frozen=True, slots=True)
class Status:
    """A standing and the reason that its maintainers or its registry give."""

    standing: Standing
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Score:
    """One check of an OpenSSF Scorecard: 0 to 10; None: it did not run."""

    name: str
    score: float | None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Scorecard:
    overall: float | None
    checks: tuple[Score, ...] = ()


@dataclass(frozen=True, slots=True)
class Cycle:
    """One release cycle of a product (endoflife.date): `3.9` of Python."""

    name: str
    released: date | None = None
    end_of_life: date | None = None
    """The first day without any support; None: not announced."""
    ended: bool | None = None
    """What the source itself says where it names no day."""
    end_of_active_support: date | None = None
    latest: str | None = None
    long_term: bool = False
    codename: str | None = None
    """What tags of images may carry instead of the name: `bookworm`."""


@dataclass(frozen=True, slots=True)
class PackageFacts:
    """What sources say about a package as a whole. None: nobody was asked or nobody said anything."""

    releases: Known[tuple[Release, ...]] | None = None
    """In no particular order."""
    latest: Known[str] | None = None
    """The version that its registry gives when none is named."""
    status: Known[Status] | None = None
    replaced_by: Known[str] | None = None
    """The purl or name that its maintainers point to."""
    repository: Known[str] | None = None
    """`github.com/owner/name`."""
    archived: Known[bool] | None = None
    """Whether the source repository is read-only."""
    scorecard: Known[Scorecard] | None = None
    maintainers: Known[int] | None = None
    dependents: Known[int] | None = None
    """How many packages depend on it: a measure of how well known it is."""
    cycles: Known[tuple[Cycle, ...]] | None = None
    gaps: tuple[Gap, ...] = ()

    def silent(self, want: Want) -> tuple[Gap, ...]:
        """The sources that could not answer `want`."""
        return tuple(gap for gap in self.gaps if gap.about & want)


def filled(first: VersionFacts, second: VersionFacts) -> VersionFacts:
    """`first`, and what only `second` knows."""
    return _filled(first, second)


def filled_package(first: PackageFacts, second: PackageFacts) -> PackageFacts:
    """`first`, and what only `second` knows."""
    return _filled(first, second)


F = TypeVar("F")


def _filled(first: F, second: F) -> F:
    """A lookup does this thousands of times: five times as fast as with `fields` and `replace`."""
    values: list[Any] = []
    changed = False
    for name in first.__slots__:  # type: ignore[attr-defined]
        mine, theirs = getattr(first, name), getattr(second, name)
        if name in ("gaps", "opinions"):
            if theirs:
                mine, changed = tuple(dict.fromkeys((*mine, *theirs))), True
        elif mine is None and theirs is not None:
            mine, changed = theirs, True
        values.append(mine)
    return type(first)(*values) if changed else first


@dataclass(frozen=True, slots=True)
class SourceState:
    """One source of facts as it was used for a report."""

    name: str
    as_of: datetime | None = None
    """The oldest data of it that was used (UTC)."""
    trouble: str | None = None
    """Why it could not answer, if so."""


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
    license: Known[str] | None = None
    """The SPDX expression of its own license, if somebody recognized it."""

    @property
    def public(self) -> bool:
        """Unknown counts as public: nothing private is shown by mistake."""
        return self.visibility not in ("private", "internal")


@dataclass(frozen=True, slots=True)
class Facts:
    """Everything that `evaluate` may know besides the snapshot. Read before it, never during it."""

    versions: Mapping[PackageKey, VersionFacts] = field(default_factory=lambda: MappingProxyType({}))
    packages: Mapping[str, PackageFacts] = field(default_factory=lambda: MappingProxyType({}))
    """By purl without version."""
    advisories: Mapping[str, Advisory] = field(default_factory=lambda: MappingProxyType({}))
    """By id."""
    exploited: Mapping[str, Known[Exploited]] = field(default_factory=lambda: MappingProxyType({}))
    """By CVE id: the catalog of known exploited vulnerabilities."""
    likelihoods: Mapping[str, Known[Likelihood]] = field(default_factory=lambda: MappingProxyType({}))
    """By CVE id: EPSS."""
    first_seen: Mapping[tuple[str, str], datetime] = field(default_factory=lambda: MappingProxyType({}))
    """By purl and advisory id: when it was first detected in this repository (UTC)."""
    statements: Mapping[str, tuple[Statement, ...]] = field(default_factory=lambda: MappingProxyType({}))
    """By purl as in `Affected`: the VEX statements that the policy trusts."""
    members: Mapping[str, Membership] = field(default_factory=lambda: MappingProxyType({}))
    """By login, lower case: membership of the organization that owns the repository."""
    repository: RepositoryFacts = field(default_factory=RepositoryFacts)
    accounts_known: bool = False
    """Whether commits carry GitHub accounts and verified signatures (the service) or not (a checkout)."""
    sources: tuple[SourceState, ...] = ()
    """The sources that were asked, by name."""

    def version(self, purl: str, version: str | None) -> VersionFacts:
        return self.versions.get((purl, version), _NOTHING)

    def package(self, purl: str) -> PackageFacts:
        return self.packages.get(purl, _NO_PACKAGE)


_NOTHING = VersionFacts()
_NO_PACKAGE = PackageFacts()


def joined(first: Facts, second: Facts) -> Facts:
    """`first`, and what only `second` knows: of two answers to one question the first counts."""
    versions = {**second.versions, **first.versions}
    for key in first.versions.keys() & second.versions.keys():
        versions[key] = filled(first.versions[key], second.versions[key])
    packages = {**second.packages, **first.packages}
    for purl in first.packages.keys() & second.packages.keys():
        packages[purl] = filled_package(first.packages[purl], second.packages[purl])
    return replace(
        first,
        versions=versions,
        packages=packages,
        advisories={**second.advisories, **first.advisories},
        exploited={**second.exploited, **first.exploited},
        likelihoods={**second.likelihoods, **first.likelihoods},
        first_seen={**second.first_seen, **first.first_seen},
        statements={**second.statements, **first.statements},
        members={**second.members, **first.members},
        repository=_with_license(first.repository, second.repository.license),
        sources=_states((*first.sources, *second.sources)),
    )


def _with_license(known: RepositoryFacts, license_: Known[str] | None) -> RepositoryFacts:
    """Only sources of facts tell the license; everything else of a repository is known before they are asked."""
    return known if known.license is not None or license_ is None else replace(known, license=license_)


def _states(states: tuple[SourceState, ...]) -> tuple[SourceState, ...]:
    """One state a source: its oldest data and its first trouble."""
    found: dict[str, SourceState] = {}
    for state in states:
        known = found.setdefault(state.name, state)
        oldest = min(filter(None, (known.as_of, state.as_of)), default=None)
        found[state.name] = SourceState(state.name, oldest, known.trouble or state.trouble)
    return tuple(found[name] for name in sorted(found))
