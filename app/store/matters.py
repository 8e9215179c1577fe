"""What the owner of the policy is to decide on, who asks for it, and what was decided."""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Row, func, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection

from app.store.database import Database
from app.store.notices import put
from app.store.repositories import RepositoryRow, read_row
from app.store.tables import decision, history, matter, repository, request, subject
from app.store.tasks import Insert, want
from app.store.words import given, kept
from app.subject import About, task_key
from checks.conversation.outcomes import Notice

#: Beginning of the keys of the tasks, one for each matter.
TASK = task_key("request-")
#: Requests of one matter that are told.
MOST = 200
#: Matters of one page.
PAGE = 100


class State(StrEnum):
    OPEN = "open"
    GRANTED = "granted"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"
    """Nobody asks for it any more, and nobody had begun to decide."""


@dataclass(frozen=True, slots=True)
class Matter:
    """One thing to decide. Times are seconds since 1970."""

    id: int
    name: str
    """Of its branch and its file: `lic-4k7-3f9c2a1b`."""
    installation_id: int
    kind: str
    """`waive`, `wrong` or `allow`."""
    rule: str
    finding: Mapping[str, Any]
    """As the report (`checks.render.json_report`) had it when it was asked about first."""
    state: State
    opened_at: float
    due_at: float | None
    """When it is late, or late again; None: the policy says nothing of that."""
    late: int
    """How often it was told that it is."""
    idle_since: float | None
    """Since when no open pull request asks for it any more."""
    pull: int | None
    """The pull request on the policy repository that decides it."""
    written: str | None
    """SHA-256 of the file as it was written there."""
    refused: str | None
    """Why there is no such pull request."""
    decided_at: float | None


@dataclass(frozen=True, slots=True)
class Request:
    """Somebody who asks for it."""

    id: int
    repository: RepositoryRow | None
    """None: it is gone."""
    repository_id: int
    subject: str
    """Key of the pull request."""
    finding: str
    login: str
    account_id: int
    reason: str
    """Foreign text."""
    until: date | None
    url: str
    """Of the comment; empty when it was asked on a page."""
    asked_at: float

    @property
    def number(self) -> int:
        return int(self.subject.rpartition("/")[2])


@dataclass(frozen=True, slots=True)
class Decision:
    """What somebody decided."""

    granted: bool
    place: str
    """`pull`, `page` or `api`."""
    reason: str
    """Foreign text."""
    login: str | None = None
    account_id: int | None = None
    until: date | None = None
    path: str | None = None
    """Of the decision file that counts as long as the policy has none there."""
    text: str | None = None
    at: float = 0.0
    """Set by the store."""


