"""When vulnerabilities were first seen on default branches."""

import json
import time
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from itertools import islice

from sqlalchemy import ColumnElement, insert, select, update

from app.store.database import Database
from app.store.tables import sighting

#: A package (purl without version) and one of the names of a vulnerability of it.
Sighted = tuple[str, str]
#: Rows of one statement.
_BATCH = 500


class SightingStore:
    """What stands open in each repository, and since when."""

    def __init__(self, database: Database, clock: Callable[[], float] = time.time) -> None:
        self.database = database
        self.clock = clock

    async def first_seen(self, repository_id: int) -> Mapping[Sighted, datetime]:
        """When each that is not gone was first seen (UTC)."""
        query = select(sighting.c.name, sighting.c.first_seen_at).where(_open(repository_id))
        found: dict[Sighted, datetime] = {}
        async with self.database.read() as connection:
            for row in await connection.execute(query):
                purl, name = json.loads(row.name)
                at = datetime.fromtimestamp(row.first_seen_at, UTC)
                found[purl, name] = min(at, found.get((purl, name), at))
        return found

    async def saw(self, repository_id: int, present: Collection[Sighted], gone: Callable[[str], bool]) -> None:
        """What is there now. The rest is gone, where `gone` knows that of the package (purl)."""
        now = self.clock()
        names = {json.dumps([*item]) for item in present}
        async with self.database.write() as connection:
            query = select(sighting.c.id, sighting.c.name).where(_open(repository_id))
            known = {row.id: row.name for row in await connection.execute(query)}
            cleared = [id_ for id_, name in known.items() if name not in names and gone(json.loads(name)[0])]
            for batch in _batches(cleared):
                await connection.execute(update(sighting).where(sighting.c.id.in_(batch)).values(cleared_at=now))
            rows = [
                {"repository_id": repository_id, "name": name, "first_seen_at": now}
                for name in sorted(names.difference(known.values()))
            ]
            if rows:
                await connection.execute(insert(sighting), rows)


def _open(repository_id: int) -> ColumnElement[bool]:
    return (sighting.c.repository_id == repository_id) & sighting.c.cleared_at.is_(None)


def _batches(ids: Sequence[int]) -> Iterator[list[int]]:
    rest = iter(ids)
    while batch := list(islice(rest, _BATCH)):
        yield batch
