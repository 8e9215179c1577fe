"""The list of components that notices begin with: written for people, and read again to see whether it is complete.

It stands between two marks, each a line of its own, and each of its lines ends with a package URL: no name or license
in it, and no text after it, can add to it.
"""

import re
from collections.abc import Iterator

#: Raised when the list is written in another way.
VERSION = 1
_BEGIN = re.compile(rf"(?:<!--|--) ospo-gate notices {VERSION}: (shipped|all) (?:-->|--)")
_END = re.compile(r"(?:<!--|--) end of components (?:-->|--)")
#: As `checks.model.purl` writes them: unreserved characters, separators and percent signs.
_PURL = re.compile(r"\bpkg:[a-z][a-z0-9.+-]*/[A-Za-z0-9%._~:/@-]+")
#: Characters of a file that are looked at; 20,000 components take 4 million.
LIMIT = 16_000_000


def marks(scope: str, begin: str = "--", end: str = "--") -> tuple[str, str]:
    """The lines before and after the list, as a comment of the format."""
    return f"{begin} ospo-gate notices {VERSION}: {scope} {end}", f"{begin} end of components {end}"


def listed(text: str) -> tuple[str, frozenset[str]] | None:
    """The scope of notices and the package URLs that they list; None if it is no such file."""
    lines = iter(text[:LIMIT].splitlines())
    scope = next((found[1] for line in lines if (found := _BEGIN.fullmatch(line.strip()))), None)
    return (scope, frozenset(_purls(lines))) if scope else None


def _purls(lines: Iterator[str]) -> Iterator[str]:
    for line in lines:
        if _END.fullmatch(line.strip()):
            return
        if found := _PURL.findall(line):
            yield found[-1]
