"""What the default branch of a repository consists of, as it was read last."""

import asyncio
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from app.inventories import placed
from app.store.database import Database
from app.store.tables import document, manifest, reading
from checks.manifests.codec import decode
from checks.model.dependency import Inventory


@dataclass(frozen=True, slots=True)
class Head:
    """The head that was read last, and the inventories of its manifests by path."""

    sha: str
    at: float
    """GitHub's time of it (seconds since 1970)."""
    inventories: tuple[Inventory, ...]
    unread: int
    """Manifests that could not be read there; what they said before is among the inventories."""


class HeadStore:
    """Reads what `UseStore` wrote."""

    def __init__(self, database: Database) -> None:
        self.database = database

    async def head(self, repository_id: int) -> Head | None:
        """None if it was not read yet, or is being read."""
        known = select(reading.c.head, reading.c.at, reading.c.unread, reading.c.done)
        query = select(manifest.c.path, document.c.data).join(document, document.c.key == manifest.c.document)
        mine = query.where(manifest.c.repository_id == repository_id).order_by(manifest.c.path)
        async with self.database.read() as connection:
            found = (await connection.execute(known.where(reading.c.repository_id == repository_id))).one_or_none()
            if found is None or not found.done:
                return None
            rows = (await connection.execute(mine)).all()
        inventories, broken = await asyncio.to_thread(_decoded, rows)
        return Head(found.head, found.at, inventories, found.unread + broken)


def _decoded(rows: list[Any]) -> tuple[tuple[Inventory, ...], int]:
    """And how many an older release wrote otherwise."""
    found: list[Inventory] = []
    for path, data in rows:
        try:
            found.append(placed(decode(data), path))
        except ValueError:
            continue
    return tuple(found), len(rows) - len(found)
