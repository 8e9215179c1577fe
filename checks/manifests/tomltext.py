"""TOML lock files as plain data with lines: a statement scan for what tools write, tomllib for everything else.

The scan reads a subset of TOML and gives up (never guesses) on the first thing outside it, so that both ways
give equal data; a test proves it. tomllib needs 14 ms to load and ten times as long to read.
"""

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import NoReturn

from checks.manifests.read import MAX_PACKAGES
from checks.manifests.tomlscan import Statement, statements
from checks.model.errors import UnreadableManifest
from checks.model.phrase import visible

Table = dict[str, object]

#: Each costs memory before any package is counted; the largest lock file known has 7,000.
MAX_TABLES = 1_000_000
#: One value on one line that JSON cannot read is left to tomllib up to this length (characters).
MAX_INLINE = 100_000
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

_CONTROL = r"\x00-\x08\x0a-\x1f\x7f"
_TEXT = rf'[^"\\{_CONTROL}]*+'
_COMMENT = rf"#[^{_CONTROL}]*+"
_STATEMENT = re.compile(
    rf"(?P<blank>(?:(?:{_COMMENT})?\n)++)"
    r"|(?P<open>\[\[?)(?P<table>[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]+){0,8})(?P<close>\]\]?)\n"
    rf'|(?:(?P<key>[A-Za-z0-9_-]+)|"(?P<quoted>{_TEXT})") = '
    rf'(?:"(?P<text>{_TEXT})"(?:[ \t]*{_COMMENT})?\n|\[\n(?P<rows>(?:[ \t]+[^\n]*+\n)*+)\]\n|(?P<inline>[^\n]+)\n)'
)


class _OddError(Exception):
    """The text is not what the scan knows; tomllib decides what it is."""


def scan(text: str, array: str) -> Document | None:
    """The fast way, or None when anything in `text` is odd."""
    if "\r" in text:
        return None
    try:
        return _Scan(array).run(text if text.endswith("\n") else text + "\n")
    except _OddError:
        return None


class _Scan:
    """One pass over the statements of one text."""

    def __init__(self, array: str) -> None:
        self.array = array
        self.data: Table = {}
        #: Containers made by headers: only these may be continued by a later header (TOML 1.0, "Table").
        self.made: dict[int, object] = {id(self.data): self.data}
        self.memo: dict[str, object] = {}
        self.starts: list[tuple[Table, int]] = []
        self.ends: list[int] = []

    def run(self, text: str) -> Document:
        position, line, size = 0, 1, len(text)
        match = _STATEMENT.match
        table, inside = self.data, False
        while position < size:
            found = match(text, position)
            if found is None:
                raise _OddError
            position = found.end()
            kind = found.lastgroup
            last = line
            if kind == "text":
                self._put(table, found, found["text"], line)
            elif kind == "rows":
                rows = found["rows"]
                count = rows.count("\n")
                last += count + 1
                self._put(table, found, _rows(rows, count, self.memo), line)
            elif kind == "inline":
                self._put(table, found, _inline(found["inline"], self.memo), line)
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
            raise _OddError
        table[key] = value
        if key == "name" and self.starts and table is self.starts[-1][0]:
            self.starts[-1] = (table, line)

    def _header(self, opening: str, name: str, closing: str) -> Table:
        if len(opening) != len(closing):
            raise _OddError
        *above, own = name.split(".")
        parent = self.data
        for part in above:
            parent = self._descend(parent, part)
        table: Table = {}
        if opening == "[":
            if own in parent:
                raise _OddError
            parent[own] = table
        else:
            rows = parent.get(own)
            if rows is None:
                rows = parent[own] = []
                self.made[id(rows)] = rows
            if not isinstance(rows, list) or id(rows) not in self.made:
                raise _OddError
            rows.append(table)
        self.made[id(table)] = table
        return table

    def _descend(self, parent: Table, part: str) -> Table:
        child = parent.get(part)
        if child is None and part not in parent:
            child = parent[part] = {}
            self.made[id(child)] = child
        if id(child) not in self.made:
            raise _OddError
        if isinstance(child, list):
            child = child[-1]
        if not isinstance(child, dict):
            raise _OddError
        return child

    def _document(self) -> Document:
        tables = self.data.get(self.array, [])
        if not isinstance(tables, list) or len(tables) != len(self.starts):
            raise _OddError
        return Document(
            self.data, tuple((table, line, end) for (table, line), end in zip(self.starts, self.ends, strict=True))
        )


_STRING_ROW = re.compile(rf'^[ \t]+"({_TEXT})",$', re.MULTILINE)
_FIELD = re.compile(r'([A-Za-z0-9_-]+) = (["\d])')


