"""Waivers: a named, approved and ending exception for findings of any check."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from types import MappingProxyType
from typing import Annotated, ClassVar, NamedTuple, Self

from checks.model.facts import RepositoryFacts
from checks.model.finding import Observation
from checks.policy.packages import covers_version, version_faults
from checks.policy.shape import KeyFault, OneOrMore, RuleId, key
from checks.policy.values import (
    TEXT,
    Account,
    AdvisoryId,
    CommitId,
    Day,
    LicenseText,
    PackagePattern,
    Pattern,
    RepositoryPattern,
    Word,
)

#: Codes that are worth counting by, in every organization; others are as good. docs/waivers.md says what they mean.
#: The first five are the justifications of VEX: with one of them `ospo-gate vex` says `not affected`.
REASON_CODES = (
    "component-not-present",
    "vulnerable-code-not-present",
    "vulnerable-code-not-in-execute-path",
    "vulnerable-code-cannot-be-controlled-by-adversary",
    "inline-mitigations-already-exist",
    "false-positive",
    "update-planned",
    "risk-accepted",
    "dynamic-linking",
    "separate-program",
    "not-distributed",
    "commercial-license",
    "own-copyright",
    "no-alternative",
    "imported-history",
)


class DecisionId(Word):
    """What a decision is called, in the policy, in every report and as the name of its file."""

    __slots__ = ()
    SCHEMA: ClassVar[dict[str, object]] = {
        "type": TEXT,
        "pattern": "^[A-Za-z0-9][A-Za-z0-9._-]{0,119}$",
        "examples": ["W-2026-014"],
    }

    @classmethod
    def parse(cls, text: str) -> Self:
        if not re.match(r"[A-Za-z0-9][A-Za-z0-9._-]{0,119}\Z", text):
            raise ValueError("expected a reference such as 'W-2026-014', of letters, digits, '.', '_' and '-'")
        return cls(text)


class ReasonCode(Word):
    """One word to count by."""

    __slots__ = ()
    SCHEMA: ClassVar[dict[str, object]] = {
        "type": TEXT,
        "pattern": "^[A-Za-z0-9][A-Za-z0-9._-]{0,79}$",
        "examples": list(REASON_CODES),
    }

    @classmethod
    def parse(cls, text: str) -> Self:
        if not re.match(r"[A-Za-z0-9][A-Za-z0-9._-]{0,79}\Z", text):
            raise ValueError("expected one word such as 'dynamic-linking'")
        return cls(text)


@dataclass(frozen=True, slots=True)
class Reason:
    """Why an exception is right: a sentence, or a code for counting with a sentence."""

    text: str = key("The reason in a sentence.")
    code: ReasonCode | None = key(
        "A word to count by, for example `dynamic-linking`: docs/waivers.md has a list that is open.", default=None
    )

    @classmethod
    def from_scalar(cls, text: str) -> Self:
        return cls(text)


class Surroundings(NamedTuple):
    """What a waiver may ask about besides the observation itself. What is not known is never covered."""

    paths: tuple[str, ...] = ()
    """All files in which the finding stands."""
    repository: RepositoryFacts = RepositoryFacts()
    branch: str | None = None
    """The branch that the change goes into."""
    below: Callable[[PackagePattern], bool] = lambda _: False
    """Whether every path that brings the package goes through a package that matches."""


class Condition(NamedTuple):
    """One condition of a waiver with what it is held against."""

    what: str
    """The key of the waiver; the name of a property is foreign."""
    wanted: tuple[str, ...]
    actual: str | tuple[str, ...] | None
    holds: bool


@dataclass(frozen=True, slots=True)
class Waiver:
    """Covers the findings of `rules` about `package` (or about files and commits) until the end of `expires`."""

    id: DecisionId = key("Your reference, shown wherever the waiver is: W-2026-014.")
    rules: tuple[RuleId, ...] = key("Rule ids that it covers.")
    reason: Reason = key("Why: a sentence, or `{code: dynamic-linking, text: …}`.")
    approved_by: Account = key("Who approved it: '@login' or '@organization/team'. Never the requester.")
    expires: Day = key("Last day on which it holds, UTC.")
    package: PackagePattern | None = key("Package URL without version; `*` is a wildcard.", default=None)
    versions: str | None = key("Versions that it covers, for example `<1.4` or `1.3.0`. Default: all.", default=None)
    below: PackagePattern | None = key(
        "Only where every path that brings the package goes through this one, for example `pkg:npm/react-scripts`.",
        default=None,
    )
    advisories: tuple[AdvisoryId, ...] = key(
        "Only these vulnerabilities, by any of their names; a finding that has others, too, is not covered.", default=()
    )
    licenses: tuple[LicenseText, ...] = key(
        "Only as long as the package is judged as one of these, written as the finding writes it.", default=()
    )
    repositories: tuple[RepositoryPattern, ...] = key("Repositories that it covers. Default: all.", default=())
    properties: Mapping[str, Annotated[tuple[Pattern, ...], OneOrMore]] = key(
        "Custom properties that a repository must have: `{distribution: internal}`.",
        default_factory=lambda: MappingProxyType({}),
    )
    branches: tuple[Pattern, ...] = key("Branches that changes go into. Default: all.", default=())
    paths: tuple[Pattern, ...] = key("Manifests or files that it covers. Default: all.", default=())
    commits: tuple[CommitId, ...] = key("Full commit ids, for sign-off findings.", default=())
    requested_by: Account | None = key("Who asked for it.", default=None)
    created: Day | None = key("The day from which on it holds. Default: always.", default=None)
    ticket: str | None = key("A reference in another system.", default=None)
    compensating_control: str | None = key("What makes up for it meanwhile, in a sentence.", default=None)
    renewal_of: DecisionId | None = key("The id of the waiver that this one takes the place of.", default=None)

    def faults(self) -> Iterator[KeyFault]:
        """What makes it no waiver: too wide, for nothing, approved by who asked, or never true."""
        if not self.rules:
            yield KeyFault("rules", "a waiver must name at least one rule")
        if self.requested_by and self.requested_by.same(self.approved_by):
            yield KeyFault("approved_by", "nobody approves their own waiver", "requested_by is the same account")
        if self.created and self.created > self.expires:
            yield KeyFault("expires", "it expires before it was created")
        if self.renewal_of == self.id:
            yield KeyFault("renewal_of", "a waiver cannot renew itself", "give the new one an id of its own")
        yield from self._reach()
        yield from version_faults(self.package, self.versions)

    def _reach(self) -> Iterator[KeyFault]:
        if not (self.package or self.below or self.advisories or self.paths or self.commits):
            yield KeyFault("", "a waiver must say what it covers", "add package, below, advisories, paths or commits")
        elif not self._narrow:
            hint = "name a package, a path or single repositories, or change the policy for all"
            yield KeyFault("", "a waiver for everything is a policy change, not a waiver", hint)
        others = self.package or self.below or self.advisories or self.licenses or self.paths
        if self.commits and others:
            hint = "a finding is about a package, a file or a commit"
            yield KeyFault("commits", "'commits' with what describes a package or a file covers nothing", hint)
        for name, values in self.properties.items():
            if not values:
                yield KeyFault("properties", f"no value of '{name}' is named")

    @property
    def _narrow(self) -> bool:
        """Whether one of the conditions, which all must hold, lets less than everything through."""
        return bool(
            (self.package and not self.package.whole_type)
            or (self.below and not self.below.whole_type)
            or self.advisories
            or (self.paths and not any(pattern.everything for pattern in self.paths))
            or (self.repositories and not any("*" in pattern for pattern in self.repositories))
            or self.commits
        )

    def live(self, now: datetime) -> bool:
        """Whether it holds at `now` (UTC): from the beginning of `created` to the end of `expires`."""
        return now < self.expires.ends and (self.created is None or self.created.begins <= now)

    def ended(self, now: datetime) -> bool:
        """Whether its last day is over at `now` (UTC)."""
        return self.expires.ends <= now

    def reminds_at(self, before: timedelta) -> datetime:
        """When people begin to hear of its end (UTC): this long before, and not before half of it is over."""
        begins = self.created.begins if self.created else datetime.min.replace(tzinfo=UTC)
        return self.expires.ends - min(before, (self.expires.ends - begins) / 2)

    def reaches(self, observation: Observation, around: Surroundings) -> bool:
        """Whether all its conditions but `advisories` hold; whether it is `live` is another question."""
        return all(condition.holds for condition in self.conditions(observation, around))

    def conditions(self, observation: Observation, around: Surroundings) -> "Iterator[Condition]":
        """Each of them with what it is held against; the next one only when somebody asks for it."""
        subject = observation.subject
        yield Condition("rules", self.rules, observation.rule, observation.rule in self.rules)
        if self.package:
            holds = bool(subject.purl and self.package.matches(subject.purl))
            yield Condition("package", (self.package,), subject.purl, holds)
        if self.commits:
            yield Condition("commits", self.commits, subject.commit, (subject.commit or "").lower() in self.commits)
        if self.versions is not None:
            holds = covers_version(self.versions, subject.purl, subject.version)
            yield Condition("versions", (self.versions,), subject.version, holds)
        if self.licenses:
            licenses = observation.licenses
            yield Condition("licenses", self.licenses, licenses, _all_named(licenses, self.licenses))
        yield from self._conditions_of_repository(around.repository)
        if self.branches:
            holds = around.branch is not None and any_matches(self.branches, around.branch)
            yield Condition("branches", self.branches, around.branch, holds)
        if self.paths:
            holds = bool(around.paths) and all(any_matches(self.paths, path) for path in around.paths)
            yield Condition("paths", self.paths, around.paths, holds)
        if self.below is not None:
            yield Condition("below", (self.below,), None, around.below(self.below))

    def _conditions_of_repository(self, repository: RepositoryFacts) -> "Iterator[Condition]":
        if self.repositories:
            holds = any_matches(self.repositories, repository.name or "")
            yield Condition("repositories", self.repositories, repository.name, holds)
        for name, values in self.properties.items():
            value = repository.properties.get(name)
            yield Condition(f"property {name}", values, value, value is not None and any_matches(values, value))

    def named(self, observation: Observation) -> frozenset[int]:
        """Which of the vulnerabilities it speaks of, by position; all of them where it names none."""
        if not self.advisories:
            return frozenset(range(len(observation.advisories)))
        mine = {advisory.lower() for advisory in self.advisories}
        return frozenset(
            position
            for position, names in enumerate(observation.advisories)
            if any(name.lower() in mine for name in names)
        )

    def whole(self, observation: Observation) -> bool:
        """Whether it speaks of every vulnerability of the observation; of one that has none, unless it names some."""
        if not observation.advisories:
            return not self.advisories
        return len(self.named(observation)) == len(observation.advisories)

    def for_repository(self, repository: RepositoryFacts) -> bool:
        """Whether it speaks of this repository at all."""
        return all(condition.holds for condition in self._conditions_of_repository(repository))


def any_matches(patterns: tuple[Pattern, ...], text: str) -> bool:
    """Whether one of the patterns is for this text."""
    return any(pattern.matches(text) for pattern in patterns)


def _all_named(judged: tuple[str, ...], named: tuple[LicenseText, ...]) -> bool:
    """Whether there is a license, and each that was judged is named."""
    return bool(judged) and all(any(text.same(license_) for text in named) for license_ in judged)
