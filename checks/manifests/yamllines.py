"""The YAML that lock files consist of, one line at a time: twice as fast as libyaml, which need not be loaded.

A strict subset: one key, or one list item, and at most one value per line. The first line that is anything else
ends the attempt, and `yamltext` asks the real parser; so this reader never interprets what it does not know.
"""

import re

from checks.manifests.jsontext import MAX_MEMBERS, Array, Object, too_many_members

#: What a plain scalar stands for nothing.
NULLS = frozenset(("", "~", "null", "Null", "NULL"))

# Plain scalars: no indicator first, then no `: `, no ` #` and no `:` at the end. In flow also no `,[]{}` and, as
# parsers differ there, no `?`.
PLAIN = r"[A-Za-z0-9_./~^<=+$(\\][^:#\n]*+(?:(?::(?=[^\s])|(?<=[^\s])#)[^:#\n]*+)*+"
KEY = r"[A-Za-z0-9_./~^$(][^\s:#]*+(?:(?::(?=[^\s])|(?<=[^\s])#| ++(?=[^\s:#]))[^\s:#]*+)*+"
SINGLE = r"'[^'\n]*+(?:''[^'\n]*+)*+'"
DOUBLE = r'"[^"\\\n]*+"'
_FLOW_REST = r"[^\s,\[\]{}?:#]"
_FLOW = (
    r"[A-Za-z0-9_./~^=+$(<\\]"
    rf"{_FLOW_REST}*+(?:(?:[:](?={_FLOW_REST})|(?<=[^\s])#| ++(?={_FLOW_REST})){_FLOW_REST}*+)*+"
)
_LINE = re.compile(
    rf"( *+)(?:"
    rf"({KEY}|{SINGLE}|{DOUBLE}):(?: ++(?:({PLAIN}|{SINGLE}|{DOUBLE})|([{{\[][^\n]*+)|(\|-?)))?\n"
    rf"|- ++({PLAIN}|{SINGLE}|{DOUBLE})\n"
    rf"|\? ({SINGLE}|{DOUBLE})\n:\n"
    rf"|(---)\n"
    rf"|(?:#[^\n]*+)?\n"
    rf")"
).match
#: Groups of `_LINE`: what the line is, by the last one that matched.
_BLANK, _BARE, _VALUE, _COLLECTION, _LITERAL, _ITEM, _LONG_KEY, _MARKER = range(1, 9)
_SCALAR = rf"(?:{_FLOW}|{SINGLE}|{DOUBLE})"
_FLOW_MAP = re.compile(rf"\{{ *+(?:{_SCALAR}: ++{_SCALAR}(?:, *+{_SCALAR}: ++{_SCALAR})*+)? *+\}}").fullmatch
_FLOW_LIST = re.compile(rf"\[ *+(?:{_SCALAR}(?:, *+{_SCALAR})*+)? *+\]").fullmatch
_SCALARS = re.compile(_SCALAR).findall
#: Text of a literal block: the first line with its indent, then everything that is blank or begins with spaces.
_BLOCK = re.compile(r"( ++)[^ \n][^\n]*+\n(?: ++[^ \n][^\n]*+\n|\n)*+").match
#: A line of spaces behind it, which may belong to it.
_SPACES = re.compile(r"\n*+ ++\n").match
_MAX_DEPTH = 32
_MAX_DOCUMENTS = 50


class _OddShapeError(Exception):
    """A shape that this reader does not know."""


def read_lines(text: str) -> list[object] | None:
    """The documents of `text` as `yamltext.load_all` gives them, or None if the shape is odd in any way."""
    if not text.replace("\n", "").isprintable():
        return None
    try:
        return _Lines(text if text.endswith("\n") else text + "\n").read()
    except _OddShapeError:
        return None


class _Open:
    """A collection that is being read: its indent, its last key and the line of that key."""

    __slots__ = ("indent", "key", "line", "value")

    def __init__(self, indent: int, value: Object | Array) -> None:
        self.indent = indent
        self.value = value
        self.key = ""
        self.line = 0


