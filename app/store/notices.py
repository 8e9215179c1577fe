"""What the owner of the policy is told through other channels: written down with what happened, sent later."""

import time
from collections.abc import Callable, Collection
from dataclasses import dataclass

from sqlalchemy import func, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection

from app.store.database import Database
from app.store.tables import notice
from app.store.tasks import Insert, want
from app.subject import task_key
from checks.conversation.outcomes import Notice

#: The task that sends.
KEY = task_key("notify")
#: Characters of a title and of a text.
TITLE, BODY = 200, 4_000


@dataclass(frozen=True, slots=True)
class Waiting:
    """A notice that has not reached everybody yet."""

    told: Notice
    id: int
    sent: frozenset[str]
    """The channels that have it."""
    attempts: int


async def put(connection: AsyncConnection, told: Notice, now: float, dialect: Insert) -> None:
    """Tell it soon: in the transaction of what happened."""
    row = {"at": now, "title": told.title[:TITLE], "body": told.body[:BODY], "sent": [], "next_at": now}
    await connection.execute(insert(notice).values(row))
    await want(connection, KEY, now, dialect)


class NoticeStore:
    """What waits to be sent."""

    def __init__(self, database: Database, clock: Callable[[], float] = time.time) -> None:
        self.database = database
        self.clock = clock
        self._insert = (sqlite if database.sqlite else postgresql).insert

    async def tell(self, told: Notice) -> None:
        async with self.database.write() as connection:
            await put(connection, told, self.clock(), self._insert)

    async def due(self, limit: int) -> tuple[Waiting, ...]:
        """The oldest that are to be sent now."""
        open_ = (notice.c.done_at.is_(None)) & (notice.c.next_at <= self.clock())
        query = select(notice).where(open_).order_by(notice.c.next_at, notice.c.id).limit(limit)
        async with self.database.read() as connection:
            rows = (await connection.execute(query)).all()
        return tuple(Waiting(Notice(row.title, row.body), row.id, frozenset(row.sent), row.attempts) for row in rows)

    async def due_at(self) -> float | None:
        """When there is something to send (seconds since 1970)."""
        async with self.database.read() as connection:
            query = select(func.min(notice.c.next_at)).where(notice.c.done_at.is_(None))
            earliest: float | None = (await connection.execute(query)).scalar_one_or_none()
        return earliest

    async def sent(self, told: Waiting, channels: Collection[str], error: str | None, next_at: float | None) -> None:
        """These channels have it now. `next_at`: when the others are tried again; None: never."""
        values = {"sent": sorted(channels), "attempts": told.attempts + 1, "error": error}
        when = {"done_at": self.clock()} if next_at is None else {"next_at": next_at}
        async with self.database.write() as connection:
            await connection.execute(update(notice).where(notice.c.id == told.id).values(**values, **when))
