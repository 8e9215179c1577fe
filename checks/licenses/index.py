"""License ids and their categories, from the ScanCode index that the license-expression package ships.

The file is read where it lies, without importing the package (28 ms) or building its table (35 ms), and only when an
id is asked for that is not among the commonest. Data: ScanCode LicenseDB, CC-BY-4.0, nexB Inc. and others.
"""

from enum import StrEnum
from functools import cache, lru_cache
from typing import NamedTuple

from checks.licenses import tables
from checks.model.errors import GateError


class Category(StrEnum):
    """What an organization decides by. A license may be in several."""

    PUBLIC_DOMAIN = "public-domain"
    PERMISSIVE = "permissive"
    WEAK_COPYLEFT = "weak-copyleft"
    STRONG_COPYLEFT = "strong-copyleft"
    NETWORK_COPYLEFT = "network-copyleft"
    SOURCE_AVAILABLE = "source-available"
    PROPRIETARY = "proprietary"
    AI_USE_RESTRICTED = "ai-use-restricted"
    NON_COMMERCIAL = "non-commercial"
    UNKNOWN = "unknown"


#: The index's categories; contributor agreements and patent grants are no licenses of a work, so they stay unknown.
_BUCKETS = {
    "Public Domain": Category.PUBLIC_DOMAIN,
    "Permissive": Category.PERMISSIVE,
    "Copyleft Limited": Category.WEAK_COPYLEFT,
    "Copyleft": Category.STRONG_COPYLEFT,
    "Source-available": Category.SOURCE_AVAILABLE,
    "Commercial": Category.PROPRIETARY,
    "Proprietary Free": Category.PROPRIETARY,
    "Free Restricted": Category.PROPRIETARY,
}


class Entry(NamedTuple):
    """One id of the index."""

    id: str
    """As SPDX writes it."""
    category: str
    """As the index names it: `Copyleft Limited`."""
    is_exception: bool


def find(name: str) -> Entry | None:
    """The entry of an id in any case; ids that the index has under a newer name give the newer one."""
    folded = name.lower()
    return _common().get(folded) or _index().get(folded)


def find_common(name: str) -> Entry | None:
    """The entry of one of the commonest ids; never opens the index."""
    return _common().get(name.lower()) if name.isascii() else None


def categories(name: str) -> frozenset[Category]:
    """The categories of a license id; `unknown` alone for anything that is not known."""
    return _categories(name.lower())


@lru_cache(maxsize=4096)
def _categories(folded: str) -> frozenset[Category]:
    entry = find(folded)
    found = {_BUCKETS.get(entry.category, Category.UNKNOWN)} if entry else {Category.UNKNOWN}
    if folded in tables.NETWORK_COPYLEFT:
        found.add(Category.NETWORK_COPYLEFT)
    if folded in tables.AI_USE_RESTRICTED:
        found.add(Category.AI_USE_RESTRICTED)
    if folded in tables.NON_COMMERCIAL or (entry and any(p in f"{folded}-" for p in tables.NON_COMMERCIAL_PARTS)):
        found.add(Category.NON_COMMERCIAL)
    return frozenset(found)


def later_versions(name: str) -> tuple[str, ...]:
    """The exact ids that `name+` or `…-or-later` lets the user choose from, the named version first."""
    exact = name.removesuffix("-or-later") + "-only" if name.endswith("-or-later") else name
    line, place = _lines().get(exact.lower(), ((name,), 0))
    return line[place:]


def known_ids() -> tuple[str, ...]:
    """Every canonical id of a license or exception: to suggest the nearest one."""
    return tuple(dict.fromkeys(entry.id for entry in _index().values()))


def of_scancode_key(key: str) -> str | None:
    """The id of a license by ScanCode's own key (`gpl-2.0-plus`), in any case; None if there is none."""
    return _scancode_keys().get(key.lower())


@cache
def _scancode_keys() -> dict[str, str]:
    import json

    return {item["license_key"]: item["spdx_license_key"] for item in json.loads(_text()) if item["spdx_license_key"]}


@cache
def _lines() -> dict[str, tuple[tuple[str, ...], int]]:
    return {name.lower(): (line, place) for line in tables.LINES for place, name in enumerate(line)}


@cache
def _common() -> dict[str, Entry]:
    return _entries(tables.COMMON, tables.COMMON_EXCEPTIONS)


def _entries(licenses: dict[str, str], exceptions: dict[str, str]) -> dict[str, Entry]:
    found = {}
    for table, is_exception in ((licenses, False), (exceptions, True)):
        for category, names in table.items():
            for name in names.split():
                found[name.lower()] = Entry(name, category, is_exception)
    return found


@cache
def _index() -> dict[str, Entry]:
    import json

    found: dict[str, Entry] = {}
    for item in json.loads(_text()):
        name = item["spdx_license_key"]
        if not name:
            continue
        entry = Entry(name, item["category"], item["is_exception"])
        found[name.lower()] = entry
        for other in item["other_spdx_license_keys"]:
            # Also lists colloquial names ("GPL") and references that others have made up ("LicenseRef-Apache",
            # "LicenseRef-LICENSE"): guesses that must not become an id.
            if other.startswith("LicenseRef-scancode-"):
                found.setdefault(other.lower(), entry)
    return found | _entries(tables.SUPPLEMENT, tables.SUPPLEMENT_EXCEPTIONS) | _entries(tables.HUB, {})


def _text() -> bytes:
    """The data file inside the installed package: shipped with a library, so not an input."""
    from importlib.util import find_spec

    spec = find_spec("license_expression")
    for folder in (spec.submodule_search_locations or ()) if spec else ():
        try:
            with open(f"{folder}/data/scancode-licensedb-index.json", "rb") as file:
                return file.read()
        except OSError:
            continue
    raise GateError(
        "the license index is missing: the package license-expression is not installed completely",
        hint="Install ospo-gate with its dependencies again.",
    )
