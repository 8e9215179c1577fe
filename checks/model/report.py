"""The verdict: findings, the outcome of each check and one conclusion. Every renderer starts here."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from checks.model.facts import RepositoryFacts, SourceState
from checks.model.finding import Finding
from checks.model.phrase import Phrase


class Mode(StrEnum):
    ENFORCE = "enforce"
    EVALUATE = "evaluate"
    OFF = "off"


class Conclusion(StrEnum):
    """The verdict in one word. `checks.render.outcomes` maps it to exit codes and check-run conclusions."""

    PASSED = "passed"
    NOTHING_TO_CHECK = "nothing-to-check"
    WARNINGS = "warnings"
    BLOCKED = "blocked"
    CANNOT_JUDGE = "cannot-judge"
    """Blocked, and only because something could not be read or known."""
    ACTION_REQUIRED = "action-required"
    """Blocked until a person acts without changing the code: decides, approves or signs."""
    WOULD_BLOCK = "would-block"
    """Mode evaluate: it would block under enforce."""
    OFF = "off"


@dataclass(frozen=True, slots=True)
class CheckOutcome:
    """What one check did."""

    check: str
    title: str
    judged: int
    """How many subjects were judged (package versions, commits, files)."""
    noun: str
    """Singular of what was counted: `package`, `commit`, `manifest`."""
    not_judged_here: tuple[Phrase, ...] = ()
    """What only the service can know; outside the exit code."""


@dataclass(frozen=True, slots=True)
class PolicyReference:
    """Which policy judged: `source` for people (`policy.yaml`, `example/policy@main`), digest of its bytes."""

    source: str
    digest: str
    revision: str | None = None
    built_in: bool = False


@dataclass(frozen=True, slots=True)
class Report:
    """Everything a reader needs, and nothing that changes when the same input is judged again."""

    conclusion: Conclusion
    mode: Mode
    findings: tuple[Finding, ...]
    outcomes: tuple[CheckOutcome, ...]
    policy: PolicyReference
    base: str
    head: str
    repository: RepositoryFacts
    notices: tuple[Phrase, ...] = ()
    """Sentences about the run itself: the policy is changed here, a newer policy is needed and so on."""
    repair: tuple[str, ...] = ()
    """One block of commands that fixes everything that commands can fix, in the order in which it works."""
    judge_again_at: datetime | None = None
    contact: str | None = None
    """`owner.contact` of the policy: the public place to ask."""
    answered_within: str | None = None
    """`owner.responds_within`, in the policy's own words."""
    sources: tuple[SourceState, ...] = ()
    """The sources of facts that were asked, how old their data is and which of them could not answer."""

    def of(self, check: str) -> tuple[Finding, ...]:
        return tuple(finding for finding in self.findings if finding.check == check)

    @property
    def blocking(self) -> tuple[Finding, ...]:
        return tuple(finding for finding in self.findings if finding.blocks)

    @property
    def warnings(self) -> tuple[Finding, ...]:
        return tuple(finding for finding in self.findings if finding.warns)

    @property
    def notes(self) -> tuple[Finding, ...]:
        return tuple(finding for finding in self.findings if finding.notes)

    @property
    def waived(self) -> tuple[Finding, ...]:
        return tuple(finding for finding in self.findings if finding.waiver is not None)

    @property
    def before(self) -> tuple[Finding, ...]:
        """What was there before this change and does not count."""
        return tuple(f for f in self.findings if not f.introduced and not f.counts and not f.accepted)
