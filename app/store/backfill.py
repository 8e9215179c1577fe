"""Default branches that are still to be read: which, in which order, and how far it has come."""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, delete, func, literal, select, update
from sqlalchemy.dialects import postgresql, sqlite

from app.store.database import Database
from app.store.repositories import ACTIVE, RepositoryRow, read_row
from app.store.tables import backfill, reading, repository

#: Characters of a reason.
_REASON = 500


@dataclass(frozen=True, slots=True)
class Unread:
    """One default branch that is next."""

    repository: RepositoryRow
    head: str
    """Empty: there is no commit."""
    pushed_at: float
    """Seconds since 1970."""
    attempts: int
    """Those that failed."""


@dataclass(frozen=True, slots=True)
class Progress:
    """How far reading has come."""

    repositories: int
    """Active ones: neither gone nor archived."""
    read: int
    """Of these, those that were read at least once."""
    waiting: int
    """Those that are to be read, or read again."""
    failing: int
    """Of these, those that could not be read when it was tried last."""
    errors: Sequence[tuple[str, str]] = ()
    """Some of the latter: name and reason."""


class BackfillStore:
    """The table `backfill`: what is in it is to be read; whoever has read it deletes the row."""

    def __init__(self, database: Database, clock: Callable[[], float] = time.time) -> None:
        self.database = database
        self.clock = clock
        self._insert = sqlite.insert if database.sqlite else postgresql.insert

    async def want(
        self,
        *,
        again: bool = False,
        forks: bool = True,
        installation_id: int | None = None,
        repository_ids: Sequence[int] | None = None,
    ) -> int:
        """Have every active repository read that never was; `again`: those, too, whose head may be another one now. How
        many are waiting then. What is no longer active waits no longer."""
        now = self.clock()
        done = select(reading.c.repository_id).where(reading.c.repository_id == repository.c.id, reading.c.done)
        which: ColumnElement[bool] = ACTIVE if again else ACTIVE & ~done.exists()
        if not forks:
            which &= repository.c.fork.is_not(True)
        if installation_id is not None:
            which &= repository.c.installation_id == installation_id
        if repository_ids is not None:
            which &= repository.c.id.in_(repository_ids)
        new = select(repository.c.id, literal(now).label("next_at")).where(which)
        statement = self._insert(backfill).from_select(["repository_id", "next_at"], new)
        if again:
            anew = {"head": None, "next_at": statement.excluded.next_at}
            statement = statement.on_conflict_do_update(index_elements=["repository_id"], set_=anew)
        else:
            statement = statement.on_conflict_do_nothing(index_elements=["repository_id"])
        inactive = delete(backfill).where(backfill.c.repository_id.not_in(select(repository.c.id).where(ACTIVE)))
        async with self.database.write() as connection:
            await connection.execute(statement)
            await connection.execute(inactive)
            return int((await connection.execute(select(func.count()).select_from(backfill))).scalar_one())

    async def unasked(self, limit: int) -> Sequence[RepositoryRow]:
        """Those of one installation whose heads are not known."""
        query = (
            select(repository)
            .join(backfill, backfill.c.repository_id == repository.c.id)
            .where(backfill.c.head.is_(None), backfill.c.next_at <= self.clock(), ACTIVE)
            .order_by(repository.c.installation_id, repository.c.id)
            .limit(limit)
        )
        async with self.database.read() as connection:
            rows = [read_row(row) for row in await connection.execute(query)]
        return [row for row in rows if row.installation_id == rows[0].installation_id]

    async def told(self, heads: Mapping[int, tuple[str, float]]) -> None:
        """What GitHub says of repositories: the head and when it was pushed. What was read at that head is done."""
        now = self.clock()
        async with self.database.write() as connection:
            for id_, (head, pushed_at) in sorted(heads.items()):
                here = backfill.c.repository_id == id_
                same = select(reading.c.head).where(reading.c.repository_id == id_, reading.c.head == head)
                await connection.execute(delete(backfill).where(here, same.where(reading.c.done).exists()))
                known = {"head": head, "pushed_at": pushed_at, "next_at": now, "attempts": backfill.c.attempts - 1}
                await connection.execute(update(backfill).where(here).values(known))

    async def learn(self, repository_id: int, **told: Any) -> None:
        """Columns of a repository that the events about it left out."""
        async with self.database.write() as connection:
            await connection.execute(update(repository).where(repository.c.id == repository_id).values(told))

    async def next(self) -> Unread | None:
        """What was pushed last among those that may be read now."""
        query = (
            select(repository, backfill.c.head, backfill.c.pushed_at, backfill.c.attempts)
            .join(backfill, backfill.c.repository_id == repository.c.id)
            .where(backfill.c.head.is_not(None), backfill.c.next_at <= self.clock(), ACTIVE)
            .order_by(backfill.c.pushed_at.desc(), repository.c.id)
            .limit(1)
        )
        async with self.database.read() as connection:
            row = (await connection.execute(query)).one_or_none()
        return None if row is None else Unread(read_row(row), row.head, row.pushed_at, row.attempts)

    async def begin(self, repository_ids: Sequence[int], until: float) -> None:
        """They are being read; should that be the end of this process, they are tried again at `until` (seconds since
        1970), after the others."""
        tried = {"attempts": backfill.c.attempts + 1, "next_at": until}
        async with self.database.write() as connection:
            await connection.execute(update(backfill).where(backfill.c.repository_id.in_(repository_ids)).values(tried))

    async def failed(self, repository_ids: Sequence[int], reason: str, at: float) -> None:
        """They could not be read; tried again at `at` (seconds since 1970), at the head that they have then."""
        values = {"error": reason[:_REASON], "next_at": at, "head": None}
        async with self.database.write() as connection:
            await connection.execute(
                update(backfill).where(backfill.c.repository_id.in_(repository_ids)).values(values)
            )

    async def postponed(self, repository_ids: Sequence[int], at: float) -> None:
        """A limit was met, which is no fault of theirs."""
        values = {"attempts": backfill.c.attempts - 1, "next_at": at}
        async with self.database.write() as connection:
            await connection.execute(
                update(backfill).where(backfill.c.repository_id.in_(repository_ids)).values(values)
            )

    async def done(self, repository_id: int) -> None:
        async with self.database.write() as connection:
            await connection.execute(delete(backfill).where(backfill.c.repository_id == repository_id))

    async def due_at(self) -> float | None:
        """When the next one may be read (seconds since 1970); None: none is waiting."""
        async with self.database.read() as connection:
            due: float | None = (await connection.execute(select(func.min(backfill.c.next_at)))).scalar_one_or_none()
        return due

    async def progress(self, examples: int = 20) -> Progress:
        active = select(func.count()).select_from(repository).where(ACTIVE)
        read = active.join(reading, reading.c.repository_id == repository.c.id).where(reading.c.done)
        waiting = select(func.count(), func.count(backfill.c.error)).select_from(backfill)
        failing = (
            select(repository.c.name, backfill.c.error)
            .join(backfill, backfill.c.repository_id == repository.c.id)
            .where(backfill.c.error.is_not(None))
            .order_by(repository.c.folded)
            .limit(examples)
        )
        async with self.database.read() as connection:
            counts = [int((await connection.execute(query)).scalar_one()) for query in (active, read)]
            row = (await connection.execute(waiting)).one()
            errors = [(one.name, one.error) for one in await connection.execute(failing)]
        return Progress(counts[0], counts[1], row[0], row[1], errors)
