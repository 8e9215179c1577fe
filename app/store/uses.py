"""Which repository uses which component since when: what each push to a default branch changes, and nothing else.

A manifest whose content is known is not looked at. Of another one the rows that differ are written: what is gone is
closed, what is new is opened. Work and rows are as many as the changes, but for one read of the manifest's open rows.
"""

import asyncio
import hashlib
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable, Collection, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, NamedTuple

from sqlalchemy import bindparam, delete, insert, select, text, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection

from app.inventories import placed
from app.store.components import Components, Known, batches
from app.store.database import Database
from app.store.tables import component, component_license, document, license_, manifest, reading, use
from app.store.words import digest, kept
from checks.manifests.codec import encode
from checks.model.codeowners import CodeOwners
from checks.model.dependency import SCOPE_ORDER, Inventory
from checks.model.uses import Use, Uses, brings, uses

_RANK = {scope: rank for rank, scope in enumerate(SCOPE_ORDER)}
#: Problems after which nothing is known of the whole file: what it used before is not gone.
_WHOLE_FILE = frozenset({"unreadable", "too-large"})
#: Any number that nobody else locks in this database.
_WRITING = 7_160_422
#: A package URL without version, and a version.
Key = tuple[str, str | None]


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
        newer = {"head": statement.excluded.head, "at": statement.excluded.at}
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
            change = _Change(manifest_id, repository_id, at, item.inventory)
            rows = await connection.execute(_OPEN.where(use.c.manifest_id == manifest_id, use.c.until.is_(None)))
            change.compare({row.component_id: row for row in rows}, found, known)
            await self._write(connection, change)
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
        change = _Change(manifest_id, repository_id, at, None)
        rows = await connection.execute(_OPEN.where(use.c.manifest_id == manifest_id, use.c.until.is_(None)))
        change.compare({row.component_id: row for row in rows}, {}, {})
        await self._write(connection, change)
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

    async def _write(self, connection: AsyncConnection, change: "_Change") -> None:
        mine = (use.c.manifest_id == change.manifest_id) & use.c.until.is_(None)
        for batch in batches(change.closed):
            which = mine & use.c.component_id.in_(batch)
            # What came and went with heads of the same second was never there.
            await connection.execute(delete(use).where(which, use.c.since >= change.at))
            await connection.execute(update(use).where(which).values(until=change.at))
        if change.altered:
            await connection.execute(_ALTER, [{"of_manifest": change.manifest_id, **row} for row in change.altered])
        for rows in batches(change.opened):
            await connection.execute(insert(use), rows)
        await _count(connection, change)

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


class _Change:
    """What differs between the open rows of a manifest and what it says now."""

    def __init__(self, manifest_id: int, repository_id: int, at: float, inventory: Inventory | None) -> None:
        self.manifest_id = manifest_id
        self.repository_id = repository_id
        self.at = at
        self.inventory = inventory
        self.opened: list[dict[str, Any]] = []
        self.closed: list[int] = []
        self.altered: list[dict[str, Any]] = []
        self.keys: list[Key] = []
        """Of what is opened."""
        self._reach: dict[str, frozenset[Key]] = {}

    def compare(self, rows: Mapping[int, Any], found: Uses, known: Mapping[Key, Known]) -> None:
        packages = {purl: known[purl, version].package_id for purl, version in found}
        names = {package_id: purl for purl, package_id in packages.items()}
        wanted: set[int] = set()
        for key, item in found.items():
            id_ = known[key].id
            if id_ in wanted:
                continue  # another spelling of the same
            wanted.add(id_)
            row = rows.get(id_)
            now = {"scope": _RANK[item.scope], "direct": item.direct, "via_id": packages.get(item.via or "")}
            if row is None:
                own = {"manifest_id": self.manifest_id, "component_id": id_, "repository_id": self.repository_id}
                self.opened.append({**own, "since": self.at, **now})
                self.keys.append(key)
                continue
            if self._still(names.get(row.via_id), key, item):
                now["via_id"] = row.via_id
            if (row.scope, row.direct, row.via_id) != tuple(now.values()):
                self.altered.append({"of_component": id_, **{f"new_{name}": value for name, value in now.items()}})
        self.opened.sort(key=lambda row: row["component_id"])
        self.closed = sorted(rows.keys() - wanted)

    def _still(self, via: str | None, key: Key, item: Use) -> bool:
        """Whether the dependency that brought it still does, though another may be nearer now: then nothing changed."""
        if via is None or item.via is None or via == item.via or self.inventory is None:
            return False
        if via not in self._reach:
            self._reach[via] = brings(self.inventory, via)
        return key in self._reach[via]


_OPEN = select(use.c.component_id, use.c.scope, use.c.direct, use.c.via_id)
_ALTER = (
    update(use)
    .where(
        use.c.manifest_id == bindparam("of_manifest"),
        use.c.component_id == bindparam("of_component"),
        use.c.until.is_(None),
    )
    .values(scope=bindparam("new_scope"), direct=bindparam("new_direct"), via_id=bindparam("new_via_id"))
)
_COUNT = update(component).where(component.c.id == bindparam("of")).values(uses=component.c.uses + bindparam("more"))
_LEFT = _COUNT.values(left_at=bindparam("at"))
_COUNT_LICENSE = (
    update(license_).where(license_.c.id == bindparam("of")).values(uses=license_.c.uses + bindparam("more"))
)


async def _count(connection: AsyncConnection, change: _Change) -> None:
    """The numbers of open uses follow. In the order of ids, so that two writers never wait for each other."""
    more = Counter({row["component_id"]: 1 for row in change.opened})
    more.subtract(change.closed)
    came = [{"of": id_, "more": count} for id_, count in sorted(more.items()) if count > 0]
    left = [{"of": id_, "more": count, "at": change.at} for id_, count in sorted(more.items()) if count < 0]
    for statement, rows in ((_COUNT, came), (_LEFT, left)):
        if rows:
            await connection.execute(statement, rows)
    licenses: Counter[int] = Counter()
    for batch in batches(sorted(more)):
        pairs = select(component_license).where(component_license.c.component_id.in_(batch))
        for row in await connection.execute(pairs):
            licenses[row.license_id] += more[row.component_id]
    rows = [{"of": id_, "more": count} for id_, count in sorted(licenses.items()) if count]
    if rows:
        await connection.execute(_COUNT_LICENSE, rows)


def _prepared(repository_id: int, inventories: Iterable[Inventory], codeowners: CodeOwners | None) -> list[_Prepared]:
    """In the order of paths; of several inventories of one path the last."""
    found = []
    for path, inventory in sorted({item.path: item for item in inventories}.items()):
        data = encode(placed(inventory, path.rpartition("/")[2]))
        owners = None if codeowners is None else list(codeowners.owners(path))
        key = hashlib.sha256(data).hexdigest()
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
