"""Commands in a comment: `/ospo-gate waive lic-4k7 linked dynamically`, alone on its line.

Quotations, code and HTML comments are not what their author says, so nothing in them counts. What is one of those is
told by a parser of CommonMark, whose blocks reach further than they look: a line below a quotation belongs to it.
"""

import re
from dataclasses import dataclass
from enum import StrEnum

from checks.conversation.spoken import own_lines


class Word(StrEnum):
    RECHECK = "recheck"
    EXPLAIN = "explain"
    HELP = "help"
    WAIVE = "waive"
    WRONG = "wrong"
    ALLOW = "allow"
    PASS = "pass"  # noqa: S105 (a word)


#: What asks the owner of the policy for something.
REQUESTS = (Word.WAIVE, Word.WRONG, Word.ALLOW)
#: Characters of a reason; it is for a person who decides.
REASON = 2_000
#: What our own examples say in the place of a reason.
_PLACEHOLDERS = frozenset({"", "why", "what is right", "…", "...", "<reason>", "reason"})
#: Longest finding id that is looked for: three letters, a dash and a digest.
_FINDING = re.compile(r"[a-z]{3}-[0-9a-z]{3,60}\Z")
#: A check, which `pass` may name in place of a finding.
_CHECK = re.compile(r"[a-z][a-z_-]{1,30}\Z")
_LINE = re.compile(r" {0,3}/ospo-gate(?![\w-])(?P<rest>.*)\Z", re.IGNORECASE | re.DOTALL)
_MAYBE = re.compile(r"^ {0,3}/ospo-gate\b", re.IGNORECASE | re.MULTILINE)


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
    for line in own_lines(body, maybe_command):
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
    if not _FINDING.match(finding) and not (word is Word.PASS and _CHECK.match(finding)):
        return CommentCommand(word)
    reason = " ".join(words).strip()
    return CommentCommand(word, finding, "" if reason.lower() in _PLACEHOLDERS else reason[:REASON])
