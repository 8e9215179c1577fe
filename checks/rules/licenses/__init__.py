"""The check `licenses`: what a package is under, judged by the policy's lists. It never draws a legal conclusion."""

from collections.abc import Iterable

from checks.model.change import Change
from checks.model.facts import Facts, PackageKey, Want
from checks.model.finding import Level, Observation
from checks.model.snapshot import Snapshot
from checks.rules.check import Check, Context, PullJudgment, Rule
from checks.rules.licenses.section import LicensesSection

TYPE_CHECKING = False
if TYPE_CHECKING:
    from checks.model.trace import Step

RULES = (
    Rule(
        "license-not-allowed",
        Level.BLOCK,
        "A package is under a license that the policy does not allow.",
        "Use a version or a package whose license is allowed, or ask the owner of the policy for a waiver.",
    ),
    Rule(
        "license-unknown",
        Level.BLOCK,
        "A package declares something that is not understood as a license: an unknown id, an ambiguous name, a word.",
        "Look at the license text of the package; the owner of the policy can name the license under `clarify`.",
        could_not_tell=True,
    ),
    Rule(
        "license-missing",
        Level.WARN,
        "Nobody says under which license a package is.",
        "A warning, because most lock files of Python, Go and Rust carry no license. Set it to `block` once a source "
        "of license facts is connected or packages are installed where the check runs.",
        could_not_tell=True,
    ),
    Rule(
        "license-disagreement",
        Level.WARN,
        "A package declares one license and carries the text of another, or a second source names a worse one.",
        "Read the text. The owner of the policy can write down under `clarify` what is right.",
    ),
    Rule(
        "license-changed",
        Level.WARN,
        "An update declares another license than the version before.",
        "Projects do change their license. Whether the new one is allowed is said too; look before you take it.",
    ),
    Rule(
        "license-clarification-outdated",
        Level.WARN,
        "A clarification of the policy does not apply: the package no longer has the text that somebody read.",
        "The owner of the policy reads the new text and renews the entry of `clarify`, or removes it.",
    ),
    Rule(
        "license-clarification-unverified",
        Level.NOTE,
        "A clarification of the policy applies, but the text that it is pinned to is not known here.",
        "Install the packages where the check runs, or connect a source that knows their texts. Set it to `block` to "
        "take no clarification on trust.",
        could_not_tell=True,
    ),
    Rule(
        "license-incompatible",
        Level.NOTE,
        "The OSADL matrix does not let the license of a shipped dependency into a work under the license of this code.",
        "One opinion about one combined work, not about dynamic linking or separate programs, and no legal advice. "
        "Data: OSADL license compatibility matrix, © OSADL eG and contributors, CC-BY-4.0; it comes with the extra "
        "`compatibility`.",
    ),
    Rule(
        "license-context-unknown",
        Level.WARN,
        "The custom property that says how the repository reaches people is not there, or names no context.",
        "Set the property of the repository; on the command line: `--property NAME=VALUE`.",
        waivable=False,
        could_not_tell=True,
    ),
    Rule(
        "license-allowance-unused",
        Level.NOTE,
        "An entry of `allow`, `exceptions` or `clarify` has no effect on the whole tree (only with `--all`).",
        "Remove what no repository needs: it waits for something that nobody has looked at.",
        waivable=False,
    ),
)


# The judging loads with the first package, so that a run without any starts 7 ms sooner.


def wants(change: Change, section: LicensesSection) -> Iterable[tuple[PackageKey, Want]]:
    """The license where the file says nothing of it, license texts where they decide, and what an update replaces."""
    from checks.rules.licenses.judging import wanted

    return wanted(change, section)


def judge_dependency(
    change: Change, facts: Facts, section: LicensesSection, _context: Context
) -> Iterable[Observation]:
    """What is said about one package version."""
    from checks.rules.licenses.judging import judged

    return judged(change, facts, section)


def trace(change: Change, facts: Facts, section: LicensesSection, _context: Context) -> "Iterable[Step]":
    """How the license of one package version is judged."""
    from checks.rules.licenses.tracing import traced

    return traced(change, facts, section)


def judge_pull(snapshot: Snapshot, facts: Facts, section: LicensesSection, _context: Context) -> PullJudgment:
    """What is said about the repository as a whole."""
    if not snapshot.manifests:
        return PullJudgment(None)
    from checks.rules.licenses.judging import judged_whole

    return judged_whole(snapshot, facts, section)


CHECK = Check(
    id="licenses",
    title="licenses",
    prefix="lic",
    noun="package",
    rules=RULES,
    section=LicensesSection,
    judge_dependency=judge_dependency,
    judge_pull=judge_pull,
    wants=wants,
    trace=trace,
    alike=True,
)
