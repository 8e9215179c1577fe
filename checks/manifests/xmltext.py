"""XML to plain elements with lines. No DOCTYPE, so no entities; bounded depth and size; namespaces dropped."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from xml.parsers import expat

from checks.model.errors import UnreadableManifest

#: The deepest manifest format (pom.xml) needs about 12.
MAX_DEPTH = 100
#: A Gradle verification file with 30,000 components has about 200,000.
MAX_ELEMENTS = 400_000


@dataclass(slots=True)
class Element:
    """One element: its name without prefix, its attributes, its own text and 1-based lines."""

    name: str
    attributes: dict[str, str]
    line: int
    end_line: int = 0
    text: str = ""
    children: list["Element"] = field(default_factory=list)

    def child(self, name: str) -> "Element | None":
        return next((child for child in self.children if child.name == name), None)

    def all(self, *path: str) -> Iterator["Element"]:
        """Every element at `path` below this one, in file order."""
        if not path:
            yield self
            return
        for child in self.children:
            if child.name == path[0]:
                yield from child.all(*path[1:])

    def value(self, name: str) -> str:
        """The stripped text of the first child `name`; empty if there is none."""
        child = self.child(name)
        return child.text.strip() if child else ""


class _Builder:
    """Collects what expat reports; the texts of an element are joined once, at its end."""

    def __init__(self) -> None:
        self.root: Element | None = None
        self.count = 0
        self.stack: list[tuple[Element, list[str]]] = []
        self.parser = expat.ParserCreate("utf-8")
        self.parser.buffer_text = True
        self.parser.StartElementHandler = self.start
        self.parser.EndElementHandler = self.end
        self.parser.CharacterDataHandler = self.characters
        self.parser.StartDoctypeDeclHandler = self.doctype

    def start(self, name: str, attributes: dict[str, str]) -> None:
        line = self.parser.CurrentLineNumber
        self.count += 1
        if self.count > MAX_ELEMENTS:
            raise UnreadableManifest(f"it has more than {MAX_ELEMENTS:,} elements", line, code="too-large")
        if len(self.stack) >= MAX_DEPTH:
            raise UnreadableManifest(f"its elements are nested more than {MAX_DEPTH} deep at line {line}", line)
        element = Element(name.rpartition(":")[2], attributes, line)
        if self.stack:
            self.stack[-1][0].children.append(element)
        else:
            self.root = element
        self.stack.append((element, []))

    def end(self, _: str) -> None:
        element, pieces = self.stack.pop()
        element.text = "".join(pieces)
        element.end_line = self.parser.CurrentLineNumber

    def characters(self, text: str) -> None:
        if self.stack:
            self.stack[-1][1].append(text)

    def doctype(self, *_: object) -> None:
        line = self.parser.CurrentLineNumber
        raise UnreadableManifest(f"it has a document type declaration at line {line}, which is refused", line)


def parse_xml(text: str, root: str) -> Element:
    """The root element. Raises `UnreadableManifest` if it is not XML or its root is not named `root` (any case)."""
    builder = _Builder()
    try:
        # expat counts a lone carriage return as a line, editors and Git do not
        data = text.replace("\r\n", "\n").replace("\r", " ").encode("utf-8", "replace")
        builder.parser.Parse(data, True)
    except expat.ExpatError as error:
        message = expat.ErrorString(error.code) or "syntax error"
        raise UnreadableManifest(f"it is not XML: {message} at line {error.lineno}", error.lineno) from None
    element = builder.root
    if element is None or element.name.lower() != root.lower():
        raise UnreadableManifest(f"its root element is not <{root}>", element.line if element else 0)
    return element
