"""Versions of the organization's policy as the API and the command show them."""

from datetime import UTC, datetime
from typing import Any

from app.store.policies import PolicyStore, Version
from app.store.words import given_or_none
from checks.model.errors import UsageError

#: Versions of one page, by default and at the most.
PAGE, LARGEST = 20, 200


async def listed(
    store: PolicyStore, digest: str | None = None, before: str | None = None, limit: str | None = None
) -> dict[str, Any]:
    """Newest first; `digest` as a verdict names it (or how it begins), `before` as `next` of the page before. Raises
    `UsageError`."""
    most = PAGE if limit is None else _number(limit, "limit", LARGEST)
    if digest:
        if not (8 <= len(digest) <= 64 and set(digest.lower()) <= set("0123456789abcdef")):
            raise UsageError("digest: expected 8 to 64 hexadecimal digits")
        found, following = await store.with_digest(digest.lower()), None
    else:
        found = await store.versions(before=None if before is None else _number(before, "cursor", 2**31), limit=most)
        following = str(found[-1].id) if len(found) == most else None
    return {"versions": [to_json(version) for version in found], "next": following}


def to_json(version: Version) -> dict[str, Any]:
    """One version."""
    error = version.error
    issues = error.issues if error else ()
    return {
        "id": version.id,
        "policy": version.source,
        "digest": version.digest or None,
        "revision": version.revision,
        "author": given_or_none(version.author),
        "committed_at": _moment(version.committed_at),
        "loaded_at": _moment(version.loaded_at),
        "valid": error is None,
        "faults": [
            {"file": issue.file or None, "line": issue.line, "column": issue.column, "key": issue.key or None,
             "message": issue.message, "hint": issue.hint or None}
            for issue in issues
        ],
    }  # fmt: skip


def _moment(at: float | None) -> str | None:
    return None if at is None else datetime.fromtimestamp(at, UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def _number(text: str, name: str, most: int) -> int:
    if not (text.isascii() and text.isdigit() and 1 <= int(text[:11]) <= most):
        raise UsageError(f"{name}: expected 1 to {most}")
    return int(text)
