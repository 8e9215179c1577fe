"""Markdown for the Action's step summary and `--format markdown`: the comment's body and the table of checks."""

from checks.model.report import Conclusion, Report
from checks.render import sentences
from checks.render.body import paragraphs
from checks.render.comment import heading
from checks.render.limits import STEP_SUMMARY, fit, utf8_length
from checks.render.markdown import cell, code, phrase
from checks.render.outcomes import grouped, row, title
from checks.render.presentation import Presentation

#: How many items each list shows; there is room, but a page is read by people.
ITEMS = 100


def summary(report: Report, presentation: Presentation | None = None) -> str:
    """The whole verdict as one Markdown document of at most 1 MiB."""
    shown_with = presentation or Presentation()
    return fit(lambda shown: _document(report, shown_with, shown), ITEMS, STEP_SUMMARY, size=utf8_length)


def _document(report: Report, presentation: Presentation, shown: int) -> str:
    if report.conclusion is Conclusion.OFF:
        return f"### {title(report)}\n\n{phrase(sentences.off(report))}\n"
    groups = grouped(report.findings)
    first = title(report) if report.conclusion is Conclusion.NOTHING_TO_CHECK else heading(report, groups)
    parts = (f"### {first}", *paragraphs(report, groups, presentation, shown), table(report), judged(report))
    return "\n\n".join(part for part in parts if part) + "\n"


def table(report: Report) -> str:
    """One column a check, one row of what it found; empty when no check ran."""
    if not report.outcomes:
        return ""
    rows = (
        [cell((outcome.title,)) for outcome in report.outcomes],
        [":-:"] * len(report.outcomes),
        [row(report, outcome) for outcome in report.outcomes],
    )
    return "\n".join(f"| {' | '.join(cells)} |" for cells in rows)


def judged(report: Report) -> str:
    """What was judged by what, and how to get the same verdict locally."""
    text = phrase(sentences.judged_by(report))
    same = sentences.same_verdict(report)
    return f"{text[:1].upper()}{text[1:]}." + (f" The same verdict on your machine: {code(same)}" if same else "")
