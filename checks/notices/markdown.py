"""Notices as Markdown: whatever comes from a package stands in code spans and fences."""

import re
from collections.abc import Iterator

from checks.model.phrase import say
from checks.notices.document import Component, Document, LicenseGroup
from checks.notices.listing import marks
from checks.notices.sentences import NO_TEXT, PASSED_ON, body, heading, introduction
from checks.render import markdown

_FENCES = re.compile(r"`{3,}")


def to_markdown(document: Document) -> str:
    """The whole file, ending with a line end."""
    return "\n".join(_lines(document)) + "\n"


def _lines(document: Document) -> Iterator[str]:
    yield from ("# Third-party notices", "", introduction(document), "")
    begin, end = marks(document.scope, "<!--", "-->")
    yield from (begin, "", "| Package | License | Package URL |", "|---|---|---|")
    for component in document.components:
        cells = (markdown.cell(say("{}", text)) for text in (component.label, component.terms))
        yield f"| {' | '.join(cells)} | {markdown.code(component.package_url, len(component.package_url))} |"
    yield from ("", end)
    if document.groups:
        yield from ("", "## License texts")
    for group in document.groups:
        yield from _group(group)
    if document.notices:
        yield from ("", "## NOTICE files", "", PASSED_ON)
        for notice in document.notices:
            yield from ("", "### " + markdown.phrase(say("{}: {}", notice.component.label, notice.path)), "")
            yield from _fenced(notice.text)
    if document.without_text:
        yield from ("", "## Without a license text", "", NO_TEXT, "")
        yield from ("- " + _named(component) for component in document.without_text)


def _group(group: LicenseGroup) -> Iterator[str]:
    yield from ("", "### " + markdown.phrase(heading(group)), "")
    for holder in group.holders:
        yield "- " + _named(holder.component)
        for line in holder.copyrights:
            yield "  - " + markdown.code(line, 400)
    yield from ("", *_fenced(group.text))


def _named(component: Component) -> str:
    source = say(", source: {}", component.source) if component.source else ()
    return markdown.phrase((*say("{} under {}", component.label, component.terms), *source))


def _fenced(text: str) -> Iterator[str]:
    fence = "`" * max(map(len, ["``", *_FENCES.findall(text)])) + "`"
    yield from (f"{fence}text", *body(text), fence)
