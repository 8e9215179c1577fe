"""The words of a policy: durations, days, patterns and accounts, each with its own parser and schema.

A word is text that its `parse` let through, so it compares, sorts and prints as what the policy says.
"""

import re
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import ClassVar, Self

from checks.model.purl import package, parse

#: Of a pattern, a link or an address (characters).
MAX_LENGTH = 500

#: Text in a JSON Schema. An unquoted `0.1` is a number for an editor and text for the gate.
TEXT = ["string", "number"]

_DAY = timedelta(days=1)
#: As `datetime.weekday` counts.
_SATURDAY = 5


class Word(str):
    """Text with a meaning. `parse` raises ValueError that says what was expected."""

    __slots__ = ()
    SCHEMA: ClassVar[dict[str, object]] = {"type": "string"}

    @classmethod
    def parse(cls, text: str) -> Self:
        return cls(text)

    @property
    def text(self) -> str:
        return str(self)


class Duration(Word):
    """`3 days`, `12 hours`, `2 years`, `2 working days` (Monday to Friday). A month has 30 days, a year 365."""

    __slots__ = ()
    SCHEMA: ClassVar[dict[str, object]] = {
        "type": "string",
        "pattern": r"^[0-9]{1,5} (working day|hour|day|week|month|year)s?$",
        "examples": ["3 days", "2 years", "2 working days"],
    }
    _HOURS: ClassVar[dict[str, int]] = {"hour": 1, "day": 24, "week": 7 * 24, "month": 30 * 24, "year": 365 * 24}

    @classmethod
    def parse(cls, text: str) -> Self:
        if not re.match(r"[0-9]{1,5} (working day|hour|day|week|month|year)s?\Z", text):
            raise ValueError("expected a duration such as '3 days', '12 hours', '2 years' or '2 working days'")
        return cls(text)

    @property
    def delta(self) -> timedelta | None:
        """The fixed length; None for working days, which depend on the calendar."""
        number, unit = self.split(" ", 1)
        hours = self._HOURS.get(unit.removesuffix("s"))
        return None if hours is None else timedelta(hours=int(number) * hours)

    @property
    def at_most(self) -> timedelta:
        """No shorter than it is from any moment on: its length, and for working days the weeks that hold them."""
        if self.delta is not None:
            return self.delta
        return timedelta(weeks=self._number // 5 + 2) if self._number else timedelta(0)

    @property
    def _number(self) -> int:
        return int(self.split(" ", 1)[0])

    def after(self, moment: datetime) -> datetime:
        """The moment (UTC) that is this much later; working days are Monday to Friday, UTC. Never beyond the last year
        that there is."""
        try:
            return self._working_days_after(moment) if self.delta is None else moment + self.delta
        except OverflowError:
            return datetime.max.replace(tzinfo=UTC)

    def _working_days_after(self, moment: datetime) -> datetime:
        while self._number and moment.weekday() >= _SATURDAY:
            moment = datetime.combine(moment.date(), time(), UTC) + _DAY
        weeks, days = divmod(self._number, 5)
        moment += weeks * 7 * _DAY
        for _ in range(days):
            moment += _DAY * (3 if moment.weekday() == _SATURDAY - 1 else 1)
        return moment


class Day(Word):
    """`2027-03-31`: that whole day is included, UTC."""

    __slots__ = ()
    SCHEMA: ClassVar[dict[str, object]] = {
        "type": "string",
        "format": "date",
        "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}$",
        "examples": ["2027-03-31"],
    }

    @classmethod
    def parse(cls, text: str) -> Self:
        if not re.match(r"[0-9]{4}-[0-9]{2}-[0-9]{2}\Z", text):
            raise ValueError("expected a day such as '2027-03-31'")
        try:
            date.fromisoformat(text)
        except ValueError as error:
            raise ValueError(f"there is no such day as '{text}': {error}") from None
        return cls(text)

    @property
    def date(self) -> date:
        return date.fromisoformat(self)

    @property
    def begins(self) -> datetime:
        return datetime.combine(self.date, time(), UTC)

    @property
    def ends(self) -> datetime:
        """The first moment that is no longer included."""
        return self.begins + timedelta(days=1) if self.date < date.max else datetime.max.replace(tzinfo=UTC)


class FirstDay(Day):
    """The day from which on an entry of a list holds; lists whose entries have one are found by this type."""

    __slots__ = ()


#: What `from` of an entry means, wherever there is one.
FIRST_DAY = "The day from which on it holds, UTC; until then its findings are notes that say so. Default: always."


class Release(Word):
    """A version of ospo-gate: `0.1` or `1.2.3`."""

    __slots__ = ()
    SCHEMA: ClassVar[dict[str, object]] = {"type": TEXT, "examples": ["0.1", "1.2.3"]}

    @classmethod
    def parse(cls, text: str) -> Self:
        if not re.match(r"[0-9]{1,6}(\.[0-9]{1,6}){0,3}\Z", text):
            raise ValueError("expected a version such as '0.1'")
        return cls(text)

    @classmethod
    def leading(cls, version: str) -> Self:
        """The release that a version belongs to: `0.2` of `0.2.dev1`."""
        numbers = re.match(r"[0-9]+(\.[0-9]+)*", version)
        return cls.parse(numbers[0] if numbers else "")

    @property
    def key(self) -> tuple[int, ...]:
        """To compare by: `1.0` and `1.0.0` are the same."""
        numbers = [int(number) for number in self.split(".")]
        return tuple(numbers + [0] * (4 - len(numbers)))


class Pattern(Word):
    """Text in which `*` stands for anything; the whole must match, in any case."""

    __slots__ = ()
    SCHEMA: ClassVar[dict[str, object]] = {"type": TEXT, "minLength": 1, "maxLength": MAX_LENGTH}

    @classmethod
    def parse(cls, text: str) -> Self:
        if not text.strip() or len(text) > MAX_LENGTH:
            raise ValueError(f"expected a name or a pattern with '*', of 1 to {MAX_LENGTH} characters")
        return cls(text)

    def matches(self, text: str) -> bool:
        return _matches(_pieces(self), text.casefold())

    @property
    def everything(self) -> bool:
        return not self.strip("*/")


class RepositoryPattern(Pattern):
    """`web-*` in any organization, or `example/web-*` in that one."""

    __slots__ = ()

    def matches(self, text: str) -> bool:
        return super().matches(text if "/" in self else text.rpartition("/")[2])


class PackagePattern(Pattern):
    """A package URL without version, for example `pkg:npm/left-pad` or `pkg:npm/@example/*`; kept in normal form."""

    __slots__ = ()
    SCHEMA: ClassVar[dict[str, object]] = {
        "type": "string",
        "pattern": "^pkg:[A-Za-z][A-Za-z0-9.+-]*/.",
        "maxLength": MAX_LENGTH,
        "examples": ["pkg:npm/left-pad", "pkg:npm/@example/*"],
    }

    @classmethod
    def parse(cls, text: str) -> Self:
        if len(text) > MAX_LENGTH or not re.match(r"pkg:[A-Za-z][A-Za-z0-9.+-]*/[^/\s]", text):
            raise ValueError("expected a package URL such as 'pkg:npm/left-pad' or 'pkg:npm/@example/*'")
        type_, namespace, name, version = parse(text)
        if version is not None:
            raise ValueError("expected a package URL without a version; 'versions' beside it says which")
        if "?" in text or "#" in text:
            raise ValueError("expected a package URL without qualifiers and subpath")
        return cls(package(type_, name, namespace).replace("%2A", "*"))

    @property
    def whole_type(self) -> bool:
        """Whether it is every package of an ecosystem."""
        return not self.partition("/")[2].strip("*/")


class Account(Word):
    """A person `@login` or a team `@organization/team`."""

    __slots__ = ()
    SCHEMA: ClassVar[dict[str, object]] = {
        "type": "string",
        "pattern": "^@[A-Za-z0-9_-]{1,100}(/[A-Za-z0-9._-]{1,100})?$",
        "examples": ["@ada", "@example/ospo"],
    }

    @classmethod
    def parse(cls, text: str) -> Self:
        if not re.match(r"@[A-Za-z0-9_-]{1,100}(/[A-Za-z0-9._-]{1,100})?\Z", text):
            raise ValueError("expected a person or a team, in quotes: '@login' or '@organization/team'")
        return cls(text)

    def same(self, other: "Account") -> bool:
        """GitHub's names are equal in any case."""
        return self.lower() == other.lower()


class CommitId(Word):
    """A full commit id, SHA-1 or SHA-256: a short one may come to mean another commit."""

    __slots__ = ()
    SCHEMA: ClassVar[dict[str, object]] = {"type": "string", "pattern": "^([0-9A-Fa-f]{40}|[0-9A-Fa-f]{64})$"}

    @classmethod
    def parse(cls, text: str) -> Self:
        if not re.match(r"([0-9A-Fa-f]{40}|[0-9A-Fa-f]{64})\Z", text):
            raise ValueError("expected a full commit id of 40 hexadecimal digits")
        return cls(text.lower())


class Digest(Word):
    """A SHA-256 in hexadecimal digits, kept in lower case."""

    __slots__ = ()
    SCHEMA: ClassVar[dict[str, object]] = {"type": "string", "pattern": "^[0-9A-Fa-f]{64}$"}

    @classmethod
    def parse(cls, text: str) -> Self:
        if not re.match(r"[0-9A-Fa-f]{64}\Z", text):
            raise ValueError("expected a SHA-256 of 64 hexadecimal digits")
        return cls(text.lower())


class AdvisoryId(Word):
    """The name of a vulnerability in any database: `GHSA-…`, `CVE-…`, `RUSTSEC-…`; in any case."""

    __slots__ = ()
    SCHEMA: ClassVar[dict[str, object]] = {
        "type": "string",
        "pattern": "^[A-Za-z][A-Za-z0-9]*-[A-Za-z0-9.:_-]+$",
        "maxLength": 100,
        "examples": ["CVE-2021-23337", "GHSA-35jh-r3h4-6jhm"],
    }

    @classmethod
    def parse(cls, text: str) -> Self:
        if len(text) > 100 or not re.fullmatch(r"[A-Za-z][A-Za-z0-9]*-[A-Za-z0-9.:_-]+", text):
            raise ValueError("expected the id of an advisory such as 'CVE-2021-23337' or 'GHSA-35jh-r3h4-6jhm'")
        return cls(text)


class LicenseText(Word):
    """A license as a finding writes it: `GPL-3.0-only`, `MIT AND CC-BY-3.0`; in any case."""

    __slots__ = ()
    SCHEMA: ClassVar[dict[str, object]] = {
        "type": TEXT,
        "minLength": 1,
        "maxLength": MAX_LENGTH,
        "examples": ["GPL-3.0-only", "MIT AND CC-BY-3.0"],
    }

    @classmethod
    def parse(cls, text: str) -> Self:
        if not text.strip() or len(text) > MAX_LENGTH or "*" in text:
            raise ValueError(f"expected a license such as 'GPL-3.0-only', of 1 to {MAX_LENGTH} characters, without '*'")
        return cls(text)

    def same(self, other: str) -> bool:
        """Blanks and case say nothing."""
        return self.casefold().split() == other.casefold().split()


class FilePath(Word):
    """The path of one file of the repository: `security/openvex.json`."""

    __slots__ = ()
    SCHEMA: ClassVar[dict[str, object]] = {"type": "string", "examples": ["security/openvex.json"]}

    @classmethod
    def parse(cls, text: str) -> Self:
        if not 0 < len(text) <= MAX_LENGTH or "*" in text or any(part in ("", ".", "..") for part in text.split("/")):
            raise ValueError("expected the path of one file from the top of the repository, without '*' and '..'")
        return cls(text)


class LockedKey(Word):
    """A key of the policy with the keys above it: `licenses.deny`, `vulnerabilities.levels.vulnerable`."""

    __slots__ = ()
    SCHEMA: ClassVar[dict[str, object]] = {
        "type": "string",
        "pattern": "^[a-z_]+(\\.[A-Za-z0-9_-]+)*$",
        "examples": ["licenses.deny", "vulnerabilities.block_from"],
    }

    @classmethod
    def parse(cls, text: str) -> Self:
        if len(text) > MAX_LENGTH or not re.match(r"[a-z_]+(\.[A-Za-z0-9_-]+)*\Z", text):
            raise ValueError("expected a key such as 'licenses.deny'")
        return cls(text)


class Link(Word):
    """An https address."""

    __slots__ = ()
    SCHEMA: ClassVar[dict[str, object]] = {"type": "string", "format": "uri", "pattern": "^https://"}

    @classmethod
    def parse(cls, text: str) -> Self:
        if not re.match(r"https://[^\s\0-\x20\x7f-\xa0<>\"'()\[\]`\\]{1,500}\Z", text):
            raise ValueError("expected an address that begins with https://")
        return cls(text)


@lru_cache(maxsize=4096)
def _pieces(pattern: str) -> tuple[str, ...]:
    return tuple(pattern.casefold().split("*"))


def _matches(pieces: tuple[str, ...], text: str) -> bool:
    """Anchored: both ends first, then each piece between them at its first place, so no place is tried twice."""
    first, last = pieces[0], pieces[-1]
    if len(pieces) == 1:
        return first == text
    position, end = len(first), len(text) - len(last)
    if position > end or not text.startswith(first) or not text.endswith(last):
        return False
    for piece in pieces[1:-1]:
        found = text.find(piece, position, end)
        if found < 0:
            return False
        position = found + len(piece)
    return True
