"""What our tables say of repositories and open pull requests, to be compared with what GitHub says."""

import time
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import and_, or_, select

from app.store.database import Database
from app.store.repositories import ACTIVE, BATCH, RepositoryRow, read_row
from app.store.tables import repository, subject
from app.subject import Kind, pull_key


@dataclass(frozen=True, slots=True)
class Belief:
    """What we know of one pull request."""

    key: str
    number: int
    head: str
    head_at: float
    """GitHub's own time of the event that named the head, or closed it (seconds, UTC)."""
    closed: bool
    waits: bool
    """Whether it will be judged (again) soon."""
    said: bool
    """Whether a verdict on `head` stands on GitHub."""
    rests: bool
    """Whether it came to an end without a verdict."""
    due_at: float
    """When its last turn was, or its next one is (seconds since 1970)."""


class BeliefStore:
    """Reads only."""

    def __init__(self, database: Database, clock: Callable[[], float] = time.time) -> None:
        self.database = database
        self.clock = clock

    async def page(self, after: tuple[int, int], limit: int) -> Sequence[RepositoryRow]:
        """The next repositories of one installation that can change, after an installation and a repository of it."""
        installation, last = after
        later = or_(
            repository.c.installation_id > installation,
            and_(repository.c.installation_id == installation, repository.c.id > last),
        )
        query = select(repository).where(ACTIVE, later).order_by(repository.c.installation_id, repository.c.id)
        async with self.database.read() as connection:
            rows = [read_row(row) for row in await connection.execute(query.limit(limit))]
        return [row for row in rows if row.installation_id == rows[0].installation_id]

    async def installations(self) -> set[int]:
        """Those of which any repository is in sight."""
        query = select(repository.c.installation_id).where(repository.c.gone_at.is_(None)).distinct()
        async with self.database.read() as connection:
            return set((await connection.execute(query)).scalars())

    async def repositories(self, installation_id: int, ids: Collection[int]) -> Mapping[int, RepositoryRow]:
        """Those of an installation that are in sight, and whatever is known of those with these ids."""
        mine = (repository.c.installation_id == installation_id) & repository.c.gone_at.is_(None)
        ordered = sorted(ids)
        conditions = [mine] + [
            repository.c.id.in_(ordered[start : start + BATCH]) for start in range(0, len(ordered), BATCH)
        ]
        found: dict[int, RepositoryRow] = {}
        async with self.database.read() as connection:
            for condition in conditions:
                rows = await connection.execute(select(repository).where(condition))
                found |= {row.id: read_row(row) for row in rows}
        return found

    async def pulls(self, listed: Mapping[int, Collection[int]]) -> Mapping[int, Mapping[int, Belief]]:
        """The pull requests of these repositories (by id) that are open to our knowledge, or have one of the numbers:
        by repository and number."""
        keys = [pull_key(id_, number) for id_, numbers in listed.items() for number in numbers]
        mine = subject.c.repository_id.in_(list(listed)) & subject.c.key.like(f"%/{Kind.PULL}/%")
        open_ = mine & subject.c.closed_at.is_(None)
        conditions = [open_] + [subject.c.key.in_(keys[start : start + BATCH]) for start in range(0, len(keys), BATCH)]
        found: dict[int, dict[int, Belief]] = {id_: {} for id_ in listed}
        now = self.clock()
        async with self.database.read() as connection:
            for condition in conditions:
                for row in await connection.execute(select(subject).where(condition)):
                    waits = row.wanted > row.done and (row.next_at <= now or row.last_error is not None)
                    found[row.repository_id][row.number] = Belief(
                        key=row.key,
                        number=row.number,
                        head=row.head,
                        head_at=row.head_at,
                        closed=row.closed_at is not None,
                        waits=waits or (row.lease_until is not None and row.wanted > row.done),
                        said=(row.published or "").startswith(f"{row.head}:"),
                        rests=row.wanted <= row.done and row.last_error is not None,
                        due_at=row.next_at,
                    )
        return found
