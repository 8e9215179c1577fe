"""The section `packages` of the policy: advice, sources, names, and what new packages must have."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType
from typing import Annotated, ClassVar, Self

from checks.model.purl import package, parse, type_of
from checks.policy.addresses import AddressPattern
from checks.policy.packages import PackageIndex, covers_version, version_faults
from checks.policy.section import Section
from checks.policy.shape import FEWER, HIGHER, LOWER, MORE, KeyFault, OneOrMore, key, nearest
from checks.policy.values import (
    FIRST_DAY,
    MAX_LENGTH,
    Account,
    Day,
    Duration,
    FirstDay,
    Link,
    PackagePattern,
    Pattern,
    Word,
)


class Ring(StrEnum):
    """What the organization says of a package, from good to bad: of several entries the last one counts."""

    ADOPT = "adopt"
    TRIAL = "trial"
    HOLD = "hold"
    AVOID = "avoid"


STRICTNESS: tuple[Ring, ...] = tuple(Ring)


class PackageName(PackagePattern):
    """One package: a package URL without version and without wildcard."""

    __slots__ = ()
    SCHEMA: ClassVar[dict[str, object]] = {
        "type": "string",
        "pattern": "^pkg:[A-Za-z][A-Za-z0-9.+-]*/[^*]+$",
        "maxLength": MAX_LENGTH,
        "examples": ["pkg:npm/luxon"],
    }

    @classmethod
    def parse(cls, text: str) -> Self:
        if "*" in text:
            raise ValueError("expected one package, without '*'")
        return super().parse(text)

    @property
    def name(self) -> str:
        """As people write it: `@scope/name`."""
        _, namespace, name, _ = parse(self)
        return f"{namespace}/{name}" if namespace else name


@dataclass(frozen=True, slots=True)
class Advice:
    """What the organization says of one package, or of some of its versions."""

    package: PackagePattern = key("Package URL without version; `*` is a wildcard.")
    advice: Ring = key(
        "`adopt`: preferred. `trial`: may be used, and says so. `hold`: no new uses. `avoid`: not at all."
    )
    reason: str | None = key("Why, in a few words; `hold` and `avoid` must say it.", default=None)
    instead: Annotated[tuple[PackageName, ...], OneOrMore] = key(
        "What to use instead: a package URL, or a list of them.", default=()
    )
    versions: str | None = key("Versions that it holds for, for example `<1.4` or `1.3.0`. Default: all.", default=None)
    review_by: Day | None = key("When somebody should look at it again; it stays in force.", default=None)
    decided: Day | None = key("When it was decided.", default=None)
    owner: Account | None = key("Who decided it, and can be asked. Not shown on public repositories.", default=None)
    link: Link | None = key("Where people can read more. Not shown on public repositories.", default=None)
    from_: FirstDay | None = key(FIRST_DAY, name="from", default=None, repr=False, compare=False)

    def faults(self) -> Iterator[KeyFault]:
        """What makes it no advice."""
        if self.reason is None and self.advice in (Ring.HOLD, Ring.AVOID):
            yield KeyFault("reason", "'reason' is missing", "whoever added the package reads it")
        if self.instead and self.advice is Ring.ADOPT:
            yield KeyFault("instead", "what is preferred needs no replacement")
        if self.versions is None and any(self.package.matches(name) for name in self.instead):
            yield KeyFault("instead", "it is its own replacement", "name another package, or say which 'versions'")
        if self.decided and self.review_by and self.review_by < self.decided:
            yield KeyFault("review_by", "it is before the day on which it was decided")
        yield from version_faults(self.package, self.versions)

    def covers(self, purl: str, version: str | None) -> bool:
        """Whether it speaks of this package version."""
        return self.package.matches(purl) and covers_version(self.versions, purl, version)


@dataclass(frozen=True, slots=True)
class Sources:
    """Where packages may come from, as far as lock files name it."""

    registries: tuple[AddressPattern, ...] | None = key(
        "Registries that packages and archives may come from, with everything below them. Default: any.",
        default=None,
        tighter=FEWER,
    )
    git: tuple[AddressPattern, ...] | None = key(
        "Repositories that packages may come from: `github.com/example/*`. `[]`: none. Default: any.",
        default=None,
        tighter=FEWER,
    )
    internal: tuple[AddressPattern, ...] = key(
        "Your own registries and hosts, which people outside cannot use. Names such as `npm.corp` and private "
        "addresses are known without it.",
        default=(),
        tighter=MORE,
    )


class ScorecardCheck(Word):
    """One check of the OpenSSF Scorecard, by its name."""

    __slots__ = ()
    NAMES: ClassVar[tuple[str, ...]] = (
        *("Binary-Artifacts", "Branch-Protection", "CI-Tests", "CII-Best-Practices", "Code-Review", "Contributors"),
        *("Dangerous-Workflow", "Dependency-Update-Tool", "Fuzzing", "License", "Maintained", "Packaging"),
        *("Pinned-Dependencies", "SAST", "SBOM", "Security-Policy", "Signed-Releases", "Token-Permissions"),
        *("Vulnerabilities", "Webhooks"),
    )
    SCHEMA: ClassVar[dict[str, object]] = {"enum": list(NAMES)}

    @classmethod
    def parse(cls, text: str) -> Self:
        if text not in cls.NAMES:
            near = nearest(text, cls.NAMES)
            raise ValueError(f"expected a check of the Scorecard{f', perhaps {near!r}' if near else ''}")
        return cls(text)


@dataclass(frozen=True, slots=True)
class ScorecardTerms:
    """What the OpenSSF Scorecard must say. Its authors advise against judging by the total, so that is no key."""

    minimum: Mapping[ScorecardCheck, int] = key(
        "The least score by check, 0 to 10: `{Maintained: 3, Code-Review: 5}`.", tighter=HIGHER
    )

    def faults(self) -> Iterator[KeyFault]:
        """Scores end at 10."""
        for name, score in self.minimum.items():
            if score > 10:
                yield KeyFault("minimum", f"{name}: scores go from 0 to 10")


class LicenseHistory(StrEnum):
    STABLE = "stable"
    ANY = "any"


@dataclass(frozen=True, slots=True)
class Acceptance:
    """What a package must have that is new here. Each criterion is a rule of its own."""

    scorecard: ScorecardTerms | None = key("Checks of the OpenSSF Scorecard.", default=None)
    maintainers: int | None = key("At least so many people may publish it.", default=None, tighter=HIGHER)
    released_within: Duration | None = key("Its last release may be so old.", default=None, tighter=LOWER)
    age: Duration | None = key("Its first release must be so old.", default=None, tighter=HIGHER)
    license_history: LicenseHistory = key(
        "`stable`: all releases are under one license.", default=LicenseHistory.ANY, tighter=("any", "stable")
    )
    dependents: int | None = key("At least so many packages use it.", default=None, tighter=HIGHER)
    transitive: bool = key(
        "Whether packages that come with others are judged, too.", default=False, tighter=(False, True)
    )

    def faults(self) -> Iterator[KeyFault]:
        """Working days have no fixed length."""
        for name, limit in (("released_within", self.released_within), ("age", self.age)):
            if limit is not None and limit.delta is None:
                yield KeyFault(name, "expected hours, days, weeks, months or years")


class PurlType(Word):
    """An ecosystem by its purl type."""

    __slots__ = ()
    SCHEMA: ClassVar[dict[str, object]] = {"type": "string", "pattern": "^[a-z][a-z0-9.+-]*$", "examples": ["npm"]}

    @classmethod
    def parse(cls, text: str) -> Self:
        if not re.fullmatch(r"[a-z][a-z0-9.+-]{0,60}", text):
            raise ValueError("expected the type of a package URL, such as npm or pypi")
        return cls(text)


class InternalName(Pattern):
    """`@example/*`, `example-*` in every ecosystem, or `pkg:pypi/acme-*` in one."""

    __slots__ = ()
    SCHEMA: ClassVar[dict[str, object]] = {
        "type": "string",
        "minLength": 1,
        "maxLength": MAX_LENGTH,
        "examples": ["@example/*", "pkg:pypi/acme-*"],
    }

    @classmethod
    def parse(cls, text: str) -> Self:
        if text.startswith("pkg:"):
            return cls(PackagePattern.parse(text))
        if not text.strip("*@/-_.: ") or len(text) > MAX_LENGTH:
            raise ValueError("expected names such as '@example/*', 'example-*' or 'pkg:pypi/acme-*'")
        return cls(text.replace(":", "/"))

    @property
    def type(self) -> str | None:
        """None: every ecosystem."""
        return type_of(self) if self.startswith("pkg:") else None

    @property
    def name(self) -> str:
        """The pattern without what makes it a package URL."""
        if self.type is None:
            return str(self)
        _, namespace, name, _ = parse(self)
        return f"{namespace}/{name}" if namespace else name

    def covers(self, type_: str, name: str) -> bool:
        """Whether a package of an ecosystem has such a name; `name` begins with its namespace."""
        if self.type not in (None, type_):
            return False
        return Pattern(re.sub(r"[-_.]+", "-", self.name) if type_ == "pypi" else self.name).matches(name)


@dataclass(frozen=True, slots=True)
class PackagesSection(Section):
    """The section `packages`."""

    advice: tuple[Advice, ...] = key(
        "What you say of single packages; of several entries the strictest counts.", default=(), tighter=MORE
    )
    sources: Sources = key("Where packages may come from.", default_factory=Sources)
    internal: tuple[InternalName, ...] = key(
        "Names that only your own packages have: `@example/*`, `example-*`, `pkg:pypi/acme-*`. It needs "
        "`sources.internal`.",
        default=(),
        tighter=MORE,
    )
    popular: Mapping[PurlType, tuple[str, ...]] = key(
        "Names by ecosystem that new packages must not nearly have, besides those that this repository uses: "
        "`{npm: [express, react]}`.",
        default_factory=lambda: MappingProxyType({}),
    )
    accept: Acceptance = key("What a package must have that is new here.", default_factory=Acceptance)
    popular_purls: frozenset[str] = field(default=frozenset(), init=False, repr=False, compare=False)
    """The names of `popular` as package URLs."""
    _index: PackageIndex = field(default_factory=lambda: PackageIndex(()), init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        purls = (_purl(type_, name) for type_, names in self.popular.items() for name in names)
        object.__setattr__(self, "popular_purls", frozenset(purls))
        object.__setattr__(self, "_index", PackageIndex(entry.package for entry in self.advice))

    def faults(self) -> Iterator[KeyFault]:
        """What only shows when entries are seen together."""
        if self.internal and not self.sources.internal:
            hint = "for example sources: {internal: [https://npm.example.com]}"
            yield KeyFault("internal", "'sources.internal' must say where packages with these names come from", hint)
        yield from self._contradictions()

    def _contradictions(self) -> Iterator[KeyFault]:
        said: dict[tuple[str, str | None, Day | None], Ring] = {}
        for entry in self.advice:
            known = said.setdefault((entry.package, entry.versions, entry.from_), entry.advice)
            if known is not entry.advice:
                which = f" {entry.versions}" if entry.versions else ""
                yield KeyFault("advice", f"'{known}' and '{entry.advice}' are said of {entry.package}{which}")
        for entry in self.advice:
            for name in entry.instead:
                place = self.advised(name, None)
                if place is not None and self.advice[place].advice in (Ring.HOLD, Ring.AVOID):
                    ring = self.advice[place].advice
                    yield KeyFault("advice", f"{name} is to replace {entry.package}, and is on '{ring}' itself")

    def advised(self, purl: str, version: str | None) -> int | None:
        """The position of the advice that counts for a package version: the strictest, of equal ones the first."""
        positions = [place for place in self._index.positions(purl) if self.advice[place].covers(purl, version)]
        return max(positions, key=lambda place: STRICTNESS.index(self.advice[place].advice), default=None)

    def speaking(self, purl: str, version: str | None) -> Iterator[int]:
        """Positions of all advice that speaks of a package version, or may do so where that is not known."""
        for place in self._index.positions(purl):
            if version is None or self.advice[place].covers(purl, version):
                yield place

    def advised_partly(self, purl: str) -> Iterator[int]:
        """Positions of the advice that speaks of some versions of a package."""
        return (place for place in self._index.positions(purl) if self.advice[place].versions is not None)

    def decided(self, purl: str, version: str | None) -> bool:
        """Whether people have looked at it and found that it may be used."""
        place = self.advised(purl, version)
        return place is not None and self.advice[place].advice in (Ring.ADOPT, Ring.TRIAL)


def _purl(type_: str, name: str) -> str:
    """The purl of a package as its ecosystem writes the name: `@scope/name`, `group:artifact`."""
    namespace, _, bare = name.replace(":", "/").rpartition("/") if type_ == "maven" else name.rpartition("/")
    return package(type_, bare, namespace)
