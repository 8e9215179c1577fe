"""YAML with positions and without YAML's dangers.

Reads the event stream, which is iterative: the composing API of the C library can be crashed by 200 kB of brackets.
Anchors, aliases, tags, duplicate keys and several documents are refused; plain scalars stay text, so that `no`, `on`
and `012` mean what they look like and the shape decides what they are.
"""

from dataclasses import dataclass

from checks.model.errors import PolicyError, PolicyIssue
from checks.model.phrase import visible

#: A policy of 9,000 lines has 300 kB (measured); a file beyond this is not one that people maintain (characters).
MAX_CHARACTERS = 1_000_000
MAX_DEPTH = 32
MAX_NODES = 200_000


@dataclass(frozen=True, slots=True)
class Scalar:
    text: str
    line: int
    column: int
    quoted: bool = False


@dataclass(frozen=True, slots=True)
class Items:
    items: tuple["Node", ...]
    line: int
    column: int


@dataclass(frozen=True, slots=True)
class Entries:
    """A mapping in file order."""

    entries: tuple[tuple[Scalar, "Node"], ...]
    line: int
    column: int

    def get(self, key: str) -> "Node | None":
        return next((node for name, node in self.entries if name.text == key), None)


Node = Scalar | Items | Entries


class _Refused(Exception):
    def __init__(self, line: int, column: int, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.issue = PolicyIssue(line, column, "", message, hint)


def parse(text: str, file: str) -> Node:
    """The one document of `text`. Raises `PolicyError` with line and column."""
    import yaml  # 14 ms: only when there is a policy to read

    if len(text) > MAX_CHARACTERS:
        raise PolicyError(
            file, (PolicyIssue(1, 1, "", f"the file has {len(text):,} characters, the limit is {MAX_CHARACTERS:,}"),)
        )
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        return _Builder().build(yaml.parse(text, Loader=loader))
    except _Refused as refused:
        raise PolicyError(file, (refused.issue,)) from None
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
        raise PolicyError(file, (PolicyIssue(line, column, "", f"not valid YAML: {error.problem}"),)) from None
    except yaml.reader.ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        message = f"the character {visible(str(error.character))} is not allowed in YAML"
        raise PolicyError(file, (PolicyIssue(line, 1, "", message),)) from None


class _Builder:
    """Builds nodes from events with an explicit stack."""

    def __init__(self) -> None:
        self.stack: list[tuple[str, int, int, list[Node]]] = []
        self.root: Node | None = None
        self.nodes = 0
        self.documents = 0

    def build(self, events: object) -> Node:
        for event in events:  # type: ignore[attr-defined]
            kind = type(event).__name__
            handler = getattr(self, "_" + kind.removesuffix("Event"), None)
            if handler is not None:
                handler(event, event.start_mark.line + 1, event.start_mark.column + 1)
        if self.root is None:
            raise _Refused(1, 1, "the file is empty", "begin with: version: 1")
        return self.root

    def _DocumentStart(self, _event: object, line: int, column: int) -> None:
        self.documents += 1
        if self.documents > 1:
            raise _Refused(line, column, "a second YAML document is not allowed")

    def _Alias(self, _event: object, line: int, column: int) -> None:
        raise _Refused(line, column, "YAML aliases are not allowed", "write the value out")

    def _Scalar(self, event: object, line: int, column: int) -> None:
        self._check(event, line, column)
        self._add(Scalar(event.value, line, column, event.style in ("'", '"')))  # type: ignore[attr-defined]

    def _SequenceStart(self, event: object, line: int, column: int) -> None:
        self._open("items", event, line, column)

    def _MappingStart(self, event: object, line: int, column: int) -> None:
        self._open("entries", event, line, column)

    def _SequenceEnd(self, _event: object, _line: int, _column: int) -> None:
        _, line, column, children = self.stack.pop()
        self._add(Items(tuple(children), line, column))

    def _MappingEnd(self, _event: object, _line: int, _column: int) -> None:
        _, line, column, children = self.stack.pop()
        pairs: list[tuple[Scalar, Node]] = []
        first: dict[str, int] = {}
        for key, value in zip(children[::2], children[1::2], strict=True):
            if not isinstance(key, Scalar):
                raise _Refused(key.line, key.column, "a key must be text")
            if key.text in first:
                raise _Refused(
                    key.line, key.column, f"duplicate key '{visible(key.text)}', first on line {first[key.text]}"
                )
            first[key.text] = key.line
            pairs.append((key, value))
        self._add(Entries(tuple(pairs), line, column))

    def _open(self, kind: str, event: object, line: int, column: int) -> None:
        self._check(event, line, column)
        if len(self.stack) >= MAX_DEPTH:
            raise _Refused(line, column, f"nested more than {MAX_DEPTH} levels deep")
        self.stack.append((kind, line, column, []))

    def _check(self, event: object, line: int, column: int) -> None:
        self.nodes += 1
        if self.nodes > MAX_NODES:
            raise _Refused(line, column, f"more than {MAX_NODES:,} values")
        if getattr(event, "anchor", None) is not None:
            raise _Refused(line, column, "YAML anchors are not allowed", "write the value out where it is needed")
        if getattr(event, "tag", None) is not None:
            raise _Refused(line, column, "YAML tags are not allowed")

    def _add(self, node: Node) -> None:
        if self.stack:
            self.stack[-1][3].append(node)
        else:
            self.root = node
