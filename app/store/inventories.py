"""Parsed inventories by content."""

import time
from collections.abc import Iterable, Mapping

from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite

from app.store.database import Database
from app.store.tables import inventory
from checks.manifests.codec import decode, encode
from checks.model.dependency import Inventory

#: How many inventories one statement asks for.
BATCH = 200


class InventoryStore:
    """Implements `InventoryCache` on the database."""

    def __init__(self, database: Database) -> None:
        self.database = database

    async def get(self, keys: Iterable[str]) -> Mapping[str, Inventory]:
        wanted = list(dict.fromkeys(keys))
        found: dict[str, Inventory] = {}
        if not wanted:
            return found
        async with self.database.read() as connection:
            for start in range(0, len(wanted), BATCH):
                batch = wanted[start : start + BATCH]
                rows = await connection.execute(
                    select(inventory.c.key, inventory.c.data).where(inventory.c.key.in_(batch))
                )
                found.update((row.key, value) for row in rows if (value := _decoded(row.data)) is not None)
        return found

    async def put(self, inventories: Mapping[str, Inventory]) -> None:
        now = time.time()
        # Sorted, so that two writers never wait for each other; replaced, because what is there could not be decoded.
        rows = [{"key": key, "data": encode(value), "stored_at": now} for key, value in sorted(inventories.items())]
        insert = (sqlite if self.database.sqlite else postgresql).insert(inventory)
        newer = {"data": insert.excluded.data, "stored_at": insert.excluded.stored_at}
        async with self.database.write() as connection:
            await connection.execute(insert.on_conflict_do_update(index_elements=["key"], set_=newer), rows)


def _decoded(data: bytes) -> Inventory | None:
    """None for what an older version of ours wrote: it is parsed again."""
    try:
        return decode(data)
    except ValueError:
        return None