class _Lines:
    """One pass over the text with a stack of open collections."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.position = 0
        self.line = 0
        self.last = 0
        """The last line that was neither blank nor a comment."""
        self.waiting = False
        """Whether that line was a key without a value, which deeper lines may give."""
        self.marked = False
        self.stack: list[_Open] = []
        self.documents: list[object] = []

    def read(self) -> list[object]:
        """One turn per line; the line that is nearly every line, `key: value`, is taken without a call."""
        text, size, match_line = self.text, len(self.text), _LINE
        while self.position < size:
            match = match_line(text, self.position)
            if match is None:
                raise _OddShapeError
            self.position = match.end()
            self.line += 1
            kind = match.lastindex
            if kind == _BLANK:
                continue
            if kind == _VALUE and self.stack and len(match[1]) == (top := self.stack[-1]).indent:
                key, value, members, line = match[_BARE], match[_VALUE], top.value, self.line
                if key[0] in "'\"":
                    key = _unquoted(key)
                if key in members or not isinstance(members, Object):
                    raise _OddShapeError
                if len(members) >= MAX_MEMBERS:
                    raise too_many_members(line)
                members[key] = scalar(value)
                members.lines[key] = (line, line)
                self.waiting = False
            elif kind == _MARKER:
                self._begin(len(match[1]))
            elif kind == _ITEM:
                self._item(len(match[1]), match[_ITEM])
            else:
                self._member(match, kind or 0)
            self.last = self.line
        self._end()
        return self.documents

    def _member(self, match: re.Match[str], kind: int) -> None:
        indent = len(match[1])
        written: str = match[_LONG_KEY] if kind == _LONG_KEY else match[_BARE]
        key = written if written[0] not in "'\"" else _unquoted(written)
        top = self._collection(indent, Object)
        members, start = top.value, self.line
        if not isinstance(members, Object) or key in members or (kind == _LONG_KEY and indent):
            raise _OddShapeError
        if len(members) >= MAX_MEMBERS:
            raise too_many_members(self.line)
        top.key, top.line = key, start
        self.waiting = False
        if kind == _VALUE:
            members[key] = scalar(match[_VALUE])
        elif kind == _COLLECTION:
            members[key] = _flow(match[_COLLECTION].rstrip(" "), start)
        elif kind == _LITERAL:
            members[key] = self._literal(indent, clip=match[_LITERAL] == "|")
        else:
            members[key] = None
            self.waiting = True
        members.lines[key] = (start, self.line)
        # its colon stands on a line of its own
        self.line += kind == _LONG_KEY

    def _item(self, indent: int, written: str) -> None:
        items = self._collection(indent, Array).value
        if not isinstance(items, Array):
            raise _OddShapeError
        if len(items) >= MAX_MEMBERS:
            raise too_many_members(self.line)
        items.append(scalar(written))
        items.lines.append((self.line, self.line))
        self.waiting = False

    def _collection(self, indent: int, kind: type[Object] | type[Array]) -> _Open:
        """The open collection at `indent`, or a new one below a key that waits for its value."""
        stack = self.stack
        while stack and stack[-1].indent > indent:
            self._close()
        if stack and stack[-1].indent == indent:
            return stack[-1]
        opened = _Open(indent, kind())
        if stack:
            parent = stack[-1]
            if not self.waiting or not isinstance(parent.value, Object) or len(stack) >= _MAX_DEPTH:
                raise _OddShapeError
            parent.value[parent.key] = opened.value
        elif indent:
            raise _OddShapeError
        stack.append(opened)
        return opened

    def _close(self) -> None:
        """The innermost collection ends on the last line that had content."""
        self.stack.pop()
        self.waiting = False
        if self.stack:
            parent = self.stack[-1]
            if isinstance(parent.value, Object):
                parent.value.lines[parent.key] = (parent.line, self.last)

    def _begin(self, indent: int) -> None:
        if indent or (self.marked and not self.stack):
            raise _OddShapeError
        if self.stack:
            self._end()
        if len(self.documents) > _MAX_DOCUMENTS:
            raise _OddShapeError
        self.marked = True

    def _end(self) -> None:
        if not self.stack:
            if self.marked:
                raise _OddShapeError
            return
        self.documents.append(self.stack[0].value)
        while self.stack:
            self._close()

    def _literal(self, indent: int, *, clip: bool) -> str:
        """The text after `|` or `|-`; its lines begin deeper than the key."""
        match = _BLOCK(self.text, self.position)
        if match is None or len(match[1]) <= indent:
            raise _OddShapeError
        lines, size = [], len(match[1])
        for line in match[0].rstrip("\n").split("\n"):
            if line and len(line) - len(line.lstrip(" ")) <= indent:
                break
            if line and line[:size] != match[1]:
                raise _OddShapeError
            lines.append(line)
        while not lines[-1]:
            lines.pop()
        self.position += sum(len(line) + 1 for line in lines)
        self.line += len(lines)
        if _SPACES(self.text, self.position):
            raise _OddShapeError
        return "\n".join(line[size:] for line in lines) + ("\n" if clip else "")


def scalar(written: str) -> str | None:
    """The value of a scalar that matched `PLAIN`, `SINGLE` or `DOUBLE`."""
    if written[0] in "'\"":
        return _unquoted(written)
    plain = written.rstrip(" ")
    return None if plain in NULLS else plain


def _unquoted(written: str) -> str:
    inner = written[1:-1]
    return inner.replace("''", "'") if written[0] == "'" else inner


def _flow(written: str, line: int) -> Object | Array:
    """`{key: value, …}` or `[value, …]` of scalars on one line."""
    scalars: list[str] = _SCALARS(written)
    if _FLOW_MAP(written):
        members = Object()
        for key, value in zip(scalars[::2], scalars[1::2], strict=True):
            name = _unquoted(key) if key[0] in "'\"" else key
            if name in members:
                raise _OddShapeError
            members[name] = scalar(value)
            members.lines[name] = (line, line)
        return members
    if not _FLOW_LIST(written):
        raise _OddShapeError
    items = Array()
    items.extend(scalar(value) for value in scalars)
    items.lines.extend([(line, line)] * len(items))
    return items
