"""What events tell about repositories, written down where it is news."""

from app.store.repositories import RepositoryStore
from app.subject import Told

#: Repositories of which the last word is remembered; beyond it all is forgotten and written once more.
REMEMBERED = 50_000


class ToldRepositories:
    """Nearly every event says what is known already: that costs no write."""

    def __init__(self, repositories: RepositoryStore) -> None:
        self.repositories = repositories
        self._last: dict[int, Told] = {}

    async def hear(self, told: Told) -> None:
        if self._last.get(told.id) == told:
            return
        if len(self._last) >= REMEMBERED:
            self._last.clear()
        await self.repositories.seen([told])
        self._last[told.id] = told
