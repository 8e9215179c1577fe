"""Maven versions, by the "Version Order Specification" of the POM reference (class ComparableVersion)."""

from __future__ import annotations

from .text import Key, compiled, number

_PIECE = r"[.-]|[0-9]+|[^0-9.-]+"
_RANKS = {"alpha": 0, "beta": 1, "milestone": 2, "rc": 3, "cr": 3, "snapshot": 4, "sp": 6}
_SHORT = {"a": "alpha", "b": "beta", "m": "milestone"}
_RELEASE = ("ga", "final", "release")
_SNAPSHOT, _OTHER, _DASHED, _DOTTED = 4, 7, 8, 9
_END: Key = (5,)
_NULL: Key = (5, 0)

_TIMESTAMPED = r"-[0-9]{8}\.[0-9]{6}-[0-9]+$"
# Maven orders these words after the release; people mean something that comes before it.
_WORDS = r"(?:^|[.-])(?:pre|preview|dev|ea|nightly)(?![a-z])"


def maven_key(text: str) -> Key | None:
    """ComparableVersion as the specification words it: prefixed tokens, trimmed nulls, lexicographic.

    `.qualifier` = `-qualifier` < `-number` < `.number`; alpha < beta < milestone < rc = cr < snapshot < the
    release (ga, final, release) < sp < every other word. Any text is a version, as in Maven.
    """
    key: list[Key] = []
    for dotted, token, before_digit in _tokens(text.lower()):
        if token.isdigit() and token.isascii():
            value = number(token)
            if not dotted:
                _trim(key)
            key.append((_DOTTED if dotted else _DASHED, value))
            continue
        _trim(key)
        word = _SHORT.get(token, token) if before_digit else token
        rank = _RANKS.get(word)
        key.append(_NULL if word in _RELEASE else (_OTHER, word) if rank is None else (rank,))
    _trim(key)
    key.append(_END)
    return tuple(key)


def is_maven_prerelease(text: str, key: Key) -> bool:
    """alpha to snapshot, a snapshot that was resolved to its time stamp, or a word like `preview`."""
    if any(isinstance(item, tuple) and item[0] <= _SNAPSHOT for item in key):
        return True
    return any(compiled(mark).search(text.lower()) for mark in (_TIMESTAMPED, _WORDS))


def _tokens(text: str) -> list[tuple[bool, str, bool]]:
    """(after a dot, token, a digit follows directly); nothing reads 0, a change of kind reads as a hyphen."""
    tokens: list[tuple[bool, str, bool]] = []
    dotted, filled = True, False
    pieces: list[str] = compiled(_PIECE).findall(text)
    for piece, following in zip(pieces, [*pieces[1:], ""], strict=True):
        if piece in ".-":
            if not filled:
                tokens.append((dotted, "0", False))
            dotted, filled = piece == ".", False
        else:
            tokens.append((dotted and not filled, piece, "0" <= following[:1] <= "9"))
            filled = True
    return tokens


def _trim(key: list[Key]) -> None:
    while key and key[-1] in (_NULL, (_DOTTED, 0), (_DASHED, 0)):
        key.pop()
