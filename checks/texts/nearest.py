"""How a text that is not recognized differs from the standard text that it is nearest to: for whoever has to decide
what it is. The words come from the text, lower-case letters and digits alone, so that nothing in them is active.
"""

from collections.abc import Iterator, Mapping, Sequence

from checks.texts.alignment import Difference, align
from checks.texts.library import KEY, STEP, Library
from checks.texts.recognition import Recognition

#: Share of a license's keys that a text must have to be called near it.
NEAR = 0.35
#: Differences that are shown, words of each, and characters of a word.
MOST, WORDS, LONGEST = 6, 16, 40


def nearest(known: Library, text: Sequence[str], hits: Mapping[int, Sequence[tuple[int, int]]]) -> Recognition | None:
    """The text as one that is not recognized; None where it is near no license. `hits` as for `align`, by reference."""
    shares = {
        number: len({position for _, position in places}) / ((len(known.references[number].words) - KEY) // STEP + 1)
        for number, places in hits.items()
        if known.references[number].name
    }
    # Of those that are as near the one that covers most of the text.
    best = max(shares, key=lambda number: (round(shares[number], 1), len(hits[number]), -number), default=None)
    if best is None or shares[best] < NEAR:
        return None
    reference = known.references[best]
    where = align(reference.words, text, hits[best])
    if where is None:
        return None
    before, behind = _trimmed(text[: where.start]), _trimmed(text[where.end :])
    besides = [Difference((), part) for part in (before, behind) if part]
    rows = [row for item in (*where.differences, *besides) for row in _rows(item)]
    more = (f"and {len(rows) - MOST:,} more",) if len(rows) > MOST else ()
    return Recognition(None, 0.0, reference.name, (*rows[:MOST], *more))


def _trimmed(text: Sequence[str]) -> tuple[str, ...]:
    return tuple(word for word in text if word)


def _rows(difference: Difference) -> Iterator[str]:
    for sign, found in (("-", difference.missing), ("+", difference.added)):
        if found := _trimmed(found):
            shown = " ".join(word[:LONGEST] for word in found[:WORDS])
            left = len(found) - WORDS
            yield f"{sign} {shown}" + (f" … {left:,} more words" if left > 0 else "")
