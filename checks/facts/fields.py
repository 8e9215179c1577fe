"""Reading one field of somebody else's JSON: the value where it has the expected type and size, else None."""

import math
import re
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime
from typing import cast

#: Longer statements, reasons and names are cut; a license text in a license field stays recognizable as one.
MAX_TEXT = 2_000
#: Entries of one list that are read: the package with the most versions has about 30,000.
MAX_ITEMS = 100_000
#: No registry is older; 1900, 1970 and 1980 are how some of them write "unknown".
_FIRST_YEAR = 1990
_MOMENT = re.compile(r"\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:[.,]\d{1,9})?)?(?: ?[Zz]|[+-]\d\d:?\d\d)?)?")
_DAY = re.compile(r"\d{4}-\d\d-\d\d")

_NO_OBJECT: Mapping[str, object] = {}


def text(value: object, limit: int = MAX_TEXT) -> str | None:
    """Stripped text that is not empty, cut to `limit` characters."""
    if not isinstance(value, str):
        return None
    return value[: limit + 1].strip()[:limit] or None


def texts(value: object) -> tuple[str, ...]:
    """The texts of a list; a single text counts as a list of one."""
    found = (text(item) for item in ([value] if isinstance(value, str) else items(value)))
    return tuple(item for item in found if item is not None)


def mapping(value: object) -> Mapping[str, object]:
    """An object; empty if it is none."""
    return cast(Mapping[str, object], value) if isinstance(value, dict) else _NO_OBJECT


def items(value: object) -> list[object]:
    """A list; empty if it is none."""
    return value[:MAX_ITEMS] if isinstance(value, list) else []


def mappings(value: object) -> Iterator[Mapping[str, object]]:
    """The objects of a list."""
    for item in items(value):
        if isinstance(item, dict):
            yield item


def moment(value: object) -> datetime | None:
    """RFC 3339 with or without fraction, or a day, as UTC; a time without offset is UTC.

    Times before the first registry are none: NuGet gives unlisted versions the year 1900.
    """
    if not isinstance(value, str) or len(value) > 40 or not _MOMENT.fullmatch(value):
        return None
    try:
        found = datetime.fromisoformat(value.replace(" Z", "Z").replace("z", "Z").replace(",", "."))
        found = found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)
    except (ValueError, OverflowError):
        return None
    return found if found.year >= _FIRST_YEAR else None


def day(value: object) -> date | None:
    """`YYYY-MM-DD`, or the day of a time."""
    if not isinstance(value, str) or not _DAY.match(value):
        return None
    try:
        return date.fromisoformat(value[:10])
    except ValueError:
        return None


def number(value: object) -> float | None:
    """A finite number, also as text (EPSS)."""
    if isinstance(value, str) and len(value) <= 32:
        try:
            value = float(value)
        except ValueError:
            return None
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        return float(value) if math.isfinite(value) else None
    except OverflowError:
        return None


def count(value: object) -> int | None:
    """A whole number that counts something."""
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 2**53 else None


def flag(value: object) -> bool | None:
    """True or false; None for everything else."""
    return value if isinstance(value, bool) else None
