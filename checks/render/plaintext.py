"""Phrases as plain text for terminals, logs, annotations and JSON: nothing in them can steer a reader."""

from checks.model.phrase import Foreign, Phrase, visible

#: Longest foreign word and longest run of our own words, in characters.
_WORD, _OWN = 200, 2_000


def line(parts: Phrase) -> str:
    """One line of plain text, every control and invisible character spelled out."""
    return "".join(visible(part, _WORD if isinstance(part, Foreign) else _OWN) for part in parts)


def shown(text: str) -> str:
    """Foreign text on one line, made visible."""
    return line((Foreign(text),))