class MatterStore:
    """Matters, their requests and their decisions."""

    def __init__(self, database: Database, clock: Callable[[], float] = time.time) -> None:
        self.database = database
        self.clock = clock
        self._insert = (sqlite if database.sqlite else postgresql).insert

    async def get(self, id_: int) -> Matter | None:
        async with self.database.read() as connection:
            row = (await connection.execute(select(matter).where(matter.c.id == id_))).one_or_none()
        return _matter(row) if row else None

    async def of_pull(self, number: int) -> Matter | None:
        """What a pull request of the policy repository decides, if it was made for that."""
        query = select(matter).where(matter.c.pull == number).order_by(matter.c.id.desc()).limit(1)
        async with self.database.read() as connection:
            row = (await connection.execute(query)).one_or_none()
        return _matter(row) if row else None

    async def page(
        self, states: Sequence[State], before: int | None = None, limit: int = PAGE, late: bool = False
    ) -> Sequence[Matter]:
        """Matters in these states, the newest first; those older than one. `late`: only those whose time is over."""
        query = select(matter).where(matter.c.state.in_([str(state) for state in states]))
        if before is not None:
            query = query.where(matter.c.id < before)
        if late:
            query = query.where(matter.c.idle_since.is_(None), (matter.c.late > 0) | (matter.c.due_at < self.clock()))
        async with self.database.read() as connection:
            rows = (await connection.execute(query.order_by(matter.c.id.desc()).limit(limit))).all()
        return [_matter(row) for row in rows]

    async def asked_by(self, account_id: int, limit: int = PAGE) -> Sequence[Matter]:
        """What somebody asked for, the newest first."""
        mine = select(request.c.matter).where(request.c.account_id == account_id)
        query = select(matter).where(matter.c.id.in_(mine)).order_by(matter.c.id.desc()).limit(limit)
        async with self.database.read() as connection:
            return [_matter(row) for row in (await connection.execute(query)).all()]

    async def requests(self, id_: int) -> Sequence[Request]:
        """Who asks for it, the first one first."""
        query = select(request).where(request.c.matter == id_).order_by(request.c.id).limit(MOST)
        async with self.database.read() as connection:
            rows = (await connection.execute(query)).all()
            ids = {row.repository_id for row in rows}
            known = await connection.execute(select(repository).where(repository.c.id.in_(ids)))
            by_id = {row.id: read_row(row) for row in known}
        return [_request(row, by_id.get(row.repository_id)) for row in rows]

    async def waiting(self, requests: Sequence[Request]) -> frozenset[str]:
        """The keys of those pull requests that are open."""
        keys = {one.subject for one in requests}
        query = select(subject.c.key).where(subject.c.key.in_(keys), subject.c.closed_at.is_(None))
        async with self.database.read() as connection:
            return frozenset((await connection.execute(query)).scalars())

    async def about(self, pull: str) -> About | None:
        """What events told about a pull request that is open, by its key."""
        query = select(subject.c.about).where(subject.c.key == pull, subject.c.closed_at.is_(None))
        async with self.database.read() as connection:
            found = (await connection.execute(query)).scalar_one_or_none()
        return About(**found) if found else None

    async def decided(self) -> int:
        """How many decisions there are."""
        async with self.database.read() as connection:
            return int((await connection.execute(select(func.count()).select_from(decision))).scalar_one())

    async def decisions(self, id_: int) -> Sequence[Decision]:
        """What was decided, the newest first."""
        query = select(decision).where(decision.c.matter == id_).order_by(decision.c.id.desc()).limit(MOST)
        async with self.database.read() as connection:
            return [_decision(row) for row in (await connection.execute(query)).all()]

    async def files(self) -> Mapping[str, bytes]:
        """The decision files of pages and API that hold still, by path. Each counts as long as the policy has no file
        of its own there."""
        today = _today(self.clock())
        query = select(decision.c.path, decision.c.text).where(
            decision.c.granted, decision.c.path.is_not(None), (decision.c.until.is_(None)) | (decision.c.until >= today)
        )
        async with self.database.read() as connection:
            rows = (await connection.execute(query.order_by(decision.c.id))).all()
        return {given(row.path): given(row.text).encode() for row in rows}

    # -- changes ----------------------------------------------------------------------------------------------------

    async def note(self, id_: int, **changes: Any) -> None:
        """Remember something about it, as long as it is open."""
        async with self.database.write() as connection:
            await connection.execute(update(matter).where(matter.c.id == id_, _OPEN).values(**changes))

    async def tell(self, id_: int, told: Notice | None, **changes: Any) -> bool:
        """The same, and the owner is told through other channels. False: it is decided meanwhile."""
        async with self.database.write() as connection:
            if not (
                await connection.execute(update(matter).where(matter.c.id == id_, _OPEN).values(**changes))
            ).rowcount:
                return False
            if told:
                await put(connection, told, self.clock(), self._insert)
        return True

    async def decide(
        self, decided: Matter, made: Decision, told: Notice | None = None, tasks: Sequence[str] = ()
    ) -> bool:
        """Write a decision down. Everybody who asks has their pull request judged again, and is told by the matter's
        task; `tasks` are due, too. False: it was decided before."""
        now = self.clock()
        state = State.GRANTED if made.granted else State.DECLINED
        async with self.database.write() as connection:
            if not await self._close(connection, decided.id, state, now):
                return False
            await connection.execute(insert(decision).values(_row(decided.id, made, now)))
            await self._told(connection, decided, str(state), {"by": made.login, "place": made.place}, now)
            if told:
                await put(connection, told, now, self._insert)
            for key in (*tasks, f"{TASK}{decided.id}"):
                await want(connection, key, now, self._insert)
        return True

    async def withdraw(self, withdrawn: Matter) -> bool:
        """Nobody asks for it any more, and nothing stands anywhere that would be decided."""
        now = self.clock()
        async with self.database.write() as connection:
            if not await self._close(connection, withdrawn.id, State.WITHDRAWN, now):
                return False
            await self._told(connection, withdrawn, str(State.WITHDRAWN), {}, now)
        return True

    async def _close(self, connection: AsyncConnection, id_: int, state: State, now: float) -> bool:
        closed = update(matter).where(matter.c.id == id_, _OPEN).values(state=str(state), decided_at=now)
        return bool((await connection.execute(closed)).rowcount)

    async def _told(
        self, connection: AsyncConnection, about: Matter, what: str, details: Mapping[str, Any], now: float
    ) -> None:
        """In the history of each pull request, which is judged again."""
        asks = select(request.c.subject, request.c.finding).where(request.c.matter == about.id).distinct()
        rows = (await connection.execute(asks)).all()
        row = {"at": now, "what": what, "rule": about.rule, "details": {"matter": about.id, **details}}
        if rows:
            told = [{**row, "subject": one.subject, "finding": one.finding} for one in rows]
            await connection.execute(insert(history), told)
        mine = subject.c.key.in_({one.subject for one in rows}) & subject.c.closed_at.is_(None)
        raised = {"wanted": subject.c.wanted + 1, "next_at": now, "attempts": 0}
        await connection.execute(update(subject).where(mine).values(raised))


