"""What people said in comments: the commands that were obeyed, and what was asked of the policy's owner."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any, NamedTuple

from sqlalchemy import bindparam, func, insert, or_, select, text, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection

from app.store.database import Database
from app.store.matters import TASK, State
from app.store.tables import command, history, matter, request, subject
from app.store.tasks import want
from app.store.words import digest, kept
from app.subject import Remark
from checks.model.phrase import visible

#: Seconds that the policy's `per_hour` speaks of.
HOUR = 3_600.0
#: Characters of a comment on GitHub.
LONGEST = 65_536


class Turn(StrEnum):
    """Whether somebody's command is obeyed."""

    OBEYED = "obeyed"
    ENOUGH = "enough"
    """The first one too many: it is told so."""
    IGNORED = "ignored"


@dataclass(frozen=True, slots=True)
class Asked:
    """A request as it is written down."""

    kind: str
    """`waive`, `wrong` or `allow`."""
    finding: str
    rule: str
    about: str
    """What the finding is about: a package URL without version, a commit, a path or an entry of the policy."""
    version: str | None
    reason: str
    """Foreign text."""
    until: date | None = None
    """How long it is wanted for, if somebody said so."""
    document: Mapping[str, Any] | None = None
    """The finding as the report has it, where somebody else decides: then it becomes a matter. None: the repository
    governs itself."""
    due_at: float | None = None
    """When an answer is late (seconds since 1970)."""


class Entered(NamedTuple):
    """A request that is written down."""

    joins: bool
    """The same was asked for before in this installation, and is still open where somebody decides on it."""
    matter: int | None = None
    """What is decided on."""


