"""What of a correction can be read from the words of who asks for it: a person confirms it before it counts."""

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from checks.texts.files import role

#: Words that are looked at, and words of one expression.
WORDS, LONGEST = 60, 9
_DIGEST = re.compile(r"(?:sha256[:=])?([0-9a-fA-F]{64})\Z")
#: What stands around a word, before and behind it.
_BEFORE, _BEHIND = "\"'`“(", ".,;:!?\"'`”)"


class Claimed(NamedTuple):
    """What a package really is under; None: not said, or not clearly."""

    license: str | None = None
    """SPDX expression."""
    evidence: str | None = None
    """The file of the package that says so."""
    sha256: str | None = None
    """Of that file, lower-case hexadecimal."""

    @property
    def whole(self) -> bool:
        """Whether nothing is left to be filled in."""
        return None not in self


def claimed(reason: str) -> Claimed:
    """`MIT, see LICENSE.md`: one license of SPDX's list, one file that is named like a license text, one digest."""
    words = [word.lstrip(_BEFORE).rstrip(_BEHIND) for word in reason.split()[:WORDS]]
    digests = [found[1].lower() for word in words if (found := _DIGEST.match(word))]
    files = [word.removeprefix("./") for word in words if _is_file(word)]
    return Claimed(_only(list(_licenses(words))), _only(files), _only(digests))


def _only(found: Sequence[str]) -> str | None:
    """Of several nobody knows which is meant."""
    return found[0] if len(set(found)) == 1 else None


def _is_file(word: str) -> bool:
    """`LICENSE` and `docs/license.txt`, but not the word `license`."""
    name = word.rpartition("/")[2]
    return (name.isupper() or "." in name) and ".." not in word.split("/") and role(word) is not None


def _licenses(words: Sequence[str]) -> Iterator[str]:
    """The longest expressions, from left to right, as SPDX writes them: other words are seldom written so."""
    from checks.licenses.item import LicenseExpression

    start = 0
    while start < len(words):
        for end in range(min(len(words), start + LONGEST), start, -1):
            text = " ".join(words[start:end])
            try:
                found = LicenseExpression.parse(text).text
            except ValueError:
                continue
            if found == text:
                yield found
                start = end - 1
                break
        start += 1
