"""The report on a terminal: the verdict first, then what to do, calm and aligned."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from checks.model.finding import Finding, Move
from checks.model.phrase import Phrase
from checks.model.report import Conclusion, Report
from checks.render import sentences
from checks.render.english import capital, moment
from checks.render.limits import cut, first
from checks.render.markdown import pastable
from checks.render.outcomes import Groups, Thing, grouped, things, title
from checks.render.plaintext import line, shown

#: How many things of a group are printed, and how many further names one of them lists.
ITEMS, NAMES = 20, 5
_LABEL = 8

_SIGNS = {
    Conclusion.PASSED: ("✓", "green"),
    Conclusion.NOTHING_TO_CHECK: ("✓", "green"),
    Conclusion.OFF: ("·", "dim"),
    Conclusion.WARNINGS: ("!", "yellow"),
    Conclusion.WOULD_BLOCK: ("!", "yellow"),
}
_STYLES = {"red": "31", "green": "32", "yellow": "33", "cyan": "36", "bold": "1", "dim": "2"}


def text(report: Report, *, color: bool = False, width: int = 100, now: datetime | None = None) -> str:
    """The report for people, ending in a line end. `color` adds ANSI styles; lines wrap at `width` where they can.
    `now` (UTC) lets it say how old the data is."""
    screen = _Screen(color, max(width, 40))
    rows = [*_document(report, screen), *(_data(report, screen, now) if now else ())]
    lines = "\n".join(rows).split("\n")
    return "\n".join(_not_a_command(row).rstrip() for row in lines).strip("\n") + "\n"


def _not_a_command(row: str) -> str:
    """The Actions runner obeys lines that begin with `::`, also after spaces; no name may speak to it."""
    if row.lstrip().startswith("::"):
        row = row.replace("::", ":\\x3a", 1)
    return row.replace("##[", "#\\x23[") if "##[" in row else row


class _Screen:
    """Styles and wrapping."""

    def __init__(self, color: bool, width: int) -> None:
        self.color, self.width = color, width

    def style(self, words: str, *styles: str) -> str:
        if not self.color or not words:
            return words
        return f"\x1b[{';'.join(_STYLES[style] for style in styles)}m{words}\x1b[0m"

    def wrap(self, words: str, indent: int = 0, hanging: int | None = None) -> Iterator[str]:
        """Lines of at most `width`; a longer word stands alone and whole, so that it can be copied."""
        row, hanging = " " * indent, indent if hanging is None else hanging
        empty = True
        for word in words.split(" "):
            if not empty and len(row) + 1 + len(word) > self.width:
                yield row
                row, empty = " " * hanging, True
            row += word if empty else f" {word}"
            empty = False
        yield row

    def field(self, label: str, words: str) -> Iterator[str]:
        """`    fix     chart-kit 4.1.3 does without it.`"""
        start = 4 + _LABEL
        for position, row in enumerate(self.wrap(words, start)):
            yield f"    {self.style(f'{label:<{_LABEL}}', 'dim')}{row[start:]}" if position == 0 else row


def _document(report: Report, screen: _Screen) -> Iterator[str]:
    sign, hue = _SIGNS.get(report.conclusion, ("✗", "red"))
    yield screen.style(f"{sign} {capital(shown(title(report)))}", hue, "bold")
    if report.conclusion is Conclusion.OFF:
        yield from ("", *screen.wrap(line(sentences.off(report))))
        return
    groups = grouped(report.findings)
    yield from _section(report, screen, "To fix", things(groups.to_fix), "red")
    yield from _repair(report, screen, groups)
    yield from _section(report, screen, "Waits for approval", things(groups.approval), "yellow")
    yield from _section(report, screen, "Clears by itself", things(groups.clears), "yellow")
    yield from _section(report, screen, "Warnings", things(groups.warnings), "yellow")
    yield from _section(report, screen, "Notes", things(groups.notes), "cyan")
    yield from _accepted(report, screen, groups)
    yield from _rest(report, screen, groups)


def _section(report: Report, screen: _Screen, heading: str, found: Sequence[Thing], hue: str) -> Iterator[str]:
    if not found:
        return
    yield from ("", screen.style(heading, "bold"))
    for thing in found[:ITEMS]:
        yield ""
        yield from _thing(report, screen, thing, hue)
    if len(found) > ITEMS:
        yield from ("", f"  and {len(found) - ITEMS:,} more: --format json lists all of them")


def _thing(report: Report, screen: _Screen, thing: Thing, hue: str) -> Iterator[str]:
    finding = thing[0]
    id_ = screen.style(shown(finding.id), "dim")
    yield f"  {screen.style(_place(finding), 'bold')}  {screen.style(shown(finding.rule), hue)}  {id_}"
    yield from screen.wrap(line(finding.message), 4)
    if finding.guidance:
        yield from screen.wrap(line(sentences.sentence((finding.guidance.text.strip(),))), 4)
    for label, words in _fields(report, finding):
        yield from screen.field(label, words)
    if len(thing) > 1:
        yield from screen.field("also", line(sentences.others(thing, NAMES)))
    if finding.fix:
        yield from screen.field("fix", line(sentences.headed(sentences.sentence(finding.fix.summary))))
        if not (report.repair and finding.blocks):
            yield from _commands(screen, finding.fix.commands, 4 + _LABEL)
        if finding.fix.without_terminal:
            yield from screen.field("or", line(sentences.headed(sentences.sentence(finding.fix.without_terminal))))


def _fields(report: Report, finding: Finding) -> Iterator[tuple[str, str]]:
    fields: tuple[tuple[str, Phrase], ...] = (
        ("via", sentences.chain(finding)),
        ("also in", _related(finding)),
        ("policy", sentences.policy_place(report, finding)),
    )
    yield from ((label, line(words)) for label, words in fields if words)
    if finding.clears_at:
        yield "until", moment(finding.clears_at)
    elif finding.move is Move.SERVICE:
        yield "until", "the source answers"
    if finding.guidance and finding.guidance.link:
        yield "more", shown(finding.guidance.link)


def _related(finding: Finding) -> Phrase:
    places = [_at(line(sentences.place(place))) for place in finding.related]
    return (", ".join(first(places, NAMES)),) if places else ()


def _at(place: str) -> str:
    path, comma, number_ = place.rpartition(", line ")
    return f"{path}:{number_}" if comma else place


def _place(finding: Finding) -> str:
    """`package.json:31`, which terminals make clickable; a commit where there is no file."""
    if finding.location:
        return _at(line(sentences.place(finding.location)))
    return line(sentences.subject(finding.subject))


def _repair(report: Report, screen: _Screen, groups: Groups) -> Iterator[str]:
    if not report.repair:
        return
    yield from ("", screen.style(sentences.repair_heading(things(groups.to_fix)), "bold"), "")
    yield from _commands(screen, report.repair, 2)


def _commands(screen: _Screen, commands: Sequence[str], indent: int) -> Iterator[str]:
    """Whole and never wrapped, so that they can be pasted."""
    if not pastable(commands):
        yield f"{' ' * indent}(left out, because a name in the commands has invisible characters)"
        return
    for command in commands:
        for row in command.split("\n"):
            yield f"{' ' * indent}{screen.style(row, 'cyan')}"


def _accepted(report: Report, screen: _Screen, groups: Groups) -> Iterator[str]:
    if not groups.accepted:
        return
    yield from ("", screen.style("Accepted", "bold"))
    public = report.repository.public
    items = [line(sentences.accepted(f, public)) for f in groups.accepted]
    for item in first(items, ITEMS):
        yield from screen.wrap(item, 2, 4)


def _rest(report: Report, screen: _Screen, groups: Groups) -> Iterator[str]:
    yield ""
    for words in filter(None, (sentences.fine(report), sentences.before(groups))):
        yield from screen.wrap(words)
    for notice in sentences.notices(report):
        yield from screen.wrap(cut(line(notice), 2_000))
    if report.contact and groups.blocking:
        waivable = any(finding.waivable for finding in groups.blocking)
        words = f"{line(sentences.exception(report))}." if waivable else "Questions?"
        yield from screen.wrap(f"{words} Contact: {shown(report.contact)}")
    yield screen.style(capital(line(sentences.judged_by(report))), "dim")


def _data(report: Report, screen: _Screen, now: datetime) -> Iterator[str]:
    if words := sentences.data(report, now):
        for row in screen.wrap(line(words)):
            yield screen.style(row, "dim")
