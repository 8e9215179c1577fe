"""What was read of pull requests, so that they can be judged again without reading them again."""

import time
import zlib
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import bindparam, delete, select
from sqlalchemy.dialects import postgresql, sqlite

from app.store.database import Database
from app.store.tables import snapshot, snapshot_text

#: Texts of one statement.
BATCH = 200
#: Texts that are written in one breath.
FEW = 5
#: Seconds for which the use of a text is not written down again.
USED = 86_400.0


@dataclass(frozen=True, slots=True)
class StoredSnapshot:
    """What was read of one head."""

    head: str
    base: str
    """Of the base branch, as the event named it: what was read is between them."""
    head_at: float
    """GitHub's own time of the event that was judged (seconds since 1970)."""
    data: Mapping[str, Any]
    stored_at: float
    """Seconds since 1970."""


class SnapshotStore:
    """One row for each pull request; texts are kept once by their git id."""

    def __init__(self, database: Database, clock: Callable[[], float] = time.time) -> None:
        self.database = database
        self.clock = clock
        insert = (sqlite if database.sqlite else postgresql).insert
        texts, whole = insert(snapshot_text), insert(snapshot)
        # Built once: that costs as much as running them.
        self._keep_texts = texts.on_conflict_do_update(
            index_elements=["blob"], set_={"used_at": texts.excluded.used_at}
        )
        newer = {name: whole.excluded[name] for name in ("head", "base", "head_at", "data", "stored_at")}
        self._keep = whole.on_conflict_do_update(index_elements=["subject"], set_=newer)

    async def get(self, subject: str) -> StoredSnapshot | None:
        async with self.database.read() as connection:
            row = (await connection.execute(select(snapshot).where(snapshot.c.subject == subject))).one_or_none()
        return StoredSnapshot(row.head, row.base, row.head_at, row.data, row.stored_at) if row else None

    async def keep(self, subject: str, repository_id: int, row: StoredSnapshot, texts: Mapping[str, bytes]) -> None:
        """In place of what was kept of the pull request before; `texts` by git id."""
        now = self.clock()
        changes = {
            "head": row.head, "base": row.base, "head_at": row.head_at, "data": dict(row.data), "stored_at": now,
        }  # fmt: skip
        whole = {"subject": subject, "repository_id": repository_id, **changes}
        fresh = await self._unknown(texts, now)
        rows = [{"blob": blob, "data": zlib.compress(texts[blob], 1), "used_at": now} for blob in sorted(fresh)]
        brief = len(rows) <= FEW  # lost in a power cut: it is read again
        async with self.database.write(brief=brief, durable=not brief) as connection:
            if rows:
                await connection.execute(self._keep_texts, rows)
            await connection.execute(self._keep, whole)

    async def _unknown(self, texts: Mapping[str, bytes], now: float) -> set[str]:
        """Those that are not kept, or were not used for long."""
        left = set(texts)
        wanted = sorted(texts)
        async with self.database.read() as connection:
            for start in range(0, len(wanted), BATCH):
                given = {"blobs": wanted[start : start + BATCH], "since": now - USED}
                left -= set((await connection.execute(_KNOWN, given)).scalars())
        return left

    async def texts(self, blobs: Collection[str]) -> dict[str, bytes]:
        """Those that are kept, by git id."""
        found: dict[str, bytes] = {}
        wanted = sorted(blobs)
        async with self.database.read() as connection:
            for start in range(0, len(wanted), BATCH):
                query = select(snapshot_text).where(snapshot_text.c.blob.in_(wanted[start : start + BATCH]))
                found.update({row.blob: zlib.decompress(row.data) for row in await connection.execute(query)})
        return found

    async def forget(self, subject: str) -> None:
        async with self.database.write() as connection:
            await connection.execute(delete(snapshot).where(snapshot.c.subject == subject))


#: Built once: that costs as much as running it.
_KNOWN = select(snapshot_text.c.blob).where(
    snapshot_text.c.blob.in_(bindparam("blobs", expanding=True)), snapshot_text.c.used_at > bindparam("since")
)
