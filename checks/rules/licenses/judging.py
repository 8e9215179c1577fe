"""Judging a package: its layers by the lists that hold for it, and what else there is to say about them."""

from collections.abc import Iterator
from typing import NamedTuple

from checks.licenses.judge import Verdict
from checks.model.change import Change, ChangeKind
from checks.model.dependency import Origin
from checks.model.facts import NOTHING, Facts, PackageKey, Want
from checks.model.finding import Level, Observation
from checks.model.phrase import Phrase
from checks.model.snapshot import Snapshot
from checks.rules.check import PullJudgment
from checks.rules.licenses.circumstances import Ruling, held_for, named_context
from checks.rules.licenses.elsewhere import judged_by_github, not_judged_here
from checks.rules.licenses.layers import Layers, layers, settled, states_license
from checks.rules.licenses.section import Detect, LicensesSection, advised


def wanted(change: Change, section: LicensesSection) -> Iterator[tuple[PackageKey, Want]]:
    """The license where the file says nothing of it, license texts where they decide, and what an update replaces."""
    stated = _stated(change)
    if not stated:
        return
    want = NOTHING if any(stated) else Want.LICENSE
    if _wants_texts(change, stated, section):
        want |= Want.TEXTS
    if want:
        yield (change.purl, change.version), want
    if change.kind is ChangeKind.UPDATED and section.levels.get("license-changed") is not Level.OFF:
        for item in change.before:
            if not item.license and item.version:
                yield (item.purl, item.version), Want.LICENSE


def _stated(change: Change) -> list[str | None]:
    """What the files say, one for each place but folders of the repository itself."""
    return [p.dependency.license for p in change.places if p.dependency.origin is not Origin.PATH]


def _wants_texts(change: Change, stated: list[str | None], section: LicensesSection) -> bool:
    if section.clarifications_for(change.purl, change.version) or section.detect is Detect.ALWAYS:
        return True
    if section.detect is Detect.NEVER or not states_license(change.purl):
        return False
    return not any(raw and settled(raw) for raw in stated)


def judged(change: Change, facts: Facts, section: LicensesSection) -> Iterator[Observation]:
    """What is said about one package version: first the license that counts, then what else there is to know.

    Of several statements and contexts the worst decides. Modules with the words load when there is something to say.
    """
    case = weighed(change, facts, section)
    if case is None:
        return
    yield from effective(change, case, facts, section)
    yield from further(change, case.layers, facts, section)


class Weighed(NamedTuple):
    """What counts of one package version, and how it is judged."""

    layers: Layers
    rulings: tuple[Ruling, ...] = ()
    """One for each statement under each set of circumstances."""

    @property
    def worst(self) -> Ruling | None:
        """The one that decides; None where nothing is known."""
        return max(self.rulings, key=_verdict, default=None)


def weighed(change: Change, facts: Facts, section: LicensesSection) -> Weighed | None:
    """The statements about a package version with their judgments; None for what is not judged."""
    stated = _stated(change)
    if change.kind is ChangeKind.REMOVED or not stated:
        return None
    known = facts.version(change.purl, change.version)
    found = layers(section, change.purl, change.version, stated, known)
    rulings = tuple(
        Ruling(claim, held.judge.verdicts[claim.raw], circumstances, held)
        for circumstances, held in held_for(change, facts, section)
        for claim in found.effective
    )
    return Weighed(found, rulings)


def effective(change: Change, case: Weighed, facts: Facts, section: LicensesSection) -> Iterator[Observation]:
    """What is said about the license that counts; nothing where GitHub's own gate says it."""
    if not judged_by_github(facts.repository, section):
        yield from _effective(change, case.layers, case.worst, facts, section)


def _effective(
    change: Change, found: Layers, worst: Ruling | None, facts: Facts, section: LicensesSection
) -> Iterator[Observation]:
    """What is said about the license that counts; `worst`: None where there is none."""
    if worst is None:
        if states_license(change.purl):
            from checks.rules.licenses.observations import missing

            yield missing(change, found, facts)
    elif worst.judgment.verdict is not Verdict.ALLOWED:
        from checks.rules.licenses.observations import refused

        yield refused(change, found, worst, section, facts)


def _verdict(ruling: Ruling) -> Verdict:
    return ruling.judgment.verdict


def further(change: Change, found: Layers, facts: Facts, section: LicensesSection) -> Iterator[Observation]:
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


def judged_whole(snapshot: Snapshot, facts: Facts, section: LicensesSection) -> PullJudgment:
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
        if judged_by_github(facts.repository, section):
            elsewhere = (not_judged_here(), *elsewhere)
        if not snapshot.listing.base:
            from checks.rules.licenses.allowances import unused

            observations += unused(snapshot, facts, section)
    return PullJudgment(None, tuple(observations), elsewhere)