class RequestStore:
    """Commands and requests are only ever added."""

    def __init__(self, database: Database, clock: Callable[[], float] = time.time) -> None:
        self.database = database
        self.clock = clock
        self._insert = (sqlite if database.sqlite else postgresql).insert

    async def obey(self, pull: str, remark: Remark, word: str, per_hour: int) -> Turn:
        """Whether a command is obeyed, of a person and a pull request (its key). The same comment gets the same answer
        however often it is looked at."""
        now, mine = self.clock(), (command.c.subject == pull) & (command.c.account_id == remark["account_id"])
        async with self.database.write() as connection:
            before = select(command.c.word).where(command.c.comment_id == remark["id"])
            known = (await connection.execute(before)).scalar_one_or_none()
            if known is not None:
                return Turn.ENOUGH if known == Turn.ENOUGH else Turn.OBEYED
            query = select(func.count()).where(mine, command.c.at > now - HOUR)
            count = int((await connection.execute(query)).scalar_one())
            if count > per_hour:
                return Turn.IGNORED
            enough = count == per_hour
            row = {"comment_id": remark["id"], "subject": pull, "account_id": remark["account_id"], "at": now}
            await connection.execute(insert(command).values(**row, word=Turn.ENOUGH if enough else word))
            return Turn.ENOUGH if enough else Turn.OBEYED

    async def ask(
        self, installation_id: int, repository_id: int, pull: str, remark: Remark, asked: Asked, begin: bool = False
    ) -> Entered:
        """Write a request down, once for each comment, and have the pull request judged with it. `begin`: at once with
        what is to be decided."""
        now = self.clock()
        about, version = kept(asked.about), None if asked.version is None else kept(asked.version)
        row = {
            "comment_id": remark["id"],
            "comment_url": remark["url"],
            "installation_id": installation_id,
            "repository_id": repository_id,
            "subject": pull,
            "kind": asked.kind,
            "finding": asked.finding,
            "rule": asked.rule,
            "about": about,
            "version": version,
            "reason": visible(asked.reason, LONGEST),  # as words, in which a person is found again
            "account_id": remark["account_id"],
            "login": remark["login"],
            "asked_at": now,
            "until": asked.until.isoformat() if asked.until else None,
        }
        async with self.database.write() as connection:
            before = select(request.c.matter, request.c.joins).where(request.c.comment_id == remark["id"])
            if (known := (await connection.execute(before)).one_or_none()) is not None:
                return Entered(known.joins is not None, known.matter)
            id_ = await self._matter(connection, installation_id, asked, now) if asked.document is not None else None
            joins = await self._joins(connection, row, id_)
            row |= {"matter": id_, "joins": joins}
            fresh = self._insert(request).values(row).on_conflict_do_nothing(index_elements=["comment_id"])
            if (await connection.execute(fresh)).rowcount:
                await self._told(connection, pull, remark, asked, joins)
                if begin and id_ is not None:
                    await want(connection, f"{TASK}{id_}", now, self._insert)
        return Entered(joins is not None, id_)

    async def _joins(self, connection: AsyncConnection, row: Mapping[str, Any], id_: int | None) -> int | None:
        """The first request for the same."""
        if id_ is not None:
            same = request.c.matter == id_
        else:
            same = (request.c.installation_id == row["installation_id"]) & (request.c.rule == row["rule"])
            same &= (request.c.kind == row["kind"]) & (request.c.about == row["about"]) & request.c.matter.is_(None)
        first: int | None = (await connection.execute(select(func.min(request.c.id)).where(same))).scalar_one_or_none()
        return first

    async def _matter(self, connection: AsyncConnection, installation_id: int, asked: Asked, now: float) -> int:
        """The open matter that it is about: the same for everybody who asks for the same, or a new one."""
        key = digest(installation_id, asked.kind, asked.rule, asked.about, asked.version)
        values = {
            "name": f"{asked.finding}-{digest(key, now, asked.finding)[:8]}",
            "key": key,
            "installation_id": installation_id,
            "kind": asked.kind,
            "rule": asked.rule,
            "finding": asked.document,
            "state": str(State.OPEN),
            "opened_at": now,
            "due_at": asked.due_at,
        }
        fresh = self._insert(matter).values(values)
        only = {"index_elements": ["key"], "index_where": text("state = 'open'")}
        await connection.execute(fresh.on_conflict_do_nothing(**only))
        open_ = select(matter.c.id).where(matter.c.key == key, matter.c.state == str(State.OPEN))
        return int((await connection.execute(open_)).scalar_one())

    async def _told(
        self, connection: AsyncConnection, pull: str, remark: Remark, asked: Asked, joins: int | None
    ) -> None:
        details = {"kind": asked.kind, "by": remark["login"], "comment": remark["url"], "joins": joins}
        row = {"at": self.clock(), "what": "asked", "subject": pull, "finding": asked.finding, "rule": asked.rule}
        await connection.execute(insert(history).values(**row, details=details))
        await self._judge(connection, pull, {})

    async def begin(self, matter_id: int) -> None:
        """Further what is to be decided: its task is due."""
        async with self.database.write() as connection:
            await want(connection, f"{TASK}{matter_id}", self.clock(), self._insert)

    async def judge_again(self, pull: str) -> bool:
        """Somebody asked for another look: its verdict is told again even if it is the same. False: nothing is known of
        this pull request."""
        async with self.database.write() as connection:
            return await self._judge(connection, pull, {"forced": True})

    async def _judge(self, connection: AsyncConnection, pull: str, also: dict[str, Any]) -> bool:
        raised = {"wanted": subject.c.wanted + 1, "next_at": self.clock(), "attempts": 0, **also}
        return bool((await connection.execute(update(subject).where(subject.c.key == pull).values(raised))).rowcount)

    async def pending(self, pull: str) -> frozenset[str]:
        """The findings of a pull request about which somebody was asked and has yet to decide."""
        async with self.database.read() as connection:
            rows = await connection.execute(_PENDING, {"of": pull})
            return frozenset(row.finding for row in rows)


#: Built once: that costs as much as running it.
_PENDING = (
    select(request.c.finding)
    .outerjoin(matter, matter.c.id == request.c.matter)
    .where(
        request.c.subject == bindparam("of"),
        or_(request.c.matter.is_(None), matter.c.state == str(State.OPEN)),
    )
)
