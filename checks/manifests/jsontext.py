"""JSON with line numbers: the upper levels are walked here, everything below is decoded by the C scanner.

Stricter than `json.loads`: duplicate keys, `NaN`, lone surrogates and what follows the value are refused. Linear
in the length of the text whatever its layout; recursion is bounded by a constant.
"""

import json
import re
from collections.abc import Callable, Mapping
from typing import NoReturn, cast

from checks.model.errors import UnreadableManifest
from checks.model.phrase import visible

#: First and last line of a member or item, 1-based.
Span = tuple[int, int]
#: `descend(depth, key)`: whether the members of that object or list (depth 0: below the root) need lines.
Descend = Callable[[int, str], bool]

#: Levels that are walked here; below them the interpreter's own limit holds.
MAX_DEPTH = 128
#: Members of one object or list that is walked here; the memory of a hostile file is bounded by it.
MAX_MEMBERS = 200_000

_MEMBER = re.compile(r'[ \t\n\r]*+"([^"\\\x00-\x1f]*+)"[ \t\n\r]*+:[ \t\n\r]*+').match
_SPACE = re.compile(r"[ \t\n\r]*+").match
_SEPARATOR = re.compile(r"[ \t\n\r]*+([,\]}])").match
_SURROGATE = re.compile(r"\\u[dD][89a-fA-F]").search
#: Escapes from left to right; the group is half of a pair without the other half.
_ESCAPE = re.compile(
    r"\\(?:u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|(u[dD][89a-fA-F][0-9a-fA-F]{2})|.)", re.DOTALL
)


_STRING = r'("[^"\\\n]*+(?:\\.[^"\\\n]*+)*+"?)'
_COMMENT = re.compile(_STRING + r"|//[^\n]*+|/\*(?:[^*]|\*(?!/))*+(?:\*/)?")
_COMMA = re.compile(_STRING + r"|,(?=[ \t\r\n]*+[}\]])")


class Object(dict[str, object]):
    """A JSON object whose members carry lines: from the line of the key to the last line of the value."""

    __slots__ = ("lines",)

    def __init__(self) -> None:
        self.lines: dict[str, Span] = {}


class Array(list[object]):
    """A JSON list whose items carry lines."""

    __slots__ = ("lines",)

    def __init__(self) -> None:
        self.lines: list[Span] = []


class _DuplicateKeyError(Exception):
    """Raised inside the C scanner, which cannot tell the place."""


class _ConstantError(ValueError):
    """NaN or Infinity, which the standard library accepts and JSON does not know."""


def everything(depth: int, key: str) -> bool:
    """Lines for every member of every object and list."""
    return True


def load(text: str, descend: Descend = everything) -> object:
    """The value of `text`: `Object` and `Array` where `descend` asked for lines (the root always has them).

    Raises UnreadableManifest with the line of the fault; of two equal keys the second one is the fault.
    """
    if _SURROGATE(text):
        _refuse_lone_surrogates(text)
    try:
        return _Reader(text, descend).read()
    except _DuplicateKeyError:
        return _Reader(text, everything).read()


def load_object(text: str, descend: Descend = everything) -> Object:
    """As `load`, for files whose root must be an object."""
    root = load(text, descend)
    if not isinstance(root, Object):
        raise UnreadableManifest("it is not a JSON object", 1)
    return root


def line_of(container: object, key: str) -> Span:
    """The lines of a member, or (0, 0) where they are not known."""
    return container.lines.get(key, (0, 0)) if isinstance(container, Object) else (0, 0)


def object_at(container: Mapping[str, object], key: str) -> Mapping[str, object]:
    """The object under `key`; empty if it is absent or something else."""
    value = container.get(key)
    return value if isinstance(value, dict) else {}


def too_many_members(line: int) -> UnreadableManifest:
    return UnreadableManifest(f"one list of it has more than {MAX_MEMBERS:,} entries", line, code="too-large")


def without_comments(text: str) -> str:
    """JSON out of JSON with comments and trailing commas; every value stays on its line."""
    if "//" in text or "/*" in text:
        text = _COMMENT.sub(lambda match: match[1] or " " + "\n" * match[0].count("\n"), text)
    return _COMMA.sub(r"\1", text)


def _refuse_lone_surrogates(text: str) -> None:
    for match in _ESCAPE.finditer(text):
        if match[1]:
            line = text.count("\n", 0, match.start()) + 1
            raise UnreadableManifest(f"it is not JSON: half of a surrogate pair at line {line}", line)


def _pairs(pairs: list[tuple[str, object]]) -> dict[str, object]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise _DuplicateKeyError
    return members


def _constant(name: str) -> NoReturn:
    raise _ConstantError(f"{name} is no JSON value")


