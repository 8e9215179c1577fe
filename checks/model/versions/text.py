"""Reading version text: the length cap, numbers and lazily compiled patterns that the schemes share."""

from __future__ import annotations

from functools import cache

TYPE_CHECKING = False
if TYPE_CHECKING:
    import re
    from collections.abc import Iterable

# Far beyond every real version, and cheap even where digits become an integer in quadratic time.
MAX_LENGTH = 1_000

# int() refuses more digits than the interpreter's limit; 640 is the least that Python lets anyone set.
_SAFE_DIGITS = 600
_SAFE_BASE: int = 10**_SAFE_DIGITS

Key = tuple[object, ...]


@cache
def compiled(pattern: str) -> re.Pattern[str]:
    """The pattern, compiled when it is first needed: importing `re` costs as much as this whole package."""
    import re

    return re.compile(pattern)


def number(digits: str) -> int:
    """ASCII digits of any length as an integer, whatever limit the interpreter sets for `int()`."""
    if len(digits) <= _SAFE_DIGITS:
        return int(digits)
    return number(digits[:-_SAFE_DIGITS]) * _SAFE_BASE + int(digits[-_SAFE_DIGITS:])


def zero_padded(segments: Iterable[int | str]) -> Key:
    """Order segments as if each list went on with zeros for ever: text < 0 < numbers (RubyGems, CocoaPods).

    A run of zeros is folded into the segment behind it. More zeros before a number make a version older,
    more zeros before text make it newer, and both are settled against a list that ends there.
    """
    key: list[Key] = []
    zeros = 0
    for segment in segments:
        if segment == 0:
            zeros += 1
            continue
        key.append((0, zeros, segment) if isinstance(segment, str) else (2, -zeros, segment))
        zeros = 0
    key.append((1,))
    return tuple(key)
