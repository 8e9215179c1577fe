"""Where one text stands inside another, and how the two differ: linear for whatever a package holds."""

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from typing import NamedTuple

from checks.texts.library import KEY

#: Words of a gap that are still compared one by one.
_GAP = 400


class Difference(NamedTuple):
    """Words of the reference that are missing, and those that stand there instead."""

    missing: tuple[str, ...]
    added: tuple[str, ...]


class Alignment(NamedTuple):
    """A stretch `start:end` of the text that corresponds to the whole reference."""

    start: int
    end: int
    matched: int
    """Words that are equal."""
    differences: tuple[Difference, ...]


def align(reference: Sequence[str], text: Sequence[str], hits: Sequence[tuple[int, int]]) -> Alignment | None:
    """The best place of `reference` in `text`; `hits` are pairs of positions (in the text, in the reference) where a
    key is equal."""
    chain = _chain(_together(hits, max(30, len(reference) // 8)))
    if not chain:
        return None
    blocks = _blocks(reference, text, chain)
    first_text, first_reference, _ = blocks[0]
    before = max(0, first_text - first_reference - 8)
    head = _within(reference[:first_reference], text[before:first_text], before, 0)
    last_text, last_reference, size = blocks[-1]
    after, rest = last_text + size, last_reference + size
    tail = _within(reference[rest:], text[after : after + len(reference) - rest + 8], after, rest)
    return _alignment(reference, text, [*head, *blocks, *tail])


def _together(hits: Sequence[tuple[int, int]], slack: int) -> list[tuple[int, int]]:
    """The hits of one copy: those that agree on where the reference begins, give or take `slack` words."""
    votes: dict[int, int] = {}
    for place, position in hits:
        bucket = (place - position) // slack
        votes[bucket] = votes.get(bucket, 0) + 1
    if not votes:
        return []
    best = min(votes, key=lambda bucket: (-votes[bucket] - votes.get(bucket + 1, 0), bucket))
    return [hit for hit in hits if best - 1 <= (hit[0] - hit[1]) // slack <= best + 2]


def _chain(hits: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """The longest run of hits that rises in both texts."""
    tails: list[int] = []
    last: list[int] = []
    before = [-1] * len(hits)
    ordered = sorted(hits, key=lambda hit: (hit[0], -hit[1]))
    for number, (_, position) in enumerate(ordered):
        place = bisect_left(tails, position)
        before[number] = last[place - 1] if place else -1
        if place == len(tails):
            tails.append(position)
            last.append(number)
        else:
            tails[place], last[place] = position, number
    chain = []
    number = last[-1] if last else -1
    while number >= 0:
        chain.append(ordered[number])
        number = before[number]
    return chain[::-1]


def _blocks(
    reference: Sequence[str], text: Sequence[str], chain: Sequence[tuple[int, int]]
) -> list[tuple[int, int, int]]:
    """Equal stretches (in the text, in the reference, words), each grown as far as it goes, with what is equal in the
    gaps between them."""
    blocks: list[tuple[int, int, int]] = []
    done_text = done_reference = 0
    for place, position in chain:
        if place < done_text or position < done_reference:
            continue
        start = 0
        low = min(place - done_text, position - done_reference) if blocks else min(place, position)
        while start < low and text[place - start - 1] == reference[position - start - 1]:
            start += 1
        size = KEY
        high = min(len(text) - place, len(reference) - position)
        while size < high and text[place + size] == reference[position + size]:
            size += 1
        if blocks:
            blocks += _within(
                reference[done_reference : position - start], text[done_text : place - start], done_text, done_reference
            )
        blocks.append((place - start, position - start, size + start))
        done_text, done_reference = place + size, position + size
    return blocks


def _within(reference: Sequence[str], text: Sequence[str], place: int, position: int) -> Iterator[tuple[int, int, int]]:
    """Equal stretches of a gap."""
    if not reference or not text or max(len(reference), len(text)) > _GAP:
        return
    for block in SequenceMatcher(None, reference, text, autojunk=False).get_matching_blocks():
        if block.size:
            yield block.b + place, block.a + position, block.size


def _alignment(reference: Sequence[str], text: Sequence[str], blocks: Sequence[tuple[int, int, int]]) -> Alignment:
    differences = []
    start, position, _ = blocks[0]
    if position:
        differences.append(Difference(tuple(reference[:position]), ()))
    place, position = start, position
    for in_text, in_reference, size in blocks:
        if in_text > place or in_reference > position:
            differences.append(Difference(tuple(reference[position:in_reference]), tuple(text[place:in_text])))
        place, position = in_text + size, in_reference + size
    if position < len(reference):
        differences.append(Difference(tuple(reference[position:]), ()))
    return Alignment(start, place, sum(size for _, _, size in blocks), tuple(differences))
