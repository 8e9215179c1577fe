"""YAML with line numbers, for lock files and workflows: plain values out of events, never objects, never guesses.

Scalars stay text as written (`1.10`, `on` and `2024-01-01` are not numbers, booleans or dates); only an empty plain
scalar, `~` and `null` are None. Tags are ignored. What tools write is read line by line (`yamllines`); everything
else by libyaml's events, which are iterative: its compose API can be crashed by 100,000 brackets.
"""

import re
from typing import TYPE_CHECKING, Any

from checks.manifests.jsontext import MAX_MEMBERS, Array, Object, too_many_members
from checks.manifests.yamllines import NULLS, read_lines
from checks.model.errors import UnreadableManifest
from checks.model.phrase import visible

if TYPE_CHECKING:
    import yaml

#: Nested collections; a workflow has about ten.
MAX_DEPTH = 64
#: Lines and documents of one file; a lock of 5,154 packages has 50,000 lines.
MAX_LINES = 2_000_000
MAX_DOCUMENTS = 100
#: Values of one file, with everything that an alias stands for counted again.
MAX_NODES = 1_000_000

#: Line breaks of YAML 1.1 that are ordinary characters in 1.2, where only line feeds and carriage returns end lines.
_NO_BREAKS = re.compile("[\x85\u2028\u2029]")


def load(text: str) -> object:
    """The value of the only document; None for an empty one. Raises UnreadableManifest as `load_all` does."""
    documents = load_all(text)
    if len(documents) > 1:
        raise UnreadableManifest("it has several YAML documents", 1)
    return documents[0] if documents else None


def load_all(text: str) -> list[object]:
    """The value of each document: `Object` and `Array` with the lines of their members, text, or None.

    Raises UnreadableManifest with the line of the fault: not YAML, a key twice, a key that is no scalar, too deep,
    an alias that contains itself or multiplies without measure.
    """
    text = text.replace("\r\n", "\n")
    if not text.isascii():
        text = _NO_BREAKS.sub(" ", text)
    if text.count("\n") > MAX_LINES:
        raise UnreadableManifest(f"it has more than {MAX_LINES:,} lines", code="too-large")
    documents = read_lines(text)
    return read_events(text) if documents is None else documents


def read_events(text: str) -> list[object]:
    """`load_all` by the real parser alone."""
    import yaml

    if "\r" in text:
        line = text.count("\n", 0, text.index("\r")) + 1
        raise UnreadableManifest(f"it has a carriage return that ends no line at line {line}", line)
    loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    reader = _Reader(text)
    try:
        for event in yaml.parse(text, Loader=loader):
            reader.take(event)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = mark.line + 1 if mark else 0
        # a fault at the end of the file is reported on the line after the last one
        line = min(line, text.count("\n") + 1)
        reason = visible(error.problem or "no reason given")
        raise UnreadableManifest(f"it is not YAML: {reason} at line {line}", line) from None
    except (yaml.YAMLError, ValueError):
        raise UnreadableManifest("it is not YAML: it has characters that YAML does not allow") from None
    return reader.documents


class _Open:
    """A collection that is being read."""

    __slots__ = ("anchor", "key", "key_line", "line", "nodes", "value")

    def __init__(self, value: Object | Array, anchor: str | None, line: int) -> None:
        self.value = value
        self.anchor = anchor
        self.line = line
        self.key: str | None = None
        self.key_line = 0
        self.nodes = 1


class _Reader:
    """A stack of open collections, fed by events. `last` is the last line on which something stood."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.documents: list[object] = []
        self.stack: list[_Open] = []
        self.anchors: dict[str, tuple[object, int] | None] = {}
        self.last = 0

    def take(self, event: "yaml.Event") -> None:
        name = type(event).__name__
        handler = _HANDLERS.get(name)
        if handler is not None:
            handler(self, event)

    def scalar(self, event: Any) -> None:
        line = event.start_mark.line + 1
        top = self._awaiting_key()
        if top is not None:
            self.last = event.end_mark.line + 1
            self._key(top, event.value, line)
            return
        if event.style in ("|", ">"):
            # its end mark stands where the next value begins
            written = self.text[event.start_mark.index : event.end_mark.index]
            self.last = line + written.rstrip().count("\n")
        elif event.value or event.style:
            self.last = event.end_mark.line + 1
        value = None if not event.style and event.value in NULLS else event.value
        self._define(event.anchor, value, 1)
        self._place(value, 1, line)

    def open(self, event: Any) -> None:
        line = event.start_mark.line + 1
        if self._awaiting_key() is not None:
            raise UnreadableManifest(f"a key at line {line} is not a scalar", line)
        if len(self.stack) >= MAX_DEPTH:
            raise UnreadableManifest("it is nested too deeply", line)
        if event.anchor is not None:
            # until it is complete, an alias to it would contain itself
            self.anchors[event.anchor] = None
        value: Object | Array = Object() if type(event).__name__ == "MappingStartEvent" else Array()
        self.stack.append(_Open(value, event.anchor, line))

    def close(self, event: Any) -> None:
        done = self.stack.pop()
        # a bracket; the end of an indented collection has no length
        if event.end_mark.index != event.start_mark.index:
            self.last = event.end_mark.line + 1
        self._define(done.anchor, done.value, done.nodes)
        self._place(done.value, done.nodes, done.line)

    def alias(self, event: Any) -> None:
        line = event.start_mark.line + 1
        self.last = line
        if self._awaiting_key() is not None:
            raise UnreadableManifest(f"a key at line {line} is an alias", line)
        known = self.anchors.get(event.anchor)
        if known is None:
            name = visible(event.anchor, 80)
            raise UnreadableManifest(f"the alias '*{name}' at line {line} stands for nothing complete", line)
        self._place(*known, line)

    def document(self, event: Any) -> None:
        self.anchors.clear()

    def _awaiting_key(self) -> _Open | None:
        top = self.stack[-1] if self.stack else None
        return top if top is not None and isinstance(top.value, Object) and top.key is None else None

    def _key(self, top: _Open, key: str, line: int) -> None:
        if key in top.value:
            raise UnreadableManifest(f"the key '{visible(key, 80)}' stands twice, again at line {line}", line)
        top.key, top.key_line = key, line

    def _define(self, anchor: str | None, value: object, nodes: int) -> None:
        if anchor is not None:
            self.anchors[anchor] = (value, nodes)

    def _place(self, value: object, nodes: int, line: int) -> None:
        if not self.stack:
            self.documents.append(value)
            if len(self.documents) > MAX_DOCUMENTS:
                raise UnreadableManifest(f"it has more than {MAX_DOCUMENTS} YAML documents", line, code="too-large")
            return
        top = self.stack[-1]
        top.nodes += nodes
        if len(top.value) >= MAX_MEMBERS:
            raise too_many_members(line)
        if top.nodes > MAX_NODES:
            raise UnreadableManifest(f"it has more than {MAX_NODES:,} values", line, code="too-large")
        if isinstance(top.value, Object):
            key = top.key or ""
            top.value[key] = value
            top.value.lines[key] = (top.key_line, max(self.last, top.key_line))
            top.key = None
        else:
            top.value.append(value)
            top.value.lines.append((line, max(self.last, line)))


_HANDLERS = {
    "ScalarEvent": _Reader.scalar,
    "MappingStartEvent": _Reader.open,
    "SequenceStartEvent": _Reader.open,
    "MappingEndEvent": _Reader.close,
    "SequenceEndEvent": _Reader.close,
    "AliasEvent": _Reader.alias,
    "DocumentStartEvent": _Reader.document,
}
