"""Whether somebody may see what we know of a repository: the one place that decides it.

GitHub is asked with the person's own token, so that nobody sees here what they could not see there. What it said holds
for a few minutes. A role of the organization that sees every repository belongs here too.
"""

import time
from collections.abc import Callable

from app.github.people import People
from app.store.repositories import RepositoryRow, RepositoryStore
from app.web.sessions import Session

#: Seconds for which an answer of GitHub holds, and how many answers are remembered.
REMEMBERED = 300.0
MOST = 10_000


class Rights:
    """The rights of everybody."""

    def __init__(
        self,
        repositories: RepositoryStore,
        people: People | None,
        public_pages: bool,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.repositories = repositories
        self.people = people
        self.public_pages = public_pages
        self.clock = clock
        self._known: dict[tuple[int, int | str], tuple[float, int | None]] = {}

    async def repository(self, name: str, session: Session | None) -> RepositoryRow | None:
        """The repository `owner/name` if the person may see it. None if not, or if there is none: whoever asks cannot
        tell the two apart, by the answer or by the time that it takes. Raises `NotSignedIn` when the session's token is
        no longer valid, and `GitHubError` when GitHub cannot tell now.
        """
        row = await self.repositories.named(name)
        if row is not None and row.visibility == "public" and self.public_pages:
            return row
        if session is None or self.people is None:
            return None
        seen = await self._asked(self.people, session, name.lower() if row is None else row.id)
        if row is None and seen is not None:  # by an earlier name, perhaps
            return await self.repositories.get(seen)
        return row if row is not None and seen == row.id else None

    async def _asked(self, people: People, session: Session, which: int | str) -> int | None:
        key, now = (session.account, which), self.clock()
        until, known = self._known.get(key, (0.0, None))
        if until > now:
            return known
        seen = await people.repository(session.token, which)
        self._known.pop(key, None)
        while len(self._known) >= MOST:
            del self._known[next(iter(self._known))]  # the oldest answer
        self._known[key] = (now + REMEMBERED, seen)
        return seen

    def forget(self, account: int) -> None:
        """Somebody signed out."""
        self._known = {key: found for key, found in self._known.items() if key[0] != account}
