"""Which repository uses which component since when: what each push to a default branch changes, and nothing else.

A manifest whose content is known is not looked at. Of another one the rows that differ are written: what is gone is
closed, what is new is opened. Work and rows are as many as the changes, but for one read of the manifest's open rows.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Collection, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, NamedTuple

from sqlalchemy import case, delete, select, text, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection

from app.store.changes import OPEN, Change, write
from app.store.components import Components, Key, batches
from app.store.database import Database
from app.store.documents import document_of
from app.store.tables import document, manifest, reading, use
from app.store.words import digest, kept
from checks.model.codeowners import CodeOwners
from checks.model.dependency import Inventory
from checks.model.uses import uses

#: Problems after which nothing is known of the whole file: what it used before is not gone.
_WHOLE_FILE = frozenset({"unreadable", "too-large"})
#: Any number that nobody else locks in this database.
_WRITING = 7_160_422


@dataclass(frozen=True, slots=True)
class Stored:
    """What changed in a repository."""

    newest: bool = True
    """False: a newer head is known already, and nothing was written."""
    opened: int = 0
    closed: int = 0
    altered: int = 0
    """Uses whose scope changed, or what brings them."""
    manifests: int = 0
    """Those that were looked at."""
    unlicensed: tuple[Key, ...] = ()
    """New components that the manifest tells no license of: `learn`."""


class _Prepared(NamedTuple):
    """A manifest on its way into the database."""

    inventory: Inventory
    digest: str
    key: str
    """Of its content, wherever it lies."""
    data: bytes
    owners: list[str] | None


class _Overtaken(Exception):
    """A newer head came meanwhile."""


class UseStore:
    """Writes what default branches use; `app.store.where` reads it."""

    def __init__(self, database: Database, clock: Callable[[], float] = time.time) -> None:
        self.database = database
        self.clock = clock
        self._insert = sqlite.insert if database.sqlite else postgresql.insert

    async def store(
        self,
        repository_id: int,
        head: str,
        at: float,
        inventories: Collection[Inventory],
        *,
        whole: bool = True,
        codeowners: CodeOwners | None = None,
    ) -> Stored:
        """What a default branch uses at `head`, which GitHub named at `at` (seconds since 1970).

        All its inventories are given; `whole`: none can be missing, so that a manifest that is not among them is gone.
        The same again changes nothing; an older head than the known one is left alone. `codeowners`: the file as it
        stands at the head, if it was read. Each manifest has its own transaction; broken off, it is done again.
        """
        if not await self._begin(repository_id, head, at):
            return Stored(newest=False)
        prepared = await asyncio.to_thread(_prepared, repository_id, inventories, codeowners)
        known = await self._manifests(repository_id)
        unread = [item for item in prepared if _unread(item.inventory)]
        done: list[Stored] = []
        try:
            for item in prepared:
                row = known.get(item.digest)
                if not _unread(item.inventory) and (row is None or (row.document, row.owners) != _stands(item, row)):
                    done.append(await self._manifest(repository_id, head, at, item))
            gone = known.keys() - {item.digest for item in prepared} if whole else ()
            for name in sorted(gone):
                if known[name].document is not None:
                    done.append(await self._gone(repository_id, head, at, known[name].id))
            await self._end(repository_id, head, len(unread))
        except _Overtaken:
            return Stored(newest=False)
        return _sum(done)

    async def moved(self, repository_id: int, before: str, head: str, at: float) -> bool:
        """The default branch is at `head`, with the manifests that it had at `before`. False: something else is known
        of it, so that it must be read."""
        here = (reading.c.repository_id == repository_id) & (reading.c.head == before) & reading.c.done
        async with self.database.write() as connection:
            known = update(reading).where(here, reading.c.at <= at).values(head=head, at=at)
            return bool((await connection.execute(known)).rowcount)

    @asynccontextmanager
    async def _writing(self) -> AsyncIterator[AsyncConnection]:
        """One writer at a time on PostgreSQL too: they all count the same popular packages, each in another order."""
        async with self.database.write() as connection:
            if not self.database.sqlite:
                await connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _WRITING})
            yield connection

    async def _begin(self, repository_id: int, head: str, at: float) -> bool:
        row = {"repository_id": repository_id, "head": head, "at": at, "first_at": at, "done": False}
        statement = self._insert(reading).values(row)
        same = reading.c.head == statement.excluded.head
        newer = {
            "head": statement.excluded.head,
            "at": statement.excluded.at,
            # until all of another head is written, what stands there is half of each
            "done": case((same, reading.c.done), else_=False),
        }
        async with self.database.write() as connection:
            result = await connection.execute(
                statement.on_conflict_do_update(
                    index_elements=["repository_id"], set_=newer, where=reading.c.at <= statement.excluded.at
                )
            )
            return bool(result.rowcount)

    async def _end(self, repository_id: int, head: str, unread: int) -> None:
        which = (reading.c.repository_id == repository_id) & (reading.c.head == head)
        async with self.database.write() as connection:
            await connection.execute(update(reading).where(which).values(done=True, unread=unread))

    async def _manifests(self, repository_id: int) -> dict[str, Any]:
        query = select(manifest.c.id, manifest.c.digest, manifest.c.document, manifest.c.owners)
        async with self.database.read() as connection:
            rows = await connection.execute(query.where(manifest.c.repository_id == repository_id))
            return {row.digest: row for row in rows}

    async def _manifest(self, repository_id: int, head: str, at: float, item: _Prepared) -> Stored:
        found = await asyncio.to_thread(uses, item.inventory)
        async with self._writing() as connection:
            await self._hold(connection, repository_id, head)
            manifest_id = await self._put(connection, repository_id, item)
            components = Components(connection, self._insert)
            known = await components.known(found)
            change = Change(manifest_id, repository_id, at, item.inventory)
            rows = await connection.execute(OPEN.where(use.c.manifest_id == manifest_id))
            change.compare({row.component_id: row for row in rows}, found, known)
            await write(connection, change)
        unlicensed = tuple(key for key in change.keys if known[key].license is None)
        return Stored(
            opened=len(change.opened),
            closed=len(change.closed),
            altered=len(change.altered),
            manifests=1,
            unlicensed=unlicensed,
        )

    async def _gone(self, repository_id: int, head: str, at: float, manifest_id: int) -> Stored:
        async with self._writing() as connection:
            await self._hold(connection, repository_id, head)
            closed = await self._close_all(connection, manifest_id, repository_id, at)
        return Stored(closed=closed, manifests=1)

    async def _close_all(self, connection: AsyncConnection, manifest_id: int, repository_id: int, at: float) -> int:
        change = Change(manifest_id, repository_id, at, None)
        rows = await connection.execute(OPEN.where(use.c.manifest_id == manifest_id))
        change.compare({row.component_id: row for row in rows}, {}, {})
        await write(connection, change)
        await connection.execute(update(manifest).where(manifest.c.id == manifest_id).values(document=None))
        return len(change.closed)

    async def _hold(self, connection: AsyncConnection, repository_id: int, head: str) -> None:
        query = select(reading.c.head).where(reading.c.repository_id == repository_id)
        if (await connection.execute(query)).scalar_one_or_none() != head:
            raise _Overtaken

    async def _put(self, connection: AsyncConnection, repository_id: int, item: _Prepared) -> int:
        content = self._insert(document).values(key=item.key, data=item.data, stored_at=self.clock())
        again = {"stored_at": content.excluded.stored_at}
        await connection.execute(content.on_conflict_do_update(index_elements=["key"], set_=again))
        row = self._insert(manifest).values(
            repository_id=repository_id,
            digest=item.digest,
            path=kept(item.inventory.path),
            format=item.inventory.format,
            document=item.key,
            owners=item.owners,
        )
        newer = {"format": row.excluded.format, "document": row.excluded.document}
        if item.owners is not None:
            newer["owners"] = row.excluded.owners
        upsert = row.on_conflict_do_update(index_elements=["digest"], set_=newer).returning(manifest.c.id)
        return int((await connection.execute(upsert)).scalar_one())

    async def learn(self, licenses: Mapping[Key, str]) -> int:
        """What facts say about the licenses of components (raw statements); how many were news."""
        news = 0
        for batch in batches(sorted(licenses.items(), key=lambda item: (item[0][0], item[0][1] or ""))):
            async with self._writing() as connection:
                news += await Components(connection, self._insert).learn(dict(batch))
        return news

    async def gone(self, repository_id: int, at: float) -> int:
        """A repository was deleted, or the App lost sight of it: it uses nothing any more since `at`."""
        async with self.database.read() as connection:
            query = select(manifest.c.id).where(
                manifest.c.repository_id == repository_id, manifest.c.document.is_not(None)
            )
            ids = sorted((await connection.execute(query)).scalars())
        closed = 0
        for manifest_id in ids:
            async with self._writing() as connection:
                closed += await self._close_all(connection, manifest_id, repository_id, at)
        async with self.database.write() as connection:
            await connection.execute(delete(reading).where(reading.c.repository_id == repository_id))
        return closed

    async def forget(self, repository_id: int) -> None:
        """Nothing remains of a repository, its history neither."""
        await self.gone(repository_id, self.clock())
        mine = select(manifest.c.id).where(manifest.c.repository_id == repository_id)
        async with self.database.write() as connection:
            await connection.execute(delete(use).where(use.c.manifest_id.in_(mine)))
            await connection.execute(delete(manifest).where(manifest.c.repository_id == repository_id))


def _prepared(repository_id: int, inventories: Iterable[Inventory], codeowners: CodeOwners | None) -> list[_Prepared]:
    """In the order of paths; of several inventories of one path the last."""
    found = []
    for path, inventory in sorted({item.path: item for item in inventories}.items()):
        key, data = document_of(inventory)
        owners = None if codeowners is None else list(codeowners.owners(path))
        found.append(_Prepared(inventory, digest(repository_id, path), key, data, owners))
    return found


def _unread(inventory: Inventory) -> bool:
    return any(problem.code in _WHOLE_FILE for problem in inventory.problems)


def _stands(item: _Prepared, row: Any) -> tuple[str, list[str] | None]:
    """What a row says that need not be touched."""
    return item.key, row.owners if item.owners is None else item.owners


def _sum(done: Sequence[Stored]) -> Stored:
    return Stored(
        opened=sum(one.opened for one in done),
        closed=sum(one.closed for one in done),
        altered=sum(one.altered for one in done),
        manifests=len(done),
        unlicensed=tuple(dict.fromkeys(key for one in done for key in one.unlicensed)),
    )
