"""The policy as a value: the root of the file without the sections, which belong to the checks."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from checks.model.finding import Level
from checks.model.report import Mode, PolicyReference
from checks.policy.comments import CommentsKeys
from checks.policy.owners import Owners
from checks.policy.section import Section
from checks.policy.shape import CheckId, KeyFault, KeyPath, Place, key
from checks.policy.values import Account, Duration, Link, Release
from checks.policy.waivers import Waiver

#: The version of the file format that this release knows.
FORMAT = 1


@dataclass(frozen=True, slots=True)
class Owner:
    """Who answers for the policy."""

    team: Account | None = key("The team that owns the policy: '@organization/team'.", default=None)
    contact: Link | None = key("Where people outside can ask; shown on public repositories too.", default=None)
    responds_within: Duration | None = key(
        "How soon a request is answered, for example `2 working days`.", default=None
    )


@dataclass(frozen=True, slots=True)
class FactsKeys:
    """What the policy takes as known."""

    maximum_age: Duration | None = key(
        "How old data may be that can change: advisories, releases, health. Beyond it a package cannot be judged.",
        default=None,
    )

    def faults(self) -> Iterator[KeyFault]:
        """Working days have no fixed length."""
        if self.maximum_age is not None and self.maximum_age.delta is None:
            yield KeyFault("maximum_age", "expected hours, days, weeks, months or years")


@dataclass(frozen=True, slots=True)
class Root:
    """The keys of a policy file besides the sections of the checks."""

    version: int = key(f"Version of this file format: {FORMAT}.")
    mode: Mode = key(
        "`enforce`: verdicts block. `evaluate`: verdicts are shown and never block. `off`: nothing is judged.",
        default=Mode.ENFORCE,
    )
    minimum_version: Release | None = key(
        "The oldest ospo-gate that may apply this policy, for example `0.1`.", default=None
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
    waivers: tuple[Waiver, ...] = key("Exceptions with a reason, an approver and an end.", default=())


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

    @property
    def mode(self) -> Mode:
        return self.root.mode

    def line_of(self, path: KeyPath) -> int | None:
        """The line of a key path, or of its nearest given parent; None when all of it is default."""
        for length in range(len(path), 0, -1):
            if path[:length] in self.places:
                return self.places[path[:length]].line
        return None
