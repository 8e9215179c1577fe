"""What registries call the standing of a package, in our words."""

from checks.facts.fields import text
from checks.model.packages import Standing, Status

_STANDINGS = {
    "active": Standing.ACTIVE,
    "deprecated": Standing.DEPRECATED,
    "archived": Standing.ARCHIVED,
    "quarantined": Standing.QUARANTINED,
    "removed": Standing.REMOVED,
    "unpublished": Standing.REMOVED,
    "security-holding": Standing.REMOVED,
    "discontinued": Standing.DEPRECATED,
    "abandoned": Standing.DEPRECATED,
}


def standing(word: object, reason: object = None) -> Status | None:
    """A status of PEP 792, ecosyste.ms or pub; None for a word that nobody knows."""
    known = _STANDINGS.get((text(word) or "").lower())
    return None if known is None else Status(known, text(reason) or "")


def status(value: object) -> Status | None:
    """PEP 792's `project-status` in both shapes: `{"status": …, "reason": …}`, and the bare word."""
    if isinstance(value, dict):
        return standing(value.get("status"), value.get("reason"))
    return standing(value)
