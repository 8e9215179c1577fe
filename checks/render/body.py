"""The body that comment and step summary share: three groups by whose move it is, one block to paste, the rest."""

from collections.abc import Iterator, Sequence

from checks.model.finding import Finding, Move
from checks.model.report import Report
from checks.render import sentences
from checks.render.english import capital, counted, moment
from checks.render.limits import cut, first
from checks.render.markdown import code, link, pastable, phrase, prose, shell_block
from checks.render.outcomes import Groups, Thing, things
from checks.render.presentation import Presentation, linked_place, signing

#: How many names one item lists, how many commands an item shows by itself, and how long the block may be.
NAMES, COMMANDS, BLOCK = 8, 3, 12_000


def paragraphs(report: Report, groups: Groups, presentation: Presentation, shown: int) -> Iterator[str]:
    """Everything between heading and footer; each list shows at most `shown` items."""
    yield from _to_fix(report, groups, presentation, shown)
    yield from _bullets("Waiting for an approval", _approvals(report, groups, presentation), shown)
    yield from _bullets(_clears_heading(groups), [_clearing(thing) for thing in things(groups.clears)], shown)
    warnings = [_item(report, presentation, thing) for thing in things(groups.warnings)]
    yield from _bullets("Warnings, which do not block" if groups.blocking else "", warnings, shown)
    yield from _accepted(report, groups, shown)
    yield " ".join(_rest(report, groups))


def _to_fix(report: Report, groups: Groups, presentation: Presentation, shown: int) -> Iterator[str]:
    todo = things(groups.to_fix)
    for position, thing in enumerate(todo[:shown], 1):
        yield f"**{position}. {_said(thing)}** {_explained(report, presentation, thing)}"
    if len(todo) > shown:
        rest = len(todo) - shown
        where = link("all of them", presentation.details_url) if presentation.details_url else "the checks list them"
        yield f"**And {rest:,} more** ({where})." if shown else f"**{counted(rest, 'thing')} to fix** ({where})."
    if report.repair:
        yield _repair(report, todo)
    if ways := [thing[0].fix.without_terminal for thing in todo if thing[0].fix and thing[0].fix.without_terminal]:
        yield f"No terminal? {phrase(sentences.headed(sentences.sentence(ways[0])))}"


def _repair(report: Report, todo: Sequence[Thing]) -> str:
    if not pastable(report.repair):
        return "The commands are left out, because a name in them has invisible characters."
    block = shell_block(report.repair)
    if len(block) > BLOCK:
        return "The commands are too long to show here: `ospo-gate check` prints them on a checkout."
    return f"{sentences.repair_heading(todo)}:\n{block}"


def _said(thing: Thing) -> str:
    return phrase(sentences.sentence(thing[0].message))


def _item(report: Report, presentation: Presentation, thing: Thing) -> str:
    return f"{_said(thing)} {_explained(report, presentation, thing)}"


def _explained(report: Report, presentation: Presentation, thing: Thing) -> str:
    """Everything after the first sentence of an item."""
    finding = thing[0]
    others, page = _others(thing), signing(finding, presentation)
    parts = (_guidance(finding), _where(report, presentation, finding), others, _fix(report, finding), page)
    return f"{' '.join(part for part in parts if part)} · {code(finding.id)}".lstrip()


def _guidance(finding: Finding) -> str:
    if finding.guidance is None:
        return ""
    text = finding.guidance.text.strip()
    words = prose(text if text.endswith((".", "!", "?")) else f"{text}.") if text else ""
    more = link("Read more", finding.guidance.link)
    return f"{words} {more}." if more != "Read more" else words


def _where(report: Report, presentation: Presentation, finding: Finding) -> str:
    place = linked_place(report, presentation, finding.location) if finding.location else ""
    if place and finding.related:
        place += f" and {counted(len(finding.related), 'more place')}"
    if chain := sentences.chain(finding):
        return f"It comes with {phrase(chain)}{f' ({place})' if place else ''}."
    return f"See {place}." if place else ""


def _others(thing: Thing) -> str:
    if len(thing) == 1:
        return ""
    others = phrase(sentences.others(thing, NAMES))
    return f"The same goes for {others}." if sentences.alike(thing) else f"And {others}."


def _fix(report: Report, finding: Finding) -> str:
    """The way out in words; commands only where no block below holds them: it is for what blocks."""
    if finding.fix is None:
        return ""
    words = phrase(sentences.headed(sentences.sentence(finding.fix.summary)))
    commands = finding.fix.commands
    if (report.repair and finding.blocks) or not commands or len(commands) > COMMANDS:
        return words
    if not pastable(commands) or "\n" in "".join(commands):
        return words
    return f"{words} Run {', then '.join(code(command, BLOCK) for command in commands)}."


def _clears_heading(groups: Groups) -> str:
    if not groups.to_fix and not groups.approval:
        return ""  # the comment's own heading has said it
    one = len(things(groups.clears)) == 1
    return "Nothing to do, this clears by itself" if one else "Nothing to do, these clear by themselves"


def _clearing(thing: Thing) -> str:
    finding = thing[0]
    sign = "❔" if finding.move is Move.SERVICE else "⏳"
    if finding.clears_at:
        said = f"{phrase(sentences.clause(finding.message))}: green on **{moment(finding.clears_at)}**."
    else:
        said = _said(thing) + (" We ask again until the source answers." if finding.move is Move.SERVICE else "")
    fix = phrase(sentences.headed(sentences.sentence(finding.fix.summary))) if finding.fix else ""
    return f"{' '.join(part for part in (sign, said, fix, _others(thing)) if part)} · {code(finding.id)}"


def _approvals(report: Report, groups: Groups, presentation: Presentation) -> list[str]:
    return [f"✋ {_item(report, presentation, thing)}" for thing in things(groups.approval)]


def _bullets(heading: str, items: Sequence[str], shown: int) -> Iterator[str]:
    if items:
        bullets = "\n".join(f"- {item}" for item in first(items, shown))
        yield f"**{heading}**\n{bullets}" if heading else bullets


def _accepted(report: Report, groups: Groups, shown: int) -> Iterator[str]:
    items = [phrase(sentences.accepted(finding, report.repository.public)) for finding in groups.accepted]
    if len(items) == 1:
        yield f"**Accepted** {items[0]}."
    else:
        yield from _bullets("Accepted", items, shown)


def _rest(report: Report, groups: Groups) -> Iterator[str]:
    """What is fine, what was there before and what there is to know about the run: one paragraph."""
    notes = counted(len(groups.notes), "note") if groups.notes else ""
    yield from filter(None, (sentences.fine(report), sentences.before(groups)))
    if notes:
        yield f"{capital(notes)} {'stands' if len(groups.notes) == 1 else 'stand'} in the checks."
    for notice in sentences.notices(report):
        yield cut(phrase(notice), 4_000)
