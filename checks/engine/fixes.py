"""The smallest fix for each finding: another version that passes every check, or undoing what the change did."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from checks.engine.block import block
from checks.engine.candidates import Choice, Shortlist, bad_bases, judged, shortlist
from checks.engine.locked import OR, Places
from checks.engine.moving import Moving
from checks.engine.plan import Plan
from checks.engine.undoing import Undoing
from checks.model.facts import Facts, PackageKey
from checks.model.finding import Finding, Fix, Move
from checks.model.phrase import join, say
from checks.model.report import Report
from checks.policy.schema import Policy
from checks.rules.ids import OUTDATED


def propose(
    report: Report,
    plan: Plan,
    facts: Facts,
    policy: Policy,
    now: datetime,
    only: frozenset[str] | None = None,
    short: Shortlist | None = None,
) -> Report:
    """`report`, which has no fixes of the engine yet, with one wherever one is known, and the block that makes the
    change pass where commands can. Candidates are those of `short`, else what `facts` name; `now` is UTC."""
    if short is None:
        short = shortlist(report, plan, facts, policy, now, only)
    choices = judged(short, report, plan, facts, policy, now, only)
    undone = bad_bases(report, plan, facts, policy, now, only)
    places = Places(plan)
    fixer = _Fixer(places, facts, policy, choices, undone)
    report = replace(report, findings=tuple(map(fixer.fixed, report.findings)))
    return replace(report, repair=block(report, places, policy))


class _Fixer:
    def __init__(
        self,
        places: Places,
        facts: Facts,
        policy: Policy,
        choices: Mapping[PackageKey, Choice],
        bad_bases: frozenset[PackageKey],
    ) -> None:
        self.plan = places.plan
        self.policy = policy
        self.moving = Moving(places, facts, choices)
        self.undoing = Undoing(places)
        self.bad_bases = bad_bases

    def fixed(self, finding: Finding) -> Finding:
        if not (finding.blocks or finding.warns) or finding.move is Move.SERVICE:
            return finding
        evidence = (*finding.evidence, *self.moving.evidence(finding))
        return replace(finding, evidence=evidence, fix=finding.fix or self._fix(finding))

    def _fix(self, finding: Finding) -> Fix | None:
        """A command for another version, else one that undoes the change, else words."""
        moved = self.moving.fix(finding)
        if moved is not None and (moved.commands or moved.suggestion):
            return moved
        words = moved or self._instead(finding)
        undone = self.undoing.fix(finding) if self._may_undo(finding) else None
        if words is not None and undone is not None:
            return Fix(join([undone.summary, words.summary], last=OR), undone.commands)
        return undone or words

    def _may_undo(self, finding: Finding) -> bool:
        # What ends by itself needs no undoing: the author has nothing to do.
        asked = finding.blocks and finding.move is not Move.CLOCK
        asked = asked or (finding.counts and finding.rule == OUTDATED)
        key = (finding.subject.purl or "", finding.subject.version)
        return asked and finding.introduced and not self.plan.everything and key not in self.bad_bases

    def _instead(self, finding: Finding) -> Fix | None:
        """Another package, where the policy's advice names one."""
        section, subject = self.policy.sections.get("packages"), finding.subject
        if section is None or subject.purl is None or finding.check != "licenses":
            return None
        from checks.packages.terms import PackagesSection

        assert isinstance(section, PackagesSection)
        place = section.advised(subject.purl, subject.version)
        names = [say("{}", name.name) for name in section.advice[place].instead] if place is not None else []
        return Fix(("use ", *join(names, last=" or "), *say(" instead of {}", subject.name or "it"))) if names else None
