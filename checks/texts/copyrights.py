"""Who claims copyright in a license file: the lines that must be kept."""

import re
from collections.abc import Iterator

from checks.texts.words import is_notice

#: Lines of one file; `AUTHORS` files are for the rest.
MOST = 200
_LINE_COMMENT = re.compile(r"^[\s*#;/|>-]+")
#: What a license leaves to be filled in: `[yyyy] [name of copyright owner]`, `<year> <name of author>`, `19yy`.
_TEMPLATE = re.compile(
    r"[\[<{]\s*(?:yyyy|year|name|fullname|copyright|owner|author|organi[sz]ation|dates?|company|holder)|\b(?:yyyy|19yy|20yy)\b",
    re.IGNORECASE,
)
#: The license's own notice, which goes on with these words: the text of the license is not the package.
_OF_THE_LICENSE = re.compile(
    r"\s*(?:Everyone is permitted to copy|https?://fsf\.org|<https?://fsf\.org)", re.IGNORECASE
)
_LICENSES_OWN = re.compile(r"free software foundation, inc|the linux foundation and its contributors", re.IGNORECASE)


def copyrights(text: str) -> tuple[str, ...]:
    """The copyright lines of a text as they stand there, without comment marks, each once."""
    found = dict.fromkeys(" ".join(_LINE_COMMENT.sub("", line).split()) for is_one, line in _told(text) if is_one)
    return tuple(found)[:MOST]


def without_copyrights(text: str) -> str:
    """The text without those lines."""
    return "\n".join(line for is_one, line in _told(text) if not is_one)


def _told(text: str) -> Iterator[tuple[bool, str]]:
    """Each line, and whether it claims copyright in the package."""
    lines = text.splitlines()
    for number, line in enumerate(lines):
        claims = is_notice(line) and not _TEMPLATE.search(line)
        if claims and _LICENSES_OWN.search(line):
            following = next((item for item in lines[number + 1 : number + 5] if item.strip()), "")
            claims = not _OF_THE_LICENSE.match(following)
        yield claims, line
