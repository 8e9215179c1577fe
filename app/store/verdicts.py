"""What the pages read: the verdicts on one subject, what the queue is doing about it, and its history."""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select

from app.store.database import Database
from app.store.tables import history, report, subject


@dataclass(frozen=True, slots=True)
class Verdict:
    """One report."""

    head: str
    conclusion: str
    made_at: float
    """Seconds since 1970."""
    document: Mapping[str, Any]
    """As `checks.render.json_report` gave it."""


@dataclass(frozen=True, slots=True)
class Judged:
    """The last verdict on one head, without its report."""

    head: str
    conclusion: str
    made_at: float


@dataclass(frozen=True, slots=True)
class Happened:
    """One row of the history."""

    at: float
    what: str
    head: str | None
    finding: str | None
    rule: str | None
    details: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Standing:
    """What the queue is doing about a subject."""

    head: str
    """The newest head that is known."""
    due: bool
    """Whether it is being judged, or would be if a worker were free."""
    waits: bool
    """Whether it will be judged (again), now or later."""
    closed: bool
    error: str | None
    """Why the last attempt ended without a verdict, if so."""
    next_at: float
    """When it is tried next (seconds since 1970)."""


class VerdictStore:
    """Reads only: a page never changes anything."""

    def __init__(self, database: Database, clock: Callable[[], float] = time.time) -> None:
        self.database = database
        self.clock = clock

    async def standing(self, key: str) -> Standing | None:
        async with self.database.read() as connection:
            row = (await connection.execute(select(subject).where(subject.c.key == key))).one_or_none()
        if row is None:
            return None
        waits = row.wanted > row.done
        due = waits and row.next_at <= self.clock()
        return Standing(row.head, due, waits, row.closed_at is not None, row.last_error, row.next_at)

    async def verdict(self, key: str, head: str | None = None) -> Verdict | None:
        """The newest one, or the newest on a head that begins with `head`."""
        query = select(report).where(report.c.subject == key).order_by(report.c.id.desc()).limit(1)
        if head is not None:
            query = query.where(report.c.head.startswith(head, autoescape=True))
        async with self.database.read() as connection:
            row = (await connection.execute(query)).one_or_none()
        return Verdict(row.head, row.conclusion, row.made_at, row.document) if row else None

    async def heads(self, key: str, limit: int) -> Sequence[Judged]:
        """The last verdict on each head, newest first."""
        last = select(func.max(report.c.id)).where(report.c.subject == key).group_by(report.c.head)
        columns = (report.c.head, report.c.conclusion, report.c.made_at)
        query = select(*columns).where(report.c.id.in_(last)).order_by(report.c.id.desc()).limit(limit)
        async with self.database.read() as connection:
            return [Judged(row.head, row.conclusion, row.made_at) for row in await connection.execute(query)]

    async def history(self, key: str, limit: int) -> Sequence[Happened]:
        """What happened, newest first."""
        query = select(history).where(history.c.subject == key).order_by(history.c.id.desc()).limit(limit)
        async with self.database.read() as connection:
            rows = await connection.execute(query)
            return [Happened(row.at, row.what, row.head, row.finding, row.rule, row.details) for row in rows]

    async def judged_at(self, key: str, head: str) -> float | None:
        """When a head that begins with `head` was judged last, by the history, which outlives the reports."""
        judged = (history.c.subject == key) & (history.c.what == "judged")
        query = select(func.max(history.c.at)).where(judged, history.c.head.startswith(head, autoescape=True))
        async with self.database.read() as connection:
            moment: float | None = (await connection.execute(query)).scalar_one_or_none()
        return moment
