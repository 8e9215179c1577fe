"""Tags on GitHub and every ecosystem without rules of its own: the order a person would expect."""

from __future__ import annotations

from .text import Key, compiled, number

_DIGEST = r"(?:sha(?:1|256|512):)?(?:[0-9a-f]{40}|[0-9a-f]{64}|[0-9a-f]{128})"
_PIECE = r"[0-9]+|[^\W0-9_]+"
_STAGES = (
    ("dev", "devel", "snapshot", "nightly", "canary", "unstable", "experimental"),
    ("alpha",),
    ("beta",),
    ("milestone",),
    ("pre", "preview", "prerelease", "ea", "next"),
    ("rc", "cr"),
)
_RANKS = {word: rank for rank, words in enumerate(_STAGES) for word in words}
_SHORT = {"a": "alpha", "b": "beta", "m": "milestone"}
_STAGE, _END, _WORD, _NUMBER = 0, 1, 2, 3


def natural_key(text: str) -> Key | None:
    """Numbers by value, words by letter; separators only separate, `1.0` is `1.0.0`, a name in front is void.

    dev < alpha < beta < milestone < preview < rc < the release < other words < numbers; `a`, `b` and `m` are
    stages only where a number follows (`1.0b2`, but OpenSSL's `1.0.2b`). Text without a number (a branch)
    and a commit or digest have no order and are refused.
    """
    lower = text.casefold()
    if compiled(_DIGEST).fullmatch(lower):
        return None
    pieces: list[str] = compiled(_PIECE).findall(lower)
    start = next((index for index, piece in enumerate(pieces) if _is_number(piece)), len(pieces))
    if start == len(pieces):
        return None
    key: list[Key] = []
    zeros = 0
    for index in range(start, len(pieces)):
        piece = pieces[index]
        if _is_number(piece):
            value = number(piece)
            if value:
                key.append((_NUMBER, -zeros, value))
            zeros = 0 if value else zeros + 1
            continue
        zeros = 0
        before_number = index + 1 < len(pieces) and _is_number(pieces[index + 1])
        rank = _RANKS.get(_SHORT.get(piece, piece) if before_number else piece)
        key.append((_WORD, piece) if rank is None else (_STAGE, rank))
    return (*key, (_END,))


def is_natural_prerelease(_text: str, key: Key) -> bool:
    return any(isinstance(item, tuple) and item[0] == _STAGE for item in key)


def _is_number(piece: str) -> bool:
    return "0" <= piece[0] <= "9"
