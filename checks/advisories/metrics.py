"""Reading the vector strings of the Common Vulnerability Scoring System, all versions."""

from collections.abc import Mapping


def metrics_of(text: str, allowed: Mapping[str, str], mandatory: frozenset[str]) -> dict[str, str] | None:
    """The metrics of `AV:N/AC:L/…` without its prefix; `allowed` gives the letters of each, separated by blanks.

    None for what the specifications forbid: an unknown metric or value, a metric twice, a mandatory one missing.
    """
    found: dict[str, str] = {}
    for part in text.split("/"):
        name, _, value = part.partition(":")
        if name in found or value not in allowed.get(name, "").split():
            return None
        found[name] = value
    return found if mandatory <= found.keys() else None
