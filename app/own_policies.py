"""The policies of repositories that govern themselves, with the texts beside them, for those who read or sign there."""

import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from app.github.client import READING, GitHubApp, Installation
from app.github.contents import read_file
from app.policies import PATH, load_policies
from app.store.repositories import RepositoryRow
from checks.model.errors import PolicyError
from checks.policy.files import PolicyFiles
from checks.policy.layers import PolicySet, wanted

#: Rounds of reading what a policy names.
ROUNDS = 5
#: Seconds for which a policy that was read is shown, and how many are remembered.
REMEMBERED = 60.0
MOST = 500

#: The policy of a repository; None: it has none that is valid. Raises `GitHubError`.
OwnPolicy = Callable[[RepositoryRow], Awaitable[PolicySet | None]]


async def own_policy(client: Installation, repository: str) -> PolicySet | None:
    """The policy of `owner/name` on its default branch, with the texts beside it; None: there is none that is valid.
    Raises `GitHubError`."""
    data = await read_file(client, repository, PATH)
    if data is None:
        return None
    files = PolicyFiles(data, PATH)
    for _ in range(ROUNDS):
        refs = wanted(files)
        if not refs:
            break
        read = {ref: None if ref.repository else await read_file(client, repository, ref.path) for ref in refs}
        files = files.having(read)
    try:
        return load_policies(files)
    except PolicyError:
        return None


@dataclass(slots=True)
class OwnPolicies:
    """Implements `OwnPolicy`: reads each policy once a minute at the most, however many look at it."""

    app: GitHubApp
    clock: Callable[[], float] = time.monotonic
    _known: dict[int, tuple[float, PolicySet | None]] = field(default_factory=dict, repr=False)

    async def __call__(self, row: RepositoryRow) -> PolicySet | None:
        until, known = self._known.get(row.id, (0.0, None))
        if until > self.clock():
            return known
        client = self.app.installation(row.installation_id, [row.id])
        found = await own_policy(client.with_permissions(READING), row.name)
        self._known.pop(row.id, None)
        while len(self._known) >= MOST:
            del self._known[next(iter(self._known))]
        self._known[row.id] = (self.clock() + REMEMBERED, found)
        return found
