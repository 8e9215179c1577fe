"""What people said in comments: the commands that were obeyed, and what was asked of the policy's owner."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy import func, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection

from app.store.database import Database
from app.store.tables import command, history, request, subject
from app.store.words import kept
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


class RequestStore:
    """Both tables are only ever added to."""

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

    async def ask(self, installation_id: int, repository_id: int, pull: str, remark: Remark, asked: Asked) -> bool:
        """Write a request down, once for each comment, and have the pull request judged with it. True: the same was
        asked for before in this installation."""
        same = (request.c.installation_id == installation_id) & (request.c.rule == asked.rule)
        about, version = kept(asked.about), None if asked.version is None else kept(asked.version)
        first = select(func.min(request.c.id)).where(
            same, request.c.kind == asked.kind, request.c.about == about, request.c.comment_id != remark["id"]
        )
        async with self.database.write() as connection:
            joins = (await connection.execute(first)).scalar_one_or_none()
            inserted = await connection.execute(
                self._insert(request)
                .values(
                    comment_id=remark["id"],
                    comment_url=remark["url"],
                    installation_id=installation_id,
                    repository_id=repository_id,
                    subject=pull,
                    kind=asked.kind,
                    finding=asked.finding,
                    rule=asked.rule,
                    about=about,
                    version=version,
                    reason=visible(asked.reason, LONGEST),  # as words, in which a person is found again
                    account_id=remark["account_id"],
                    login=remark["login"],
                    joins=joins,
                    asked_at=self.clock(),
                )
                .on_conflict_do_nothing(index_elements=["comment_id"])
                .returning(request.c.id)
            )
            if inserted.scalar_one_or_none() is not None:
                await self._told(connection, pull, remark, asked, joins)
        return joins is not None

    async def _told(
        self, connection: AsyncConnection, pull: str, remark: Remark, asked: Asked, joins: int | None
    ) -> None:
        details = {"kind": asked.kind, "by": remark["login"], "comment": remark["url"], "joins": joins}
        row = {"at": self.clock(), "what": "asked", "subject": pull, "finding": asked.finding, "rule": asked.rule}
        await connection.execute(insert(history).values(**row, details=details))
        await self._judge(connection, pull, {})

    async def judge_again(self, pull: str) -> bool:
        """Somebody asked for another look: its verdict is told again even if it is the same. False: nothing is known of
        this pull request."""
        async with self.database.write() as connection:
            return await self._judge(connection, pull, {"forced": True})

    async def _judge(self, connection: AsyncConnection, pull: str, also: dict[str, Any]) -> bool:
        raised = {"wanted": subject.c.wanted + 1, "next_at": self.clock(), "attempts": 0, **also}
        return bool((await connection.execute(update(subject).where(subject.c.key == pull).values(raised))).rowcount)

    async def pending(self, pull: str) -> frozenset[str]:
        """The findings of a pull request about which somebody was asked to decide."""
        async with self.database.read() as connection:
            rows = await connection.execute(select(request.c.finding).where(request.c.subject == pull))
            return frozenset(row.finding for row in rows)
