"""The REST endpoints, one module for each subject; importing them fills the table of routing.py."""

from ..routing import route
from . import (
    actions,
    apps,
    checks,
    comments,
    contents,
    dependencies,
    hook,
    organizations,
    people,
    pulls,
    repositories,
    writing,
)  # fmt: skip

__all__ = [
    "actions", "apps", "checks", "comments", "contents", "dependencies", "hook", "organizations", "people", "pulls",
    "repositories", "writing",
]  # fmt: skip

route("GET", "/repos/{owner}/{repo}/commits/{ref:rest}", "contents:read")(repositories.get_commit)
