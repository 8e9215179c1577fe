"""The section `licenses` of the policy: the lists, what changes them where, and what is known about single packages."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType
from typing import Any, Self

from checks.licenses.item import LicenseExpression, LicenseItem, items
from checks.model.facts import Facts
from checks.model.finding import Level
from checks.policy.packages import PackageIndex, covers_version, version_faults
from checks.policy.section import Section
from checks.policy.shape import FEWER, MORE, KeyFault, key
from checks.policy.values import FIRST_DAY, Account, Digest, FirstDay, PackagePattern, Pattern


class Distribution(StrEnum):
    """How the work that is under judgment reaches people: the context of a repository, or of a part of it."""

    DISTRIBUTED = "distributed"
    HOSTED = "hosted"
    """Offered as a service; only what runs in a browser is handed out."""
    INTERNAL = "internal"
    DUAL_LICENSED = "dual-licensed"
    OPEN_CORE = "open-core"


class Linkage(StrEnum):
    """How a dependency is joined with the work, where its ecosystem leaves no doubt."""

    STATIC = "static"
    """Compiled into one program: Go modules and Rust crates."""
    SEPARATE = "separate"
    """A program of its own: container images, charts, Terraform providers."""


class Detect(StrEnum):
    """For which packages license texts are looked for."""

    MISSING = "missing"
    """Where the lock file says nothing, or nothing certain."""
    ALWAYS = "always"
    NEVER = "never"


class GithubGate(StrEnum):
    """Who reports licenses where GitHub's own license compliance gate is active."""

    REPORT_ONCE = "report-once"
    """GitHub alone reports which licenses are not allowed, not known or missing."""
    BOTH = "both"


@dataclass(frozen=True, slots=True)
class Denied:
    """One entry of a list of what packages may not be under."""

    license: LicenseItem = key("A category, an SPDX id, a pair or a `LicenseRef-`.")
    reason: str | None = key("Why, in a sentence; shown beside its findings.", default=None)
    from_: FirstDay | None = key(FIRST_DAY, name="from", default=None, repr=False, compare=False)

    @classmethod
    def from_scalar(cls, text: str) -> Self:
        return cls(LicenseItem.parse(text))


@dataclass(frozen=True, slots=True)
class Wider:
    """What is allowed in addition, under one condition."""

    allow_also: tuple[LicenseItem, ...] = key("Allowed in addition to `allow`.", default=(), tighter=FEWER)


@dataclass(frozen=True, slots=True)
class Adjustment(Wider):
    """What the lists have in addition, under one condition."""

    deny_also: tuple[Denied, ...] = key("Denied in addition to `deny`.", default=(), tighter=MORE)


@dataclass(frozen=True, slots=True)
class OwnCode:
    """A part of the repository: what its own code is under, and how it reaches people."""

    path: Pattern = key("Manifests that it holds for, for example `sdk/*`; `*` alone: all of the repository.")
    license: LicenseExpression | None = key("SPDX expression of the own code there.", default=None)
    context: Distribution | None = key("The context of the packages that these manifests bring.", default=None)

    def faults(self) -> Iterator[KeyFault]:
        """What makes it say nothing."""
        if self.license is None and self.context is None:
            yield KeyFault("", "it says nothing about the path", "add license, context or both")


@dataclass(frozen=True, slots=True)
class LicenseException:
    """What one package may do beyond the lists; it beats `deny` too."""

    package: PackagePattern = key("Package URL without version; `*` is a wildcard.")
    allow: tuple[LicenseItem, ...] = key("Licenses that this package may have in addition.")
    reason: str = key("Why, in a sentence.")
    versions: str | None = key("Versions that it holds for, for example `<1.4` or `1.3.0`. Default: all.", default=None)

    def faults(self) -> Iterator[KeyFault]:
        """What makes it no exception: for nothing, or for everything."""
        if not self.allow:
            yield KeyFault("allow", "an exception must allow something")
        if self.package.whole_type:
            yield KeyFault("package", "an exception for every package belongs in 'allow'")
        yield from version_faults(self.package, self.versions)


@dataclass(frozen=True, slots=True)
class Clarification:
    """What somebody found a package to be under, pinned to the text in which they read it."""

    package: PackagePattern = key("Package URL without version; `*` is a wildcard.")
    license: LicenseExpression = key("SPDX expression that counts instead of what is declared.")
    evidence: str = key("The file of the package that says so, for example `LICENSE.md`.")
    sha256: Digest = key("SHA-256 of that file: with another text the clarification no longer applies.")
    versions: str | None = key(
        "Versions that were looked at, for example `<1.4` or `1.3.0`. Default: all.", default=None
    )
    reason: str | None = key("Why, in a sentence.", default=None)
    reviewed_by: Account | None = key("Who read the text: '@login' or '@organization/team'.", default=None)

    def faults(self) -> Iterator[KeyFault]:
        """What makes it unclear: a text that many packages have in common clarifies none of them."""
        if self.package.whole_type:
            yield KeyFault("package", "a clarification must name a package")
        yield from version_faults(self.package, self.versions)


