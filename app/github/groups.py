"""Who belongs to a team or an organization: asked with our App's permission, and remembered for minutes."""

import time
from collections.abc import Callable
from urllib.parse import quote

from app.github.client import MEMBERS, GitHubError, Installation, RateLimited, document

#: Seconds for which an answer holds, and how many answers are remembered.
REMEMBERED = 300.0
MOST = 20_000
#: What GitHub says where the App may not ask, or is not installed.
_HIDDEN = (401, 403, 422)


class Groups:
    """Memberships of people. One for each process."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self.clock = clock
        self._known: dict[tuple[int, str, str], tuple[float, bool | None]] = {}

    async def member(self, client: Installation, group: str, login: str) -> bool | None:
        """Whether `login` belongs to `organization/team` or `organization`; None: it cannot be known. Where the App is
        not installed, members count whom everybody may see. Raises `GitHubError` for what passes."""
        key = (client.key.installation_id, group.lower(), login.lower())
        now = self.clock()
        until, answer = self._known.get(key, (0.0, None))
        if until > now:
            return answer
        answer = await _asked(client.with_permissions(MEMBERS), key[1], key[2])
        self._known.pop(key, None)
        while len(self._known) >= MOST:
            del self._known[next(iter(self._known))]  # the oldest answer
        self._known[key] = (now + REMEMBERED, answer)
        return answer


async def _asked(client: Installation, group: str, login: str) -> bool | None:
    organization, slash, team = (quote(part, safe="") for part in group.partition("/"))
    who, of = quote(login, safe=""), f"/orgs/{organization}"
    if slash:
        found = await _answer(client, f"{of}/teams/{team}/memberships/{who}")
        return found if not isinstance(found, dict) else found.get("state") == "active"
    found = await _answer(client, f"{of}/members/{who}")
    if found is None:
        found = await _answer(client, f"{of}/public_members/{who}")
    return None if found is None else found is not False


async def _answer(client: Installation, path: str) -> "dict[str, object] | bool | None":
    """What GitHub answered; False: no, None: it does not tell."""
    try:
        answer = await client.request("GET", path)
    except RateLimited:
        raise
    except GitHubError as error:
        if error.status == 404:
            return False
        if error.status in _HIDDEN:
            return None
        raise
    return dict(document(answer)) if answer.content else True
