"""Pauses: from when to when verdicts are neutral, where, by whose word and why."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, bindparam, insert, or_, select, update

from app.store.database import Database
from app.store.tables import history, outbox, pause, subject
from app.subject import Kind, task_key

#: What a verdict that a pause gave is published as, before the number of the pause: docs/repair.md.
PAUSED = "paused-"
#: Seconds over which what a pause held back is judged again when it ends.
SPREAD = 60.0
#: What the history is written under.
_SUBJECT = task_key("pause")


@dataclass(frozen=True, slots=True)
class Pause:
    """One pause. Both ids None: everywhere."""

    id: int
    installation_id: int | None
    repository_id: int | None
    until: float
    """Seconds since 1970."""
    reason: str
    by: str
    made_at: float

    def spread_until(self, repository_id: int) -> float:
        """When a repository's turn comes after it: not all at once."""
        return self.until + repository_id % 1000 * (SPREAD / 1000)


class PauseStore:
    """The table `pause`. A row is written once and ended once; each is a line of the history, too."""

    def __init__(self, database: Database, clock: Callable[[], float] = time.time) -> None:
        self.database = database
        self.clock = clock

    async def begin(
        self, until: float, reason: str, by: str, installation_id: int | None = None, repository_id: int | None = None
    ) -> Pause:
        """Verdicts are neutral from now until `until` (seconds since 1970)."""
        now = self.clock()
        row: dict[str, Any] = {
            "installation_id": installation_id,
            "repository_id": repository_id,
            "until": until,
            "reason": reason,
            "by": by,
            "made_at": now,
        }
        async with self.database.write() as connection:
            result = await connection.execute(insert(pause).values(row))
            assert result.inserted_primary_key is not None
            begun = Pause(result.inserted_primary_key[0], **row)
            await connection.execute(insert(history).values(_happened(begun, "paused", now, by)))
        return begun

    async def active(self) -> Sequence[Pause]:
        """Those that hold now, the first one first."""
        async with self.database.read() as connection:
            rows = await connection.execute(select(pause).where(self._holds()).order_by(pause.c.id))
            return [_pause(row) for row in rows]

    async def covering(self, installation_id: int, repository_id: int) -> Pause | None:
        """The one that holds for a repository now; of several the one that ends last."""
        given = {"now": self.clock(), "installation": installation_id, "repository": repository_id}
        async with self.database.read() as connection:
            row = (await connection.execute(_COVERING, given)).one_or_none()
        return _pause(row) if row else None

    async def end(self, ended: Pause, by: str) -> int:
        """It ends before its time, and what it held back is judged again within a minute: how much that is."""
        now = self.clock()
        async with self.database.write() as connection:
            mine = (pause.c.id == ended.id) & pause.c.ended_at.is_(None)
            values = {"ended_at": now, "ended_by": by}
            if not (await connection.execute(update(pause).where(mine).values(**values))).rowcount:
                return 0
            await connection.execute(insert(history).values(_happened(ended, "resumed", now, by)))
            at = now + subject.c.repository_id % 1000 * (SPREAD / 1000)
            again = {"wanted": subject.c.wanted + 1, "next_at": at, "attempts": 0}
            held = update(subject).where(_held_by(ended), subject.c.closed_at.is_(None)).values(**again)
            return (await connection.execute(held)).rowcount

    async def names(self, repository_id: int) -> tuple[str, ...]:
        """The names of the check runs that were published last on a pull request of a repository: a branch may
        require any of them."""
        of_pulls = subject.c.key.like(f"%/{Kind.PULL}/%")
        subjects = select(subject.c.key).where(subject.c.repository_id == repository_id, of_pulls)
        # by a sum: by the bare number SQLite walks back through all that was ever published anywhere
        last = (outbox.c.id + 0).desc()
        query = select(outbox.c.publication).where(outbox.c.subject.in_(subjects)).order_by(last).limit(1)
        async with self.database.read() as connection:
            said = (await connection.execute(query)).scalar_one_or_none() or {}
        return tuple(run["name"] for run in said.get("runs", ()))

    def _holds(self) -> ColumnElement[bool]:
        return pause.c.ended_at.is_(None) & (pause.c.until > self.clock())


def _covering() -> Select[Any]:
    here = or_(pause.c.installation_id.is_(None), pause.c.installation_id == bindparam("installation"))
    there = or_(pause.c.repository_id.is_(None), pause.c.repository_id == bindparam("repository"))
    holds = pause.c.ended_at.is_(None) & (pause.c.until > bindparam("now"))
    return select(pause).where(holds, here, there).order_by(pause.c.until.desc()).limit(1)


#: Built once: that costs as much as running it.
_COVERING = _covering()


def _held_by(ended: Pause) -> ColumnElement[bool]:
    """What a pause made neutral, and what only waits for its end."""
    neutral = subject.c.published.endswith(f":{PAUSED}{ended.id}", autoescape=True)
    until = subject.c.next_at.between(ended.until, ended.until + SPREAD)
    here: ColumnElement[bool] = (subject.c.wanted > subject.c.done) & until
    if ended.installation_id is not None:
        here &= subject.c.installation_id == ended.installation_id
    if ended.repository_id is not None:
        here &= subject.c.repository_id == ended.repository_id
    return or_(neutral, here)


def _happened(which: Pause, what: str, now: float, by: str) -> dict[str, Any]:
    details = {
        "pause": which.id,
        "by": by,
        "reason": which.reason,
        "until": which.until,
        "installation_id": which.installation_id,
        "repository_id": which.repository_id,
    }
    return {"at": now, "what": what, "subject": _SUBJECT, "details": details}


def _pause(row: Row[Any]) -> Pause:
    return Pause(row.id, row.installation_id, row.repository_id, row.until, row.reason, row.by, row.made_at)
