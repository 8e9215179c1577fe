"""The lines of a requirements file as pip joins them, numbered as an editor does."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from checks.manifests.collect import numbered_lines
from checks.model.errors import UnreadableManifest

#: What pip joins to one line; nobody writes more (characters).
MAX_LOGICAL = 1_000_000
MAX_LINES = 2_000_000


@dataclass(slots=True)
class Line:
    """What pip sees as one line: continuations joined, the comment apart."""

    number: int
    end: int
    text: str
    comment: str


_COMMENT = re.compile(r"(?:^|\s)#")


def logical_lines(text: str) -> Iterator[Line]:
    """pip's own joining (`join_lines`), but with lines counted as an editor does.

    pip splits at everything that `str.splitlines` knows, so that `# note\\x0cevil==1` installs `evil`.
    """
    begun, parts, size = 0, [], 0
    number = 0
    for number, physical in numbered_lines(text):
        if number > MAX_LINES:
            raise UnreadableManifest(f"it has more than {MAX_LINES:,} lines", number, "too-large")
        for piece in physical.splitlines() or [""]:
            commented = piece.lstrip().startswith("#")
            if piece.endswith("\\") and not commented:
                begun = begun or number
                parts.append(piece.strip("\\"))
                size += len(piece)
                if size > MAX_LOGICAL:
                    raise UnreadableManifest(f"a line goes on for more than {MAX_LOGICAL:,} characters", begun)
                continue
            if commented and begun:
                piece = " " + piece
            yield _line(begun or number, number, "".join((*parts, piece)) if parts else piece)
            begun, parts, size = 0, [], 0
    if parts:
        yield _line(begun, number, "".join(parts))


def _line(begun: int, number: int, text: str) -> Line:
    if "#" not in text:
        return Line(begun, number, text.strip(), "")
    found = _COMMENT.search(text)
    if found is None:
        return Line(begun, number, text.strip(), "")
    return Line(begun, number, text[: found.start()].strip(), text[found.end() :].strip())