_OPEN = matter.c.state == str(State.OPEN)


async def look_again(connection: AsyncConnection, pull: str, now: float, insert_: Insert) -> None:
    """Something happened to a pull request: what it asks for is looked at again."""
    mine = select(request.c.matter).where(request.c.subject == pull, request.c.matter.is_not(None)).distinct()
    open_ = select(matter.c.id).where(matter.c.id.in_(mine), _OPEN).order_by(matter.c.id)
    for id_ in (await connection.execute(open_)).scalars().all():
        await want(connection, f"{TASK}{id_}", now, insert_)


async def moved(connection: AsyncConnection, number: int, name: str, now: float, insert_: Insert) -> None:
    """Something happened to the pull request `number` of the policy repository, which may have been made for the matter
    `name`."""
    mine = select(matter.c.id).where((matter.c.pull == number) | (matter.c.name == name), _OPEN)
    for id_ in (await connection.execute(mine)).scalars().all():
        await want(connection, f"{TASK}{id_}", now, insert_)


def _today(now: float) -> str:
    return datetime.fromtimestamp(now, UTC).date().isoformat()


def _matter(row: Row[Any]) -> Matter:
    values = {name: getattr(row, name) for name in Matter.__dataclass_fields__}
    return Matter(**{**values, "state": State(row.state)})


def _request(row: Row[Any], known: RepositoryRow | None) -> Request:
    return Request(
        id=row.id,
        repository=known,
        repository_id=row.repository_id,
        subject=row.subject,
        finding=row.finding,
        login=row.login,
        account_id=row.account_id,
        reason=row.reason,
        until=date.fromisoformat(row.until) if row.until else None,
        url=row.comment_url,
        asked_at=row.asked_at,
    )


def _decision(row: Row[Any]) -> Decision:
    return Decision(
        granted=row.granted,
        place=row.place,
        reason=given(row.reason),
        login=row.login,
        account_id=row.account_id,
        until=date.fromisoformat(row.until) if row.until else None,
        path=None if row.path is None else given(row.path),
        text=None if row.text is None else given(row.text),
        at=row.at,
    )


def _row(id_: int, made: Decision, now: float) -> dict[str, Any]:
    return {
        "matter": id_,
        "at": now,
        "granted": made.granted,
        "place": made.place,
        "account_id": made.account_id,
        "login": made.login,
        "reason": kept(made.reason),
        "until": made.until.isoformat() if made.until else None,
        "path": None if made.path is None else kept(made.path),
        "text": None if made.text is None else kept(made.text),
    }
