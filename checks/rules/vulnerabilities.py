"""The check `vulnerabilities`: known vulnerabilities and malware in packages, and the time to fix them."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from checks.model.change import Change
from checks.model.facts import Facts, PackageKey, Want
from checks.model.finding import Level, Observation
from checks.model.snapshot import Listing, Snapshot
from checks.rules.check import Check, Context, PullJudgment, Rule
from checks.vulnerabilities.terms import VulnerabilitiesSection

TYPE_CHECKING = False
if TYPE_CHECKING:
    from checks.model.trace import Step

RULES = (
    Rule(
        "malicious-package",
        Level.BLOCK,
        "A package version was reported as malware.",
        "Remove it, and replace every secret that a machine held on which it was installed.",
        waivable=False,
        everywhere=True,
    ),
    Rule(
        "vulnerability-exploited",
        Level.BLOCK,
        "A vulnerability of a package is being exploited: it is in CISA's catalog (KEV).",
        "Update to the version that is named, whatever its severity, also where the package was there before.",
        everywhere=True,
    ),
    Rule(
        "vulnerable",
        Level.BLOCK,
        "A package has a vulnerability at least as severe as `block_from`.",
        "Update to the version that is named. Where there is none, use another package, or ask for a waiver.",
    ),
    Rule(
        "vulnerability-likely",
        Level.BLOCK,
        "The probability that a vulnerability is exploited soon (EPSS) reaches `epss.block_from`.",
        "Update to the version that is named. It speaks only where the policy has `epss`.",
    ),
    Rule(
        "vulnerability-overdue",
        Level.BLOCK,
        "A vulnerability is in a package that was there before, and the time of `fix_within` is over.",
        "Update to the version that is named. It counts where a whole tree is judged, such as the default branch.",
    ),
    Rule(
        "vulnerability-due",
        Level.NOTE,
        "A vulnerability is in a package that was there before, and the time of `fix_within` is not over.",
        "Update before the day that is named; from then on it is `vulnerability-overdue`.",
    ),
    Rule(
        "vulnerable-below-threshold",
        Level.NOTE,
        "A package has a vulnerability that is less severe than `block_from`.",
        "Update when you can.",
    ),
    Rule(
        "vulnerability-fixed",
        Level.NOTE,
        "An update leaves a known vulnerability behind.",
        "Nothing to do.",
    ),
    Rule(
        "vulnerability-accepted",
        Level.NOTE,
        "A VEX statement that the policy trusts says that there is nothing to do, or `accept` names the vulnerability.",
        "Nothing to do until the day that is named, if one is.",
    ),
    Rule(
        "vex-ignored",
        Level.NOTE,
        "VEX statements do not count: their file is edited by this change or cannot be read, or nobody trusts them.",
        "Merge the file first, repair it, or add its author to `vex.authors`.",
    ),
    Rule(
        "track-violation",
        Level.BLOCK,
        "Dependency-Track reports that a package violates one of its policies, and `dependency_track.violations` "
        "takes that up.",
        "Change the package, or have the violation approved in Dependency-Track.",
    ),
    Rule(
        "severity-unknown",
        Level.BLOCK,
        "A package has a vulnerability whose severity nobody gives.",
        "Read the advisory. `block`, because it may be critical; the Go and Rust databases often give no severity.",
        could_not_tell=True,
    ),
    Rule(
        "advisories-unknown",
        Level.WARN,
        "No source could say whether a package version has vulnerabilities.",
        "Nothing to do where a source did not answer: it is asked again. Where none is connected, connect one.",
        could_not_tell=True,
    ),
    Rule(
        "advisory-version-unknown",
        Level.WARN,
        "A package has advisories, and its version cannot be compared with theirs, or there is no exact version.",
        "Lock the version; where it is a commit or a moving tag, compare it with the advisory or use a release.",
        could_not_tell=True,
    ),
    Rule(
        "exploitation-unknown",
        Level.WARN,
        "A package has vulnerabilities, and the source that knows whether they are exploited did not answer.",
        "Nothing to do: the source is asked again.",
        could_not_tell=True,
    ),
)


# What judges is imported where something is to judge: the command starts without it.


def wants(change: Change, _section: VulnerabilitiesSection) -> Iterator[tuple[PackageKey, Want]]:
    """The advisories of the version and, because it is said what an update fixes, of those that it replaces."""
    from checks.vulnerabilities.case import wanted

    return wanted(change)


def judge_dependency(
    change: Change, facts: Facts, section: VulnerabilitiesSection, context: Context
) -> Iterator[Observation]:
    """At most one observation a rule: what a package version has is one line, however many advisories there are."""
    from checks.vulnerabilities.case import Case
    from checks.vulnerabilities.judgment import said

    return said(Case(change, facts, section, context.now))


def changes_at(change: Change, facts: Facts, section: VulnerabilitiesSection, context: Context) -> datetime | None:
    """When the time to fix a vulnerability ends."""
    from checks.vulnerabilities.case import Case
    from checks.vulnerabilities.judgment import next_moment

    return next_moment(Case(change, facts, section, context.now))


def trace(change: Change, facts: Facts, section: VulnerabilitiesSection, context: Context) -> "Iterator[Step]":
    """How each vulnerability of one package version is judged."""
    from checks.vulnerabilities.case import Case
    from checks.vulnerabilities.tracing import traced

    return traced(Case(change, facts, section, context.now))


def texts(listing: Listing, section: VulnerabilitiesSection) -> Sequence[str]:
    """The files with VEX statements that the policy names."""
    if section.vex is None:
        return ()
    from checks.vulnerabilities import statements

    return statements.texts(listing, section.vex)


def own_facts(snapshot: Snapshot, section: VulnerabilitiesSection) -> Facts:
    """The VEX statements that the policy trusts."""
    if section.vex is None:
        return Facts()
    from checks.vulnerabilities import statements

    return statements.own_facts(snapshot, section.vex)


def judge_pull(snapshot: Snapshot, _facts: Facts, section: VulnerabilitiesSection, _context: Context) -> PullJudgment:
    """Notes about VEX statements that do not count."""
    if section.vex is None:
        return PullJudgment(None)
    from checks.vulnerabilities import statements

    return PullJudgment(None, tuple(statements.ignored(snapshot, section.vex)))


CHECK = Check(
    id="vulnerabilities",
    title="vulnerabilities",
    prefix="vul",
    noun="package",
    rules=RULES,
    section=VulnerabilitiesSection,
    judge_dependency=judge_dependency,
    judge_pull=judge_pull,
    wants=wants,
    trace=trace,
    changes_at=changes_at,
    texts=texts,
    own_facts=own_facts,
    alike=True,
)
