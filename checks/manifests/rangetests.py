"""What the readers of ranges share: a range becomes a test of one version."""

from collections.abc import Callable
from operator import eq, ge, gt, le, lt, ne

from checks.model.versions.text import Key


class UnknownRangeError(Exception):
    """A range that is not read here."""


#: A test of one version: the text as it stands and its sort key.
Test = Callable[[str, Key], bool]
COMPARE: dict[str, Callable[[Key, Key], bool]] = {
    "": eq, "=": eq, "==": eq, "!=": ne, "<": lt, "<=": le, ">": gt, ">=": ge,
}  # fmt: skip


def all_of(tests: list[Test]) -> Test:
    return lambda text, key: all(test(text, key) for test in tests)


def any_of(tests: list[Test]) -> Test:
    return lambda text, key: any(test(text, key) for test in tests)


def compares(operator: str, bound: Key) -> Test:
    compare = COMPARE[operator]
    return lambda _text, key: compare(key, bound)


def integer(digits: str) -> int:
    if len(digits) > 16:
        raise UnknownRangeError
    return int(digits)


def caret_index(numbers: list[int]) -> int:
    """The place of the first number that is not 0, which a caret keeps; the last one where all are."""
    return next((index for index, number in enumerate(numbers) if number), len(numbers) - 1)
