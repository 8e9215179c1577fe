"""The few words that all renderers share: numbers, plurals, days and moments. No locale, no clock."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta

_NUMBERS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def number(count: int) -> str:
    """`two`; digits above ten."""
    return _NUMBERS[count] if count < len(_NUMBERS) else f"{count:,}"


def plural(noun: str) -> str:
    """`packages`, `dependencies`."""
    return f"{noun[:-1]}ies" if noun.endswith("y") and noun[-2:-1] not in "aeiou" else f"{noun}s"


def counted(count: int, noun: str) -> str:
    """`1 package`, `1,200 packages`."""
    return f"{count:,} {noun if count == 1 else plural(noun)}"


def listed(items: Sequence[str]) -> str:
    """`a, b and c`."""
    return " and ".join((", ".join(items[:-1]), items[-1])) if len(items) > 1 else "".join(items)


def capital(text: str) -> str:
    """The first letter upper case, the rest as it is."""
    return text[:1].upper() + text[1:]


def day(value: date) -> str:
    """`31 Mar 2027`."""
    return f"{value.day} {_MONTHS[value.month - 1]} {value.year}"


def moment(value: datetime) -> str:
    """`22 Nov 2026, 18:05 UTC`; a time without a zone is UTC."""
    utc = value.astimezone(UTC) if value.tzinfo else value
    return f"{day(utc)}, {utc.hour:02}:{utc.minute:02} UTC"


def age(value: timedelta) -> str:
    """`40 minutes`, `2 hours`, `3 days`: in whole ones, of the largest of which there are two."""
    minutes = int(value.total_seconds() // 60)
    if minutes < 120:
        return counted(minutes, "minute") if minutes > 0 else "less than a minute"
    return counted(minutes // 60, "hour") if minutes < 48 * 60 else counted(minutes // 1440, "day")
