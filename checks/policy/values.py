"""The words of a policy: durations, days, patterns and accounts, each with its own parser and schema."""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import ClassVar, Self

_DURATION = re.compile(r"(\d{1,5}) (working day|hour|day|week|month|year)s?\Z")
_HOURS = {"hour": 1, "day": 24, "week": 7 * 24, "month": 30 * 24, "year": 365 * 24}


@dataclass(frozen=True, slots=True)
class Duration:
    """`3 days`, `12 hours`, `2 years`, `2 working days` (Monday to Friday). A month has 30 days, a year 365."""

    text: str
    SCHEMA: ClassVar[dict[str, object]] = {
        "type": "string",
        "pattern": r"^\d{1,5} (working day|hour|day|week|month|year)s?$",
        "examples": ["3 days", "2 years", "2 working days"],
    }

    @classmethod
    def parse(cls, text: str) -> Self:
        if not _DURATION.match(text):
            raise ValueError("expected a duration such as '3 days', '12 hours', '2 years' or '2 working days'")
        return cls(text)

    @property
    def delta(self) -> timedelta | None:
        """The fixed length; None for working days, which depend on the calendar."""
        number, unit = self.text.split(" ", 1)
        hours = _HOURS.get(unit.removesuffix("s"))
        return None if hours is None else timedelta(hours=int(number) * hours)

    def __str__(self) -> str:
        return self.text


@dataclass(frozen=True, slots=True)
class Day:
    """`2027-03-31`: that whole day is included, UTC."""

    date: date
    SCHEMA: ClassVar[dict[str, object]] = {"type": "string", "format": "date", "examples": ["2027-03-31"]}

    @classmethod
    def parse(cls, text: str) -> Self:
        if not re.match(r"\d{4}-\d{2}-\d{2}\Z", text):
            raise ValueError("expected a day such as '2027-03-31'")
        try:
            return cls(date.fromisoformat(text))
        except ValueError as error:
            raise ValueError(f"there is no such day: {error}") from None

    @property
    def ends(self) -> datetime:
        """The first moment that is no longer included."""
        return datetime.combine(self.date + timedelta(days=1), time(), UTC) if self.date < date.max else _NEVER

    def __str__(self) -> str:
        return self.date.isoformat()


_NEVER = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Pattern:
    """Text in which `*` stands for anything; the whole must match, in any case."""

    text: str
    SCHEMA: ClassVar[dict[str, object]] = {"type": "string", "minLength": 1, "maxLength": 500}

    @classmethod
    def parse(cls, text: str) -> Self:
        if not text.strip() or len(text) > 500:
            raise ValueError("expected a name or a pattern with '*', of 1 to 500 characters")
        return cls(text)

    def matches(self, text: str) -> bool:
        return _matches(self.text.casefold(), text.casefold())

    @property
    def everything(self) -> bool:
        return not self.text.strip("*/")

    def __str__(self) -> str:
        return self.text


@dataclass(frozen=True, slots=True)
class RepositoryPattern(Pattern):
    """`web-*` in any organization, or `example/web-*` in that one."""

    def matches(self, text: str) -> bool:
        subject = text if "/" in self.text else text.rpartition("/")[2]
        return _matches(self.text.casefold(), subject.casefold())


@dataclass(frozen=True, slots=True)
class PackagePattern(Pattern):
    """A package URL without version, for example `pkg:npm/left-pad` or `pkg:npm/%40example/*`."""

    SCHEMA: ClassVar[dict[str, object]] = {"type": "string", "pattern": "^pkg:", "examples": ["pkg:npm/left-pad"]}

    @classmethod
    def parse(cls, text: str) -> Self:
        if not text.startswith("pkg:") or "/" not in text or len(text) > 500:
            raise ValueError("expected a package URL such as 'pkg:npm/left-pad' or 'pkg:npm/%40example/*'")
        if "@" in text.rsplit("/", 1)[1]:
            raise ValueError("the package URL must not contain a version; use 'versions:' beside it")
        return cls(text.replace("@", "%40"))


@dataclass(frozen=True, slots=True)
class Account:
    """A person `@login` or a team `@organization/team`."""

    text: str
    SCHEMA: ClassVar[dict[str, object]] = {
        "type": "string",
        "pattern": "^@[A-Za-z0-9-]+(/[A-Za-z0-9._-]+)?$",
        "examples": ["@ada", "@example/ospo"],
    }

    @classmethod
    def parse(cls, text: str) -> Self:
        if not re.match(r"@[A-Za-z0-9-]{1,100}(/[A-Za-z0-9._-]{1,100})?\Z", text):
            raise ValueError("expected a person or a team, in quotes: '@login' or '@organization/team'")
        return cls(text)

    def __str__(self) -> str:
        return self.text


@dataclass(frozen=True, slots=True)
class Link:
    """An https address."""

    text: str
    SCHEMA: ClassVar[dict[str, object]] = {"type": "string", "format": "uri", "pattern": "^https://"}

    @classmethod
    def parse(cls, text: str) -> Self:
        if not re.match(r"https://[^\s<>\"'()\[\]`\\]{1,500}\Z", text):
            raise ValueError("expected an address that begins with https://")
        return cls(text)

    def __str__(self) -> str:
        return self.text


@lru_cache(maxsize=4096)
def _matches(pattern: str, text: str) -> bool:
    """Anchored match with `*` as the only wildcard: greedy from both ends, linear in the text for each piece."""
    first, *rest = pattern.split("*")
    if not rest:
        return pattern == text
    last = rest.pop()
    if len(text) < len(first) + len(last) or not text.startswith(first) or not text.endswith(last):
        return False
    position, end = len(first), len(text) - len(last)
    for piece in rest:
        found = text.find(piece, position, end)
        if found < 0:
            return False
        position = found + len(piece)
    return True
