"""A license text as the words that count when it is compared (SPDX License List matching guidelines, SPDX 3.0 annex B).

Case, white space, punctuation, quotes, bullets and numbering do not count, neither do copyright notices; words that
are spelled in two ways are one word.
"""

import re

from checks.texts.vocabulary import OPERATIVE, SAME

_WORD = re.compile(r"[^\W_]+")
#: `1.`, `a)`, `iv.` at the start of a line; `(a)`, `(ii)` and the copyright sign `(c)` anywhere.
_NUMBERING = re.compile(r"^[\W_]*(?:\d{1,2}(?:\.\d{1,2})?|[a-z]|[ivx]{2,4})[.)](?=\s)|\((?:\d{1,2}|[a-z]|[ivx]{1,4})\)")
#: What says nothing in any license.
_SAYS_NOTHING = re.compile(
    r"\ball\s+rights?\s+(?:are\s+)?reserved\b\.?|\bend\s+of\s+(?:the\s+)?terms\s+and\s+conditions\b", re.IGNORECASE
)
_MARK = re.compile(r"copyright|copr\.|©|\(c\)|&copy;", re.IGNORECASE)
#: A line that begins with `Copyright`, `(c)` or `©` and goes on with a year or a name, not as a sentence does
#: ("copyright notice, this list of conditions", where a license is wrapped at that word).
_NOTICE = re.compile(
    r"""^[\W_]*
    (?:(?:some\s)?(?:portions|parts)\s(?:are\s)?|modifications\s|[\w ]{1,40}:?\s+-?\s*(?=copyright\b.{0,12}\d{4}))?
    (?:copyrights?\b|copr\.|©|\(c\)\s|&copy;)\s*
    (?=[,:;-]?\s*(?:©|\(c\)|&copy;|by\b|the\b|19|20|[<\[{(%$@*]|(?-i:[A-Z\u00c0-\u1fff])|[\w.]+\s*(?:[<(@,]|$)))
    (?!(?:,|\s)*(?:notices?|holders?|owners?|laws?|licen[sc]es?|and|or|in|on|interests?|protection|statements?|status
        |permission|claims?|disclaimer|is|are|act|rights?|treat(?:y|ies)|to|of|by\s+law|law|may|shall|if|for|the\s+work)\b
        (?!.{0,40}\d{4}))""",
    re.VERBOSE | re.IGNORECASE,
)
#: A notice is short (characters); what is longer says more than who and when.
_LONGEST_NOTICE = 240
_ADDRESS = re.compile(r"\S*(?:@|://|www\.)\S*")

#: What is not seen, so that a word with it in the middle looks whole (soft hyphen, zero width, byte order mark).
_UNSEEN = dict.fromkeys(
    (0xAD, 0x34F, 0x180E, *range(0x200B, 0x2010), *range(0x202A, 0x202F), *range(0x2060, 0x2070), 0xFEFF)
)


def words(text: str) -> list[str]:
    """The words that count, in order."""
    found: list[str] = []
    if not text.isascii():
        text = text.translate(_UNSEEN)
    for line in _SAYS_NOTHING.sub("\n", text).splitlines():
        if not line or line.isspace() or is_notice(line):
            continue
        plain = _NUMBERING.sub(" ", line.lower()).replace("&", " and ")
        found += [SAME.get(word, word) for word in _WORD.findall(plain)]
    return found


def is_notice(line: str) -> bool:
    """Whether a line does nothing but claim a copyright: `Copyright (c) 2020 Ada`."""
    if len(line) > _LONGEST_NOTICE or not _MARK.search(line) or not _NOTICE.match(line):
        return False
    return OPERATIVE.isdisjoint(_WORD.findall(_ADDRESS.sub(" ", line.lower())))
