"""TOML as values whose keys and items carry lines, for configurations that people write."""

from collections.abc import Iterator

from checks.manifests.jsontext import Array, Object
from checks.manifests.tomlscan import Statement, statements
from checks.manifests.tomltext import load as load_toml

_Path = tuple[str | int, ...]


def load(text: str) -> Object:
    """The document. Raises UnreadableManifest with the line for what is no TOML."""
    text = text.replace("\r\n", "\n")
    data = load_toml(text)
    located = _Located(data, text)
    root = located.converted(data, ())
    assert isinstance(root, Object)
    return root


class _Located:
    """The lines of one text: of each statement by the path of its value, and of what begins inside it."""

    def __init__(self, data: dict[str, object], text: str) -> None:
        self.statements: dict[_Path, Statement] = {}
        self.first: dict[_Path, int] = {}
        opened: dict[_Path, int] = {}
        for found in statements(text):
            path = self._resolved(data, found.table, opened, opens=found.opens) + found.key
            if found.key:
                self.statements[path] = found
            for length in range(1, len(path) + 1):
                self.first.setdefault(path[:length], found.line)

    def _resolved(self, data: object, table: tuple[str, ...], opened: dict[_Path, int], *, opens: bool) -> _Path:
        """The path of a header with the position in each array of tables that it goes through."""
        path: _Path = ()
        for depth, part in enumerate(table):
            path = (*path, part)
            data = data.get(part) if isinstance(data, dict) else None
            if isinstance(data, list):
                if opens and depth == len(table) - 1:
                    opened[path] = opened.get(path, -1) + 1
                place = opened.get(path, 0)
                data = data[place] if place < len(data) else None
                path = (*path, place)
        return path

    def converted(self, value: object, path: _Path) -> object:
        """The value with the lines of its parts."""
        statement = self.statements.get(path)
        if statement is not None:
            return _inline(value, iter(statement.strings), iter(statement.words), statement.line)[0]
        if isinstance(value, dict):
            found = Object()
            for key, item in value.items():
                found[key] = self.converted(item, (*path, key))
                found.lines[key] = self._span((*path, key))
            return found
        if isinstance(value, list):
            items = Array()
            for place, item in enumerate(value):
                items.append(self.converted(item, (*path, place)))
                items.lines.append(self._span((*path, place)))
            return items
        return value

    def _span(self, path: _Path) -> tuple[int, int]:
        line = self.first.get(path, 0)
        return line, line


_Tokens = Iterator[tuple[int, str, str]]


def _inline(value: object, strings: _Tokens, words: _Tokens, line: int) -> tuple[object, int]:
    """A value that is written in one statement, and its line: its leaves stand in the order of the text."""
    if isinstance(value, dict):
        found = Object()
        start = 0
        for key, item in value.items():
            found[key], place = _inline(item, strings, words, line)
            found.lines[key] = (place, place)
            start = start or place
        return found, start or line
    if isinstance(value, list):
        items = Array()
        for item in value:
            converted, place = _inline(item, strings, words, line)
            items.append(converted)
            items.lines.append((place, place))
        return items, items.lines[0][0] if items else line
    token = next(strings if isinstance(value, str) else words, None)
    return value, token[0] if token else line
