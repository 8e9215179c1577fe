"""The repositories of all installations: what events and listings told about them, by GitHub's id."""

import time
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

from sqlalchemy import Row, bindparam, func, select, update
from sqlalchemy.dialects import postgresql, sqlite

from app.store.database import Database
from app.store.tables import repository
from app.store.words import kept
from app.subject import Told

#: Rows of one statement.
BATCH = 500


@dataclass(frozen=True, slots=True)
class RepositoryRow(Told):
    """One repository. What is None was not told (yet), and is never written over what an earlier event told."""

    seen_at: float = 0.0
    """When it was told last (seconds since 1970); set by the store."""
    gone_at: float | None = None
    """When it was deleted, or the App lost sight of it."""


class RepositoryStore:
    """What is known of each repository. A rename changes one row; nothing else refers to a repository by name."""

    def __init__(self, database: Database, clock: Callable[[], float] = time.time) -> None:
        self.database = database
        self.clock = clock

    async def seen(self, rows: Collection[Told]) -> None:
        """Remember what an event or a listing told; a repository that was gone is back."""
        now = self.clock()
        # The last word about one repository, and sorted, so that two writers never wait for each other.
        last = [values(row, now) for _, row in sorted({row.id: row for row in rows}.items())]
        statement = upsert((sqlite if self.database.sqlite else postgresql).insert)
        for batch in _batches(last):
            async with self.database.write() as connection:
                await connection.execute(statement, batch)

    async def renamed(self, id_: int, name: str) -> None:
        """It is called `owner/name` now, after a rename or a transfer."""
        await self._update([id_], name=name, folded=name.lower())

    async def archived(self, id_: int, archived: bool = True) -> None:
        await self._update([id_], archived=archived)

    async def _update(self, ids: Collection[int], **values: Any) -> None:
        async with self.database.write() as connection:
            await connection.execute(update(repository).where(repository.c.id.in_(ids)).values(**values))

    async def gone(self, installation_id: int, ids: Collection[int] | None = None) -> None:
        """These were deleted or taken away from an installation; without `ids` all of it, because it ended.

        One that meanwhile belongs to another installation stays.
        """
        lost = (repository.c.installation_id == installation_id) & repository.c.gone_at.is_(None)
        batches = [None] if ids is None else list(_batches(sorted(ids)))
        for batch in batches:
            which = lost if batch is None else lost & repository.c.id.in_(batch)
            async with self.database.write() as connection:
                await connection.execute(update(repository).where(which).values(gone_at=self.clock()))

    async def active(
        self, installation_id: int | None = None, after: int = 0, limit: int = BATCH
    ) -> Sequence[RepositoryRow]:
        """A page of those that are neither gone nor archived, by id, those that come after one."""
        query = select(repository).where(ACTIVE, repository.c.id > after)
        if installation_id is not None:
            query = query.where(repository.c.installation_id == installation_id)
        async with self.database.read() as connection:
            rows = await connection.execute(query.order_by(repository.c.id).limit(limit))
            return [read_row(row) for row in rows]

    async def get(self, id_: int) -> RepositoryRow | None:
        async with self.database.read() as connection:
            row = (await connection.execute(_BY_ID, {"of": id_})).one_or_none()
        return None if row is None else read_row(row)

    async def named(self, name: str) -> RepositoryRow | None:
        """The one that is called `owner/name` today (in any case of letters), else the last that was before it went."""
        async with self.database.read() as connection:  # whoever asks may name anything
            row = (await connection.execute(_BY_NAME, {"of": kept(name.lower())})).one_or_none()
        return None if row is None else read_row(row)


# Built once: that costs as much as running them.
_BY_ID = select(repository).where(repository.c.id == bindparam("of"))
_BY_NAME = (
    select(repository)
    .where(repository.c.folded == bindparam("of"))
    .order_by(repository.c.gone_at.is_not(None), repository.c.seen_at.desc(), repository.c.id.desc())
    .limit(1)
)
#: Neither gone nor archived: what can still change.
ACTIVE = repository.c.gone_at.is_(None) & repository.c.archived.is_not(True)
#: What an event may leave out.
_OPTIONAL = ("node_id", "visibility", "default_branch", "archived", "fork", "properties", "license", "topics")


def upsert(insert_into: Callable[..., Any]) -> Any:
    """The statement that takes `values`, by the `insert` of the database's dialect."""
    insert = insert_into(repository)
    told = {name: func.coalesce(insert.excluded[name], repository.c[name]) for name in _OPTIONAL}
    always = {name: insert.excluded[name] for name in ("installation_id", "name", "folded", "seen_at", "gone_at")}
    return insert.on_conflict_do_update(index_elements=["id"], set_={**always, **told})


def values(row: Told, now: float) -> dict[str, Any]:
    """What is written of a row that is seen at `now`."""
    return {
        "id": row.id,
        "installation_id": row.installation_id,
        "name": row.name,
        "folded": row.name.lower(),
        **{name: getattr(row, name) for name in _OPTIONAL},
        "properties": None if row.properties is None else dict(row.properties),
        "topics": None if row.topics is None else list(row.topics),
        "seen_at": now,
        "gone_at": None,
    }


def read_row(row: Row[Any]) -> RepositoryRow:
    """A row of the table."""
    return RepositoryRow(
        id=row.id,
        installation_id=row.installation_id,
        name=row.name,
        **{name: getattr(row, name) for name in _OPTIONAL},
        seen_at=row.seen_at,
        gone_at=row.gone_at,
    )


def _batches(items: Sequence[Any]) -> Iterator[list[Any]]:
    rest = iter(items)
    while batch := list(islice(rest, BATCH)):
        yield batch