@dataclass(frozen=True, slots=True)
class LicensesSection(Section):
    """The section `licenses`."""

    allow: tuple[LicenseItem, ...] = key(
        "What packages may be under: categories, SPDX ids, `X WITH exception` pairs, `LicenseRef-…`.",
        default=items("public-domain", "permissive"),
        tighter=FEWER,
    )
    deny: tuple[Denied, ...] = key(
        "What they may not be under, even if `allow` has it. Same entries, or `{license: JSON, reason: …, "
        "from: 2027-01-01}`.",
        default=(),
        tighter=MORE,
    )
    with_falls_back_to_base: bool = key(
        "Whether `X WITH exception` that no list names is judged as `X`; `false`: it must be listed as a pair.",
        default=True,
        tighter=(True, False),
    )
    development: Wider = key("For what is not shipped: scopes development, build and test.", default_factory=Wider)
    build: Wider | None = key("For the scope build. Default: as `development`.", default=None)
    test: Wider | None = key("For the scope test. Default: as `development`.", default=None)
    optional: Wider | None = key("For the scope optional. Default: as what is shipped.", default=None)
    context: Distribution = key(
        "How the work reaches people, where nothing else says it.", default=Distribution.DISTRIBUTED
    )
    context_property: str | None = key(
        "The custom property of the repository whose value is its context, for example `distribution`.", default=None
    )
    contexts: Mapping[Distribution, Adjustment] = key("Lists by context.", default_factory=lambda: MappingProxyType({}))
    linkage: Mapping[Linkage, Adjustment] = key(
        "Lists by how a package is joined with the work, where its ecosystem leaves no doubt: `static` (Go, Rust), "
        "`separate` (images, charts, providers).",
        default_factory=lambda: MappingProxyType({}),
    )
    own: tuple[OwnCode, ...] = key("The repository's own code by path; the last entry that matches counts.", default=())
    inner_source: tuple[LicenseItem, ...] = key(
        "Licenses that are for internal use: allowed in internal and private repositories and in the context "
        "`internal`, denied in every other.",
        default=(),
        tighter=FEWER,
    )
    exceptions: tuple[LicenseException, ...] = key("Single packages and what they may also have.", default=())
    clarify: tuple[Clarification, ...] = key("Single packages and what they were found to be under.", default=())
    detect: Detect = key(
        "For which packages license texts are looked for: `missing` (the lock file says nothing certain), `always` or "
        "`never`.",
        default=Detect.MISSING,
    )
    github_gate: GithubGate = key(
        "Where GitHub's own license compliance gate is active: `report-once` leaves to it which licenses are allowed, "
        "`both` judges them here, too.",
        default=GithubGate.REPORT_ONCE,
    )
    github_gate_property: str | None = key(
        "The custom property of the repository that is `active` where GitHub's gate is; the Action can also ask. "
        "Default: none is read.",
        default=None,
    )
    cache: dict[Any, Any] = field(default_factory=dict, init=False, repr=False, compare=False, hash=False)
    """What is made once for a policy: indexes, and the lists under each set of circumstances that occurs."""

    def exceptions_for(self, purl: str, version: str | None) -> tuple[int, ...]:
        """Positions of the exceptions that speak of this package version."""
        return self._covering("exceptions", purl, version) if self.exceptions else ()

    def clarifications_for(self, purl: str, version: str | None) -> tuple[int, ...]:
        """Positions of the clarifications that speak of this package version."""
        return self._covering("clarify", purl, version) if self.clarify else ()

    def _covering(self, name: str, purl: str, version: str | None) -> tuple[int, ...]:
        entries = getattr(self, name)
        index = self.cache.get(name)
        if index is None:
            index = self.cache[name] = PackageIndex(entry.package for entry in entries)
        return tuple(p for p in index.positions(purl) if covers_version(entries[p].versions, purl, version))


def advised(section: LicensesSection, facts: Facts) -> bool:
    """Whether advice on compatibility is asked for: the rule is on, and the license of the own code is known."""
    if section.levels.get("license-incompatible") is Level.OFF:
        return False
    return facts.repository.license is not None or any(item.license for item in section.own)
