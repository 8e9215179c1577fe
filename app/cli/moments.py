"""Moments that people name on the command line, and how they are shown."""

import re
from datetime import UTC, datetime, timedelta

from checks.model.errors import UsageError
from checks.model.phrase import visible

_UNITS = {"m": "minutes", "h": "hours", "d": "days"}
#: No longer than anybody means; more would leave the calendar.
_LONGEST = timedelta(days=3650)


def moment(option: str, text: str, now: datetime, ahead: bool) -> datetime:
    """`2026-11-21T14:00`, `2026-11-21` (UTC unless it says otherwise), or a distance from `now`: `30m`, `2h`, `3d`.
    Raises `UsageError`."""
    if found := re.fullmatch(r"([0-9]{1,6})([mhd])", text):
        distance = timedelta(**{_UNITS[found[2]]: int(found[1])})
        if distance <= _LONGEST:
            return now + distance if ahead else now - distance
    try:
        read = datetime.fromisoformat(text)
        return read.replace(tzinfo=read.tzinfo or UTC).astimezone(UTC)
    except (ValueError, OverflowError):
        raise UsageError(
            f"{option}: '{visible(text)}' is no time", hint="Write 2026-11-21T14:00 (UTC), or 30m, 2h or 3d."
        ) from None


def shown(seconds: float) -> str:
    """Seconds since 1970 as people read them."""
    return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%d %H:%M:%S}"


def iso(seconds: float) -> str:
    """Seconds since 1970 as programs read them."""
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="seconds")
