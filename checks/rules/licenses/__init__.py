"""The check `licenses`: what a package is under, judged by the policy's lists. It never draws a legal conclusion."""

from collections.abc import Iterator

from checks.licenses.judge import Verdict
from checks.model.change import Change, ChangeKind
from checks.model.dependency import Origin
from checks.model.facts import NOTHING, Facts, PackageKey, Want
from checks.model.finding import Level, Observation
from checks.model.phrase import Phrase
from checks.model.purl import type_of
from checks.model.snapshot import Snapshot
from checks.rules.check import Check, Context, PullJudgment, Rule
from checks.rules.licenses.circumstances import Ruling, held_for, named_context
from checks.rules.licenses.layers import Layers, layers, settled
from checks.rules.licenses.section import Detect, LicensesSection, advised

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

#: Kinds that no registry gives a license for: actions, images and providers are run, and judged only if one is known.
_NO_STATEMENT = frozenset({"github", "githubactions", "docker", "oci", "terraform", "helm", "nix", "devcontainer"})
#: The line `go 1.22` of a go.mod: it names the toolchain, which no registry has.
_TOOLCHAIN = "pkg:golang/stdlib"


def wants(change: Change, section: LicensesSection) -> Iterator[tuple[PackageKey, Want]]:
    """The license where the file says nothing of it, license texts where they decide, and what an update replaces."""
    stated = [place.dependency.license for place in change.places]
    want = NOTHING if any(stated) else Want.LICENSE
    if _wants_texts(change, stated, section):
        want |= Want.TEXTS
    if want:
        yield (change.purl, change.version), want
    if change.kind is ChangeKind.UPDATED and section.levels.get("license-changed") is not Level.OFF:
        for item in change.before:
            if not item.license and item.version:
                yield (item.purl, item.version), Want.LICENSE


def _wants_texts(change: Change, stated: list[str | None], section: LicensesSection) -> bool:
    if section.clarifications_for(change.purl, change.version) or section.detect is Detect.ALWAYS:
        return True
    return section.detect is Detect.MISSING and not any(raw and settled(raw) for raw in stated)


def judge_dependency(
    change: Change, facts: Facts, section: LicensesSection, _context: Context
) -> Iterator[Observation]:
    """What is said about one package version: first the license that counts, then what else there is to know.

    Of several statements and contexts the worst decides. Modules with the words load when there is something to say.
    """
    stated = [p.dependency.license for p in change.places if p.dependency.origin is not Origin.PATH]
    if change.kind is ChangeKind.REMOVED or not stated:
        return
    known = facts.version(change.purl, change.version)
    found = layers(section, change.purl, change.version, stated, known)
    rulings = [
        Ruling(claim, held.judge.verdicts[claim.raw], circumstances, held)
        for circumstances, held in held_for(change, facts, section)
        for claim in found.effective
    ]
    worst = max(rulings, key=_verdict, default=None)
    if worst is None:
        if type_of(change.purl) not in _NO_STATEMENT and change.purl != _TOOLCHAIN:
            from checks.rules.licenses.observations import missing

            yield missing(change, found, known)
    elif worst.judgment.verdict is not Verdict.ALLOWED:
        from checks.rules.licenses.observations import refused

        yield refused(change, found, worst, section, facts)
    yield from _further(change, found, facts, section)


def _verdict(ruling: Ruling) -> Verdict:
    return ruling.judgment.verdict


def _further(change: Change, found: Layers, facts: Facts, section: LicensesSection) -> Iterator[Observation]:
    """What the layers say of each other, of the version before and of the own code."""
    if found.clarified is not None:
        from checks.rules.licenses.clarifications import clarification

        yield from clarification(change, found)
    opinions = facts.version(change.purl, change.version).opinions
    if found.declared and (found.texts or opinions):
        from checks.rules.licenses.disagreements import disagreement

        yield from disagreement(change, found, opinions, [held for _, held in held_for(change, facts, section)])
    if found.declared and change.kind is ChangeKind.UPDATED:
        from checks.rules.licenses.disagreements import changed

        yield from changed(change, found, facts, [held for _, held in held_for(change, facts, section)])
    if found.effective and advised(section, facts):
        from checks.rules.licenses.compatibility import advice

        yield from advice(change, found, facts, section)


def judge_pull(snapshot: Snapshot, facts: Facts, section: LicensesSection, _context: Context) -> PullJudgment:
    """What is said about the repository as a whole; its packages are judged one by one."""
    observations: list[Observation] = []
    elsewhere: tuple[Phrase, ...] = ()
    if any(pair.head and pair.head.dependencies for pair in snapshot.manifests):
        if section.context_property and named_context(facts.repository, section) is None:
            from checks.rules.licenses.observations import context_unknown

            observations.append(context_unknown(facts.repository, section))
        if advised(section, facts):
            from checks.rules.licenses.compatibility import not_judged

            elsewhere = not_judged(snapshot, facts, section)
        if not snapshot.listing.base:
            from checks.rules.licenses.allowances import unused

            observations += unused(snapshot, facts, section)
    return PullJudgment(None, tuple(observations), elsewhere)


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
)
