"""The section `freshness` of the policy."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Self

from checks.freshness.steps import Part
from checks.model.finding import Level
from checks.policy.section import Section
from checks.policy.shape import FEWER, HIGHER, LOWER, KeyFault, key
from checks.policy.values import Duration, PackagePattern

#: Types of what no registry lists the releases of: nothing is said because nobody knows about one.
UNLISTED = frozenset(
    {"github", "githubactions", "bitbucket", "docker", "oci", "generic", "git", "nix", "devcontainer", "terraform"}
    | {"helm", "vscode-extension", "huggingface"}
)


class SecurityFixes(StrEnum):
    EXEMPT = "exempt"
    WAIT = "wait"


class ActionPin(StrEnum):
    """What a `uses:` must name."""

    SHA = "sha"
    TAG = "tag"
    OFF = "off"


class ImagePin(StrEnum):
    """What an image must be named by."""

    DIGEST = "digest"
    TAG = "tag"
    OFF = "off"


_BEGINNING = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class MinimumAge:
    """How long a version must have been published, by what an update changes."""

    default: Duration = key(
        "What is not named here, and packages that are new: nothing to compare with.",
        default=Duration("3 days"),
        tighter=HIGHER,
    )
    major: Duration | None = key("Updates to another major version. Default: `default`.", default=None, tighter=HIGHER)
    minor: Duration | None = key("Updates to another minor version. Default: `default`.", default=None, tighter=HIGHER)
    patch: Duration | None = key("All other updates. Default: `default`.", default=None, tighter=HIGHER)

    @classmethod
    def from_scalar(cls, text: str) -> Self:
        """Raises ValueError that says what was expected."""
        return cls(Duration.parse(text))

    @property
    def longest(self) -> timedelta:
        """No version waits longer."""
        return max(age.at_most for age in (self.default, self.major, self.minor, self.patch) if age)

    def of(self, step: Part | None) -> Duration:
        """What a version waits that is such a step away."""
        own = {Part.MAJOR: self.major, Part.MINOR: self.minor, Part.PATCH: self.patch}.get(step) if step else None
        return own or self.default


@dataclass(frozen=True, slots=True)
class Behind:
    """How far behind the newest stable version a package may be."""

    major: int | None = key(
        "This many newer major versions may have been released, and no more.", default=None, tighter=LOWER
    )
    minor: int | None = key(
        "The same of minor versions within the major version that is used.", default=None, tighter=LOWER
    )

    def faults(self) -> Iterator[KeyFault]:
        """What limits nothing."""
        if self.major is None and self.minor is None:
            yield KeyFault("", "it limits nothing", "add major, minor or both: {major: 2}")


@dataclass(frozen=True, slots=True)
class Libyears:
    """Limits of libyears: time between the release that is used and the current one (CHAOSS)."""

    total: Duration | None = key("Of everything that is judged, together.", default=None, tighter=LOWER)
    worst: Duration | None = key("Of one package.", default=None, tighter=LOWER)

    def faults(self) -> Iterator[KeyFault]:
        """Libyears are added up, and working days have no fixed length."""
        for name, limit in (("total", self.total), ("worst", self.worst)):
            yield from _fixed(name, limit)


@dataclass(frozen=True, slots=True)
class EndOfLife:
    """What is said before support ends."""

    notify: Duration = key("How long before the day.", default=Duration("180 days"), tighter=HIGHER)

    def faults(self) -> Iterator[KeyFault]:
        """It is counted back from a day."""
        yield from _fixed("notify", self.notify)


@dataclass(frozen=True, slots=True)
class Pin:
    """What can be changed by others without a change here."""

    actions: ActionPin = key(
        "`sha`: a full commit id. `tag`: also a version such as `v4`, but no branch. `off`: anything.",
        default=ActionPin.TAG,
        tighter=("off", "tag", "sha"),
    )
    images: ImagePin = key(
        "`digest`: `@sha256:…`. `tag`: also a tag, but not `latest` or none. `off`: anything.",
        default=ImagePin.TAG,
        tighter=("off", "tag", "digest"),
    )


@dataclass(frozen=True, slots=True)
class FreshnessSection(Section):
    """The section `freshness`."""

    minimum_age: MinimumAge = key(
        "How long a version must have been published before it is used: `3 days`, or by what an update changes.",
        default_factory=MinimumAge,
    )
    transitive: bool = key("Whether packages that come with others wait too.", default=True, tighter=(False, True))
    security_fixes: SecurityFixes = key(
        "`exempt`: an update that leaves a known vulnerability and brings none does not wait. `wait`: it does.",
        default=SecurityFixes.EXEMPT,
        tighter=("exempt", "wait"),
    )
    exempt: tuple[PackagePattern, ...] = key(
        "Your own packages, actions and images: they need not wait, be known to a source or be pinned.",
        default=(),
        tighter=FEWER,
    )
    maximum_age: Duration | None = key(
        "How long ago a version may have been published. Default: any.", default=None, tighter=LOWER
    )
    behind: Behind | None = key(
        "How far behind the newest stable version a package may be. Default: any.", default=None
    )
    libyears: Libyears | None = key(
        "`{}`: how far behind the packages are in years, as a note. `{total: 50 years, worst: 5 years}`: with limits.",
        default=None,
    )
    unmaintained_after: Duration | None = key(
        "After how long without any release a package counts as unmaintained. Default: never.",
        default=None,
        tighter=LOWER,
    )
    end_of_life: EndOfLife = key("The end of support of runtimes, images and frameworks.", default_factory=EndOfLife)
    pin: Pin = key("What actions and images must be pinned to.", default_factory=Pin)

    def speaks(self, *rules: str) -> bool:
        """Whether one of these rules, none of which is off by default, is not turned off."""
        return any(self.levels.get(rule) is not Level.OFF for rule in rules)

    @property
    def needs_releases(self) -> bool:
        """Whether it must be known which releases there are."""
        return bool(self.behind or self.libyears or self.unmaintained_after)

    @property
    def cools_down(self) -> bool:
        """Whether any version may be too new."""
        return self.speaks("version-too-new") and bool(self.minimum_age.longest)

    def exempts(self, purl: str) -> bool:
        return any(pattern.matches(purl) for pattern in self.exempt)

    def settled(self, now: datetime) -> datetime:
        """Whatever was published until then has waited at `now`, whatever it is a step from (UTC)."""
        longest = self.minimum_age.longest
        return now - longest if now - _BEGINNING > longest else _BEGINNING

    def ready_at(self, published: datetime, steps: frozenset[Part | None]) -> datetime:
        """When a version of that date has waited long enough for every one of these steps (UTC)."""
        return max(self.minimum_age.of(step).after(published) for step in steps or {None})


def _fixed(name: str, limit: Duration | None) -> Iterator[KeyFault]:
    if limit is not None and limit.delta is None:
        yield KeyFault(name, "expected hours, days, weeks, months or years")
