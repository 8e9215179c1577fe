"""Files whose lines are themselves the truth: no lock file stands behind them, so that another line is a whole fix."""

import re

from checks.engine import managers
from checks.model.dependency import Dependency, Location
from checks.model.finding import Fix
from checks.model.phrase import Phrase
from checks.model.purl import type_of

#: What stands before the version, by purl type.
_MARKS = {"pypi": "==", "github": "@", "docker": ":"}
#: What a version goes on with: `1.2` is no part of `1.25`.
_MORE = r"(?![A-Za-z0-9.+_!-])"
#: Longer lines are nothing to be suggested (characters).
_LINE = 500


def changed(summary: Phrase, path: str, item: Dependency, version: str, text: str | None) -> Fix:
    """The line with another version, and the command that writes it; just words where that cannot be told.

    `text`: of the whole file, if it is known.
    """
    place = item.location
    edited = _edited(item, version, _line(text, place.line)) if place.end_line in (0, place.line) else None
    if edited is None or item.integrity:
        return Fix(summary)
    line, mark = edited
    command = managers.substitute(path, place.line, f"{mark}{item.version}", f"{mark}{version}")
    return Fix(summary, (command,) if command else (), (Location(path, place.line, place.line), line))


def _line(text: str | None, number: int) -> str:
    lines = text.split("\n") if text else []
    return lines[number - 1].removesuffix("\r") if 0 < number <= len(lines) else ""


def _edited(item: Dependency, version: str, line: str) -> tuple[str, str] | None:
    mark = _MARKS.get(type_of(item.purl))
    if mark is None or item.version is None or not line.isprintable() or len(line) > _LINE:
        return None
    before, *after = re.split(re.escape(mark + item.version) + _MORE, line)
    return (f"{before}{mark}{version}{after[0]}", mark) if len(after) == 1 else None
