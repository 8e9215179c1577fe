"""Inventories on their way to others: a row for each default branch and target, whose work is done again and again."""

import time
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, literal, select, update
from sqlalchemy.dialects import postgresql, sqlite

from app.store.database import Database
from app.store.repositories import RepositoryRow, read_row
from app.store.tables import repository, upload


@dataclass(frozen=True, slots=True)
class Upload:
    """One that is due."""

    repository: RepositoryRow
    target: str
    wanted: int
    attempts: int
    token: str | None
    """What the other side calls its work on it; None: it was not sent yet."""
    sent_at: float | None
    """Seconds since 1970."""
    sent: str | None
    """Digest of what was sent last."""


class UploadStore:
    """The table `upload`."""

    def __init__(self, database: Database, clock: Callable[[], float] = time.time) -> None:
        self.database = database
        self.clock = clock
        self._insert = sqlite.insert if database.sqlite else postgresql.insert

    async def want(self, repository_id: int, targets: Collection[str]) -> None:
        """What the default branch uses now is to be sent."""
        now = self.clock()
        rows = [{"repository_id": repository_id, "target": one, "wanted": 1, "next_at": now} for one in sorted(targets)]
        if not rows:
            return
        statement = self._insert(upload)
        again = {"wanted": upload.c.wanted + 1, "next_at": statement.excluded.next_at, "attempts": 0}
        async with self.database.write() as connection:
            await connection.execute(
                statement.on_conflict_do_update(index_elements=["repository_id", "target"], set_=again), rows
            )

    async def next(self) -> Upload | None:
        """What has waited longest among those that are due. Of a repository that is gone nothing is sent."""
        due = (upload.c.wanted > upload.c.done) & (upload.c.next_at <= self.clock())
        query = (
            select(repository, *(c for c in upload.c if c.name != "repository_id"))
            .join(upload, upload.c.repository_id == repository.c.id)
            .where(due, repository.c.gone_at.is_(None))
            .order_by(upload.c.next_at, upload.c.repository_id, upload.c.target)
            .limit(1)
        )
        async with self.database.read() as connection:
            row = (await connection.execute(query)).one_or_none()
        if row is None:
            return None
        return Upload(read_row(row), row.target, row.wanted, row.attempts, row.token, row.sent_at, row.sent)

    async def due_at(self) -> float | None:
        """When the next one is due (seconds since 1970); None: none is."""
        query = (
            select(func.min(upload.c.next_at))
            .join(repository, repository.c.id == upload.c.repository_id)
            .where(upload.c.wanted > upload.c.done, repository.c.gone_at.is_(None))
        )
        async with self.database.read() as connection:
            due: float | None = (await connection.execute(query)).scalar_one_or_none()
        return due

    async def sending(self, one: Upload, digest: str, token: str, again_at: float) -> None:
        """It was sent and is worked on; looked at again at `again_at` (seconds since 1970)."""
        await self._write(one, token=token, sent=digest, sent_at=self.clock(), next_at=again_at)

    async def look_again(self, one: Upload, at: float) -> None:
        await self._write(one, next_at=at)

    async def arrived(self, one: Upload) -> None:
        """What was sent is there. It is seen next whether that is still what the branch uses."""
        await self._write(one, token=None, attempts=0, error=None, next_at=self.clock())

    async def again(self, one: Upload, at: float) -> None:
        """It went well, and is done again at `at` (seconds since 1970)."""
        await self._write(one, token=None, attempts=0, error=None, next_at=at)

    async def follow(self, target: str, before: str) -> None:
        """`target` is wanted wherever something was sent to `before`, unless it is known there."""
        sent = select(upload.c.repository_id, literal(target), literal(1), literal(self.clock())).where(
            upload.c.target == before, upload.c.sent.is_not(None)
        )
        names = ["repository_id", "target", "wanted", "next_at"]
        async with self.database.write() as connection:
            await connection.execute(self._insert(upload).from_select(names, sent).on_conflict_do_nothing())

    async def done(self, one: Upload, digest: str | None = None) -> None:
        """It has arrived."""
        sent: dict[str, Any] = {} if digest is None else {"sent": digest, "sent_at": self.clock()}
        await self._write(one, done=one.wanted, token=None, attempts=0, error=None, **sent)

    async def failed(self, one: Upload, reason: str, at: float) -> None:
        """It is sent again at `at` (seconds since 1970)."""
        await self._write(one, token=None, sent=None, attempts=one.attempts + 1, error=reason[:500], next_at=at)

    async def _write(self, one: Upload, **values: Any) -> None:
        here = (upload.c.repository_id == one.repository.id) & (upload.c.target == one.target)
        async with self.database.write() as connection:
            await connection.execute(update(upload).where(here).values(values))

    async def troubles(self, examples: int = 20) -> Sequence[tuple[str, str, str]]:
        """Repository, target and reason of some that did not arrive."""
        query = (
            select(repository.c.name, upload.c.target, upload.c.error)
            .join(upload, upload.c.repository_id == repository.c.id)
            .where(upload.c.error.is_not(None))
            .order_by(repository.c.folded, upload.c.target)
            .limit(examples)
        )
        async with self.database.read() as connection:
            return [tuple(row) for row in await connection.execute(query)]
