"""Unified diffs: which lines a change adds."""

import re
from collections.abc import Iterator, Mapping

from checks.model.snapshot import AddedLine

_HUNK = re.compile(r"@@ -\d+(?:,(\d+))? \+(\d+)(?:,(\d+))? @@")


def added_lines(patch: str) -> tuple[AddedLine, ...]:
    """The added lines of one file's patch, which begins with its first hunk (as GitHub's API gives it)."""
    return tuple(_added(iter(patch.split("\n"))))


def files_of(diff: str) -> Mapping[str, tuple[AddedLine, ...]]:
    """The added lines by path, from the output of `git diff --no-prefix`. A path that git quotes is left out."""
    found: dict[str, tuple[AddedLine, ...]] = {}
    lines = iter(diff.split("\n"))
    path = ""
    for line in lines:
        if line.startswith("+++ "):
            path = line[4:].rstrip("\t")
        elif line.startswith("@@ ") and path and not path.startswith('"'):
            found[path] = (*found.get(path, ()), *_hunk(line, lines))
    return found


def every_line(text: str | None) -> tuple[AddedLine, ...] | None:
    """All lines of a file that is judged as it stands."""
    return None if text is None else tuple(AddedLine(number, line) for number, line in enumerate(text.splitlines(), 1))


def _added(lines: Iterator[str]) -> Iterator[AddedLine]:
    for line in lines:
        yield from _hunk(line, lines)


def _hunk(header: str, lines: Iterator[str]) -> Iterator[AddedLine]:
    """The added lines of the hunk that `header` begins: its counts say where it ends, whatever its lines look like."""
    found = _HUNK.match(header)
    if found is None:
        return
    old, number, new = int(found[1] or 1), int(found[2]), int(found[3] or 1)
    while old > 0 or new > 0:
        line = next(lines, None)
        if line is None:
            return
        if line.startswith("+"):
            yield AddedLine(number, line[1:].removesuffix("\r"))
            number, new = number + 1, new - 1
        elif line.startswith("-"):
            old -= 1
        elif not line.startswith("\\"):
            number, old, new = number + 1, old - 1, new - 1
