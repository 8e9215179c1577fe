"""Names that are nearly another package's name: how typosquats are found, and why so few honest names are."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from checks.model.purl import parse, type_of
from checks.packages.letters import folded, slip

#: Longer names are nobody's; comparing them would only cost time (characters).
MAX_NAME = 100
#: Names that are compared with one that they share a key with: real names share theirs with a few.
_MAX_TOGETHER = 20
#: Shorter names are too close to each other by chance, most of all those that differ by a letter.
_SHORTEST, _SHORTEST_LETTER = 5, 6
#: Words that people and attackers add to the name of a package.
_GENERIC = frozenset(
    {"js", "node", "nodejs", "npm", "py", "python", "python3"}
    | {"lib", "client", "api", "sdk", "core", "cli", "dev", "official"}
)

_SEPARATORS = re.compile(r"[-_./@]+")
_WORD = re.compile(r"([-_./@])")


class Likeness(StrEnum):
    """How a name is nearly another one, in words that finish a sentence."""

    LOOKS_ALIKE = "they look alike"
    SWAPPED = "two letters are swapped"
    ONE_LETTER = "one letter differs"
    SEPARATORS = "only the separators differ"
    SCOPE = "one has the other's scope as a part of its name"
    ORDER = "the same words stand in another order"
    ADDED_WORD = "they differ by a word that says nothing"


@dataclass(frozen=True, slots=True)
class Name:
    """The name of a package within its ecosystem; `namespace` is the npm scope, the Composer vendor, the Go path."""

    purl: str
    namespace: str
    name: str

    @classmethod
    def of(cls, purl: str) -> "Name":
        """From a package URL without version."""
        _, namespace, name, _ = parse(purl)
        if type_of(purl) == "pypi":
            name = re.sub(r"[-_.]+", "-", name)
        return cls(purl, namespace, name)

    @property
    def text(self) -> str:
        return f"{self.namespace}/{self.name}" if self.namespace else self.name


def likeness(new: Name, known: Name) -> Likeness | None:
    """How `new` is nearly `known`; None if it is not, or is the same name.

    Whoever owns a namespace chooses all names in it, so that two names of one namespace are never a deception.
    """
    if max(len(new.text), len(known.text)) > MAX_NAME or new.text.casefold() == known.text.casefold():
        return None
    if not new.namespace and not known.namespace:
        return _nearly(new.name, known.name, _SHORTEST_LETTER) or _rearranged(new.name, known.name)
    if new.namespace and known.namespace:
        same = new.name.casefold() == known.name.casefold()
        return nearly(new.namespace, known.namespace) if same else None
    return Likeness.SCOPE if squeezed(new.text) == squeezed(known.text) else None


def squeezed(name: str) -> str:
    """Without separators."""
    return _SEPARATORS.sub("", name).casefold()


def nearly(new: str, known: str) -> Likeness | None:
    """How a scope or the beginning of a name is nearly another one: both are chosen with more care than a name."""
    return _nearly(new, known, _SHORTEST) if new.casefold() != known.casefold() else None


def beginning(name: Name, pattern: str) -> Likeness | None:
    """How a name nearly begins as the names of a pattern with `*` do: `@exampel/ui` for `@example/*`."""
    head, wildcard, _ = pattern.partition("*")
    core = _words(head)
    if not wildcard:
        namespace, _, bare = pattern.rpartition("/")
        return likeness(name, Name("", namespace, bare))
    if not core or head[-1] not in "-_./":
        return None
    return nearly("-".join(_words(name.text)[: len(core)]), "-".join(core))


def _nearly(new: str, known: str, shortest_letter: int) -> Likeness | None:
    length = min(len(squeezed(new)), len(squeezed(known)))
    if length < _SHORTEST and new.isascii():
        return None
    if folded(new) == folded(known):
        return Likeness.LOOKS_ALIKE
    left, right = new.casefold(), known.casefold()
    if _swapped(left, right):
        return Likeness.SWAPPED
    if length >= shortest_letter and squeezed(new) == squeezed(known):
        return Likeness.SEPARATORS
    return Likeness.ONE_LETTER if _one_letter(left, right, shortest_letter) else None


def _swapped(left: str, right: str) -> bool:
    apart = [place for place, (a, b) in enumerate(zip(left, right, strict=False)) if a != b]
    if len(left) != len(right) or len(apart) != 2 or apart[1] != apart[0] + 1:
        return False
    pair = left[apart[0] : apart[1] + 1]
    return pair == right[apart[0] : apart[1] + 1][::-1] and pair.isalpha()


def _one_letter(left: str, right: str, shortest: int) -> bool:
    """Whether one letter inside one word is missing, doubled or mistaken.

    First and last letters and digits are what honest names differ by: `preact`, `regexp`, `colors`, `merge2`.
    """
    words = [(a, b) for a, b in zip(_WORD.split(left), _WORD.split(right), strict=False) if a != b]
    if len(words) != 1 or len(_WORD.split(left)) != len(_WORD.split(right)):
        return False
    short, long = sorted(words[0], key=len)
    if len(short) < shortest or len(long) - len(short) > 1:
        return False
    place = next((place for place, (a, b) in enumerate(zip(short, long, strict=False)) if a != b), len(short))
    inside = 0 < place < len(long) - 1
    if len(short) == len(long):
        return inside and short[place + 1 :] == long[place + 1 :] and slip(short[place], long[place])
    if short[place:] != long[place + 1 :] or not long[place].isalpha():
        return False
    return inside or long[place] == long[place - 1]


def _rearranged(new: str, known: str) -> Likeness | None:
    left, right = _words(new), _words(known)
    if len(right) > 1 and sorted(left) == sorted(right):
        return Likeness.ORDER
    if len(squeezed(known)) < _SHORTEST:
        return None
    bare = [right, *_without_generic(right)]
    return Likeness.ADDED_WORD if any(rest in bare for rest in _without_generic(left)) else None


def _words(name: str) -> list[str]:
    return [word for word in _SEPARATORS.split(name.casefold()) if word]


def _without_generic(words: list[str]) -> Iterator[list[str]]:
    for place, word in enumerate(words):
        if word in _GENERIC and len(words) > 1:
            yield words[:place] + words[place + 1 :]


class NameIndex:
    """Names, by what a name that is nearly one of them shares with it."""

    def __init__(self, names: Iterable[Name]) -> None:
        self._by_key: dict[str, list[Name]] = {}
        for name in names:
            for key in dict.fromkeys(_keys(name)):
                self._by_key.setdefault(key, []).append(name)

    def near(self, other: Name) -> Iterable[Name]:
        """Those that may be nearly `other`, and few besides."""
        found = [name for key in _keys(other) for name in self._by_key.get(key, ())[:_MAX_TOGETHER]]
        return dict.fromkeys(found)

    def like(self, known: Name) -> Iterator[tuple[Name, Likeness]]:
        """Those whose name is nearly `known`."""
        for name in self.near(known):
            found = likeness(name, known)
            if found is not None:
                yield name, found


def _keys(name: Name) -> Iterator[str]:
    """Two names that differ by one letter or two swapped ones share the text that one of them leaves out."""
    text = name.text.casefold()
    if len(text) > MAX_NAME:
        return
    yield text
    for place in range(len(text)):
        yield text[:place] + text[place + 1 :]
    yield f" {squeezed(text)}"
    yield f" {folded(name.text)}"
    words = _words(text)
    yield f"  {' '.join(sorted(words))}"
    yield from (f"  {' '.join(sorted(rest))}" for rest in _without_generic(words))
