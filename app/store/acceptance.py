"""Accepting deliveries: those that arrive together share one transaction, and each answer waits for its commit."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from itertools import groupby
from typing import Any

import structlog
from sqlalchemy import Row, case, insert, or_, select, text, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection

from app.store import repositories
from app.store.database import Database
from app.store.effects import apply
from app.store.tables import delivery, subject
from app.subject import Again, Archived, Changed, Delivery, Lost, PolicyChanged, Regained, Told, Wanted

#: Deliveries of one transaction; what arrives meanwhile is in the next one.
BATCH = 200
#: Seconds after which an answer says that the delivery was not stored: GitHub itself waits for ten.
PATIENCE = 8.0
ACCEPTED, DONE, FAILED = "accepted", "done", "failed"
#: What a database or its driver says of something that it does not take.
_REFUSALS = (SQLAlchemyError, OSError, OverflowError, ValueError)
#: What may change any number of subjects.
_OF_MANY = (Again, Archived, Changed, Lost, PolicyChanged, Regained)
#: What an event says anew about its subject.
_TOLD = ("installation_id", "repository_id", "number", "about", "head", "head_at")

log = structlog.get_logger()


class Unavailable(Exception):
    """A delivery could not be stored: it must be delivered again."""


@dataclass(frozen=True, slots=True)
class Raised:
    """A subject of which more is wanted now."""

    key: str
    installation_id: int
    wanted: int
    job: bool
    """Whether a job of the distributed engine is outstanding for it."""


Submit = Callable[[AsyncConnection, Sequence[Raised]], Awaitable[None]]
"""Hands subjects to an engine in the transaction that raised them."""
Waiting = tuple[Delivery, "asyncio.Future[bool]"]


class Acceptance:
    """Stores what is delivered, and what it asks for, durably."""

    def __init__(
        self, database: Database, clock: Callable[[], float] = time.time, submit: Submit | None = None
    ) -> None:
        self.database = database
        self.clock = clock
        self.submit = submit
        self._waiting: list[Waiting] = []
        self._writing: asyncio.Task[None] | None = None
        self._insert = (sqlite if database.sqlite else postgresql).insert
        self._seen = repositories.upsert(self._insert)
        upsert = self._insert(subject)
        newer = upsert.excluded.head_at >= subject.c.head_at  # events may arrive out of order
        told = {name: case((newer, upsert.excluded[name]), else_=subject.c[name]) for name in _TOLD}
        self._upsert = upsert.on_conflict_do_update(
            index_elements=["key"],
            set_={
                **told,
                "closed_at": case((newer, None), else_=subject.c.closed_at),
                "wanted": subject.c.wanted + upsert.excluded.wanted,
                "forced": or_(subject.c.forced, upsert.excluded.forced),
                "next_at": upsert.excluded.next_at,
                "attempts": 0,
                "kept": False,
            },
        ).returning(*_RAISED)

    async def accept(self, accepted: Delivery) -> bool:
        """Store a delivery and what it asks for. False: it was known and its work has not failed.

        Raises `Unavailable`; whether it was stored is not known then, and delivering it again does no harm.
        """
        answer: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        self._waiting.append((accepted, answer))
        if self._writing is None:
            self._writing = asyncio.create_task(self._write())
        try:
            async with asyncio.timeout(PATIENCE):
                return await answer
        except TimeoutError:
            raise Unavailable(f"the database was busy for {PATIENCE:.0f} seconds") from None

    async def _write(self) -> None:
        """Store what waits, until nothing does."""
        try:
            while self._waiting:
                batch, self._waiting = self._waiting[:BATCH], self._waiting[BATCH:]
                for together in self._together(batch):
                    for (_, answer), result in zip(together, await self._results(together), strict=True):
                        _tell(answer, result)
        finally:
            self._writing = None

    def _together(self, batch: Sequence[Waiting]) -> Iterator[Sequence[Waiting]]:
        """What shares a transaction. Subjects that are wanted are written in the order of their keys, also new ones; a
        command that changes further subjects keeps to no such order, so where several processes write it goes alone."""
        if self.database.sqlite:
            yield batch
            return
        for only_wanted, run in groupby(batch, lambda waiting: _only_wanted(waiting[0])):
            if only_wanted:
                yield list(run)
            else:
                yield from ([waiting] for waiting in run)

    async def _results(self, batch: Sequence[Waiting]) -> Sequence[bool | Unavailable]:
        deliveries = [accepted for accepted, _ in batch]
        try:
            async with self.database.write(first=True) as connection:
                return await self._store(connection, deliveries)
        except _REFUSALS as error:
            log.warning("stored-one-by-one", deliveries=len(deliveries), error=type(error).__name__)
        # one of them cannot be stored, or another process was in the way; the others shall not fail with it
        return [await self._alone(accepted, answer) for accepted, answer in batch]

    async def _alone(self, accepted: Delivery, answer: "asyncio.Future[bool]") -> bool | Unavailable:
        if answer.done():
            return Unavailable("nobody waits for it any more")
        try:
            async with self.database.write(first=True) as connection:
                return (await self._store(connection, [accepted]))[0]
        except _REFUSALS as error:
            return _unavailable(accepted, error)

    async def _store(self, connection: AsyncConnection, batch: Sequence[Delivery]) -> Sequence[bool]:
        """Whether each of them was taken."""
        known = await _known(connection, [accepted.id for accepted in batch])
        taken = {accepted.id: accepted for accepted in batch if known.get(accepted.id, True)}
        await self._hear(connection, [accepted.told for accepted in taken.values() if accepted.told])
        await self._reserve(connection, taken.values())
        raised: dict[str, Raised] = {}
        for together, run in groupby(taken.values(), _only_wanted):
            if together:
                raised |= await self._want(connection, list(run))
            else:
                for accepted in run:
                    raised |= await self._apply(connection, accepted)
        await self._keep(connection, taken, known, raised)
        if self.submit and raised:
            await self.submit(connection, list({row.key: row for row in raised.values()}.values()))
        # Of two with one id in a batch, one is taken.
        return [taken.pop(accepted.id, None) is not None for accepted in batch]

    async def _hear(self, connection: AsyncConnection, told: Iterable[Told]) -> None:
        """What events tell about repositories: the last word about each."""
        last = {item.id: item for item in told}
        if last:
            now = self.clock()
            rows = [repositories.values(item, now) for _, item in sorted(last.items())]
            await connection.execute(self._seen, rows)

    async def _reserve(self, connection: AsyncConnection, deliveries: Iterable[Delivery]) -> None:
        """Keep others out while a command changes many subjects: each of them is locked when its turn comes, in no
        order, and two processes would wait for each other. SQLite has one writer anyway."""
        commands = [command for accepted in deliveries for command in (accepted.command, *accepted.also)]
        if not self.database.sqlite and any(isinstance(command, _OF_MANY) for command in commands):
            await connection.execute(text("LOCK TABLE subject IN EXCLUSIVE MODE"))

    async def _want(self, connection: AsyncConnection, deliveries: Sequence[Delivery]) -> dict[str, Raised]:
        """One row for each subject, in the order of their keys, so that two processes never wait for each other."""
        commands: dict[str, list[Wanted]] = {}
        for accepted in deliveries:
            assert isinstance(accepted.command, Wanted)
            commands.setdefault(accepted.command.key, []).append(accepted.command)
        now = self.clock()
        values = [_values(commands[key], now) for key in sorted(commands)]
        rows = {row.key: _raised(row) for row in await connection.execute(self._upsert, values)}
        return {
            accepted.id: rows[accepted.command.key] for accepted in deliveries if isinstance(accepted.command, Wanted)
        }

    async def _apply(self, connection: AsyncConnection, accepted: Delivery) -> dict[str, Raised]:
        command = accepted.command
        effects = accepted.also if command is None or isinstance(command, Wanted | Again) else (*accepted.also, command)
        for effect in effects:
            await apply(connection, effect, self.clock(), self._insert)
        if effects:
            await self._settle(connection)
        if isinstance(command, Wanted):
            return await self._want(connection, [accepted])
        rows = await self._again(connection, command) if isinstance(command, Again) else []
        return {accepted.id: rows[0]} if rows else {}

    async def _settle(self, connection: AsyncConnection) -> None:
        """Deliveries whose subject rests now are done."""
        reached = select(subject.c.done).where(subject.c.key == delivery.c.subject).scalar_subquery()
        open_ = (text("state <> 'done'"), delivery.c.state == ACCEPTED, delivery.c.wanted <= reached)
        ids = select(delivery.c.id).where(*open_).with_for_update(skip_locked=True, of=delivery)  # who has them does it
        settled = update(delivery).where(delivery.c.id.in_(ids)).values(state=DONE, done_at=self.clock())
        await connection.execute(settled)

    async def _again(self, connection: AsyncConnection, again: Again) -> list[Raised]:
        rows = await connection.execute(
            update(subject)
            .where(subject.c.repository_id == again.repository_id, subject.c.head == again.head)
            .values(
                wanted=subject.c.wanted + 1,
                next_at=self.clock(),
                attempts=0,
                forced=True,
                kept=False,
                installation_id=again.installation_id,
            )
            .returning(*_RAISED)
        )
        return [_raised(row) for row in rows]

    async def _keep(
        self,
        connection: AsyncConnection,
        taken: Mapping[str, Delivery],
        known: Mapping[str, bool],
        raised: Mapping[str, Raised],
    ) -> None:
        """The deliveries themselves. One whose work had failed has another chance."""
        now = self.clock()
        rows = [_row(accepted, raised.get(accepted.id), now) for _, accepted in sorted(taken.items())]
        if fresh := [row for row in rows if row["id"] not in known]:
            await connection.execute(insert(delivery), fresh)
        for row in rows:
            if row["id"] in known:
                del row["received_at"]
                await connection.execute(update(delivery).where(delivery.c.id == row["id"]).values(**row, error=None))


_RAISED = (subject.c.key, subject.c.installation_id, subject.c.wanted, subject.c.job_at)


async def _known(connection: AsyncConnection, ids: Sequence[str]) -> dict[str, bool]:
    """Those that were delivered before, and whether their work has failed or waits with an error."""
    rows = await connection.execute(
        select(delivery.c.id, delivery.c.state, subject.c.last_error)
        .outerjoin(subject, subject.c.key == delivery.c.subject)
        .where(delivery.c.id.in_(ids))
    )
    return {row.id: row.state == FAILED or row.last_error is not None for row in rows}


def _tell(answer: "asyncio.Future[bool]", result: bool | Unavailable) -> None:
    if answer.done():
        return  # nobody waits for it any more
    if isinstance(result, Unavailable):
        answer.set_exception(result)
    else:
        answer.set_result(result)


def _only_wanted(accepted: Delivery) -> bool:
    return isinstance(accepted.command, Wanted) and not accepted.also


def _values(commands: Iterable[Wanted], now: float) -> dict[str, Any]:
    """What several events want of one subject: the newest of them names the head."""
    several = list(commands)
    newest = several[0]
    for command in several[1:]:
        newest = command if command.head_at >= newest.head_at else newest
    return {
        **{name: getattr(newest, name) for name in _TOLD},
        "key": newest.key,
        "about": asdict(newest.about),
        "wanted": len(several),
        "done": 0,
        "forced": any(command.forced for command in several),
        "token": 0,
        "next_at": now,
        "attempts": 0,
    }


def _row(accepted: Delivery, raised: Raised | None, now: float) -> dict[str, Any]:
    command = accepted.command
    return {
        "id": accepted.id,
        "event": accepted.event,
        "action": accepted.action,
        "subject": raised.key if raised else None,
        "received_at": now,
        "state": ACCEPTED if raised else DONE,
        "command": {"type": type(command).__name__, **asdict(command)} if command else None,
        "wanted": raised.wanted if raised else None,
        "done_at": None if raised else now,
    }


def _raised(row: Row[Any]) -> Raised:
    return Raised(row.key, row.installation_id, row.wanted, row.job_at is not None)


def _unavailable(accepted: Delivery, error: Exception) -> Unavailable:
    log.error("not-stored", delivery=accepted.id, kind=accepted.event, error=f"{type(error).__name__}: {error}"[:500])
    return Unavailable(type(error).__name__)
