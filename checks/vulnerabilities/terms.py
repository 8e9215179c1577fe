"""The section `vulnerabilities` of the policy."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from itertools import pairwise
from typing import ClassVar, Self

from checks.policy.packages import covers_version, version_faults
from checks.policy.section import Section
from checks.policy.shape import FEWER, LOWER, KeyFault, key
from checks.policy.values import TEXT, Account, AdvisoryId, Day, Duration, FilePath, PackagePattern, Pattern, Word


class Threshold(StrEnum):
    """From which severity on."""

    LOW = "low"
    MODERATE = "moderate"
    HIGH = "high"
    CRITICAL = "critical"


class Clock(StrEnum):
    """When the time that is allowed begins."""

    FIRST_DETECTED = "first-detected"
    FIX_AVAILABLE = "fix-available"


class Probability(Word):
    """`0.5` or `50%`: more than nothing, and at most certainty."""

    __slots__ = ()
    SCHEMA: ClassVar[dict[str, object]] = {"type": TEXT, "examples": ["0.5", "50%"]}

    @classmethod
    def parse(cls, text: str) -> Self:
        if not re.match(r"[0-9]{1,3}(\.[0-9]{1,6})?%?\Z", text) or not 0 < cls(text).value <= 1:
            raise ValueError("expected a probability such as '0.5' or '50%'")
        return cls(text)

    @property
    def value(self) -> float:
        """0 to 1."""
        return float(self.removesuffix("%")) / (100 if self.endswith("%") else 1)


@dataclass(frozen=True, slots=True)
class FixWithin:
    """How long a vulnerability of a package that was there before may stay, by severity."""

    critical: Duration | None = key("Critical ones. Default: no time.", default=None, tighter=LOWER)
    high: Duration | None = key("High ones. Default: no time.", default=None, tighter=LOWER)
    moderate: Duration | None = key("Moderate ones. Default: no time.", default=None, tighter=LOWER)
    low: Duration | None = key("Low ones. Default: no time.", default=None, tighter=LOWER)

    @property
    def limits(self) -> bool:
        """Whether any time is allowed."""
        return any((self.critical, self.high, self.moderate, self.low))

    def of(self, severity: str | None) -> Duration | None:
        """The time that is allowed for a severity."""
        return getattr(self, severity) if severity in ("critical", "high", "moderate", "low") else None


@dataclass(frozen=True, slots=True)
class Epss:
    """EPSS: how probable it is that a vulnerability is exploited in the next 30 days."""

    block_from: Probability = key(
        "The probability from which on `vulnerability-likely` speaks: `0.5` or `50%`.", tighter=LOWER
    )


@dataclass(frozen=True, slots=True)
class Vex:
    """Statements (OpenVEX, CycloneDX, CSAF) that a vulnerability does not affect what uses the package."""

    files: tuple[FilePath, ...] = key("The files that hold them. One that the change itself edits does not count.")
    authors: tuple[Pattern, ...] = key("Whose statements count, by the author that a document names; `*`: anybody's.")

    def faults(self) -> Iterator[KeyFault]:
        """What accepts nothing."""
        if not self.files:
            yield KeyFault("files", "no file is named")
        if not self.authors:
            yield KeyFault("authors", "nobody is trusted", "write ['*'] to trust whoever could merge the files")


class Violations(StrEnum):
    """From which state on a violation that Dependency-Track reports is one of this policy, too."""

    NONE = "none"
    FAIL = "fail"
    WARN = "warn"
    INFO = "info"

    def covers(self, state: str) -> bool:
        """`state` is a word of Dependency-Track; what is not known counts as the worst."""
        order = [self.FAIL.value, self.WARN.value, self.INFO.value]
        rank = order.index(state.lower()) if state.lower() in order else 0
        return self is not Violations.NONE and rank <= order.index(self.value)


@dataclass(frozen=True, slots=True)
class DependencyTrack:
    """What Dependency-Track reports, where it was read back: docs/sbom-service.md."""

    findings: bool = key(
        "Whether its findings count beside the advisories of other sources.", default=True, tighter=(False, True)
    )
    analyses: bool = key(
        "Whether its analyses `NOT_AFFECTED` (with a justification), `FALSE_POSITIVE` and `RESOLVED` count as VEX "
        "statements do.",
        default=False,
        tighter=(True, False),
    )
    violations: Violations = key(
        "Which violations of its policies are `track-violation`: `none`, `fail`, `warn` (and `fail`), `info` (all).",
        default=Violations.NONE,
        tighter=("none", "fail", "warn", "info"),
    )


@dataclass(frozen=True, slots=True)
class Accepted:
    """A vulnerability that the organization lives with until a day, whichever package has it."""

    advisory: AdvisoryId = key("Its id in any database; its other names count, too.")
    reason: str = key("Why, in a sentence. Not shown on public repositories.")
    approved_by: Account = key("Who approved it: '@login' or '@organization/team'.")
    expires: Day = key("Last day on which it holds, UTC.")
    package: PackagePattern | None = key("Only in this package; `*` is a wildcard. Default: any.", default=None)
    versions: str | None = key("Only in these versions of it, for example `<1.4`. Default: all.", default=None)

    def faults(self) -> Iterator[KeyFault]:
        """Versions are those of a package."""
        yield from version_faults(self.package, self.versions)

    def covers(self, names: frozenset[str], purl: str, version: str | None) -> bool:
        """Whether it speaks of a vulnerability with one of these names in this package version."""
        return (
            self.advisory.lower() in {name.lower() for name in names}
            and (self.package is None or self.package.matches(purl))
            and covers_version(self.versions, purl, version)
        )


@dataclass(frozen=True, slots=True)
class VulnerabilitiesSection(Section):
    """The section `vulnerabilities`."""

    block_from: Threshold = key(
        "The severity from which on a package is `vulnerable`: `low`, `moderate`, `high` or `critical`.",
        default=Threshold.HIGH,
        tighter=("critical", "high", "moderate", "low"),
    )
    fix_within: FixWithin = key(
        "How long a vulnerability may stay in a package that was there before: `{critical: 7 days}`. Default: no time.",
        default_factory=FixWithin,
    )
    clock: Clock = key(
        "When that time begins: `first-detected` in this repository (where nobody remembers, when the advisory was "
        "published), or `fix-available`.",
        default=Clock.FIRST_DETECTED,
    )
    epss: Epss | None = key("From which probability of exploitation on a rule speaks. Default: never.", default=None)
    vex: Vex | None = key(
        "Whose statements that a vulnerability does not matter count. Default: nobody's.", default=None
    )
    dependency_track: DependencyTrack | None = key(
        "What Dependency-Track reports that counts, where it was read back. Default: nothing.", default=None
    )
    accept: tuple[Accepted, ...] = key(
        "Vulnerabilities that are accepted until a day, by their id. Malware never is.", default=(), tighter=FEWER
    )

    def faults(self) -> Iterator[KeyFault]:
        """More time for what is worse: a vulnerability that turns out to be worse would stop to be one."""
        order = [severity.value for severity in Threshold]
        for milder, worse in pairwise(order):
            allowed, less = self.fix_within.of(worse), self.fix_within.of(milder)
            counts = order.index(milder) >= order.index(self.block_from.value)
            if allowed and not less and counts:
                yield KeyFault("fix_within", f"{worse} ones have {allowed}, and {milder} ones, which block, have none")
            elif allowed and less and _hours(less) < _hours(allowed):
                yield KeyFault("fix_within", f"{worse} ones have {allowed}, and {milder} ones only {less}")


def _hours(duration: Duration) -> float:
    """To compare by: five working days are a week."""
    return duration.delta / timedelta(hours=1) if duration.delta else int(duration.split(" ", 1)[0]) * 24 * 7 / 5
