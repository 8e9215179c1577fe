"""What our own documents say beyond the members of the formats, so that reading gives what was written."""

from collections.abc import Iterable
from typing import NamedTuple

from checks.model.dependency import Origin, Scope
from checks.sboms.values import tables

#: How the comment of an SPDX package begins that says it; CycloneDX has properties.
COMMENT = "ospo-gate: "
#: The comment of a package that is a part of what is described.
PART = f"{COMMENT}role=part"
#: How the id of a license statement begins that is no SPDX expression.
OWN = "LicenseRef-ospo-gate-"
_SCOPES = {scope.value: scope for scope in Scope}
#: Nobody makes a package of a registry out of another one by a word.
_ORIGINS = {origin.value: origin for origin in Origin if origin is not Origin.REGISTRY}


class OwnWords(NamedTuple):
    scope: Scope | None = None
    origin: Origin | None = None
    direct: str | None = None
    """`no` or `unknown`."""
    integrity: tuple[str, ...] = ()
    parts: tuple[str, ...] = ()
    """As of `content.Component`."""
    disputed: tuple[tuple[str, str], ...] = ()
    """As of `content.Component`."""
    part: bool = False
    """Whether it is itself a part of what is described, and no package."""


NOTHING = OwnWords()


def own_words(properties: object) -> OwnWords:
    """Of a CycloneDX component."""
    if not properties:
        return NOTHING
    return _words((str(row.get("name")).removeprefix("ospo:"), row.get("value")) for row in tables(properties)
                  if str(row.get("name")).startswith("ospo:"))  # fmt: skip


def own_comment(comment: object) -> OwnWords:
    """Of an SPDX package: `ospo-gate: scope=test; origin=git`."""
    if not isinstance(comment, str) or not comment.startswith(COMMENT):
        return NOTHING
    pairs = (item.partition("=") for item in comment.removeprefix(COMMENT).split("; "))
    return _words((name, value) for name, _, value in pairs)


def _words(pairs: Iterable[tuple[str, object]]) -> OwnWords:
    found: dict[str, str] = {}
    several: dict[str, list[str]] = {"integrity": [], "part": [], "license:declared": [], "license:concluded": []}
    for name, value in pairs:
        if isinstance(value, str):
            if name in several:
                several[name].append(value)
            else:
                found[name] = value
    direct = found.get("direct")
    return OwnWords(
        _SCOPES.get(found.get("scope", "")),
        _ORIGINS.get(found.get("origin", "")),
        direct if direct in ("no", "unknown") else None,
        tuple(several["integrity"]),
        tuple(several["part"]),
        tuple((kind, text) for kind in ("declared", "concluded") for text in several[f"license:{kind}"]),
        found.get("role") == "part",
    )
