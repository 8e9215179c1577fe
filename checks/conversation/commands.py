"""Commands in a comment: `/ospo-gate waive lic-4k7 linked dynamically`, alone on its line.

Quotations, code and HTML comments are not what their author says, so nothing in them counts. What is one of those is
told by a parser of CommonMark, whose blocks reach further than they look: a line below a quotation belongs to it.
"""

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum


class Word(StrEnum):
    RECHECK = "recheck"
    EXPLAIN = "explain"
    HELP = "help"
    WAIVE = "waive"
    WRONG = "wrong"
    ALLOW = "allow"


#: What asks the owner of the policy for something.
REQUESTS = (Word.WAIVE, Word.WRONG, Word.ALLOW)
#: Characters of a reason; it is for a person who decides.
REASON = 2_000
#: What our own examples say in the place of a reason.
_PLACEHOLDERS = frozenset({"", "why", "what is right", "…", "...", "<reason>", "reason"})
#: Longest finding id that is looked for: three letters, a dash and a digest.
_FINDING = re.compile(r"[a-z]{3}-[0-9a-z]{3,60}\Z")
_LINE = re.compile(r" {0,3}/ospo-gate(?![\w-])(?P<rest>.*)\Z", re.IGNORECASE | re.DOTALL)
_MAYBE = re.compile(r"^ {0,3}/ospo-gate\b", re.IGNORECASE | re.MULTILINE)
_TICKS = re.compile(r"`+")


@dataclass(frozen=True, slots=True)
class CommentCommand:
    """What somebody said. What of it is missing is for the answer to say."""

    word: Word | None
    """None: a word that is not known."""
    finding: str | None = None
    reason: str = ""
    """Foreign text on one line; empty where none was given."""

    @property
    def complete(self) -> bool:
        """Whether a request names what it is about, and why."""
        return self.word not in REQUESTS or bool(self.finding and self.reason)


def maybe_command(body: str) -> bool:
    """Whether it is worth looking closer: cheap, and true of every body that has a command."""
    return _MAYBE.search(body) is not None


def command(body: str) -> CommentCommand | None:
    """The first command of a comment; one is enough for one comment."""
    if not maybe_command(body):
        return None
    for line in _own_lines(body):
        if found := _LINE.match(line):
            return _read(found["rest"])
    return None


def _read(rest: str) -> CommentCommand:
    first, finding, *words = [*rest.split(), "", ""]
    try:
        word = Word((first or "help").lower())
    except ValueError:
        return CommentCommand(None)
    finding = finding.strip("`").lower()
    if not _FINDING.match(finding):
        return CommentCommand(word)
    reason = " ".join(words).strip()
    return CommentCommand(word, finding, "" if reason.lower() in _PLACEHOLDERS else reason[:REASON])


def _own_lines(body: str) -> Iterator[str]:
    """The lines that are text of the author: of paragraphs and headings outside of quotations."""
    from markdown_it import MarkdownIt

    parser = MarkdownIt("commonmark")
    parser.core.ruler.enableOnly(["normalize", "block"])
    lines = body.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    quoted = 0
    for token in parser.parse(body):
        quoted += {"blockquote_open": 1, "blockquote_close": -1}.get(token.type, 0)
        if token.type == "inline" and not quoted and token.map and maybe_command(token.content):
            first, end = token.map
            yield from _outside(lines[first:end])


def _outside(lines: list[str]) -> Iterator[str]:
    """Those that begin outside of code spans and HTML comments, which may go on over several lines."""
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


_OPENING = re.compile(r"<!--|`+")
