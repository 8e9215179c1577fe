"""TOML values on one line, and arrays with one of them on each line: read in C where what tools write allows it."""

import json
import re
from collections.abc import Callable
from datetime import datetime
from functools import lru_cache

Table = dict[str, object]

#: One value on one line that JSON cannot read is left to tomllib up to this length (characters).
MAX_INLINE = 100_000
#: So many values that JSON cannot read cost more than tomllib for the whole text.
MAX_SLOW = 200
#: tomllib's time grows with the square of the parts of a dotted key.
LONG_KEY = re.compile(r"""(?<![\w."'-])(?:(?:[\w-]++|"[^"\n]*+"|'[^'\n]*+')[ \t]*+\.[ \t]*+){64}""", re.ASCII)
#: tomllib's expression for a number takes 160 bytes of memory for each digit before it is refused for its length.
LONG_NUMBER = re.compile(r"[0-9_]{100000}")

CONTROL = r"\x00-\x08\x0a-\x1f\x7f"
TEXT = rf'[^"\\{CONTROL}]*+'
COMMENT = rf"#[^{CONTROL}]*+"


class OddError(Exception):
    """The text is not what the scan knows; tomllib decides what it is."""


class Values:
    """The values of one text; equal ones are read once and must not be changed."""

    def __init__(self) -> None:
        self.memo: dict[str, object] = {}
        self.slow = 0

    def rows(self, rows: str, count: int) -> list[object]:
        """The elements of a many-line array with one element and a comma on each of `count` lines."""
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
        return [self._row(line) for line in rows[:-1].split("\n")]

    def _row(self, line: str) -> object:
        if line[-1:] != ",":
            raise OddError
        return self.inline(line[:-1].strip(" \t"))

    def inline(self, text: str) -> object:
        """One value on one line. With keys and times rewritten it is JSON, which the standard library reads in C.

        A rewriting inside a string would end that string before a bare word, which JSON refuses.
        """
        value = self.memo.get(text)
        if value is None:
            value = self.memo[text] = self._read(text)
        return value

    def _read(self, text: str) -> object:
        if not _NOT_BOTH.search(text):
            rewritten = _INLINE_KEY.sub(r'\1"\2": ', text)
            decode = _decode
            if "T" in text:
                rewritten, times = _TIME.subn(rf'\1"{_MARK}\2"', rewritten)
                decode = _decode_times if times else _decode
            try:
                return decode(rewritten)
            except (ValueError, RecursionError):
                pass
        self.slow += 1
        if self.slow > MAX_SLOW:
            raise OddError
        return _by_tomllib(text)


_STRING_ROW = re.compile(rf'^[ \t]+"({TEXT})",$', re.MULTILINE)
_FIELD = re.compile(r'([A-Za-z0-9_-]+) = (["\d])')


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
    values = {'"': f'"({TEXT})"'}
    inner = ", ".join(f"{re.escape(key)} = {values.get(kind, '(0|[1-9][0-9]{0,17})')}" for key, kind in fields)
    return re.compile(rf"^[ \t]+\{{ ?{inner} ?\}},$", re.MULTILINE)


#: What JSON and TOML read differently once keys are rewritten; harmless inside strings, where it only costs time.
_NOT_BOTH = re.compile(r'\\[^"\\]|"[ \t]*:|null|NaN|Infinity|[\x7f\ue000]')
_INLINE_KEY = re.compile(r"([{,] ?)([A-Za-z0-9_-]+) = ")
_TIME = re.compile(r'(": )(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,6})?(?:Z|[+-]\d\d:\d\d))(?=[ ,}])')
#: Of the private use area: text that holds it is left to tomllib.
_MARK = "\ue000"


def _unique(pairs: list[tuple[str, object]]) -> Table:
    table = dict(pairs)
    if len(table) != len(pairs):
        raise ValueError("duplicate key")
    return table


def _unique_with_times(pairs: list[tuple[str, object]]) -> Table:
    table = _unique(pairs)
    for key, value in pairs:
        if isinstance(value, str) and value[:1] == _MARK:
            table[key] = datetime.fromisoformat(value[1:])
    return table


_decode: Callable[[str], object] = json.JSONDecoder(object_pairs_hook=_unique).decode
_decode_times: Callable[[str], object] = json.JSONDecoder(object_pairs_hook=_unique_with_times).decode


def _by_tomllib(text: str) -> object:
    import tomllib

    if len(text) > MAX_INLINE or LONG_KEY.search(text) or LONG_NUMBER.search(text):
        raise OddError
    try:
        data = tomllib.loads("x = " + text)
    except (ValueError, RecursionError):
        raise OddError from None
    if len(data) != 1:
        raise OddError
    return data["x"]
