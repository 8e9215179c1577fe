"""What the author of a comment says in it: not what they quote, show as code or hide."""

import re
from bisect import bisect_right
from collections.abc import Callable, Iterator

_TICKS = re.compile(r"`+")
_OPENING = re.compile(r"<!--|`+")


def own_lines(body: str, worth: Callable[[str], bool]) -> Iterator[str]:
    """The lines that are text of the author: of paragraphs and headings outside of quotations. A paragraph is looked at
    closely if it is `worth` that."""
    for paragraph in own_paragraphs(body):
        if worth("\n".join(paragraph)):
            yield from outside(paragraph)


def own_paragraphs(body: str) -> Iterator[list[str]]:
    """The paragraphs and headings outside of quotations, each as its lines, with what code spans and HTML comments may
    hide in them."""
    from markdown_it import MarkdownIt

    parser = MarkdownIt("commonmark")
    parser.core.ruler.enableOnly(["normalize", "block"])
    lines = body.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    quoted = 0
    for token in parser.parse(body):
        quoted += {"blockquote_open": 1, "blockquote_close": -1}.get(token.type, 0)
        if token.type == "inline" and not quoted and token.map:
            first, end = token.map
            yield lines[first:end]


def outside(lines: list[str]) -> Iterator[str]:
    """The lines of a paragraph that begin outside of code spans and HTML comments, which may go on over several."""
    text = "\n".join(lines)
    inside = list(_spans(text))
    start = 0
    for line in lines:
        if not any(begin < start < end for begin, end in inside):
            yield line
        start += len(line) + 1


def _spans(text: str) -> Iterator[tuple[int, int]]:
    """Where code spans and HTML comments begin and end: whichever begins first hides what is in it."""
    runs: dict[int, list[int]] = {}
    for run in _TICKS.finditer(text):
        runs.setdefault(len(run.group()), []).append(run.start())
    last, position = text.rfind("-->"), 0
    while found := _OPENING.search(text, position):
        begin, position = found.span()
        if found.group() != "<!--":
            closing = runs[position - begin]
            index = bisect_right(closing, begin)
            end = closing[index] + position - begin if index < len(closing) else begin
        else:
            end = text.find("-->", position) + 3 if last >= position else begin
        if end > begin:
            yield begin, end
            position = end
