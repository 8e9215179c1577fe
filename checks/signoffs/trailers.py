"""Sign-off lines of a commit message: anywhere as the DCO app reads them, or in the trailer block as git does."""

import re
from collections.abc import Sequence
from typing import NamedTuple

from checks.signoffs.lines import BLANKS, after, lines_of, mentions

KEY = "signed-off-by: "
_TRAILER = re.compile(r"([A-Za-z0-9-]+)[ \t]*:")
_GIT_BLANKS = " \t\v\f\r"
#: Lines that git itself writes; one of them lets a paragraph with other text count as trailers.
_CHERRY_PICKED = "(cherry picked from commit "
_GIT_WRITES = ("Signed-off-by: ", _CHERRY_PICKED)


class SignOff(NamedTuple):
    """One `Name <e-mail>` that certifies a commit."""

    name: str
    email: str
    accepted: bool = False
    """A third-party remediation: valid whoever the author is."""

    def __str__(self) -> str:
        return f"{self.name} <{self.email}>"


class Trailer(NamedTuple):
    """One `Key: value` of the trailer block; a folded value is joined."""

    key: str
    value: str
    line: str
    folded: bool = False


def sign_offs(message: str) -> list[SignOff]:
    r"""What `^Signed-off-by: (.*) <(.*)>\s*$` finds with the flags g, i and m, in linear time."""
    return [found for rest in after(message, KEY) if (found := person_in(rest)) is not None]


def person_in(text: str) -> SignOff | None:
    r"""What `(.*) <(.*)>\s*$` captures in one line: both groups greedy, so the last ` <` splits."""
    text = text.rstrip(BLANKS)
    cut = text.rfind(" <", 0, len(text) - 1)
    return SignOff(text[:cut], text[cut + 2 : -1]) if cut >= 0 and text[-1] == ">" else None


def loose_sign_offs(message: str) -> list[SignOff]:
    """Sign-off lines with any number of blanks, or none, around the colon, the name and the address."""
    if not mentions(message, "signed-off-by"):
        return []
    found = []
    for line in lines_of(message):
        rest = line[13:].strip(BLANKS) if line[:13].lower() == "signed-off-by" else ""
        person = rest[1:].strip(BLANKS) if rest[:1] == ":" else ""
        cut = person.rfind("<")
        if cut >= 0 and person[-1] == ">":
            found.append(SignOff(person[:cut].strip(BLANKS), person[cut + 1 : -1].strip(BLANKS)))
    return found


def trailer_block(message: str) -> list[Trailer]:
    """The trailers of the last paragraph, if git takes it for a trailer block (git-interpret-trailers).

    It is one when every line is a trailer, or when at least a quarter of its lines are and git wrote one of them
    (a sign-off, a cherry-pick). The first paragraph is the title and never counts.
    """
    found: list[tuple[str, int, list[str]]] = []
    others, counted, from_git, in_trailer = 0, 0, False, False
    for line in _last_paragraph(message):
        key = _TRAILER.match(line)
        if key or line.startswith(_CHERRY_PICKED):
            counted, in_trailer = counted + 1, True
            from_git = from_git or line.startswith(_GIT_WRITES)
            found.append((key[1].lower() if key else "", key.end() if key else 0, [line]))
        elif line.startswith("#"):
            in_trailer = False
        elif line[0] not in _GIT_BLANKS:
            others, in_trailer = others + 1, False
        elif in_trailer:
            found[-1][2].append(line)
        else:
            others += 1
    is_block = counted * 3 >= others if from_git else counted > 0 and not others
    return [_trailer(key, end, lines) for key, end, lines in found if key] if is_block else []


def _trailer(key: str, end: int, lines: list[str]) -> Trailer:
    """A trailer of its line and the indented ones after it."""
    value = lines[0][end:].strip()
    if len(lines) > 1:
        value = " ".join([value, *(line.strip() for line in lines[1:])])
    return Trailer(key, value, lines[0], len(lines) > 1)


def block_sign_offs(block: Sequence[Trailer]) -> list[SignOff]:
    """Sign-offs of the trailer block in the exact form that `git commit --signoff` writes, which the app reads too."""
    found = []
    for trailer in block:
        if trailer.key != "signed-off-by" or trailer.folded or trailer.line[13:15] != ": ":
            continue
        line = trailer.line.rstrip("\r")
        if (line.isascii() and "\r" not in line) or len(lines_of(line)) == 1:
            person = person_in(line[15:])
            found += [person] if person else []
    return found


def co_authors(block: Sequence[Trailer]) -> list[SignOff]:
    """The people of `Co-authored-by` trailers; a value without an address names nobody."""
    people = (person_in(" " + trailer.value) for trailer in block if trailer.key == "co-authored-by")
    return [SignOff(person.name.strip(), person.email.strip()) for person in people if person is not None]


def _last_paragraph(message: str) -> list[str]:
    """The lines after the last blank line; none when that is the title's paragraph. Read from the end."""
    message = message.rstrip(_GIT_BLANKS + "\n")
    lines: list[str] = []
    end = len(message)
    while (start := message.rfind("\n", 0, end)) >= 0:
        line = message[start + 1 : end]
        if _blank(line):
            return lines[::-1]
        lines.append(line)
        end = start
    return lines[::-1] if _blank(message[:end]) else []


def _blank(line: str) -> bool:
    return not line.strip(_GIT_BLANKS)
