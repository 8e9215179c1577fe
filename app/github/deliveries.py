"""What GitHub remembers of the webhooks that it sent: three days of them, seven on GitHub Enterprise Server."""

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from app.github.client import GitHubApp, GitHubError, document

_DAY = 86_400.0
#: Seconds for which GitHub keeps deliveries ("Handling failed webhook deliveries").
RETENTION, RETENTION_ENTERPRISE_SERVER = 3 * _DAY, 7 * _DAY
#: A page that GitHub says leads to itself would never end.
PAGES = 2_000


@dataclass(frozen=True, slots=True)
class Attempt:
    """One attempt to deliver."""

    id: int
    guid: str
    """Of the event: all attempts to deliver it share it."""
    event: str
    at: float
    """GitHub's own time (seconds, UTC)."""
    ok: bool
    status: str
    """In GitHub's words: `OK`, or what went wrong."""
    code: int
    """HTTP status of our answer; 0 when there was none."""
    redelivery: bool
    pending: bool
    """Under way: nobody knows yet."""


@dataclass(frozen=True, slots=True)
class Hook:
    """How the App's webhook is configured."""

    url: str
    secret: bool
    insecure_ssl: bool
    content_type: str


async def attempts(app: GitHubApp, since: float) -> AsyncIterator[Attempt]:
    """Attempts, the newest first, back to `since` (seconds, UTC). Raises `RateLimited` or `GitHubError`."""
    following: str | None = "/app/hook/deliveries"
    params: Mapping[str, Any] | None = {"per_page": 100}
    for _ in range(PAGES):
        if following is None:
            return
        answer = await app.request("GET", following, params=params)
        rows, params = document(answer), None
        for row in rows if isinstance(rows, list) else ():
            attempt = _attempt(row)
            if attempt.at < since:
                return
            yield attempt
        following = answer.links.get("next", {}).get("url")


async def redeliver(app: GitHubApp, id_: int) -> None:
    """Ask GitHub to deliver once more. Raises `RateLimited` or `GitHubError`."""
    await app.request("POST", f"/app/hook/deliveries/{id_}/attempts")


async def hook(app: GitHubApp) -> Hook:
    """Raises `RateLimited` or `GitHubError`."""
    row = document(await app.request("GET", "/app/hook/config"))
    if not isinstance(row, dict):
        raise GitHubError("GitHub's answer could not be read", 502)
    return Hook(
        str(row.get("url") or ""),
        bool(row.get("secret")),
        str(row.get("insecure_ssl", "0")) != "0",
        str(row.get("content_type") or ""),
    )


def _attempt(row: Any) -> Attempt:
    try:
        status = str(row["status"])
        return Attempt(
            id=int(row["id"]),
            guid=str(row["guid"]),
            event=str(row["event"]),
            at=datetime.fromisoformat(row["delivered_at"]).timestamp(),
            ok=status.upper() == "OK",  # a time-out has a status code that is no HTTP status
            status=status,
            code=int(row.get("status_code") or 0),
            redelivery=bool(row.get("redelivery")),
            pending=status.lower() == "pending",
        )
    except (LookupError, TypeError, ValueError, AttributeError):
        raise GitHubError("GitHub's answer could not be read", 502) from None
