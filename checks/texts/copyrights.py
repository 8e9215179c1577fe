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
_OF_THE_LICENSE = re.compile(r"\s*(?:Everyone is permitted to copy|https?://fsf\.org|<https?://fsf\.org)", re.IGNORECASE)
_LICENSES_OWN = re.compile(r"free software foundation, inc|the linux foundation and its contributors", re.IGNORECASE)


def copyrights(text: str) -> tuple[str, ...]:
    """The copyright lines of a text as they stand there, without comment marks, each once."""
    found = dict.fromkeys(_lines(text))
    return tuple(found)[:MOST]


def _lines(text: str) -> Iterator[str]:
    lines = text.splitlines()
    for number, line in enumerate(lines):
        if not is_notice(line) or _TEMPLATE.search(line):
            continue
        following = next((item for item in lines[number + 1 : number + 5] if item.strip()), "")
        if _LICENSES_OWN.search(line) and _OF_THE_LICENSE.match(following):
            continue
        yield " ".join(_LINE_COMMENT.sub("", line).split())