def _rows(rows: str, count: int, memo: dict[str, object]) -> list[object]:
    """The elements of a many-line array with one element and a comma on each line."""
    if not count:
        return []
    start = rows.lstrip(" \t")[:1]
    if start == '"':
        texts = _STRING_ROW.findall(rows)
        if len(texts) == count:
            return texts
    elif start == "{":
        tables = _table_rows(rows, count)
        if tables is not None:
            return tables
    return [_row(line, memo) for line in rows[:-1].split("\n")]


def _row(line: str, memo: dict[str, object]) -> object:
    if line[-1:] != ",":
        raise _OddError
    return _inline(line[:-1].strip(" \t"), memo)


def _table_rows(rows: str, count: int) -> list[object] | None:
    """Rows that all have the keys of the first one (the files of a package), by one expression made for these keys."""
    first = rows[: rows.index("\n")]
    if count < 2 or len(first) > 4096:
        return None
    fields = _FIELD.findall(first)
    keys = [key for key, _ in fields]
    if not 1 < len(keys) <= 12 or len(set(keys)) != len(keys):
        return None
    found = _row_pattern(tuple(fields)).findall(rows)
    if len(found) != count:
        return None
    numbers = [key for key, kind in fields if kind != '"']
    tables: list[object] = []
    for values in found:
        table: Table = dict(zip(keys, values, strict=True))
        for key in numbers:
            table[key] = int(str(table[key]))
        tables.append(table)
    return tables


@lru_cache(maxsize=64)
def _row_pattern(fields: tuple[tuple[str, str], ...]) -> re.Pattern[str]:
    values = {'"': f'"({_TEXT})"'}
    inner = ", ".join(f"{re.escape(key)} = {values.get(kind, '(0|[1-9][0-9]{0,17})')}" for key, kind in fields)
    return re.compile(rf"^[ \t]+\{{ ?{inner} ?\}},$", re.MULTILINE)


#: What JSON and TOML read differently once keys are rewritten; harmless inside strings, where it only costs time.
_NOT_BOTH = re.compile(r'\\[^"\\]|"[ \t]*:|null|NaN|Infinity|\x7f')
_INLINE_KEY = re.compile(r"([{,] ?)([A-Za-z0-9_-]+) = ")


def _unique(pairs: list[tuple[str, object]]) -> Table:
    table = dict(pairs)
    if len(table) != len(pairs):
        raise ValueError("duplicate key")
    return table


_decode: Callable[[str], object] = json.JSONDecoder(object_pairs_hook=_unique).decode


def _inline(text: str, memo: dict[str, object]) -> object:
    """One value on one line. With its keys rewritten it is JSON, which the standard library reads in C.

    A rewriting inside a string would end that string before a bare word, which JSON refuses.
    """
    value = memo.get(text)
    if value is None:
        if _NOT_BOTH.search(text):
            value = _by_tomllib(text)
        else:
            try:
                value = _decode(_INLINE_KEY.sub(r'\1"\2": ', text))
            except (ValueError, RecursionError):
                value = _by_tomllib(text)
        memo[text] = value
    return value


def _by_tomllib(text: str) -> object:
    import tomllib

    if len(text) > MAX_INLINE or _LONG_KEY.search(text) or _LONG_NUMBER.search(text):
        raise _OddError
    try:
        data = tomllib.loads("x = " + text)
    except (ValueError, RecursionError):
        raise _OddError from None
    if len(data) != 1:
        raise _OddError
    return data["x"]


# --- the exact way ----------------------------------------------------------------------------------------------

#: tomllib's time grows with the square of the parts of a dotted key.
_LONG_KEY = re.compile(r"""(?<![\w."'-])(?:(?:[\w-]++|"[^"\n]*+"|'[^'\n]*+')[ \t]*+\.[ \t]*+){64}""", re.ASCII)
#: The interpreter's own limit for the digits of a number (`sys.int_info.default_max_str_digits`: 4,300).
_LONG_NUMBER = re.compile(r"[0-9_]{4400}")
_PLACE = re.compile(r" \(at (?:line (\d+), column (\d+)|end of document)\)$")


def load(text: str) -> Table:
    """`tomllib.loads` that raises UnreadableManifest, with the line, for whatever it does not like."""
    import tomllib

    if len(text) > MAX_EXACT:
        raise UnreadableManifest(
            f"it has more than {MAX_EXACT:,} characters and is not written as its tool writes it", code="too-large"
        )
    if _LONG_NUMBER.search(text):
        raise UnreadableManifest("it holds a number that is too long")
    long = _LONG_KEY.search(text)
    if long:
        raise UnreadableManifest("it has a key with more than 64 parts", text.count("\n", 0, long.start()) + 1)
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
