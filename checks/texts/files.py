"""Which files of a package are about its license, by their names."""

import re
from enum import StrEnum


class Role(StrEnum):
    """What a file is for, as far as its name tells."""

    LICENSE = "license"
    NOTICE = "notice"
    """What Apache-2.0 calls a NOTICE file: attributions to pass on, no terms."""
    OTHERS = "others"
    """Licenses of what the package carries along."""


_LICENSE = re.compile(
    r"(?:.{0,40}[-_.])?(?:licen[sc]e|licen[sc]es|unlicen[sc]e|copying|copyright|copyleft)(?:[-_.].{0,60})?"
)
_NOTICE = re.compile(r"notices?(?:[-_.].{0,40})?")
_OTHERS = re.compile(r"third[-_ ]?part(?:y|ies)|3rd[-_ ]?part(?:y|ies)|bundled|vendored|dependenc(?:y|ies)")
#: Lists of people and other reading, which some projects keep or name among their license files.
_READING = re.compile(
    r"(?:authors?|contributors?|credits|thanks|maintainers|readme|changelog|changes|index)(?:[-_.].{0,40})?"
)
#: Endings of programs and data that happen to be called `license.js`.
_NO_TEXT = re.compile(
    r"\.(?:[cm]?[jt]sx?|map|py[cio]?|rb|go|rs|java|class|c|cc|h|hpp|cs|php|sh|json|ya?ml|toml|xml|svg|png|css|lock|sig|asc)$"
)
#: Folders of license texts: PEP 639, REUSE, and what projects do.
FOLDERS = frozenset({"license", "licenses", "licence", "licences"})


def is_reading(path: str) -> bool:
    """Whether a file is for reading and holds no terms, whoever names it among the license files."""
    return _READING.fullmatch(path.rpartition("/")[2].lower()) is not None


def role(path: str) -> Role | None:
    """The role of a file by its path within the package; None for every other file."""
    *folders, name = path.lower().split("/")
    if len(name) > 120 or _NO_TEXT.search(name) or is_reading(name):
        return None
    inside = any(folder in FOLDERS for folder in folders)
    if _OTHERS.search(path.lower()) and (inside or _LICENSE.fullmatch(name) or "notice" in name or "licen" in name):
        return Role.OTHERS
    if _NOTICE.fullmatch(name):
        return Role.NOTICE
    if inside or _LICENSE.fullmatch(name):
        return Role.LICENSE
    return None
