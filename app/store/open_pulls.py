"""The open pull requests of all repositories, for what concerns all of them."""

import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from sqlalchemy import bindparam, func, select, update

from app.store.database import Database
from app.store.effects import BLOCKING
from app.store.tables import report, subject
from app.subject import Kind


class OpenPulls:
    """Pages through them, and lets them be judged again."""

    def __init__(self, database: Database, clock: Callable[[], float] = time.time) -> None:
        self.database = database
        self.clock = clock

    async def page(self, blocked: bool, after: str, limit: int) -> Sequence[str]:
        """Keys that come after one: those whose newest verdict blocks, or all others."""
        newest = select(report.c.conclusion).where(report.c.subject == subject.c.key).order_by(report.c.id.desc())
        conclusion = newest.limit(1).correlate(subject).scalar_subquery()
        blocks = func.coalesce(conclusion, "").in_(BLOCKING)
        query = (
            select(subject.c.key)
            .where(subject.c.key > after, subject.c.key.like(f"%/{Kind.PULL}/%"), subject.c.closed_at.is_(None))
            .where(blocks if blocked else ~blocks)
            .order_by(subject.c.key)
            .limit(limit)
        )
        async with self.database.read() as connection:
            return list((await connection.execute(query)).scalars())

    async def blocked(self, after: str, limit: int) -> Sequence[tuple[str, Mapping[str, Any]]]:
        """Those whose newest verdict blocks, with it."""
        newer = report.alias("newer")
        last = select(func.max(newer.c.id)).where(newer.c.subject == subject.c.key).correlate(subject).scalar_subquery()
        query = (
            select(subject.c.key, report.c.document)
            .select_from(subject)
            .join(report, report.c.id == last)
            .where(subject.c.key > after, subject.c.key.like(f"%/{Kind.PULL}/%"), subject.c.closed_at.is_(None))
            .where(report.c.conclusion.in_(BLOCKING))
            .order_by(subject.c.key)
            .limit(limit)
        )
        async with self.database.read() as connection:
            return [(row.key, row.document) for row in await connection.execute(query)]

    async def due(self, keys: Sequence[str], begin: float, step: float) -> None:
        """Judge them again by what is kept of them, one every `step` seconds from `begin` on (seconds since 1970)."""
        if not keys:
            return
        again = (
            update(subject)
            .where(subject.c.key == bindparam("which"), subject.c.closed_at.is_(None))
            .values(wanted=subject.c.wanted + 1, next_at=bindparam("at"), attempts=0, kept=True)
        )
        rows = [{"which": key, "at": begin + index * step} for index, key in enumerate(keys)]
        async with self.database.write() as connection:
            await connection.execute(again, rows)
