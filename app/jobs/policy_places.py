"""In whose name repositories of policies are read, and which of them a policy may be made of."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field

from app.github.client import GitHubApp, Installation
from app.github.listing import installations
from app.github.policy_files import CONTENTS, Elsewhere
from app.store.repositories import RepositoryStore

#: Seconds for which the installation on an account is believed.
BELIEVED = 3_600.0
#: Of those who may read something only a part of the organization may read.
_PUBLIC = "public"


@dataclass(slots=True)
class PolicyPlaces:
    """One for a process."""

    app: GitHubApp
    repositories: RepositoryStore
    clock: Callable[[], float] = time.time
    _found: dict[str, tuple[int | None, float]] = field(default_factory=dict)

    async def client(self, repository: str, installation_id: int | None = None) -> Installation | None:
        """Calls for reading `owner/name`, through the installation on its owner's account; None: there is none.
        `installation_id`, if the caller knows it. Raises `GitHubError` and `RateLimited`."""
        id_ = installation_id or await self.installation(repository)
        return self.app.installation(id_, [repository]).with_permissions(CONTENTS) if id_ else None

    async def installation(self, repository: str) -> int | None:
        """The installation that has it, as far as events or GitHub tell."""
        row = await self.repositories.named(repository)
        if row is not None and row.gone_at is None:
            return row.installation_id
        owner, now = repository.partition("/")[0].lower(), self.clock()
        known, until = self._found.get(owner, (None, 0.0))
        if until <= now:
            listed = await installations(self.app)
            known = next((one.id for one in listed if one.account.lower() == owner and not one.suspended), None)
            self._found[owner] = known, now + BELIEVED
        return known

    def of_organization(self, reader: str) -> Elsewhere:
        """What the organization's policy in `reader` may be made of: everything of its owner. Where everybody may read
        the policy, and what is said of its faults, only what everybody may read, too."""

        async def elsewhere(repository: str) -> Installation | None:
            if await self._visibility(reader) == _PUBLIC and await self._visibility(repository) != _PUBLIC:
                return None
            same = repository.partition("/")[0].lower() == reader.partition("/")[0].lower()
            return await self.client(repository) if same or await self._visibility(repository) == _PUBLIC else None

        return elsewhere

    def of_repository(self, reader: str) -> Elsewhere:
        """What the policy of a single repository may be made of: who writes there may not read everything else, and
        would learn of it by the faults that are named."""

        async def elsewhere(repository: str) -> Installation | None:
            if repository.lower() != reader.lower() and await self._visibility(repository) != _PUBLIC:
                return None
            return await self.client(repository)

        return elsewhere

    async def _visibility(self, repository: str) -> str | None:
        row = await self.repositories.named(repository)
        return row.visibility if row is not None and row.gone_at is None else None
