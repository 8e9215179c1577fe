"""One thing that was looked at."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum


class Level(StrEnum):
    OK = "ok"
    WARNING = "warning"
    """It works, but not as it should, or soon will not."""
    FAULT = "fault"


@dataclass(frozen=True, slots=True)
class Line:
    """What was found. Words of others in it are inert."""

    about: str
    """The part that was looked at: kebab-case, for programs."""
    level: Level
    what: str
    next: str = ""
    """The next step, unless all is well."""
    names: tuple[str, ...] = ()
    """Everything that it concerns: repositories, permissions."""


def ok(about: str, what: str, names: Sequence[str] = ()) -> Line:
    return Line(about, Level.OK, what, "", tuple(names))


def warning(about: str, what: str, next: str, names: Sequence[str] = ()) -> Line:
    return Line(about, Level.WARNING, what, next, tuple(names))


def fault(about: str, what: str, next: str, names: Sequence[str] = ()) -> Line:
    return Line(about, Level.FAULT, what, next, tuple(names))


#: Names that a sentence has room for.
_SHOWN = 8


def some(names: Sequence[str]) -> str:
    """The first names, and how many more there are."""
    more = len(names) - _SHOWN
    return ", ".join(names[:_SHOWN]) + (f" and {more} more" if more > 0 else "")
