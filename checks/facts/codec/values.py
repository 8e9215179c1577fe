"""The parts that facts are written in: a fact with its source and age, texts, times, rows; each read strictly."""

from collections.abc import Callable, Iterable
from datetime import UTC, date, datetime
from functools import lru_cache
from math import isfinite
from typing import Any, TypeVar

from checks.model.advisory import Vector
from checks.model.facts import ANYTHING, NOTHING, Want
from checks.model.packages import Gap, Known

T = TypeVar("T")

_TEXT = {str}
_LIST = {list}


# -- writing


def known(fact: Known[T] | None, write: Callable[[T], object] | None = None) -> list[object] | None:
    """The value, as `write` gives it, its source and its age."""
    if fact is None:
        return None
    value = write(fact.value) if write else fact.value
    return [value, fact.source, moment(fact.as_of)] if fact.as_of else [value, fact.source]


def moment(value: datetime | None) -> str | None:
    """In UTC. Raises ValueError for a time without a zone."""
    if value is None:
        return None
    if value.tzinfo is None:
        raise ValueError("a time without a zone")
    try:
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
    except OverflowError:
        raise ValueError("a time beyond the calendar") from None


def day(value: date | None) -> str | None:
    return value.isoformat() if value else None


def gaps(found: Iterable[Gap]) -> list[object]:
    """What each is about stands there by name, so that a new kind of question changes no meaning."""
    return [
        [
            gap.source,
            gap.reason,
            moment(gap.retry_at),
            None if gap.about == ANYTHING else [want.name for want in Want if want & gap.about],
        ]
        for gap in found
    ]


def vectors(found: Iterable[Vector]) -> list[object]:
    """Pairs in one list: half the time of a list for each, and advisories are many."""
    return [word for vector in found for word in (vector.system, vector.score)]


def trimmed(row: list[object]) -> list[object]:
    """Without the empty columns at the end."""
    while row and row[-1] is None:
        row.pop()
    return row


# -- reading; what has another type raises ValueError


def read_known(row: Any, read: Callable[[Any], T]) -> Known[T] | None:
    """A fact whose value `read` understands."""
    if row is None:
        return None
    if type(row) is not list:
        raise ValueError("a fact that is no list")
    if len(row) == 2:
        return Known(read(row[0]), read_text(row[1]))
    value, source, as_of = row
    return Known(read(value), read_text(source), read_moment(as_of))


def required(value: T | None) -> T:
    """The value, which must be there."""
    if value is None:
        raise ValueError("a fact is missing")
    return value


def read_rows(values: Any) -> list[list[Any]]:
    """A list of lists: a text would be taken for a row of letters."""
    if type(values) is not list or not set(map(type, values)) <= _LIST:
        raise ValueError("a value that is no list of lists")
    return values


def read_text(value: Any) -> str:
    if type(value) is not str:
        raise ValueError("a value that is no text")
    return value


def read_texts(values: Any) -> tuple[str, ...]:
    """A list; a text would be a sequence of letters, a mapping one of keys."""
    if values == ():
        return ()
    if type(values) is not list or not set(map(type, values)) <= _TEXT:
        raise ValueError("a value that is no list of texts")
    return tuple(values)


def read_optional(value: Any) -> str | None:
    return None if value is None else read_text(value)


def read_vectors(words: Any) -> tuple[Vector, ...]:
    if not words:
        return ()
    found = read_texts(words)
    return _same_vectors(found) if sum(map(len, found)) < 1_000 else _same_vectors.__wrapped__(found)


@lru_cache(maxsize=4096)
def _same_vectors(words: tuple[str, ...]) -> tuple[Vector, ...]:
    """Thousands of advisories share a few hundred severities."""
    return tuple(map(Vector, *pairs(words)))


def pairs(words: tuple[str, ...]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """First and second parts of pairs that stand in one list."""
    if len(words) % 2:
        raise ValueError("a pair without its second part")
    return words[::2], words[1::2]


def read_gaps(found: Any) -> tuple[Gap, ...]:
    return tuple([_read_gap(*row) for row in read_rows(found)])


def _read_gap(source: Any, reason: Any, retry_at: Any, about: Any) -> Gap:
    want = ANYTHING
    if about is not None:
        want = NOTHING
        for name in read_texts(about):
            want |= Want[name]
    return Gap(read_text(source), read_text(reason), read_optional_moment(retry_at), want)


def read_flag(value: Any) -> bool:
    if type(value) is not bool:
        raise ValueError("a value that is neither true nor false")
    return value


def read_count(value: Any) -> int:
    if type(value) is not int or value < 0:
        raise ValueError("a value that counts nothing")
    return value


def read_number(value: Any) -> float:
    if type(value) not in (int, float) or not isfinite(value):
        raise ValueError("a value that is no number")
    return float(value)


def read_moment(value: Any) -> datetime:
    if type(value) is not str or not value.endswith("Z"):
        raise ValueError("a value that is no time in UTC")
    return datetime.fromisoformat(value)


def read_optional_moment(value: Any) -> datetime | None:
    return None if value is None else read_moment(value)


def read_day(value: Any) -> date:
    if type(value) is not str or len(value) != 10:
        raise ValueError("a value that is no day")
    return date.fromisoformat(value)


def read_optional_day(value: Any) -> date | None:
    return None if value is None else read_day(value)
