"""Parsed inventories by content."""

import asyncio
import time
from collections.abc import Iterable, Mapping
from contextlib import suppress

from sqlalchemy import bindparam, select
from sqlalchemy.dialects import postgresql, sqlite

from app.store.database import Database
from app.store.tables import inventory
from checks.manifests.codec import decode, encode
from checks.model.dependency import Inventory

#: How many inventories one statement asks for.
BATCH = 200
#: Bytes that are decoded in less time than another thread needs to begin.
SMALL = 4_000


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
                known = [(row.key, row.data) for row in await connection.execute(_KNOWN, {"keys": batch})]
                small = sum(len(data) for _, data in known) <= SMALL
                found.update(_decoded(known) if small else await asyncio.to_thread(_decoded, known))
        return found

    async def put(self, inventories: Mapping[str, Inventory]) -> None:
        now = time.time()
        # Sorted, so that two writers never wait for each other; replaced, because what is there could not be decoded.
        encoded = await asyncio.to_thread(lambda: [(key, encode(value)) for key, value in sorted(inventories.items())])
        rows = [{"key": key, "data": data, "stored_at": now} for key, data in encoded]
        insert = (sqlite if self.database.sqlite else postgresql).insert(inventory)
        newer = {"data": insert.excluded.data, "stored_at": insert.excluded.stored_at}
        async with self.database.write() as connection:
            await connection.execute(insert.on_conflict_do_update(index_elements=["key"], set_=newer), rows)


#: Built once: that costs as much as running it.
_KNOWN = select(inventory.c.key, inventory.c.data).where(inventory.c.key.in_(bindparam("keys", expanding=True)))


def _decoded(rows: Iterable[tuple[str, bytes]]) -> dict[str, Inventory]:
    """Without what an older version of ours wrote: it is parsed again."""
    found = {}
    for key, data in rows:
        with suppress(ValueError):
            found[key] = decode(data)
    return found
