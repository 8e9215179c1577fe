"""Lists of numbers: R packages (CRAN) and Haskell packages (Hackage); lists of anything: Conan."""

from __future__ import annotations

from .text import Key, compiled, number


def cran_key(text: str) -> Key | None:
    """R's `numeric_version`: numbers between `.` or `-`; more parts are newer (`1.8` < `1.8.0`)."""
    if compiled(r"[0-9]+(?:[.-][0-9]+)*").fullmatch(text) is None:
        return None
    return tuple(number(part) for part in text.replace("-", ".").split("."))


def hackage_key(text: str) -> Key | None:
    """Haskell Package Versioning Policy: numbers between dots, compared as a list (`1.0` < `1.0.0`)."""
    if compiled(r"(?:0|[1-9][0-9]*)(?:\.(?:0|[1-9][0-9]*))*").fullmatch(text) is None:
        return None
    return tuple(number(part) for part in text.split("."))


def conan_key(text: str) -> Key | None:
    """Conan's `Version`: items between dots, zeros at the end are void, `-` starts a prerelease, `+` a build.

    Conan compares two items as numbers, or else both as text, which goes in circles (10 < "1a" < 2 < 10).
    Here an item is read in natural order instead: 1 < "1a" < 2 < 10 < "a".
    """
    if compiled(r"[0-9A-Za-z_.+*-]+").fullmatch(text) is None:
        return None
    rest, plus, build = text.rpartition("+")
    if not plus:
        rest, build = build, ""
    main, dash, pre = rest.partition("-")
    return (
        _conan_items(main),
        (0, _conan_items(pre)) if dash else (1,),
        _conan_items(build) if plus else (),
    )


def is_never_prerelease(_text: str, _key: Key) -> bool:
    """The ecosystem has no mark for a prerelease."""
    return False


def is_conan_prerelease(_text: str, key: Key) -> bool:
    return key[1] != (1,)


def _conan_items(text: str) -> Key:
    items: list[Key] = []
    for item in text.split("."):
        pieces = compiled(r"[0-9]+|[^0-9]+").findall(item)
        items.append(tuple((0, number(piece)) if piece.isdigit() else (1, piece) for piece in pieces))
    while items and items[-1] == ((0, 0),):
        items.pop()
    return tuple(items)
