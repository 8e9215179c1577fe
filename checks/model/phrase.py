"""Sentences that remember which of their words came from outside.

A pull request chooses package names, versions, paths and commit messages. A sentence therefore keeps them apart
from our own words, and each renderer makes them inert in its own way (a code span, an escape, a visible control
character). Nobody has to remember to escape.
"""

from collections.abc import Iterable


class Foreign(str):
    """Text that somebody else wrote: a name, a version, a path, a message. Never trusted, always neutralized."""

    __slots__ = ()


#: Our own words are plain `str`; everything from outside is `Foreign`.
Phrase = tuple[str, ...]

#: C0 and C1 controls, and the marks that reorder or hide text (bidi overrides, zero width, tags).
_INVISIBLE = {
    **{code: f"\\x{code:02x}" for code in (*range(0x20), *range(0x7F, 0xA0))},
    **{
        code: f"\\u{code:04x}"
        for code in (
            0xAD,
            0x61C,
            0x180E,
            *range(0x200B, 0x2010),
            *range(0x2028, 0x202F),
            *range(0x2060, 0x2070),
            0xFEFF,
        )
    },
    **{code: f"\\U{code:08x}" for code in range(0xE0000, 0xE0080)},
    **{code: f"\\u{code:04x}" for code in range(0xD800, 0xE000)},
}


def say(template: str, *values: object) -> Phrase:
    """Fill the `{}` of our own `template` with values; text becomes `Foreign`, a phrase is spliced in as it is.

    >>> say("{} is not allowed", "GPL-3.0-only")
    ('GPL-3.0-only', ' is not allowed')
    """
    pieces = template.split("{}")
    if len(pieces) != len(values) + 1:
        raise ValueError(f"{len(values)} values for {len(pieces) - 1} places in {template!r}")
    parts: list[str] = [pieces[0]]
    for value, piece in zip(values, pieces[1:], strict=True):
        if isinstance(value, tuple):
            parts.extend(value)
        elif isinstance(value, str):
            parts.append(Foreign(value))
        else:
            parts.append(str(value))
        parts.append(piece)
    return tuple(part for part in parts if part)


def join(phrases: Iterable[Phrase], separator: str = ", ", last: str | None = None) -> Phrase:
    """One phrase out of several, with `separator` between them and `last` (default: the same) before the final one."""
    items = list(phrases)
    joined: list[str] = []
    for index, phrase in enumerate(items):
        if index:
            joined.append(last if last is not None and index == len(items) - 1 else separator)
        joined.extend(phrase)
    return tuple(joined)


def visible(text: str, limit: int = 200) -> str:
    """`text` on one line with every control and invisible character spelled out, cut to `limit` characters."""
    if len(text) <= limit and text.isascii() and text.isprintable():
        return str(text)
    shown = text[: limit + 1].translate(_INVISIBLE)
    return shown if len(shown) <= limit else shown[: limit - 1] + "…"


def plain(phrase: Phrase) -> str:
    """The sentence as one line of plain text, safe for a terminal or a log."""
    return "".join(visible(part) if isinstance(part, Foreign) else part for part in phrase)
