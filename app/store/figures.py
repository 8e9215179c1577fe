"""What operating the service needs to know of its database: numbers only, from indexes or with small tables."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from sqlalchemy import ColumnElement, case, func, or_, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from app.store.acceptance import ACCEPTED
from app.store.database import Database
from app.store.reports import LATER, SENDING, WAITING
from app.store.subjects import ended_badly, waits_now
from app.store.tables import (
    backfill,
    company,
    company_entry,
    delivery,
    fact,
    outbox,
    reading,
    repository,
    subject,
    upload,
)
from app.subject import Kind

#: Seconds after which a process of the distributed engine that gave no sign counts as dead.
SILENT = 30


@dataclass(frozen=True, slots=True)
class Queue:
    """What waits just now."""

    depth: Mapping[str, int]
    """Subjects that are due or in hand, by kind."""
    oldest: float
    """For how long the longest of those that no worker has waits (seconds)."""
    delivery: float
    """How long ago the oldest delivery came that is not done (seconds)."""


@dataclass(frozen=True, slots=True)
class Kept:
    """The facts of one kind."""

    count: int
    oldest: float
    """Seconds since it was fetched, of those that anybody used within two days."""


@dataclass(frozen=True, slots=True)
class Stock:
    """What is there; it takes a look at whole tables."""

    failed: int
    """Subjects that came to an end without a verdict."""
    outbox: Mapping[str, int]
    """Publications that are not sent, by state."""
    facts: Mapping[str, Kept]
    """By kind."""
    repositories: int
    """In sight of the App."""
    read: int
    """Those of them whose default branch was read."""
    unread: int
    """Default branches that are still to be read for the first time."""
    uploads: Mapping[str, int]
    """Inventories that others do not have yet, by target."""
    size: int
    """Bytes of the database."""
    processes: int | None
    """Processes of the distributed engine that live; None: SQLite has no such engine."""
    companies: int = 0
    """Those that wait for the OSPO: for themselves, or for a domain or an organization."""


class FigureStore:
    """Reads only."""

    def __init__(self, database: Database, clock: Callable[[], float] = time.time) -> None:
        self.database = database
        self.clock = clock

    async def queue(self) -> Queue:
        now = self.clock()
        waits = subject.c.wanted > subject.c.done
        free = or_(subject.c.lease_until.is_(None), subject.c.lease_until < now)
        kind = _kind()
        by_kind = select(kind, func.count()).where(waits_now(now)).group_by(kind)
        first = select(func.min(subject.c.next_at)).where(waits, subject.c.next_at <= now, free)
        received = select(func.min(delivery.c.received_at)).where(text("state <> 'done'"), delivery.c.state == ACCEPTED)
        async with self.database.read() as connection:
            depth = {str(row[0]): int(row[1]) for row in await connection.execute(by_kind)}
            oldest = (await connection.execute(first)).scalar_one_or_none()
            came = (await connection.execute(received)).scalar_one_or_none()
        return Queue(depth, _age(now, oldest), _age(now, came))

    async def stock(self) -> Stock:
        ended = select(func.count()).select_from(subject).where(ended_badly(self.clock()))
        unsent = outbox.c.state.in_((WAITING, SENDING, LATER))
        states = select(outbox.c.state, func.count()).where(unsent).group_by(outbox.c.state)
        in_sight = select(func.count()).where(repository.c.gone_at.is_(None))
        read = select(func.count()).select_from(reading)
        unread = select(func.count()).select_from(backfill)
        pending = select(company_entry.c.company).where(company_entry.c.approved.is_(False))
        adds = (company.c.state == "approved") & company.c.id.in_(pending)
        undecided = select(func.count()).select_from(company).where(or_(company.c.state == "asked", adds))
        unsent_to = select(upload.c.target, func.count()).where(upload.c.wanted > upload.c.done)
        async with self.database.read() as connection:
            return Stock(
                failed=int((await connection.execute(ended)).scalar_one()),
                outbox={str(row[0]): int(row[1]) for row in await connection.execute(states)},
                facts=await self._facts(connection),
                repositories=int((await connection.execute(in_sight)).scalar_one()),
                read=int((await connection.execute(read)).scalar_one()),
                unread=int((await connection.execute(unread)).scalar_one()),
                uploads={
                    str(row[0]): int(row[1]) for row in await connection.execute(unsent_to.group_by(upload.c.target))
                },
                size=await self._size(connection),
                processes=await self._processes(connection),
                companies=int((await connection.execute(undecided)).scalar_one()),
            )

    async def _facts(self, connection: AsyncConnection) -> dict[str, Kept]:
        """Those that nobody uses grow old without harm, until they are deleted."""
        now = self.clock()
        used = fact.c.used_at > now - 2 * 86_400
        oldest = func.min(case((used, fact.c.fetched_at)))
        rows = await connection.execute(select(fact.c.kind, func.count(), oldest).group_by(fact.c.kind))
        return {str(row[0]): Kept(int(row[1]), _age(now, row[2])) for row in rows}

    async def _size(self, connection: AsyncConnection) -> int:
        if self.database.sqlite:
            query = "SELECT page_count * page_size FROM pragma_page_count(), pragma_page_size()"
        else:
            query = "SELECT pg_database_size(current_database())"
        return int((await connection.execute(text(query))).scalar_one())

    async def _processes(self, connection: AsyncConnection) -> int | None:
        if self.database.sqlite:
            return None
        alive = "SELECT count(*) FROM procrastinate_workers WHERE last_heartbeat > now() - make_interval(secs => :s)"
        return int((await connection.execute(text(alive), {"s": SILENT})).scalar_one())


def _kind() -> ColumnElement[str]:
    return case(*((subject.c.key.like(f"%/{kind}/%"), kind.value) for kind in Kind), else_="other")


def _age(now: float, moment: float | None) -> float:
    return 0.0 if moment is None else max(0.0, now - moment)
