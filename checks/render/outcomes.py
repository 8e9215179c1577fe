"""The table of outcomes: what each conclusion means for the exit code, the check run, annotations and titles."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

from checks.model.finding import Finding, Level, Move
from checks.model.phrase import plain
from checks.model.report import CheckOutcome, Conclusion, Report
from checks.render.english import counted
from checks.render.limits import CHECK_TITLE, cut

Run = Literal["success", "failure", "action_required", "neutral", "skipped"]
Volume = Literal["error", "warning", "note"]

#: conclusion → (exit code, conclusion of the verdict's check run)
_TABLE: MappingProxyType[Conclusion, tuple[int, Run]] = MappingProxyType(
    {
        Conclusion.PASSED: (0, "success"),
        Conclusion.NOTHING_TO_CHECK: (0, "success"),
        Conclusion.WARNINGS: (0, "success"),
        Conclusion.BLOCKED: (1, "failure"),
        Conclusion.CANNOT_JUDGE: (1, "failure"),
        Conclusion.ACTION_REQUIRED: (1, "action_required"),
        Conclusion.WOULD_BLOCK: (0, "neutral"),
        Conclusion.OFF: (0, "skipped"),
    }
)

#: Conclusions under which the change may not be merged, or could not if the policy were enforced.
_STOPS = frozenset({Conclusion.BLOCKED, Conclusion.CANNOT_JUDGE, Conclusion.ACTION_REQUIRED, Conclusion.WOULD_BLOCK})

#: One thing that a person does or knows: findings with one cause, the first one speaks for all.
Thing = tuple[Finding, ...]


def exit_code(report: Report, enforce: bool = False) -> int:
    """0: may be merged; 1: may not. `enforce` lets mode evaluate fail as well. (2: usage, 3: internal error.)"""
    if enforce and report.conclusion is Conclusion.WOULD_BLOCK:
        return 1
    return _TABLE[report.conclusion][0]


def check_run_conclusion(report: Report) -> Run:
    """The conclusion of the verdict's check run, the one that branch protection requires."""
    return _TABLE[report.conclusion][1]


def check_conclusion(report: Report, check: str) -> Run:
    """The conclusion of one check's own run."""
    if report.conclusion is Conclusion.OFF:
        return "skipped"
    groups = grouped(report.of(check))
    if not groups.blocking:
        return "success"
    if report.conclusion is Conclusion.WOULD_BLOCK:
        return "neutral"
    waiting = all(finding.move in (Move.OWNER, Move.MAINTAINER, Move.SIGNER) for finding in groups.blocking)
    return "action_required" if waiting else "failure"


def volume(finding: Finding, report: Report) -> Volume:
    """How loud a finding is in annotations and SARIF: evaluate never says `error`, what does not count is a note."""
    if finding.blocks:
        return "warning" if report.conclusion is Conclusion.WOULD_BLOCK else "error"
    return "warning" if finding.warns else "note"


@dataclass(frozen=True, slots=True)
class Groups:
    """Findings by whose move it is, each group in the report's order."""

    to_fix: tuple[Finding, ...]
    """They block, and the author or a maintainer clears them."""
    approval: tuple[Finding, ...]
    """They block, and the owner of the policy must decide."""
    clears: tuple[Finding, ...]
    """They block, and time or a source that answers again clears them."""
    warnings: tuple[Finding, ...]
    notes: tuple[Finding, ...]
    accepted: tuple[Finding, ...]
    """Covered by a waiver, or set to pass by a person."""
    before: tuple[Finding, ...]
    """There before this change; they do not count."""

    @property
    def blocking(self) -> tuple[Finding, ...]:
        return (*self.to_fix, *self.approval, *self.clears)


def grouped(findings: Iterable[Finding]) -> Groups:
    groups: dict[str, list[Finding]] = {name: [] for name in Groups.__dataclass_fields__}
    for finding in findings:
        groups[_group(finding)].append(finding)
    return Groups(**{name: tuple(members) for name, members in groups.items()})


def _group(finding: Finding) -> str:
    if finding.accepted:
        return "accepted"
    if not finding.counts:
        return "before"
    if finding.level is Level.WARN:
        return "warnings"
    if finding.level is not Level.BLOCK:
        return "notes"
    if finding.move in (Move.CLOCK, Move.SERVICE):
        return "clears"
    return "approval" if finding.move is Move.OWNER else "to_fix"


#: Evidence in which commits of one rule differ for whoever has to repair them.
_OF_COMMITS = frozenset({"expected", "found", "tool"})


