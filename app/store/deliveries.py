"""The deliveries that were accepted: listed, shown, and what they asked for once more."""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any

from sqlalchemy import Row, func, select

from app import subject as commands
from app.store.acceptance import ACCEPTED, FAILED
from app.store.database import Database
from app.store.subjects import ended_badly
from app.store.tables import delivery, subject
from app.subject import About, Again, Command, Kind, Told, Wanted

#: Instead of an event, of what is listed by its subject.
SUBJECT = "subject"
#: Every command that a delivery can ask for, by the name that it is stored under.
COMMANDS: Mapping[str, type[Any]] = {
    command.__name__: command
    for command in (
        Wanted, Again, commands.Closed, commands.Cancelled, commands.Changed, commands.Archived, commands.Lost,
        commands.Regained, commands.PolicyPushed, commands.PolicyChanged,
    )
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Listed:
    """One delivery."""

    id: str
    event: str
    action: str | None
    subject: str | None
    """The key of what it asked to be judged."""
    received_at: float
    """Seconds since 1970."""
    state: str
    """`accepted`, `done` or `failed`."""
    error: str | None
    """Why its work came to an end without being done, or waits with an error."""
    done_at: float | None
    command: Mapping[str, Any] | None
    """As JSON, with its type."""
    attempts: int = 0
    """How often its subject was tried in vain since it was wanted last."""

    @property
    def repository(self) -> str | None:
        """`owner/name`, as the event called it."""
        about = (self.command or {}).get("about") or {}
        return about.get("repository") or (self.command or {}).get("repository")


class DeliveryStore:
    """Reads only."""

    def __init__(self, database: Database, clock: Callable[[], float] = time.time) -> None:
        self.database = database
        self.clock = clock

    async def newest(
        self,
        limit: int,
        failed: bool = False,
        since: float | None = None,
        event: str | None = None,
        repository_id: int | None = None,
    ) -> Sequence[Listed]:
        """The newest ones first. `failed`: only those whose work failed, or is being tried again after an error."""
        query = select(delivery, *_OF_SUBJECT).outerjoin(subject, subject.c.key == delivery.c.subject)
        if failed:
            open_ = (delivery.c.state == ACCEPTED) & subject.c.last_error.is_not(None)
            query = query.where((delivery.c.state == FAILED) | open_)
        if since is not None:
            query = query.where(delivery.c.received_at >= since)
        if event is not None:
            query = query.where(delivery.c.event == event)
        if repository_id is not None:
            query = query.where(delivery.c.subject.startswith(f"{repository_id}/", autoescape=True))
        async with self.database.read() as connection:
            rows = await connection.execute(query.order_by(delivery.c.received_at.desc(), delivery.c.id).limit(limit))
            return [_listed(row) for row in rows]

    async def get(self, id_: str) -> Listed | None:
        """By GitHub's id."""
        query = select(delivery, *_OF_SUBJECT).outerjoin(subject, subject.c.key == delivery.c.subject)
        async with self.database.read() as connection:
            row = (await connection.execute(query.where(delivery.c.id == id_))).one_or_none()
        return _listed(row) if row else None

    async def poisoned(self, limit: int, repository_id: int | None = None) -> Sequence[Listed]:
        """What ended without a verdict, or fails again and again, whatever asked for it: time alone, or the service
        itself. The id is the key of the subject; the time that of its last or next turn."""
        query = select(subject).where(subject.c.last_error.is_not(None), subject.c.closed_at.is_(None))
        if repository_id is not None:
            query = query.where(subject.c.repository_id == repository_id)
        async with self.database.read() as connection:
            rows = await connection.execute(query.order_by(subject.c.next_at.desc(), subject.c.key).limit(limit))
            return [_poisoned(row) for row in rows]

    async def failed(self) -> int:
        """How many subjects came to their end without a verdict."""
        query = select(func.count()).where(ended_badly(self.clock()))
        async with self.database.read() as connection:
            return int((await connection.execute(query)).scalar_one())


_OF_SUBJECT = (subject.c.last_error, subject.c.attempts, subject.c.wanted.label("subject_wanted"), subject.c.done)


def _listed(row: Row[Any]) -> Listed:
    waits = row.state == ACCEPTED
    return Listed(
        id=row.id,
        event=row.event,
        action=row.action,
        subject=row.subject,
        received_at=row.received_at,
        state=row.state,
        error=row.error or (row.last_error if waits else None),
        done_at=row.done_at,
        command=row.command,
        attempts=(row.attempts or 0) if waits else 0,
    )


def _poisoned(row: Row[Any]) -> Listed:
    return Listed(
        id=row.key,
        event=SUBJECT,
        action=None,
        subject=row.key,
        received_at=row.next_at,
        state=FAILED if row.wanted <= row.done else ACCEPTED,
        error=row.last_error,
        done_at=None,
        command={"about": row.about},
        attempts=row.attempts,
    )


def command_of(stored: Mapping[str, Any]) -> Command:
    """The command as it was. Raises `ValueError` for one that another release has stored and this one does not know."""
    type_ = COMMANDS.get(str(stored.get("type")))
    if type_ is None:
        raise ValueError(f"a command {stored.get('type')!r} is not known")
    given = {field.name: stored[field.name] for field in fields(type_) if field.name in stored}
    try:
        if type_ is Wanted:
            given["about"] = About(**given["about"])
        if given.get("repositories") is not None:
            given["repositories"] = tuple(Told(**told) for told in given["repositories"])
        if given.get("repository_ids") is not None:
            given["repository_ids"] = tuple(given["repository_ids"])
        if given.get("kinds") is not None:
            given["kinds"] = tuple(Kind(kind) for kind in given["kinds"])
        command: Command = type_(**given)
    except (TypeError, ValueError, KeyError) as error:
        raise ValueError(f"the stored command can not be read: {error}") from None
    return command
