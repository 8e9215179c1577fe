"""Inventories as they were stored: of the head of each default branch, and of each pull request that was judged.

What a manifest says is kept once by its content, whichever repositories, commits and folders have it.
"""

import asyncio
import hashlib
import time
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass

from sqlalchemy import delete, insert, select
from sqlalchemy.dialects import postgresql, sqlite

from app.inventories import placed
from app.store.database import Database
from app.store.tables import document, manifest, pull_inventory, pull_manifest, reading
from app.store.words import digest, given, kept
from checks.manifests.codec import decode, encode
from checks.model.dependency import Inventory, Location, Problem

_UNREADABLE = "what is stored of it was written by another release: the next push that changes it stores it anew"
#: Contents that one statement asks for.
BATCH = 200


@dataclass(frozen=True, slots=True)
class StoredTree:
    """The manifests of one commit."""

    head: str
    """Empty: there is no commit."""
    at: float
    """GitHub's time of the event that named the head (seconds since 1970)."""
    documents: Mapping[str, str]
    """The key of what each manifest says, by path."""
    unread: int = 0
    """Manifests of a default branch that could not be read at this head; what they said before is among these."""
    done: bool = True
    """False: it is being written at this moment."""
    base: str = ""
    """Of a pull request: the head of the default branch whose manifests these are, but for those that it changes."""


class DocumentStore:
    """Reads what `UseStore` writes of default branches; writes and reads what pull requests have."""

    def __init__(self, database: Database, clock: Callable[[], float] = time.time) -> None:
        self.database = database
        self.clock = clock
        self._insert = sqlite.insert if database.sqlite else postgresql.insert

    async def head(self, repository_id: int) -> StoredTree | None:
        """The default branch; None: it was not read yet."""
        query = select(manifest.c.path, manifest.c.document).where(
            manifest.c.repository_id == repository_id, manifest.c.document.is_not(None)
        )
        async with self.database.read() as connection:
            where = reading.c.repository_id == repository_id
            row = (await connection.execute(select(reading).where(where))).one_or_none()
            if row is None:
                return None
            rows = (await connection.execute(query)).all()
        return StoredTree(row.head, row.at, {given(one.path): one.document for one in rows}, row.unread, row.done)

    async def pull(self, subject: str) -> StoredTree | None:
        """A pull request at the head that was judged last; None: nothing of it is stored."""
        query = select(pull_manifest.c.path, pull_manifest.c.document).where(pull_manifest.c.subject == subject)
        async with self.database.read() as connection:
            where = pull_inventory.c.subject == subject
            row = (await connection.execute(select(pull_inventory).where(where))).one_or_none()
            if row is None:
                return None
            rows = (await connection.execute(query)).all()
        return StoredTree(row.head, row.at, {given(one.path): one.document for one in rows}, base=row.base)

    async def keep_pull(
        self,
        subject: str,
        repository_id: int,
        head: str,
        at: float,
        heads: Collection[Inventory],
        gone: Collection[str] = (),
    ) -> bool:
        """Remember what a pull request has at `head`: the manifests of the default branch, but for the `heads` that it
        changes and the paths that are `gone`. False: the default branch was not read yet, so nobody knows the others.
        """
        base = await self.head(repository_id)
        if base is None or not base.done:
            return False
        made = await asyncio.to_thread(lambda: {one.path: document_of(one) for one in heads})
        kept_ = {path: key for path, key in base.documents.items() if path not in gone}
        trees = {**kept_, **{path: key for path, (key, _) in made.items()}}
        row = {"subject": subject, "repository_id": repository_id, "head": head, "at": at, "base": base.head}
        rows = [
            {"subject": subject, "digest": digest(path), "path": kept(path), "document": key}
            for path, key in sorted(trees.items())
        ]
        before = await self.pull(subject)
        same = before is not None and before.documents == trees
        async with self.database.write() as connection:
            for key, data in [] if same else sorted(set(made.values())):
                content = self._insert(document).values(key=key, data=data, stored_at=self.clock())
                again = {"stored_at": content.excluded.stored_at}
                await connection.execute(content.on_conflict_do_update(index_elements=["key"], set_=again))
            whole = self._insert(pull_inventory).values(row)
            newer = {name: whole.excluded[name] for name in ("head", "at", "base")}
            await connection.execute(whole.on_conflict_do_update(index_elements=["subject"], set_=newer))
            if not same:
                await connection.execute(delete(pull_manifest).where(pull_manifest.c.subject == subject))
            if rows and not same:
                await connection.execute(insert(pull_manifest), rows)
        return True

    async def forget_pull(self, subject: str) -> None:
        """Nobody knows what the pull request has."""
        async with self.database.write() as connection:
            for table in (pull_manifest, pull_inventory):
                await connection.execute(delete(table).where(table.c.subject == subject))

    async def inventories(self, tree: StoredTree) -> tuple[Inventory, ...]:
        """What its manifests say, by path. One that an older release wrote in another form has a problem instead."""
        data = await self._data(set(tree.documents.values()))
        return await asyncio.to_thread(lambda: tuple(_placed(sorted(tree.documents.items()), data)))

    async def _data(self, keys: Iterable[str]) -> dict[str, bytes]:
        found: dict[str, bytes] = {}
        wanted = sorted(keys)
        async with self.database.read() as connection:
            for start in range(0, len(wanted), BATCH):
                batch = document.c.key.in_(wanted[start : start + BATCH])
                for row in await connection.execute(select(document.c.key, document.c.data).where(batch)):
                    found[row.key] = row.data
        return found


def document_of(inventory: Inventory) -> tuple[str, bytes]:
    """What a manifest says, wherever it lies, as bytes, and their SHA-256."""
    data = encode(placed(inventory, inventory.path.rpartition("/")[2]))
    return hashlib.sha256(data).hexdigest(), data


def _placed(documents: Iterable[tuple[str, str]], data: Mapping[str, bytes]) -> Iterator[Inventory]:
    for path, key in documents:
        try:
            yield placed(decode(data[key]), path)
        except (LookupError, ValueError):
            yield Inventory(path, "", problems=(Problem("unreadable", _UNREADABLE, Location(path)),))
