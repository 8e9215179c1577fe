"""What is known about packages, people and the repository; every entry says from where and how old it is."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import Flag, StrEnum, auto
from types import MappingProxyType
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:  # the command starts 9 ms sooner, and most of its runs need no fact
    from checks.model.advisory import Advisory, Exploited, Likelihood, Statement, Violation
    from checks.model.finding import AppliedOverride
    from checks.model.packages import Known, PackageFacts, VersionFacts
    from checks.model.signatures import Signatures

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
    license: "Known[str] | None" = None
    """The SPDX expression of its own license, if somebody recognized it."""
    license_gate: bool | None = None
    """Whether GitHub's own license compliance gate judges the branch that the change goes into."""
    topics: tuple[str, ...] | None = None
    """None: nobody told."""
    properties_known: bool = False
    """Whether `properties` are all that have a value; otherwise of those that are absent nobody told."""

    @property
    def public(self) -> bool:
        """Unknown counts as public: nothing private is shown by mistake."""
        return self.visibility not in ("private", "internal")


@dataclass(frozen=True, slots=True)
class Facts:
    """Everything that `evaluate` may know besides the snapshot. Read before it, never during it."""

    versions: "Mapping[PackageKey, VersionFacts]" = field(default_factory=lambda: MappingProxyType({}))
    packages: "Mapping[str, PackageFacts]" = field(default_factory=lambda: MappingProxyType({}))
    """By purl without version."""
    advisories: "Mapping[str, Advisory]" = field(default_factory=lambda: MappingProxyType({}))
    """By id."""
    exploited: "Mapping[str, Known[Exploited]]" = field(default_factory=lambda: MappingProxyType({}))
    """By CVE id: the catalog of known exploited vulnerabilities."""
    likelihoods: "Mapping[str, Known[Likelihood]]" = field(default_factory=lambda: MappingProxyType({}))
    """By CVE id: EPSS."""
    first_seen: Mapping[tuple[str, str], datetime] = field(default_factory=lambda: MappingProxyType({}))
    """By purl and advisory id: when it was first detected in this repository (UTC)."""
    statements: "Mapping[str, tuple[Statement, ...]]" = field(default_factory=lambda: MappingProxyType({}))
    """By purl as in `Affected`: the VEX statements that the policy trusts."""
    reported: "Mapping[PackageKey, tuple[Advisory, ...]]" = field(default_factory=lambda: MappingProxyType({}))
    """By package version, its purl as in `Affected`: what a server of the organization finds, beside other sources."""
    violations: "Mapping[PackageKey, tuple[Violation, ...]]" = field(default_factory=lambda: MappingProxyType({}))
    """As `reported`: the policies of that server that it sees violated."""
    members: Mapping[str, Membership] = field(default_factory=lambda: MappingProxyType({}))
    """By login, lower case: membership of the organization that owns the repository."""
    signatures: "Signatures | None" = None
    """Who agreed to what; None: nobody told, so agreements are not judged here."""
    overrides: "Mapping[str, AppliedOverride]" = field(default_factory=lambda: MappingProxyType({}))
    """By check: who has set it to pass for the head under judgment."""
    requested: frozenset[str] = frozenset()
    """Ids of findings of this change for which the owner of the policy was asked for something."""
    repository: RepositoryFacts = field(default_factory=RepositoryFacts)
    accounts_known: bool = False
    """Whether commits carry GitHub accounts and verified signatures (the service) or not (a checkout)."""
    sources: tuple[SourceState, ...] = ()
    """The sources that were asked, by name."""

    def version(self, purl: str, version: str | None) -> "VersionFacts":
        from checks.model.packages import NO_VERSION

        return self.versions.get((purl, version), NO_VERSION)

    def package(self, purl: str) -> "PackageFacts":
        from checks.model.packages import NO_PACKAGE

        return self.packages.get(purl, NO_PACKAGE)


def joined(first: Facts, second: Facts) -> Facts:
    """`first`, and what only `second` knows: of two answers to one question the first counts."""
    return replace(
        first,
        versions=_versions(first.versions, second.versions),
        packages=_packages(first.packages, second.packages),
        advisories={**second.advisories, **first.advisories},
        exploited={**second.exploited, **first.exploited},
        likelihoods={**second.likelihoods, **first.likelihoods},
        first_seen={**second.first_seen, **first.first_seen},
        statements=_all(first.statements, second.statements),
        reported=_all(first.reported, second.reported),
        violations=_all(first.violations, second.violations),
        members={**second.members, **first.members},
        signatures=first.signatures or second.signatures,
        repository=_with_license(first.repository, second.repository.license),
        sources=_states((*first.sources, *second.sources)),
    )


K = TypeVar("K")
V = TypeVar("V")


def _all(first: Mapping[K, tuple[V, ...]], second: Mapping[K, tuple[V, ...]]) -> Mapping[K, tuple[V, ...]]:
    """Of each key what both say, once."""
    if not (first and second):
        return first or second
    both = {key: tuple(dict.fromkeys((*first[key], *second[key]))) for key in first.keys() & second.keys()}
    return {**second, **first, **both}


def _versions(
    first: "Mapping[PackageKey, VersionFacts]", second: "Mapping[PackageKey, VersionFacts]"
) -> "Mapping[PackageKey, VersionFacts]":
    if not (first and second):
        return first or second
    from checks.model.packages import filled

    both = {key: filled(first[key], second[key]) for key in first.keys() & second.keys()}
    return {**second, **first, **both}


def _packages(
    first: "Mapping[str, PackageFacts]", second: "Mapping[str, PackageFacts]"
) -> "Mapping[str, PackageFacts]":
    if not (first and second):
        return first or second
    from checks.model.packages import filled_package

    both = {purl: filled_package(first[purl], second[purl]) for purl in first.keys() & second.keys()}
    return {**second, **first, **both}


def _with_license(known: RepositoryFacts, license_: "Known[str] | None") -> RepositoryFacts:
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