def things(findings: Iterable[Finding]) -> tuple[Thing, ...]:
    """Findings that have one cause together: one rule and one direct dependency, or one rule and several commits of
    which the same is said, or several people who have to sign one document."""
    together: dict[tuple[object, ...], list[Finding]] = {}
    for finding in findings:
        together.setdefault(_cause(finding), []).append(finding)
    return tuple(map(tuple, together.values()))


def _cause(finding: Finding) -> tuple[object, ...]:
    if finding.subject.commit:
        return (finding.rule, *(row.actual for row in finding.evidence if row.what in _OF_COMMITS))
    if finding.could_not_tell and finding.subject.purl:
        return (finding.rule, "one cause for all")
    if finding.subject.person:
        return (finding.rule, finding.subject.name)
    if len(finding.why) > 1:
        return (finding.rule, finding.why[0], finding.clears_at)
    return (finding.id, finding.subject.key, finding.subject.version)


def title(report: Report) -> str:
    """At most 60 characters beside the check: what must be done, and by whom."""
    match report.conclusion:
        case Conclusion.OFF:
            return "Not judged: the policy's mode is off"
        case Conclusion.NOTHING_TO_CHECK:
            return "Nothing to check"
        case Conclusion.CANNOT_JUDGE:
            return _cannot_judge(report.blocking)
        case Conclusion.WOULD_BLOCK:
            return _joined("would block: ", _parts(report.findings))
    return _joined("", _parts(report.findings)) if _parts(report.findings) else "Everything is in order"


def check_title(report: Report, outcome: CheckOutcome) -> str:
    """The title of one check's own run."""
    parts = _parts(report.of(outcome.check))
    if report.conclusion is Conclusion.OFF:
        return title(report)
    if not parts:
        judged = f": {counted(outcome.judged, outcome.noun)}" if outcome.judged else ""
        return cut(f"Everything is in order{judged}", CHECK_TITLE)
    blocked = grouped(report.of(outcome.check)).blocking
    return _joined("would block: " if blocked and report.conclusion is Conclusion.WOULD_BLOCK else "", parts)


def _parts(findings: Sequence[Finding]) -> list[str]:
    groups = grouped(findings)
    fix, approval, clears = (len(things(group)) for group in (groups.to_fix, groups.approval, groups.clears))
    parts = [
        f"{fix} to fix" if fix else "",
        ("1 waits for approval" if approval == 1 else f"{approval} wait for approval") if approval else "",
        ("1 clears by itself" if clears == 1 else f"{clears} clear by themselves") if clears else "",
        counted(len(things(groups.warnings)), "warning") if groups.warnings else "",
        f"{len(groups.accepted)} waived" if groups.accepted else "",
    ]
    shown = [part for part in parts if part]
    return [] if shown == parts[-1:] else shown


def _joined(start: str, parts: Sequence[str]) -> str:
    """As many parts as fit; the first ones matter most."""
    text = start + parts[0] if parts else start.removesuffix(": ")
    for part in parts[1:]:
        if len(text) + len(part) + 3 <= CHECK_TITLE:
            text += f" · {part}"
    return text


def _cannot_judge(blocking: Sequence[Finding]) -> str:
    if len(blocking) == 1:
        whole = f"could not judge: {plain(blocking[0].headline)}"
        if len(whole) <= CHECK_TITLE:
            return whole
    nouns = [_noun(finding) for finding in blocking]
    return _joined("could not judge: ", [counted(nouns.count(noun), noun) for noun in dict.fromkeys(nouns)])


def _noun(finding: Finding) -> str:
    subject = finding.subject
    return "package" if subject.purl else "commit" if subject.commit else "person" if subject.person else "file"


def stops(report: Report) -> bool:
    """Whether something blocks, or would."""
    return report.conclusion in _STOPS


def row(report: Report, outcome: CheckOutcome) -> str:
    """One cell of the table of checks: `❌ 1 of 41`, `⏳ 1 of 41`, `✅`, or a dot if nothing was judged."""
    groups = grouped(report.of(outcome.check))
    waiting = any(finding.move is Move.CLOCK for finding in groups.clears)
    for sign, group in (
        ("❌", groups.to_fix),
        ("✋", groups.approval),
        ("⏳" if waiting else "❔", groups.clears),
        ("⚠️", groups.warnings),
    ):
        if group:
            subjects = len({str(finding.subject) for finding in group})
            return (
                f"{sign} {subjects:,} of {outcome.judged:,}" if outcome.judged >= subjects else f"{sign} {subjects:,}"
            )
    return "✅" if outcome.judged else "·"
