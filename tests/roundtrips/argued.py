"""Differences that stay, each with the reason; the list is short on purpose."""

import re

#: Manager, project and difference as patterns → why we say what we say.
ARGUED: dict[tuple[str, str, str], str] = {}


def argued(manager: str, project: str, difference: str) -> str | None:
    """The reason, or None."""
    for (managers, projects, differences), reason in ARGUED.items():
        if re.search(managers, manager) and re.search(projects, project) and re.search(differences, difference):
            return reason
    return None
