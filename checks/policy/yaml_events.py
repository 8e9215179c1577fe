"""YAML with positions and without YAML's dangers. Imported only when there is a policy to read: PyYAML costs 9 ms.

Reads the event stream, which is iterative: the composing API of the C library can be crashed by 200 kB of brackets.
Anchors, aliases, tags, merge keys, duplicate keys and several documents are refused; plain scalars stay text, so that
`no`, `on` and `012` mean what they look like and the shape decides what they are.
"""

import re
from typing import Any

import yaml

from checks.model.errors import PolicyError, PolicyIssue
from checks.model.phrase import visible
from checks.policy.document import MAX_CHARACTERS, MAX_DEPTH, MAX_NODES, Entries, Items, Node, Scalar

#: YAML refuses controls. A lone CR, NEL, LS and PS are line breaks for YAML and none for Git and GitHub, and the marks
#: that reorder text (CVE-2021-42574) show a reviewer another line than the one that is read: with either of them, what
#: is approved is not what is applied. A byte order mark is invisible and belongs only at the beginning.
_REFUSED = re.compile(
    r"[\0-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff\ufffe\uffff]|\r(?!\n)"
)

#: What YAML says, and what people have to do about it.
_HINTS = (
    ("mapping values are not allowed", "text with ': ' in it needs quotes; otherwise look at the indentation"),
    ("found character '\\t'", "indent with spaces, not with tabs"),
    ("expected comment or line break", "text that begins with '>' or '|' needs quotes: '>=1.2'"),
    ("expected alphabetic or numeric character", "text that begins with '*' or '&' needs quotes: '*-internal'"),
    ("unexpected end of stream", "a quote is not closed"),
)
_CANNOT_START = {
    "@": "put it in quotes: '@login' or '@organization/team'",
    "\t": "indent with spaces, not with tabs",
    "`": "put it in quotes",
    "%": "put it in quotes",
}
#: What is said of a file without a value.
EMPTY = "the policy is empty"


