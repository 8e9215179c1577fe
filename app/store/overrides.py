"""Who has set which check to pass, on which head: append-only."""

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Row, bindparam, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite

from app.store.database import Database
from app.store.tables import history, override, subject
from checks.model.finding import AppliedOverride
from checks.model.phrase import visible

#: Characters of a reason that are kept.
REASON = 2_000


@dataclass(frozen=True, slots=True)
class Override:
    """One person sets one check of one head to pass."""

    installation_id: int
    repository_id: int
    subject: str
    """Key of the pull request."""
    head: str
    check: str
    account_id: int
    login: str
    reason: str
    """Foreign text; empty where none was asked for."""
    way: str
    """`button`, `comment` or `page`."""
    repository: str
    """`owner/name`, for the history."""


class OverrideStore:
    """The first one on a head counts; it is never changed."""

    def __init__(self, database: Database, clock: Callable[[], float] = time.time) -> None:
        self.database = database
        self.clock = clock
        self._insert = (sqlite if database.sqlite else postgresql).insert

    async def record(self, given: Override) -> bool:
        """Write it down and have the pull request judged with it, in one transaction. False: somebody was first."""
        now = self.clock()
        async with self.database.write() as connection:
            inserted = await connection.execute(
                self._insert(override)
                .values(
                    installation_id=given.installation_id,
                    repository_id=given.repository_id,
                    subject=given.subject,
                    head=given.head,
                    check_id=given.check,
                    account_id=given.account_id,
                    login=given.login,
                    reason=visible(given.reason, REASON),
                    way=given.way,
                    at=now,
                )
                .on_conflict_do_nothing(index_elements=["subject", "head", "check_id"])
                .returning(override.c.id)
            )
            if inserted.scalar_one_or_none() is None:
                return False
            details = {"repository": given.repository, "check": given.check, "by": given.login, "way": given.way}
            row = {"at": now, "what": "overridden", "subject": given.subject, "head": given.head, "details": details}
            await connection.execute(insert(history).values(row))
            raised = {"wanted": subject.c.wanted + 1, "next_at": now, "attempts": 0}
            await connection.execute(update(subject).where(subject.c.key == given.subject).values(raised))
        return True

    async def of(self, key: str, head: str) -> dict[str, AppliedOverride]:
        """Those of one head of a pull request, by check."""
        async with self.database.read() as connection:
            return _by_check((await connection.execute(_OF, {"of": key, "at": head})).all())

    async def of_newest(self, key: str) -> dict[str, AppliedOverride]:
        """Those of the newest head of a pull request, by check."""
        newest = select(subject.c.head).where(subject.c.key == key).scalar_subquery()
        query = select(override).where(override.c.subject == key, override.c.head == newest)
        async with self.database.read() as connection:
            return _by_check((await connection.execute(query)).all())


#: Built once: that costs as much as running it.
_OF = select(override).where(override.c.subject == bindparam("of"), override.c.head == bindparam("at"))


def _by_check(rows: Iterable[Row[Any]]) -> dict[str, AppliedOverride]:
    return {row.check_id: AppliedOverride(row.login, datetime.fromtimestamp(row.at, UTC), row.reason) for row in rows}
