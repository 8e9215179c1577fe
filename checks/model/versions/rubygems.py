"""Ruby gems (Gem::Version) and CocoaPods (Pod::Version), which began as a copy of it."""

from __future__ import annotations

from itertools import takewhile

from .text import Key, compiled, number, zero_padded

_GEM = r"[0-9]+(?:\.[0-9a-zA-Z]+)*(?:-[0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*)?"
_POD = r"[0-9]+(?:\.[0-9a-zA-Z-]+)*"
_SEGMENT = r"[0-9]+|[a-zA-Z]+"


def gem_key(text: str) -> Key | None:
    """Gem::Version: a letter makes a prerelease, `-` reads `.pre.`, zeros before it or the end are void."""
    if compiled(_GEM).fullmatch(text) is None:
        return None
    segments = _segments(text.replace("-", ".pre."))
    numbers = list(takewhile(lambda segment: isinstance(segment, int), segments))
    rest = segments[len(numbers) :]
    while numbers and numbers[-1] == 0:
        numbers.pop()
    return zero_padded(numbers + rest)


def pod_key(text: str) -> Key | None:
    """Pod::Version: like a gem, but a hyphen only separates and zeros before a letter count."""
    return zero_padded(_segments(text)) if compiled(_POD).fullmatch(text) else None


def is_gem_prerelease(text: str, _key: Key) -> bool:
    """Gem::Version#prerelease?: a letter (a hyphen stands for `.pre.`)."""
    return compiled(r"[a-zA-Z-]").search(text) is not None


def _segments(text: str) -> list[int | str]:
    return [number(part) if part.isdigit() else part for part in compiled(_SEGMENT).findall(text)]
