"""Who may do what in a repository: the highest of what ownership, teams, invitations and visibility give."""

from .accounts import Organization, User
from .repository import Repository

ROLES = ("none", "read", "triage", "write", "maintain", "admin")
_NAMES = {"pull": "read", "triage": "triage", "push": "write", "maintain": "maintain", "admin": "admin"}


def role(repository: Repository, user: User) -> str:
    """One of `ROLES`; in an organization its owners are admins and members have its base permission."""
    login, owner = user.login.lower(), repository.owner
    found = {repository.collaborators.get(login, "none")}
    if repository.visibility == "public":
        found.add("read")
    if isinstance(owner, Organization):
        if owner.members.get(login) == "admin":
            found.add("admin")
        if login in owner.members:
            found.add("read" if repository.visibility == "internal" else owner.base_permission)
            found.add(owner.base_permission)
        for slug, permission in repository.teams.items():
            if slug in owner.teams and owner.teams[slug].role(login):
                found.add(permission)
    elif owner is user:
        found.add("admin")
    return max(found, key=ROLES.index)


def at_least(have: str, wanted: str) -> bool:
    return ROLES.index(have) >= ROLES.index(wanted)


def flags(have: str) -> dict[str, bool]:
    """A role as the `permissions` of a repository or of a collaborator."""
    return {name: at_least(have, wanted) for name, wanted in _NAMES.items()}
