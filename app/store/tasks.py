"""Tasks of the service, wanted in the transaction of what makes them necessary."""

from collections.abc import Callable
from dataclasses import asdict
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from app.store.tables import subject
from app.subject import About

Insert = Callable[..., Any]
"""The `insert` of the database's dialect, which knows conflicts."""


async def want(connection: AsyncConnection, key: str, now: float, insert: Insert) -> None:
    """The task is due at `now` (seconds since 1970), even if it is at work: then once more."""
    about = {"about": asdict(About("", "")), "head": "", "head_at": 0.0}
    fresh = {"key": key, "installation_id": 0, "repository_id": 0, "number": 0, **about, "next_at": now}
    wanted = {"wanted": subject.c.wanted + 1, "next_at": now, "attempts": 0}
    statement = insert(subject).values(**fresh, wanted=1, done=0, forced=False, token=0, attempts=0)
    await connection.execute(statement.on_conflict_do_update(index_elements=["key"], set_=wanted))
