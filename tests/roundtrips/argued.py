"""Differences that stay, each with the reason; the list is short on purpose."""

import re

#: Manager, project and difference as patterns → why we say what we say.
ARGUED: dict[tuple[str, str, str], str] = {
    (r"^npm", "^archives$", "^missing kept@|^direct inherits@"): (
        "npm links a folder of the same tree: it is the project's own code, no package, and what it asks for is direct"
    ),
    (r"^npm, lock v1", "^workspaces$", "^scope (ansi-styles@5|semver@6)"): (
        "the file marks them as development, as the manifests of the members do; npm does not read its own mark back"
    ),
    (r"^yarn [34]|^cargo", "^workspaces$|^members$", "^scope (semver@6|checked@|only-checked@)"): (
        "the lock mixes what a member ships with and what it is developed with, and only the manifest beside the lock "
        "is read: what might be shipped counts as shipped"
    ),
}


def argued(manager: str, project: str, difference: str) -> str | None:
    """The reason, or None."""
    for (managers, projects, differences), reason in ARGUED.items():
        if re.search(managers, manager) and re.search(projects, project) and re.search(differences, difference):
            return reason
    return None
