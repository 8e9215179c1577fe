"""The policy as a value: the root of the file without the sections, which belong to the checks."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType
from typing import Annotated, Any, NamedTuple, Protocol

from checks.model.finding import Evidence, Level
from checks.model.phrase import Phrase
from checks.model.report import Mode, PolicyReference
from checks.policy.comments import CommentsKeys
from checks.policy.extends import Extended
from checks.policy.owners import Owners
from checks.policy.section import Section
from checks.policy.shape import LOWER, ApprovalSubject, CheckId, KeyFault, KeyPath, OneOrMore, Place, RuleId, key
from checks.policy.values import Account, Day, Duration, FilePath, Link, LockedKey, Release
from checks.policy.waivers import Waiver

TYPE_CHECKING = False
if TYPE_CHECKING:
    from checks.model.change import Change

#: The version of the file format that this release knows.
FORMAT = 1
#: Rules that come later than the edition of a policy are notes in it; one without an edition has the first.
EDITION = FIRST_EDITION = 2026
#: What `approvers` calls everything else, and what people call the matter of a check.
DEFAULT = "default"
MATTERS = {"license": "licenses", "vulnerability": "vulnerabilities"}


@dataclass(frozen=True, slots=True)
class Owner:
    """Who answers for the policy."""

    team: Account | None = key("The team that owns the policy: '@organization/team'.", default=None)
    contact: Link | None = key("Where people outside can ask; shown on public repositories too.", default=None)
    responds_within: Duration | None = key(
        "How soon a request is answered, for example `2 working days`.", default=None
    )
    escalate_to: Account | None = key(
        "Who else is told when a request is not answered in that time: docs/requests.md.", default=None
    )


@dataclass(frozen=True, slots=True)
class FactsKeys:
    """What the policy takes as known."""

    maximum_age: Duration | None = key(
        "How old data may be that can change: advisories, releases, health. Beyond it a package cannot be judged.",
        default=None,
        tighter=LOWER,
    )

    def faults(self) -> Iterator[KeyFault]:
        """Working days have no fixed length."""
        if self.maximum_age is not None and self.maximum_age.delta is None:
            yield KeyFault("maximum_age", "expected hours, days, weeks, months or years")


@dataclass(frozen=True, slots=True)
class RepositoryFile:
    """A repository's own file, which can only make the policy stricter."""

    honor: bool = key("Whether it is read, from the base of a change and never from its head.", default=False)
    path: FilePath = key("Where it is.", default=FilePath(".github/ospo-gate.yml"))


@dataclass(frozen=True, slots=True)
class Root:
    """The keys of a policy file besides the sections of the checks."""

    version: int = key(f"Version of this file format: {FORMAT}.")
    mode: Mode = key(
        "`enforce`: verdicts block. `evaluate`: verdicts are shown and never block. `off`: nothing is judged.",
        default=Mode.ENFORCE,
        tighter=("off", "evaluate", "enforce"),
    )
    minimum_version: Release | None = key(
        "The oldest ospo-gate that may apply this policy, for example `0.1`.", default=None
    )
    edition: int | None = key(
        f"The year of the rules that you have seen: those that come later are notes until you raise it. The newest is "
        f"{EDITION}. Default: {FIRST_EDITION}, the first.",
        default=None,
    )
    extends: Annotated[tuple[Extended, ...], OneOrMore] = key(
        "What this policy stands on: `template:NAME`, a file beside it, `owner/repo/path@COMMIT`; later ones win, and "
        "this file over all of them: docs/layers.md.",
        default=(),
    )
    locked: tuple[LockedKey, ...] = key(
        "Keys that nobody who extends this policy, and no override, may touch: `[licenses.deny]`.", default=()
    )
    mode_property: str | None = key(
        "The custom property of a repository whose value is its mode: `off`, `evaluate`, `enforce`, or GitHub's words "
        "`inactive`, `evaluate`, `active`. Default: none is read.",
        default=None,
    )
    repository_file: RepositoryFile = key(
        "A repository's own file, which can only make the policy stricter: docs/layers.md.",
        default_factory=RepositoryFile,
    )
    owner: Owner = key("Who answers for the policy.", default_factory=Owner)
    owners: Owners = key("Who answers for repositories: docs/where-used.md.", default_factory=Owners)
    facts: FactsKeys = key("What counts as known.", default_factory=FactsKeys)
    check_names: Mapping[CheckId, str] = key(
        "Fixed check-run names by check, so that existing branch protection keeps working: `{signoff: DCO}`.",
        default_factory=lambda: MappingProxyType({}),
    )
    comments: CommentsKeys = key(
        "Commands in comments on pull requests: docs/comments.md. `off`: none is obeyed.", default_factory=CommentsKeys
    )
    approvers: Mapping[ApprovalSubject, Annotated[tuple[Account, ...], OneOrMore]] = key(
        "Who approves exceptions, by check or by rule; `default`: all others. Without it the team of `owner`.",
        default_factory=lambda: MappingProxyType({}),
    )
    unwaivable: tuple[RuleId, ...] = key(
        "Rules that no waiver may name, besides those that none ever may, such as `malicious-package`.", default=()
    )
    waivers_last: Mapping[Level, Duration] = key(
        "How long a waiver may last, by the level of what it covers: `{block: 180 days}`. Default: as long as it says.",
        default_factory=lambda: MappingProxyType({}),
    )
    remind_before: Duration = key(
        "How long before the end of a waiver people are reminded of it.", default=Duration("14 days")
    )
    waivers: tuple[Waiver, ...] = key("Exceptions with a reason, an approver and an end.", default=())

    def faults(self) -> Iterator[KeyFault]:
        """What cannot be a length, and an edition that nobody has written."""
        if self.edition is not None and not FIRST_EDITION <= self.edition <= EDITION:
            known = str(EDITION) if EDITION == FIRST_EDITION else f"{FIRST_EDITION} to {EDITION}"
            yield KeyFault("edition", f"this release knows {known}", "update ospo-gate for a later one")
        if Level.OFF in self.waivers_last:
            yield KeyFault("waivers_last", "what is off needs no waiver")


