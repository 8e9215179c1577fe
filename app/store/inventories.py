"""Parsed inventories by content. The document is compressed JSON: a cache must never be able to run code."""

import json
import time
import zlib
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite

from app.store.database import Database
from app.store.tables import inventory
from checks.model.dependency import Dependency, Inventory, Location, Origin, Problem, Scope

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
                found.update((row.key, decode(row.data)) for row in rows)
        return found

    async def put(self, inventories: Mapping[str, Inventory]) -> None:
        now = time.time()
        rows = [{"key": key, "data": encode(value), "stored_at": now} for key, value in inventories.items()]
        insert = (sqlite if self.database.sqlite else postgresql).insert
        async with self.database.write() as connection:
            await connection.execute(insert(inventory).on_conflict_do_nothing(), rows)


def encode(value: Inventory) -> bytes:
    """An inventory as bytes; `decode` gives an equal one back."""
    document = {
        "path": value.path,
        "format": value.format,
        "dependencies": [_from_dependency(d) for d in value.dependencies],
        "edges": value.edges,
        "parents": value.parents,
        "problems": [[p.code, p.message, *_from_location(p.location)] for p in value.problems],
    }
    return zlib.compress(json.dumps(document, separators=(",", ":"), ensure_ascii=True).encode("ascii"), 1)


def decode(data: bytes) -> Inventory:
    document = json.loads(zlib.decompress(data))
    return Inventory(
        path=document["path"],
        format=document["format"],
        dependencies=tuple(_to_dependency(row) for row in document["dependencies"]),
        edges=tuple(tuple(row) for row in document["edges"]),
        parents=tuple(document["parents"]),
        problems=tuple(Problem(code, message, Location(*place)) for code, message, *place in document["problems"]),
    )


def _from_location(location: Location) -> list[Any]:
    return [location.path, location.line, location.end_line]


def _from_dependency(d: Dependency) -> list[Any]:
    published = d.published.isoformat() if d.published else None
    head = [d.purl, d.name, d.version, _from_location(d.location), d.scope.value, d.direct, d.origin.value]
    required = _from_location(d.required_at) if d.required_at else None
    return [*head, d.source, d.license, published, d.integrity, required, d.installed_at]


def _to_dependency(row: list[Any]) -> Dependency:
    purl, name, version, place, scope, direct, origin, source, license_, *rest = row
    published, integrity, required, installed = rest
    return Dependency(
        purl,
        name,
        version,
        Location(*place),
        Scope(scope),
        direct,
        Origin(origin),
        source,
        license_,
        datetime.fromisoformat(published) if published else None,
        tuple(integrity),
        Location(*required) if required else None,
        installed,
    )
