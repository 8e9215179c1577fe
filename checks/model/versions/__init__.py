"""Versions of every ecosystem: their order, their prereleases and ranges of them, without any I/O.

    >>> compare("pypi", "1.0rc1", "1.0")
    -1
    >>> sorted(["1.10.0", "1.9.0"], key=lambda version: sort_key("npm", version))
    ['1.9.0', '1.10.0']
    >>> "1.3.9" in parse_range("npm", ">=1.2, <1.4")
    True

Each scheme turns a version into a tuple that Python compares, which makes its order total. Where an
ecosystem's own comparison goes in circles, the docstring of its key says what was decided.
"""

from .constraints import InvalidRange
from .ranges import Range, parse_range
from .schemes import InvalidVersion, compare, is_prerelease, sort_key

__all__ = [
    "InvalidRange",
    "InvalidVersion",
    "Range",
    "compare",
    "is_prerelease",
    "parse_range",
    "sort_key",
]