_DECODER = json.JSONDecoder(object_pairs_hook=_pairs, parse_constant=_constant)
#: Value and end position at a position: the C scanner itself, which typeshed does not name.
_SCAN: Callable[[str, int], tuple[object, int]] = vars(_DECODER)["scan_once"]


class _Reader:
    """One pass over the text. `line` is the line of `counted`, the furthest position whose line was asked for."""

    def __init__(self, text: str, descend: Descend) -> None:
        self.text = text
        self.descend = descend
        self.position = 0
        self.line = 1
        self.counted = 0

    def read(self) -> object:
        """The only value of the text."""
        self._skip_space()
        value = self._value(0, "", located=True)
        self._skip_space()
        if self.position != len(self.text):
            self._fail("nothing more is expected", self.position)
        return value

    def _value(self, depth: int, key: str, *, located: bool) -> object:
        """The value at the position. Calls itself at most MAX_DEPTH times, whatever the text is."""
        opening = self.text[self.position : self.position + 1]
        if not located or opening not in ("{", "["):
            return self._scan()
        if depth > MAX_DEPTH:
            self._fail("it is nested too deeply", self.position, deep=True)
        return self._object(depth) if opening == "{" else self._array(depth, key)

    def _object(self, depth: int) -> Object:
        members = Object()
        lines = members.lines
        text, descend = self.text, self.descend
        self.position += 1
        if self._closes("}"):
            return members
        while True:
            match = _MEMBER(text, self.position)
            if match:
                key, at, self.position = match[1], match.start(1), match.end()
            else:
                key, at = self._unusual_key()
            line = self._line_at(at)
            if key in members:
                self._fail(f"the key '{visible(key, 80)}' stands twice", at)
            members[key] = self._value(depth + 1, key, located=descend(depth, key))
            lines[key] = (line, self._line_at(self.position))
            if len(lines) > MAX_MEMBERS:
                raise too_many_members(line)
            if self._ends("}"):
                return members

    def _array(self, depth: int, key: str) -> Array:
        items = Array()
        self.position += 1
        if self._closes("]"):
            return items
        located = self.descend(depth, key)
        while True:
            self._skip_space()
            line = self._line_at(self.position)
            items.append(self._value(depth + 1, key, located=located))
            items.lines.append((line, self._line_at(self.position)))
            if len(items) > MAX_MEMBERS:
                raise too_many_members(line)
            if self._ends("]"):
                return items

    def _scan(self) -> object:
        start = self.position
        try:
            value, self.position = _SCAN(self.text, start)
        except StopIteration as stop:
            self._fail("a value is expected", stop.value)
        except json.JSONDecodeError as error:
            self._fail(_said(error), error.pos)
        except ValueError as error:
            self._fail(str(error) if isinstance(error, _ConstantError) else "a number is too long", start)
        except RecursionError:
            self._fail("it is nested too deeply", start, deep=True)
        return value

    def _unusual_key(self) -> tuple[str, int]:
        """A key with escapes, or whatever stands where a key should be."""
        self._skip_space()
        at = self.position
        if self.text[at : at + 1] != '"':
            self._fail("a key in double quotes is expected", at)
        key = cast(str, self._scan())
        self._skip_space()
        if self.text[self.position : self.position + 1] != ":":
            self._fail("':' is expected", self.position)
        self.position += 1
        self._skip_space()
        return key, at

    def _closes(self, bracket: str) -> bool:
        """Whether the container is empty."""
        self._skip_space()
        if self.text[self.position : self.position + 1] != bracket:
            return False
        self.position += 1
        return True

    def _ends(self, bracket: str) -> bool:
        """Whether the container ends here; a comma is the only alternative."""
        match = _SEPARATOR(self.text, self.position)
        if match is None or match[1] not in (",", bracket):
            self._skip_space()
            self._fail(f"',' or '{bracket}' is expected", self.position)
        self.position = match.end()
        return match[1] == bracket

    def _skip_space(self) -> None:
        match = _SPACE(self.text, self.position)
        if match:
            self.position = match.end()

    def _line_at(self, position: int) -> int:
        self.line += self.text.count("\n", self.counted, position)
        self.counted = position
        return self.line

    def _fail(self, what: str, position: int, *, deep: bool = False) -> NoReturn:
        line = self.text.count("\n", 0, position) + 1
        raise UnreadableManifest(what if deep else f"it is not JSON: {what} at line {line}", line)


def _said(error: json.JSONDecodeError) -> str:
    """The standard library's message, which quotes nothing of the text, as the middle of a sentence."""
    return error.msg[:1].lower() + error.msg[1:].rstrip(" at:")
