"""The parts of a condition that `&&`, `||`, `!( )` and `? :` put together: each is a condition by itself."""

import re
from collections.abc import Iterator
from enum import StrEnum
from typing import NamedTuple

from checks.custom.program import TEXTS

#: Levels of parts that are taken apart; what is deeper stays whole.
DEEPEST = 6
_TOKENS = re.compile(TEXTS + r"|(?P<comment>//[^\n]*)|(?P<mark>&&|\|\||[?:()\[\]{}])", re.DOTALL)


class Joined(StrEnum):
    """How parts make a whole."""

    NOT = "not"
    ALL = "all of"
    ONE = "one of"
    IF = "if"
    """Three parts: the condition, what holds then, and what holds otherwise."""


class Part(NamedTuple):
    """A condition, and what it is made of if that is known."""

    text: str
    joined: Joined | None = None
    parts: tuple["Part", ...] = ()


def taken_apart(text: str) -> Part:
    """The parts of a condition that compiles."""
    return _part(_TOKENS.sub(lambda found: " " if found["comment"] else found[0], text), 0)


def _part(text: str, depth: int) -> Part:
    text = _bare(text)
    if depth >= DEEPEST:
        return Part(text)
    joined, pieces = _pieces(text)
    return Part(text, joined, tuple(_part(piece, depth + 1) for piece in pieces))


def _pieces(text: str) -> tuple[Joined | None, tuple[str, ...]]:
    """In the order in which CEL's operators bind, the weakest first."""
    outer = tuple(_outer(text))
    if choice := _choice(outer):
        question, colon = choice
        return Joined.IF, (text[:question], text[question + 1 : colon], text[colon + 1 :])
    for mark, joined in (("||", Joined.ONE), ("&&", Joined.ALL)):
        if at := [position for position, found in outer if found == mark]:
            return joined, tuple(text[a:b] for a, b in zip([0, *(p + 2 for p in at)], [*at, len(text)], strict=True))
    inner = text[1:].lstrip()
    if text.startswith("!") and _bare(inner) != inner:
        return Joined.NOT, (inner,)
    return None, ()


def _choice(outer: tuple[tuple[int, str], ...]) -> tuple[int, int] | None:
    """The places of the first `?` and of its `:`."""
    questions = [position for position, mark in outer if mark == "?"]
    depth = 0
    for position, mark in outer if questions else ():
        depth += (mark == "?") - (mark == ":")
        if mark == ":" and depth == 0:
            return questions[0], position
    return None


def _outer(text: str) -> Iterator[tuple[int, str]]:
    """The marks that stand in no bracket and no text."""
    depth = 0
    for found in _TOKENS.finditer(text):
        mark = found["mark"]
        if mark and mark in "([{":
            depth += 1
        elif mark and mark in ")]}":
            depth -= 1
        elif mark and depth == 0:
            yield found.start(), mark


def _bare(text: str) -> str:
    """Without the brackets around all of it."""
    text = text.strip()
    while text.startswith("(") and _closing(text) == len(text) - 1:
        text = text[1:-1].strip()
    return text


def _closing(text: str) -> int:
    """Where the bracket with which `text` begins is closed."""
    depth = 0
    for found in _TOKENS.finditer(text):
        mark = found["mark"]
        depth += bool(mark and mark in "([{") - bool(mark and mark in ")]}")
        if depth == 0:
            return found.start()
    return -1
