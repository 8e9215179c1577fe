"""Which subjects are jobs of the distributed engine just now, and which are next."""

import time
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import BindParameter, Float, Select, bindparam, case, func, select, text, update
from sqlalchemy.ext.asyncio import AsyncConnection

from app.store.acceptance import Raised
from app.store.database import Database
from app.store.subjects import NOBODY_WAITS, by_fairness, is_due, nobody_waits
from app.store.tables import subject

#: Jobs of one installation that are outstanding at the same time; the others wait as subjects.
PER_INSTALLATION = 16
#: Subjects that one look hands out.
STEP = 200


@dataclass(frozen=True, slots=True)
class Job:
    """A job to be: the first ones of an installation come before the later ones of another."""

    key: str
    priority: int
    """Higher is sooner."""


class OutstandingStore:
    """Keeps `job_at` of the subjects. It is a memory and no lock: a job too many finds nothing to do."""

    def __init__(self, database: Database, clock: Callable[[], float] = time.time) -> None:
        self.database = database
        self.clock = clock

    async def hand_out(self, connection: AsyncConnection, rows: Sequence[Raised]) -> list[Job]:
        """Those of the subjects for which there is room now, marked as handed out."""
        free = [row for row in rows if not row.job]
        counts = await self._counts(connection, {row.installation_id for row in free})
        jobs = list(_with_room(free, counts))
        if jobs:
            keys = [job.key for job in jobs]
            await connection.execute(update(subject).where(subject.c.key.in_(keys)).values(job_at=self.clock()))
        return jobs

    async def _counts(self, connection: AsyncConnection, installations: Collection[int]) -> dict[int, int]:
        rows = await connection.execute(
            select(subject.c.installation_id, func.count())
            .where(subject.c.job_at.is_not(None), subject.c.installation_id.in_(installations))
            .group_by(subject.c.installation_id)
        )
        return {row[0]: row[1] for row in rows}

    async def due(self, connection: AsyncConnection) -> list[Raised]:
        """What is due and no job yet, the next ones first, no more of one installation than there may be."""
        rows = await connection.execute(_DUE, {"now": self.clock()})
        return [Raised(row.key, row.installation_id, row.wanted, job=False) for row in rows]

    async def ended(self, connection: AsyncConnection, keys: Collection[str]) -> None:
        """The jobs of these subjects came to their end, whatever that was."""
        if keys:  # in the order in which everybody else locks them
            mine = select(subject.c.key).where(subject.c.key.in_(keys)).order_by(subject.c.key).with_for_update()
            await connection.execute(mine)
            await connection.execute(update(subject).where(subject.c.key.in_(keys)).values(job_at=None))

    async def lost(self, connection: AsyncConnection, seconds: float) -> int:
        """Forget jobs that were handed out more than `seconds` ago and of which the engine knows nothing (any more)."""
        known = (
            "EXISTS (SELECT 1 FROM procrastinate_jobs j WHERE j.lock = subject.key AND j.status IN ('todo', 'doing'))"
        )
        gone = (subject.c.job_at.is_not(None), subject.c.job_at < self.clock() - seconds, text(f"NOT {known}"))
        return (await connection.execute(update(subject).where(*gone).values(job_at=None))).rowcount

    async def seconds_until_due(self) -> float | None:
        """How long until the next subject that is no job can become one; None: as far as is known now, never."""
        now = self.clock()
        later = func.greatest(subject.c.next_at, func.coalesce(subject.c.lease_until, 0.0))
        query = select(func.min(case((later > now, later)))).where(
            subject.c.wanted > subject.c.done, subject.c.job_at.is_(None)
        )
        async with self.database.read() as connection:
            earliest = (await connection.execute(query)).scalar_one_or_none()
        return None if earliest is None else max(0.0, float(earliest) - now)


def _due_statement() -> Select[Any]:
    now: BindParameter[float] = bindparam("now", type_=Float)
    waiting = subject.alias("waiting")
    turn = func.row_number().over(
        partition_by=waiting.c.installation_id, order_by=(nobody_waits(waiting), waiting.c.next_at)
    )
    free = (is_due(waiting, now), waiting.c.job_at.is_(None))
    ranked = select(waiting.c.key, turn.label("turn")).where(*free).subquery("ranked")
    keys = select(ranked.c.key).where(ranked.c.turn <= PER_INSTALLATION)
    query = select(waiting.c.key, waiting.c.installation_id, waiting.c.wanted).where(*free, waiting.c.key.in_(keys))
    return by_fairness(query, waiting, now).limit(STEP).with_for_update(skip_locked=True, of=waiting)


#: Built once: that costs as much as running it.
_DUE = _due_statement()


def _with_room(rows: Iterable[Raised], counts: dict[int, int]) -> Iterable[Job]:
    counts = dict(counts)
    for row in rows:
        outstanding = counts.get(row.installation_id, 0)
        if outstanding < PER_INSTALLATION:
            counts[row.installation_id] = outstanding + 1
            people = not any(f"/{kind}/" in row.key for kind in NOBODY_WAITS)
            yield Job(row.key, PER_INSTALLATION * people - outstanding)
