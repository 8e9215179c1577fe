"""Runs of added lines as one text, and the calls in it, as far as they can be read without a parser of the language.

One pass over tokens that can never fail to match, so that no line, however it is made, costs more than its length.
"""

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from checks.model.snapshot import AddedLine

#: Code in which calls are nested more deeply than this is not read on.
MAX_DEPTH = 200


class Run:
    """Lines that follow each other, joined."""

    def __init__(self, lines: Sequence[AddedLine]) -> None:
        self.lines = lines
        self.text = "\n".join(line.text for line in lines)
        self._starts: list[int] = []
        position = 0
        for line in lines:
            self._starts.append(position)
            position += len(line.text) + 1

    def line_at(self, position: int) -> int:
        """The number of the line at a position of the text."""
        return self.lines[bisect_right(self._starts, position) - 1].line


def runs(lines: Sequence[AddedLine]) -> Iterator[Run]:
    """The lines in runs without a gap."""
    start = 0
    for index in range(1, len(lines) + 1):
        if index == len(lines) or lines[index].line > lines[index - 1].line + 1:
            yield Run(lines[start:index])
            start = index


class Value(NamedTuple):
    """An argument: text that is written out, or the name of a variable; neither for anything else."""

    at: int
    literal: str | None = None
    variable: str | None = None


class Call(NamedTuple):
    """A call with what its arguments say. The last may be missing where the run ends within it."""

    name: str
    """With dots: `AutoModel.from_pretrained`; dots only at the end of a chain: `.from_pretrained`."""
    at: int
    positional: tuple[Value, ...]
    keywords: dict[str, Value]


@dataclass(slots=True)
class _Open:
    """A bracket that is open, with what was read in it."""

    bracket: str
    name: str = ""
    at: int = 0
    positional: list[Value] = field(default_factory=list)
    keywords: dict[str, Value] = field(default_factory=dict)
    key: str | None = None
    value: Value | None = None
    tokens: int = 0

    def token(self, value: Value) -> None:
        self.tokens += 1
        self.value = value if self.tokens == 1 else Value(value.at)

    def named(self) -> None:
        """What came before is the name of the argument."""
        value = self.value
        if self.key is None and self.tokens == 1 and value is not None:
            self.key, self.value, self.tokens = value.variable or value.literal, None, 0
        else:
            self.tokens += 1
            self.value = Value(value.at if value else 0)

    def end_argument(self) -> None:
        if self.value is not None and self.key is not None:
            self.keywords.setdefault(self.key, self.value)
        elif self.value is not None:
            self.positional.append(self.value)
        self.key, self.value, self.tokens = None, None, 0


#: Quotes need not be closed: an open one ends with its line.
_TOKEN = re.compile(
    r'(?P<block>[rRbBuUfF]{0,2}(?:"""(?:[^"]|"(?!""))*"""|\'\'\'(?:[^\']|\'(?!\'\'))*\'\'\'))'
    r'|(?P<string>[rRbBuUfF]{0,2}(?:"(?:[^"\\\n]|\\.)*"?|\'(?:[^\'\\\n]|\\.)*\'?|`(?:[^`\\\n]|\\.)*`?))'
    r"|(?P<comment>\#[^\n]*|//[^\n]*)"
    r"|(?P<name>\.?[A-Za-z_$][A-Za-z0-9_$]*(?:\.[A-Za-z_$][A-Za-z0-9_$]*)*)"
    r"|(?P<mark>[()\[\]{},]|=(?!=)|:)"
    r"|(?P<other>[^\s])"
)
_CLOSES = {")": "(", "]": "[", "}": "{"}


def calls(text: str) -> Iterator[Call]:
    """The calls in source text of a language that writes them `name(argument, name=argument)`."""
    for quotes in ('"""', "'''"):
        if text.count(quotes) % 2:  # the run begins or ends within such a block: its quotes tell nothing
            text = text.replace(quotes, "   ")
    stack = [_Open("")]
    callee: str | None = None
    for token in _TOKEN.finditer(text):
        kind, word, at = token.lastgroup, token[0], token.start()
        top = stack[-1]
        if kind == "comment":
            continue
        if kind == "mark":
            if word in "([{":
                top.token(Value(at))
                if len(stack) > MAX_DEPTH:
                    break
                stack.append(_Open(word, callee or "" if word == "(" else "", at))
            elif word in ")]}":
                yield from _closed(stack, _CLOSES[word])
            elif word == ",":
                top.end_argument()
            elif top.bracket == ("{" if word == ":" else "("):
                top.named()
            else:
                top.token(Value(at))
        elif kind in ("string", "block"):
            top.token(Value(at, _literal(word)))
        else:
            top.token(Value(at, None, word if kind == "name" else None))
        callee = word if kind == "name" else None
    while len(stack) > 1:
        yield from _closed(stack, stack[-1].bracket)


def _closed(stack: list[_Open], bracket: str) -> Iterator[Call]:
    """Closes the innermost bracket; one that does not match is left alone."""
    if stack[-1].bracket != bracket:
        return
    closed = stack.pop()
    closed.end_argument()
    if bracket == "{" and stack[-1].bracket == "(":  # the options of JavaScript
        for name, value in closed.keywords.items():
            stack[-1].keywords.setdefault(name, value)
    if bracket == "(" and closed.name:
        yield Call(closed.name, closed.at, tuple(closed.positional), closed.keywords)


def _literal(word: str) -> str | None:
    """The text in quotes; None where it is put together from other things."""
    start = min(position for position in map(word.find, "\"'`") if position >= 0)
    prefix, quoted = word[:start].lower(), word[start:]
    size = 3 if quoted[:3] in ('"""', "'''") and len(quoted) >= 6 else 1
    if len(quoted) < 2 * size or not quoted.endswith(quoted[0]):
        return None
    inner = quoted[size:-size]
    if "\\" in inner or ("f" in prefix and "{" in inner) or (quoted[0] == "`" and "${" in inner):
        return None
    return inner
