"""Findings: what a check observed, and what the policy made of it."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from checks.model.dependency import Location
from checks.model.phrase import Phrase


class Level(StrEnum):
    """What a rule does when it speaks: stop the merge, warn, inform, or stay silent."""

    BLOCK = "block"
    WARN = "warn"
    NOTE = "note"
    OFF = "off"


class Move(StrEnum):
    """Whose turn it is."""

    AUTHOR = "author"
    MAINTAINER = "maintainer"
    OWNER = "owner"
    CLOCK = "clock"
    SERVICE = "service"
    SIGNER = "signer"
    """The person that the finding is about signs, and nobody changes the code."""


@dataclass(frozen=True, slots=True)
class Subject:
    """What a finding is about: exactly one of a package version, a commit, a file, an entry of the policy or a
    person."""

    purl: str | None = None
    version: str | None = None
    name: str | None = None
    """Display name of the package; for a person: of what they sign."""
    commit: str | None = None
    path: str | None = None
    policy: str | None = None
    """Key and value, for people: `licenses.allow: MPL-2.0`."""
    person: str | None = None
    """Login, or the address where there is no account."""

    @property
    def key(self) -> str:
        """What stays the same over pushes: a package without its version, a commit, a path, an entry of the policy, a
        person and what they sign."""
        if self.person:
            return f"{self.person}\0{self.name}" if self.name else self.person
        return self.purl or self.commit or self.path or self.policy or ""

    def __str__(self) -> str:
        if self.purl:
            return f"{self.purl}@{self.version}" if self.version else self.purl
        if self.policy:
            return f"policy:{self.policy}"
        if self.person:
            return f"person:{self.person}"
        return f"commit:{self.commit}" if self.commit else f"file:{self.path}"


@dataclass(frozen=True, slots=True)
class Evidence:
    """One line of the reasoning: a condition or fact, its actual value, and where that value comes from."""

    what: str
    actual: Phrase
    source: Phrase = ()


@dataclass(frozen=True, slots=True)
class Fix:
    """The smallest change that clears a finding."""

    summary: Phrase
    commands: tuple[str, ...] = ()
    """Shell commands that work when pasted on the checkout; empty when only a person can do it. Every foreign word
    in them is quoted for the shell."""
    suggestion: tuple[Location, str] | None = None
    """The line that takes the place of another one, where that line is itself the truth and no lock file stands behind
    it; foreign text."""
    without_terminal: Phrase = ()
    """What somebody does who has only a browser, for example on a phone; a clause without a period."""


@dataclass(frozen=True, slots=True)
class Observation:
    """What a check saw. It knows nothing of levels, modes or waivers: `engine.evaluate` applies those."""

    rule: str
    subject: Subject
    message: Phrase
    """One sentence for people, ending in a period."""
    headline: Phrase
    """A title of at most about 80 characters, without a period."""
    location: Location | None = None
    related: tuple[Location, ...] = ()
    why: tuple[str, ...] = ()
    """`name version` from the direct dependency down to the subject; empty when unknown or not about a package."""
    introduced: bool = True
    move: Move = Move.AUTHOR
    clears_at: datetime | None = None
    """When time alone ends it (UTC)."""
    changes_at: datetime | None = None
    """When time alone makes it another finding: a notice period begins, support ends (UTC)."""
    evidence: tuple[Evidence, ...] = ()
    policy_key: tuple[str, ...] = ()
    """The place in the policy that decided, for example `("licenses", "allow")`."""
    fix: Fix | None = None
    """Only what the check itself knows without other versions or packages; the engine adds the rest."""
    advisories: tuple[tuple[str, ...], ...] = ()
    """The vulnerabilities that it speaks of, each by all its names; the first is what people call it."""
    licenses: tuple[str, ...] = ()
    """The licenses that were judged, canonically written: a waiver may hold only as long as they stay."""


@dataclass(frozen=True, slots=True)
class Guidance:
    """The organization's own words about a rule."""

    text: str
    link: str | None = None


@dataclass(frozen=True, slots=True)
class AppliedWaiver:
    """The waiver that covers a finding."""

    id: str
    approved_by: str
    expires: date
    reason: str
    ending: bool = False
    """Whether it is so near its end that people are reminded of it."""
    beside: tuple[str, ...] = ()
    """Other waivers that it needs beside it, by id: each covers some of the vulnerabilities."""


@dataclass(frozen=True, slots=True)
class AppliedOverride:
    """A person has set the check to pass, for this head only."""

    by: str
    """Login; foreign text, and public: GitHub shows who presses a button or comments."""
    at: datetime
    """UTC."""
    reason: str = ""
    """Foreign text, not for everybody's eyes; empty where none was asked for."""


@dataclass(frozen=True, slots=True)
class Finding:
    """An observation under the policy: with an id, a level and, if covered, the waiver."""

    id: str
    check: str
    rule: str
    level: Level
    introduced: bool
    move: Move
    clears_at: datetime | None
    changes_at: datetime | None
    subject: Subject
    message: Phrase
    headline: Phrase
    location: Location | None
    related: tuple[Location, ...]
    why: tuple[str, ...]
    evidence: tuple[Evidence, ...]
    guidance: Guidance | None
    policy_line: int | None
    """Line of the policy file that decided; None for a built-in default."""
    waiver: AppliedWaiver | None
    fix: Fix | None
    could_not_tell: bool
    """Whether it speaks because something could not be read or known."""
    counts: bool
    """Whether it may change the conclusion: introduced (or the section judges everything) and not waived."""
    override: AppliedOverride | None = None
    lapsed: AppliedWaiver | None = None
    """A waiver that covered it until it ended."""
    advisories: tuple[tuple[str, ...], ...] = ()
    """The vulnerabilities that it speaks of, each by all its names; the first is what people call it."""
    licenses: tuple[str, ...] = ()
    """The licenses that were judged, canonically written."""
    policy_file: str | None = None
    """The file that `policy_line` is of, where it is not the main file of the policy."""
    waivable: bool = True
    """Whether a waiver may cover it: neither its rule nor the policy forbids that."""

    @property
    def accepted(self) -> bool:
        """Whether a waiver covers it, or a person has set its check to pass."""
        return self.waiver is not None or self.override is not None

    @property
    def blocks(self) -> bool:
        return self.counts and self.level is Level.BLOCK

    @property
    def warns(self) -> bool:
        return self.counts and self.level is Level.WARN

    @property
    def notes(self) -> bool:
        return self.counts and self.level is Level.NOTE