class _RefusedError(Exception):
    def __init__(self, line: int, column: int, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.issue = PolicyIssue(line, column, "", message, hint)


def parse(text: str, file: str, named: str = "") -> Node:
    """The one document of `text`. Raises `PolicyError` with line and column.

    `file` is its name in errors, and `named` in its nodes: see `Place.file`.
    """
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        _check_characters(text)
        return _Builder(named).build(loader(text))
    except _RefusedError as refused:
        issue = refused.issue
    except yaml.MarkedYAMLError as error:
        issue = _issue(error, text)
    except yaml.YAMLError as error:
        issue = PolicyIssue(1, 1, "", f"not valid YAML: {visible(str(error))}")
    raise PolicyError(file, (issue,))


def _check_characters(text: str) -> None:
    if len(text) > MAX_CHARACTERS:
        raise _RefusedError(1, 1, f"the file has {len(text):,} characters, the limit is {MAX_CHARACTERS:,}")
    refused = _REFUSED.search(text)
    if refused is not None:
        start = refused.start()
        line, column = text.count("\n", 0, start) + 1, start - text.rfind("\n", 0, start)
        message = f"the character {visible(refused[0])} is not allowed"
        raise _RefusedError(line, column, message, "editors and reviewers do not see it, or see something else")


def _issue(error: yaml.MarkedYAMLError, text: str) -> PolicyIssue:
    problem, mark = visible(error.problem or ""), error.problem_mark
    if mark is None:
        return PolicyIssue(1, 1, "", f"not valid YAML: {problem}")
    hint = next((hint for words, hint in _HINTS if words in problem), "")
    if "cannot start any token" in problem:
        line = text.split("\n")[mark.line : mark.line + 1]
        hint = _CANNOT_START.get(line[0][mark.column : mark.column + 1] if line else "", "")
    return PolicyIssue(mark.line + 1, mark.column + 1, "", f"not valid YAML: {problem}", hint)


class _Builder:
    """Builds nodes from events with an explicit stack of open collections: where each began, and its children.

    Policies have tens of thousands of events, so each is told by its class alone, the frequent ones first.
    """

    def __init__(self, file: str) -> None:
        self.file = file
        self.stack: list[tuple[int, int, list[Node]]] = []
        self.children: list[Node] = []
        """Of the innermost open collection; of the document while there is none."""
        self.nodes = 0

    def build(self, parser: Any) -> Node:
        """What `yaml.parse` does, without its question before each event whether there is one: the last is known."""
        document, next_event, kind = self.children, parser.get_event, None
        while kind is not yaml.StreamEndEvent:
            event = next_event()
            kind = type(event)
            if kind is yaml.ScalarEvent:
                mark = event.start_mark
                line, column = mark.line + 1, mark.column + 1
                self._check_plain(event, event.tag, line, column)
                quoted = event.style is not None and event.style != ""
                self.children.append(Scalar(event.value, line, column, quoted, self.file))
            elif kind is yaml.MappingEndEvent:
                line, column, children = self._close()
                self.children.append(Entries(_pairs(children), line, column, self.file))
            elif kind is yaml.SequenceEndEvent:
                line, column, children = self._close()
                self.children.append(Items(tuple(children), line, column, self.file))
            else:
                self._take_rare(event, bool(document))
        if not document or (isinstance(document[0], Scalar) and document[0].absent):
            raise _RefusedError(1, 1, EMPTY, "begin with: version: 1")
        return document[0]

    def _take_rare(self, event: Any, ended: bool) -> None:
        """Any other event; `ended`: the document has its value."""
        line, column = event.start_mark.line + 1, event.start_mark.column + 1
        match event:
            case yaml.AliasEvent():
                hint = "write the value out; a pattern that begins with '*' needs quotes: '*-internal'"
                raise _RefusedError(line, column, "YAML aliases are not allowed", hint)
            case yaml.CollectionStartEvent():
                self._check_plain(event, event.tag, line, column)
                self._open(line, column)
            case yaml.DocumentStartEvent() if ended:
                raise _RefusedError(line, column, "a second YAML document is not allowed")

    def _check_plain(self, event: yaml.NodeEvent, tag: str | None, line: int, column: int) -> None:
        """One more value, and nothing about it that is no plain value."""
        self.nodes += 1
        if self.nodes > MAX_NODES:
            raise _RefusedError(line, column, f"more than {MAX_NODES:,} values")
        if event.anchor is not None:
            raise _RefusedError(line, column, "YAML anchors are not allowed", "write the value out where it is needed")
        if tag is not None:
            hint = "text that begins with '!' needs quotes"
            raise _RefusedError(line, column, f"YAML tags are not allowed: {visible(tag, 60)}", hint)

    def _open(self, line: int, column: int) -> None:
        if len(self.stack) >= MAX_DEPTH:
            raise _RefusedError(line, column, f"nested more than {MAX_DEPTH} levels deep")
        self.stack.append((line, column, self.children))
        self.children = []

    def _close(self) -> tuple[int, int, list[Node]]:
        """Where the innermost collection began, and what it has."""
        closed = self.children
        line, column, self.children = self.stack.pop()
        return line, column, closed


def _pairs(children: list[Node]) -> tuple[tuple[Scalar, Node], ...]:
    pairs: dict[str, tuple[Scalar, Node]] = {}
    for key, value in zip(children[::2], children[1::2], strict=True):
        if not isinstance(key, Scalar):
            raise _RefusedError(key.line, key.column, "a key must be text")
        if key.text == "<<" and not key.quoted:
            raise _RefusedError(key.line, key.column, "YAML merge keys are not allowed", "write the keys out")
        if key.text in pairs:
            first = pairs[key.text][0].line
            message = f"duplicate key '{visible(key.text, 60)}', first on line {first}"
            raise _RefusedError(key.line, key.column, message)
        pairs[key.text] = (key, value)
    return tuple(pairs.values())
