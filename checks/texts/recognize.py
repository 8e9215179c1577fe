"""Which license a text is. A text is recognized only if it is that license and nothing that could matter besides.

Names, titles and copyright notices may differ. A word that can change what is allowed may not, wherever it stands: the
MIT License with one restriction more is not the MIT License.
"""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from checks.texts.alignment import Alignment, Difference, align
from checks.texts.library import KEY, STEP, Library, Reference, library
from checks.texts.nearest import nearest
from checks.texts.recognition import LIMIT, NOTHING, Recognition
from checks.texts.vocabulary import FAMILIES, NEUTRAL, OPERATIVE
from checks.texts.words import words

#: Share of a license's keys that a text must have before they are compared; a part of what follows one will do.
_SHARED, _SHARED_REST = 0.7, 0.08
#: Most licenses, and what follows them, in one text.
_PARTS = 8
#: Most words besides the licenses: titles, names, an introduction.
_BESIDES = 80
#: Most licenses that are compared at a time.
_CANDIDATES = 8
#: The last character of the Latin scripts: what lies beyond is another language, or letters that look like Latin ones.
_LATIN = "\u024f"


def recognize(text: str) -> Recognition:
    """What `text` is; never raises, and takes time in proportion to its length."""
    return recognize_words(words(text)) if len(text) <= LIMIT else NOTHING


def recognize_words(found_words: Sequence[str]) -> Recognition:
    """What the words of a text are (`checks.texts.words.words`): texts that differ in who claims copyright have the
    same."""
    known = library()
    if known is None:
        return NOTHING
    left = list(found_words)
    every = hits = _hits(known, left)
    found: list[_Found] = []
    while len(found) <= _PARTS and (best := _best(known, left, hits)):
        found.append(best)
        start, end = best.where.start, best.where.end
        # Blanks keep the places of the rest, and nothing matches across them.
        left[start:end] = [""] * (end - start)
        hits = {number: [hit for hit in places if not start - KEY < hit[0] < end] for number, places in hits.items()}
    besides = [word for word in left if word]
    licenses = [item for item in sorted(found, key=_start) if item.reference.name]
    certain = licenses and len(found) <= _PARTS and len(besides) <= _BESIDES and not _matters(besides, licenses)
    expression = _expression([item.reference for item in licenses]) if certain else None
    if expression is None:
        return nearest(known, found_words, every) or NOTHING
    return Recognition(expression, min(item.similarity for item in licenses))


class _Found(NamedTuple):
    """A reference and where it stands."""

    reference: Reference
    where: Alignment
    similarity: float

    @property
    def worth(self) -> tuple[bool, float]:
        """A license goes before what follows one, and the one that covers more goes first."""
        return bool(self.reference.name), self.where.matched * self.similarity


def _start(item: _Found) -> int:
    return item.where.start


_Hits = dict[int, list[tuple[int, int]]]


def _hits(known: Library, text: Sequence[str]) -> _Hits:
    """By reference: where which of its keys stands."""
    hits: _Hits = {}
    for place in range(len(text) - KEY + 1):
        for number, position in known.places.get(tuple(text[place : place + KEY]), ()):
            hits.setdefault(number, []).append((place, position))
    return hits


def _best(known: Library, text: Sequence[str], hits: _Hits) -> _Found | None:
    """The reference that covers most of the text without a difference that matters."""
    likely = []
    for number, places in hits.items():
        reference = known.references[number]
        share = len({position for _, position in places}) / ((len(reference.words) - KEY) // STEP + 1)
        if share >= (_SHARED if reference.name else _SHARED_REST):
            likely.append((len(places) * share**4, number))
    likely.sort(key=lambda item: (-item[0], item[1]))
    best: _Found | None = None
    for _, number in likely[:_CANDIDATES]:
        reference = known.references[number]
        where = align(reference.words, text, hits[number])
        if where is None or not _same(known, reference, where.differences):
            continue
        found = _Found(reference, where, 2 * where.matched / (len(reference.words) + where.end - where.start))
        if best is None or found.worth > best.worth:
            best = found
    return best


def _same(known: Library, reference: Reference, differences: Sequence[Difference]) -> bool:
    """Whether nothing that differs could matter. Of what says nothing any part may be missing."""
    added = [word for difference in differences for word in _weighty(known, difference.added)]
    if not reference.name:
        return not added
    if sum(max(len(d.missing), len(d.added)) for d in differences) > max(12, len(reference.words) // 10):
        return False
    missing = [word for difference in differences for word in _weighty(known, difference.missing)]
    # "Neither the name of A nor the names of B may be used" and "the name of A may not be used".
    return (missing, added) in (([], []), (["neither", "nor"], ["not"]))


def _weighty(known: Library, found: Sequence[str]) -> list[str]:
    """The words that could change a license which lacks them or has them in addition: the language of licenses. What
    else differs are names."""
    return [word for word in found if not word or max(word) > _LATIN or word in OPERATIVE or _speaks(known, word)]


def _speaks(known: Library, word: str) -> bool:
    return word in known.common and word not in NEUTRAL and not word.isdigit()


def _matters(found: Iterable[str], licenses: Sequence[_Found]) -> bool:
    """Whether words before, between or after licenses could change them, or name one that is not among them."""
    named = {word for item in licenses for word in words(item.reference.name)}
    return any(word in OPERATIVE or max(word) > _LATIN or (word in FAMILIES and word not in named) for word in found)


def _expression(licenses: Sequence[Reference]) -> str | None:
    """All of them, in their order; an exception belongs to the license before it."""
    names: list[str] = []
    for reference in licenses:
        if not reference.is_exception:
            names.append(reference.name)
        elif names and " WITH " not in names[-1]:
            # The license may stand there twice: as a notice and as the whole text.
            names = [f"{name} WITH {reference.name}" if name == names[-1] else name for name in names]
        else:
            return None
    if "LGPL-3.0" in names:  # a set of permissions on top of the GPL, whose text often goes with it
        names = [name for name in names if name != "GPL-3.0"]
    return " AND ".join(dict.fromkeys(names))
