"""Phrases as plain text for terminals, logs, annotations and JSON: nothing in them can steer a reader or a runner."""

from checks.model.phrase import Foreign, Phrase, visible

#: Longest foreign word and longest run of our own words, in characters.
_WORD, _OWN = 200, 2_000


def line(parts: Phrase) -> str:
    """One line of plain text: no control or invisible character, no `##[`, which the Actions runner would obey."""
    text = "".join(visible(part, _WORD if isinstance(part, Foreign) else _OWN) for part in parts)
    return text.replace("##[", "#\\x23[") if "##[" in text else text


def shown(text: str) -> str:
    """Foreign text on one line, made visible."""
    return line((Foreign(text),))
