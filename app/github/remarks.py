"""Comments of ours on pull requests that are found again by their first line, and by who wrote them."""

from typing import Any

from app.github.client import Installation, document
from checks.render.limits import COMMENT, cut


async def say(client: Installation, path: str, number: int, marker: str, text: str, renew: bool = False) -> None:
    """A comment that begins with `marker`, once; `renew`: in place, if it says something else. `path` is
    `/repos/owner/name`. Raises `GitHubError`."""
    body = cut(f"{marker}\n{text}", COMMENT)
    known = await _find(client, path, number, marker)
    if known is None:
        document(await client.request("POST", f"{path}/issues/{number}/comments", json={"body": body}))
    elif renew and known["body"] != body:
        await client.request("PATCH", f"{path}/issues/comments/{known['id']}", json={"body": body})


async def _find(client: Installation, path: str, number: int, marker: str) -> dict[str, Any] | None:
    """Anybody can write the marker, and a person can write through an App."""
    for row in await client.pages(f"{path}/issues/{number}/comments"):
        app, author = row.get("performed_via_github_app") or {}, row.get("user") or {}
        ours = app.get("id") == client.app.app_id and author.get("type") == "Bot"
        if ours and (row.get("body") or "").startswith(marker):
            return dict(row)
    return None
