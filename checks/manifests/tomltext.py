"""TOML lock files as plain data with lines: a statement scan for what tools write, tomllib for everything else.

The scan reads a subset of TOML and gives up (never guesses) on the first thing outside it, so that both ways
give equal data; a test proves it. tomllib needs 14 ms to load and ten times as long to read.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NoReturn

from checks.manifests.read import MAX_PACKAGES
from checks.manifests.tomlscan import Statement, statements, without_strings
from checks.manifests.tomlvalues import COMMENT, LONG_KEY, LONG_NUMBER, TEXT, OddError, Table, Values
from checks.model.errors import UnreadableManifest
from checks.model.phrase import visible

#: Each costs memory before any package is counted; the largest lock file known has 7,000.
MAX_TABLES = 1_000_000
#: tomllib takes a second and 100 MB for 2 MB of the worst text; what tools write does not need it (characters).
MAX_EXACT = 8 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Document:
    """What `tomllib` would say, and where the tables of one array of tables stand."""

    data: Table
    tables: tuple[tuple[Table, int, int], ...]
    """Each with the 1-based line of its `name` (of its header if it has none) and of its end."""


def document(text: str, array: str) -> Document:
    """Read `text`; `array` is the key of the array of tables that is wanted with lines. Raises UnreadableManifest."""
    if text.count("[") > MAX_TABLES or text.count("{") > MAX_TABLES:
        raise UnreadableManifest(f"it has more than {MAX_TABLES:,} tables and lists", code="too-large")
    if text.count(f"[[{array}]]") > 2 * MAX_PACKAGES:
        raise UnreadableManifest(f"it lists more than {2 * MAX_PACKAGES:,} packages", code="too-large")
    text = text.replace("\r\n", "\n")
    read = scan(text, array)
    return exact(text, array) if read is None else read


# --- the scan ---------------------------------------------------------------------------------------------------

_STATEMENT = re.compile(
    rf"(?P<blank>(?:(?:{COMMENT})?\n)++)"
    r"|(?P<open>\[\[?)(?P<table>[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]+){0,8})(?P<close>\]\]?)\n"
    rf'|(?:(?P<key>[A-Za-z0-9_-]+)|"(?P<quoted>{TEXT})") = '
    rf'(?:"(?P<text>{TEXT})"(?:[ \t]*{COMMENT})?\n|\[\n(?P<rows>(?:[ \t]+[^\n]*+\n)*+)\]\n|(?P<inline>[^\n]+)\n)'
)


def scan(text: str, array: str) -> Document | None:
    """The fast way, or None when anything in `text` is odd."""
    if "\r" in text:
        return None
    try:
        return _Scan(array).run(text if text.endswith("\n") else text + "\n")
    except OddError:
        return None


class _Scan:
    """One pass over the statements of one text."""

    def __init__(self, array: str) -> None:
        self.array = array
        self.data: Table = {}
        #: Containers made by headers: only these may be continued by a later header (TOML 1.0, "Table").
        self.made: dict[int, object] = {id(self.data): self.data}
        self.values = Values()
        self.starts: list[tuple[Table, int]] = []
        self.ends: list[int] = []

    def run(self, text: str) -> Document:
        position, line, size = 0, 1, len(text)
        match = _STATEMENT.match
        table, inside = self.data, False
        while position < size:
            found = match(text, position)
            if found is None:
                raise OddError
            position = found.end()
            kind = found.lastgroup
            last = line
            if kind == "text":
                self._put(table, found, found["text"], line)
            elif kind == "rows":
                rows = found["rows"]
                count = rows.count("\n")
                last += count + 1
                self._put(table, found, self.values.rows(rows, count), line)
            elif kind == "inline":
                self._put(table, found, self.values.inline(found["inline"]), line)
            elif kind == "close":
                table = self._header(found["open"], found["table"], found["close"])
                inside = found["table"].partition(".")[0] == self.array
                if found["table"] == self.array and found["open"] == "[[":
                    self.starts.append((table, line))
                    self.ends.append(line)
            else:
                line += found[0].count("\n")
                continue
            if inside and self.ends:
                self.ends[-1] = last
            line = last + 1
        return self._document()

    def _put(self, table: Table, found: re.Match[str], value: object, line: int) -> None:
        key = found["key"] or found["quoted"]
        if key in table:
            raise OddError
        table[key] = value
        if key == "name" and self.starts and table is self.starts[-1][0]:
            self.starts[-1] = (table, line)

    def _header(self, opening: str, name: str, closing: str) -> Table:
        if len(opening) != len(closing):
            raise OddError
        *above, own = name.split(".")
        parent = self.data
        for part in above:
            parent = self._descend(parent, part)
        table: Table = {}
        if opening == "[":
            if own in parent:
                raise OddError
            parent[own] = table
        else:
            rows = parent.get(own)
            if rows is None:
                rows = parent[own] = []
                self.made[id(rows)] = rows
            if not isinstance(rows, list) or id(rows) not in self.made:
                raise OddError
            rows.append(table)
        self.made[id(table)] = table
        return table

    def _descend(self, parent: Table, part: str) -> Table:
        child = parent.get(part)
        if child is None and part not in parent:
            child = parent[part] = {}
            self.made[id(child)] = child
        if id(child) not in self.made:
            raise OddError
        if isinstance(child, list):
            child = child[-1]
        if not isinstance(child, dict):
            raise OddError
        return child

    def _document(self) -> Document:
        tables = self.data.get(self.array, [])
        if not isinstance(tables, list) or len(tables) != len(self.starts):
            raise OddError
        return Document(
            self.data, tuple((table, line, end) for (table, line), end in zip(self.starts, self.ends, strict=True))
        )


# --- the exact way ----------------------------------------------------------------------------------------------

_PLACE = re.compile(r" \(at (?:line (\d+), column (\d+)|end of document)\)$")


def load(text: str) -> Table:
    """`tomllib.loads` that raises UnreadableManifest, with the line, for whatever it does not like."""
    import tomllib

    if len(text) > MAX_EXACT:
        raise UnreadableManifest(
            f"it has more than {MAX_EXACT:,} characters and is not written as its tool writes it", code="too-large"
        )
    if LONG_NUMBER.search(text):
        raise UnreadableManifest("it holds a number that is too long")
    if LONG_KEY.search(text):
        keys = without_strings(text)
        long = LONG_KEY.search(keys)
        if long:
            raise UnreadableManifest("it has a key with more than 64 parts", keys.count("\n", 0, long.start()) + 1)
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        _refuse(str(error), text)
    except RecursionError:
        raise UnreadableManifest("it is nested too deeply") from None
    except ValueError:
        raise UnreadableManifest("it holds a number that is too long") from None


def _refuse(message: str, text: str) -> NoReturn:
    place = _PLACE.search(message)
    reason = message[: place.start()] if place else message
    line = int(place[1]) if place and place[1] else text.count("\n") + (not text.endswith("\n"))
    reason = visible(reason[:1].lower() + reason[1:])
    raise UnreadableManifest(f"it is not TOML: {reason} at line {line}", line) from None


def exact(text: str, array: str) -> Document:
    """The slow way: tomllib's data, and lines from the statements of the same text."""
    data = load(text)
    rows = data.get(array, [])
    if not isinstance(rows, list):
        raise UnreadableManifest(f"'{array}' is not an array of tables", _whole(text, array)[0])
    spans = list(_spans(statements(text), array))
    if len(spans) != len(rows):
        spans = [_whole(text, array)] * len(rows)
    return Document(
        data,
        tuple((row if isinstance(row, dict) else {}, *span) for row, span in zip(rows, spans, strict=True)),
    )


def _spans(found: Iterator[Statement], array: str) -> Iterator[tuple[int, int]]:
    line = end = 0
    for statement in found:
        if statement.opens and statement.table == (array,):
            if line:
                yield line, end
            line = statement.line
        if statement.table[:1] == (array,):
            end = statement.end_line
            if statement.path == (array, "name") and statement.key:
                line = statement.line
    if line:
        yield line, end


def _whole(text: str, array: str) -> tuple[int, int]:
    """The place of an array that is written as one value; the whole file if even that is not found."""
    for found in statements(text):
        if (found.table + found.key)[:1] == (array,):
            return found.line, found.end_line
    return 1, text.count("\n") + 1
