"""The statements of a TOML text with their lines, for any text at all: it never raises and takes linear time."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

#: A manifest that people write; the longest known has 60,000 (characters).
MAX_MANIFEST = 2 * 1024 * 1024
#: What one statement is read up to; the longest list of requirements known has 400.
MAX_TOKENS = 200_000

#: Every alternative that opens a string also matches an unclosed one, so that no text makes the search start over.
_TOKEN = re.compile(
    r'(?P<string>"""(?:[^"\\]++|\\.|"(?!""))*+"{0,5}'
    r"|'''(?:[^']++|'(?!''))*+'{0,5}"
    r'|"(?:[^"\\\n]++|\\[^\n])*+"?'
    r"|'[^'\n]*+'?)"
    r"|(?P<comment>#[^\n]*+)"
    r"|(?P<newline>\n)"
    r"|(?P<open>[\[{])|(?P<close>[\]}])|(?P<equals>=)|(?P<comma>,)"
    r"|(?P<bare>[^\s\"'#\[\]{}=,]++)",
    re.DOTALL,
)


@dataclass(slots=True)
class Statement:
    """A table header (`key` is empty) or one `key = value`, with 1-based lines."""

    table: tuple[str, ...]
    key: tuple[str, ...]
    line: int
    end_line: int
    opens: bool = False
    """Whether it is the header of one more table of an array (`[[name]]`)."""
    strings: list[tuple[int, str, str]] = field(default_factory=list)
    """Each string of the value: its line, the key of an inline table that it belongs to (or ""), its raw content."""
    words: list[tuple[int, str, str]] = field(default_factory=list)
    """Each value that is no string (`true`, `12`), in the same way."""
    keys: list[tuple[int, str]] = field(default_factory=list)
    """Each key of inline tables inside the value, with its line."""

    @property
    def path(self) -> tuple[str, ...]:
        """Table and key together."""
        return self.table + self.key


def statements(text: str) -> Iterator[Statement]:
    """All statements of `text` in order. What is not TOML gives fewer or odd statements, never an exception."""
    table: tuple[str, ...] = ()
    tokens: list[tuple[str, str, int]] = []
    line, depth = 1, 0
    for found in _TOKEN.finditer(text):
        kind, token = found.lastgroup or "", found[0]
        if kind == "newline":
            if tokens and depth <= 0:
                statement = _statement(tokens, table, line)
                table = statement.table
                yield statement
                tokens, depth = [], 0
            line += 1
        elif kind != "comment":
            if len(tokens) < MAX_TOKENS:
                tokens.append((kind, token, line))
            depth += (kind == "open") - (kind == "close")
            if kind == "string":
                line += token.count("\n")
    if tokens:
        yield _statement(tokens, table, line)


def without_strings(text: str) -> str:
    """`text` with an `x` for each string and without comments; lines keep their numbers."""
    return _TOKEN.sub(_shortened, text)


def _shortened(token: re.Match[str]) -> str:
    if token["string"] is not None:
        return "x" + "\n" * token[0].count("\n")
    return "" if token["comment"] is not None else token[0]


def _statement(tokens: list[tuple[str, str, int]], table: tuple[str, ...], end_line: int) -> Statement:
    line = tokens[0][2]
    if tokens[0][1] == "[":
        opens = len(tokens) > 1 and tokens[1][1] == "["
        return Statement(_parts(tokens), (), line, end_line, opens)
    equals = next((index for index, token in enumerate(tokens) if token[0] == "equals"), len(tokens))
    statement = Statement(table, _parts(tokens[:equals]), line, end_line)
    _fill(statement, tokens[equals + 1 :])
    return statement


def _fill(statement: Statement, tokens: list[tuple[str, str, int]]) -> None:
    """Strings, words and keys of a value; elements of an array inside an inline table belong to the array's key."""
    key = before = ""
    arrays: list[str] = []
    for index, (kind, token, line) in enumerate(tokens):
        owner = key if before == "equals" else arrays[-1] if arrays else ""
        if kind in ("bare", "string") and index + 1 < len(tokens) and tokens[index + 1][0] == "equals":
            key = _content(token) if kind == "string" else token
            statement.keys.append((line, key))
        elif kind == "string":
            statement.strings.append((line, owner, _content(token)))
        elif kind == "bare":
            statement.words.append((line, owner, token))
        elif kind == "open":
            arrays.append(owner if token.startswith("[") else "")
        elif kind == "close" and arrays:
            arrays.pop()
        before = kind


def _parts(tokens: list[tuple[str, str, int]]) -> tuple[str, ...]:
    parts: list[str] = []
    for kind, token, _ in tokens:
        if kind == "bare":
            parts.extend(part for part in token.split(".") if part)
        elif kind == "string":
            parts.append(_content(token))
    return tuple(parts)


def _content(token: str) -> str:
    """A string without its quotes; escapes stay as they are written (names have none)."""
    for quotes in ('"""', "'''", '"', "'"):
        if token.startswith(quotes):
            body = token[len(quotes) :]
            return body.removesuffix(quotes)
    return token
