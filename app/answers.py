"""What GitHub's REST API says of commits and files, as values. No client is needed to read it."""

import re
from collections.abc import Mapping
from typing import Any

from checks.model.commit import AccountType, Commit, Person
from checks.model.dependency import Location, Problem
from checks.model.snapshot import ChangedFile, FileStatus

_STATUS = {
    "added": FileStatus.ADDED,
    "removed": FileStatus.REMOVED,
    "renamed": FileStatus.RENAMED,
    "copied": FileStatus.ADDED,
}
_SUBMODULE = re.compile(r"^[-+]Subproject commit [0-9a-f]{40}", re.MULTILINE)


def file_of(row: Mapping[str, Any]) -> ChangedFile:
    """A row of `files`."""
    status = _STATUS.get(row["status"], FileStatus.MODIFIED)
    before = row.get("previous_filename") if status is FileStatus.RENAMED else None
    # GitHub counts no line of what is not text: none at all may mean anything, and so may one of a submodule.
    lines = None if _SUBMODULE.search((row.get("patch") or "")[:200]) else row.get("changes") or None
    return ChangedFile(row["filename"], status, before, lines)


def commit_of(row: Mapping[str, Any]) -> Commit:
    """A row of `commits`, with the accounts that GitHub links to its addresses."""
    commit = row["commit"]
    return Commit(
        sha=row["sha"],
        author=_person(commit.get("author"), row.get("author")),
        committer=_person(commit.get("committer"), row.get("committer")),
        message=commit.get("message") or "",
        parents=tuple(parent["sha"] for parent in row.get("parents") or ()),
        verified=bool((commit.get("verification") or {}).get("verified")),
    )


def _person(git: Mapping[str, Any] | None, account: Mapping[str, Any] | None) -> Person:
    git, account = git or {}, account or {}
    kind = {"Bot": AccountType.BOT}.get(account.get("type", ""), AccountType.USER) if account else AccountType.UNKNOWN
    return Person(git.get("name") or "", git.get("email") or "", account.get("login"), account.get("id"), kind)


def incomplete(message: str) -> Problem:
    """What GitHub did not list: a change of which nobody knows the whole does not pass."""
    return Problem("listing", message, Location(""))
