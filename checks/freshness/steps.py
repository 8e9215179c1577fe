"""Which part of a version is another one: major, minor or patch, in every ecosystem."""

from enum import StrEnum
from functools import lru_cache


class Part(StrEnum):
    """The first part of a version that differs; what stands behind the minor number counts as `PATCH`."""

    MAJOR = "major"
    MINOR = "minor"
    PATCH = "patch"


#: Epoch, major and minor number.
Numbers = tuple[int, int, int]

_PLAIN = r"([0-9]+)(?:\.([0-9]+))?"
_SHAPES = {
    **dict.fromkeys(("apk", "cocoapods", "gem", "hackage", "maven", "nuget"), _PLAIN),
    **dict.fromkeys(("cargo", "composer", "hex", "npm", "pub", "swift"), "v?" + _PLAIN),
    "conan": r"([0-9]+)(?![0-9A-Za-z_*])(?:\.([0-9]+))?",
    "cran": r"([0-9]+)(?:[.-]([0-9]+))?",
    "deb": r"(?:(?P<epoch>[0-9]+):)?+" + _PLAIN,
    "golang": "(?:v|go)?" + _PLAIN,
    "pypi": r"v?(?:(?P<epoch>[0-9]+)!)?+" + _PLAIN,
    "rpm": r"(?:(?P<epoch>[0-9]*):)?+([0-9]+)(?:[^0-9A-Za-z~^-]+([0-9]+))?",
}
#: Longer versions are not remembered, so that a hostile lock file cannot fill the memory.
_SHORT = 64
#: Tags and everything without rules of its own: a name in front is void, anything may separate.
_NATURAL = r"[^0-9]*([0-9]+)(?:[\W_]+([0-9]+))?"


def numbers(purl_type: str, version: str) -> Numbers | None:
    """Epoch, major and minor number; None for a branch, a digest and whatever its ecosystem does not order."""
    return _remembered(purl_type, version) if len(version) <= _SHORT else _numbers(purl_type, version)


def _numbers(purl_type: str, version: str) -> Numbers | None:
    from checks.model.versions import InvalidVersion, sort_key  # a policy is read without them
    from checks.model.versions.text import compiled, number

    try:
        sort_key(purl_type, version)
    except InvalidVersion:
        return None
    match = compiled(_SHAPES.get(purl_type, _NATURAL)).match(version.strip().lower())
    if match is None:
        return None
    major, minor = match.groups()[-2:]
    return number(match.groupdict().get("epoch") or "0"), number(major), number(minor or "0")


_remembered = lru_cache(maxsize=65_536)(_numbers)


def part(purl_type: str, before: str, after: str) -> Part | None:
    """What an update from `before` to `after` changes (a step back counts the same); None where one has no numbers.

    By position, also below 1.0: `0.1` to `0.2` is a minor step, as its authors wrote it.
    """
    old, new = numbers(purl_type, before), numbers(purl_type, after)
    if old is None or new is None:
        return None
    if old[:2] != new[:2]:
        return Part.MAJOR
    return Part.MINOR if old[2] != new[2] else Part.PATCH