class Coming(NamedTuple):
    """A level that a rule has from a day on."""

    level: Level
    day: Day
    until_then: Level


class ComingEntry(NamedTuple):
    """An entry of a list that holds from a day on."""

    path: KeyPath
    """Where it is written: the check, the keys, and its position."""
    day: Day
    name: str
    """What it is about, as the policy writes it."""
    line: int
    file: str
    """Empty: the main file of the policy."""


class Remark(NamedTuple):
    """Something about the layers of a policy that its readers must know: a finding of the check `inventory`."""

    rule: str
    name: str
    """What it is about: an entry of the policy."""
    headline: Phrase
    message: Phrase
    evidence: tuple[Evidence, ...] = ()
    policy_key: KeyPath = ()


class Later(Protocol):
    """What a policy becomes when more entries of its lists hold."""

    checks: frozenset[str]
    """The checks whose lists have such entries."""

    def policies(self) -> "Iterator[tuple[Day, Policy]]":
        """Each day, the nearest first, with the policy as it is then."""
        ...


class Narrowed(Protocol):
    """Which policy holds for single packages of a repository."""

    checks: frozenset[str]
    """The checks that may be told apart."""

    def of(self, change: "Change") -> "Policy": ...


@dataclass(frozen=True, slots=True)
class Policy:
    """A loaded policy. A check is on exactly if its id is in `sections`."""

    root: Root
    sections: Mapping[str, Section]
    levels: Mapping[str, Mapping[str, Level]]
    """Effective level of every rule, by check."""
    reference: PolicyReference
    places: Mapping[KeyPath, Place] = field(default_factory=dict)
    """Where each given value stands in the file; defaults are absent."""
    coming: Mapping[str, "Coming"] = field(default_factory=dict)
    """By rule: what comes into force later."""
    coming_entries: tuple[ComingEntry, ...] = ()
    """Entries of lists that hold from a later day on."""
    later: "Later | None" = field(default=None, compare=False)
    """Judges by them before their day, so that people are told; None: there are none."""
    changes_at: datetime | None = None
    """When time alone makes it another policy (UTC)."""
    remarks: tuple["Remark", ...] = ()
    """What people must know about how it came about."""
    announced: tuple[Phrase, ...] = ()
    """What will come, in sentences."""
    narrowed: "Narrowed | None" = field(default=None, compare=False)
    """Gives the policy of a single package, where it is not this one for all."""
    floor: "Policy | None" = field(default=None, compare=False)
    """What judges, too, because this one may only be stricter than it: of two verdicts the stricter counts."""
    cache: dict[str, Any] = field(default_factory=dict, init=False, repr=False, compare=False)
    """What is made once for a policy: the index of its waivers."""

    @property
    def mode(self) -> Mode:
        return self.root.mode

    def place_of(self, path: KeyPath) -> Place | None:
        """Where a key path stands, or its nearest given parent; None when all of it is default."""
        for length in range(len(path), 0, -1):
            if path[:length] in self.places:
                return self.places[path[:length]]
        return None
