"""A vulnerability or malware advisory in the shape of the OSV schema, with only what a verdict needs."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum


class RangeKind(StrEnum):
    """How the events of a range are ordered (OSV schema, `affected[].ranges[].type`)."""

    SEMVER = "SEMVER"
    ECOSYSTEM = "ECOSYSTEM"
    GIT = "GIT"
    UNREADABLE = "unreadable"
    """Nothing can be said about it: malformed, or of a kind that a later schema knows."""


@dataclass(frozen=True, slots=True)
class Event:
    """One event of a range: `kind` is `introduced`, `fixed`, `last_affected` or `limit`."""

    kind: str
    version: str


@dataclass(frozen=True, slots=True)
class AffectedRange:
    kind: RangeKind
    events: tuple[Event, ...]
    repository: str | None = None
    """For `GIT`."""


@dataclass(frozen=True, slots=True)
class Vector:
    """A severity as the record gives it: `CVSS_V3` and a vector, or another system's word."""

    system: str
    score: str


@dataclass(frozen=True, slots=True)
class Affected:
    """One package that an advisory is about."""

    purl: str
    """Without version, as `checks.advisories.ecosystems.identity` gives it; empty where the ecosystem has no type."""
    release: str = ""
    """Of a distribution: `Debian:12`. Each release has versions of its own."""
    versions: frozenset[str] = frozenset()
    """Versions that are affected whatever the ranges say."""
    ranges: tuple[AffectedRange, ...] = ()
    severities: tuple[Vector, ...] = ()


@dataclass(frozen=True, slots=True)
class Advisory:
    """One record; text fields are foreign."""

    id: str
    aliases: tuple[str, ...] = ()
    """Other names of the same vulnerability."""
    upstream: tuple[str, ...] = ()
    """Vulnerabilities that it is derived from: a distribution's record may fix several CVEs."""
    summary: str = ""
    published: datetime | None = None
    modified: datetime | None = None
    withdrawn: datetime | None = None
    severities: tuple[Vector, ...] = ()
    rating: str | None = None
    """The database's own word, raw, where it has one: `MODERATE`."""
    affected: tuple[Affected, ...] = ()
    malicious: bool = False
    informational: str | None = None
    """The word of a record that is no vulnerability: `unmaintained`, `unsound`, `notice` (RustSec)."""
    url: str | None = None
    """Where people can read it."""
    source: str = ""
    as_of: datetime | None = None
    """When the source was read (UTC)."""

    @property
    def names(self) -> tuple[str, ...]:
        """All that it may be asked for by."""
        return (self.id, *self.aliases, *self.upstream)


@dataclass(frozen=True, slots=True)
class Exploited:
    """An entry of the CISA catalog of known exploited vulnerabilities."""

    added: date
    due: date | None = None
    ransomware: bool = False


@dataclass(frozen=True, slots=True)
class Likelihood:
    """EPSS: the probability of exploitation in the next 30 days, 0 to 1, and its percentile, 0 to 1."""

    probability: float
    percentile: float


@dataclass(frozen=True, slots=True)
class Violation:
    """What a server of the organization reports as breaking one of its own policies; text fields are foreign."""

    policy: str
    """Its name."""
    state: str
    """`FAIL`, `WARN` or `INFO`."""
    kind: str
    """`LICENSE`, `SECURITY` or `OPERATIONAL`."""
    text: str = ""
    as_of: datetime | None = None
    """When the server was read (UTC)."""


class VexStatus(StrEnum):
    """What a VEX statement says of a vulnerability in a product (OpenVEX)."""

    NOT_AFFECTED = "not_affected"
    AFFECTED = "affected"
    FIXED = "fixed"
    UNDER_INVESTIGATION = "under_investigation"


@dataclass(frozen=True, slots=True)
class Statement:
    """One VEX statement about one package; text fields are foreign."""

    names: frozenset[str]
    """The vulnerability and its aliases."""
    purl: str
    """Without version, as in `Affected`."""
    versions: str | None
    """One version, or a range that begins with `vers:`; None: every version."""
    status: VexStatus
    justification: str = ""
    author: str = ""
    at: datetime | None = None
    """When it was made or last changed (UTC)."""
    path: str = ""
    """The file that it stands in."""
    product: str | None = None
    """The purl, without version, of the product that uses the package, where the statement names one."""

    @property
    def accepts(self) -> bool:
        """Whether it says that there is nothing to do, and why."""
        reasoned = self.status is VexStatus.NOT_AFFECTED and bool(self.justification)
        return reasoned or self.status is VexStatus.FIXED
