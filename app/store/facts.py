"""What sources said about packages, kept for all repositories."""

import hashlib
import json
import time
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from itertools import islice
from typing import NamedTuple, TypeVar

from sqlalchemy import select, update
from sqlalchemy.dialects import postgresql, sqlite

from app.ports import FactKey, FactRecord
from app.store.database import Database
from app.store.tables import advisory_name, fact
from app.store.words import folded
from app.tally import Tally
from checks.facts.codec import decode_advisory
from checks.model.facts import Want

T = TypeVar("T")

#: Records that one statement reads, and that one transaction writes: webhooks are accepted in between.
BATCH = 500
#: How exactly it is known when a record was used last (seconds).
EXACTNESS = 86_400.0
_ADVISORY = "advisory"


class Used(NamedTuple):
    """A record that was used lately, without its value."""

    id: str
    key: FactKey
    about: Want
    fetched_at: datetime


class FactStore:
    """Implements `FactCache` on the database."""

    def __init__(self, database: Database, clock: Callable[[], float] = time.time, tally: Tally | None = None) -> None:
        self.database = database
        self.clock = clock
        self.tally = tally or Tally()

    async def get(self, keys: Collection[FactKey]) -> Mapping[FactKey, FactRecord]:
        wanted = {_id(key): key for key in keys}
        found: dict[FactKey, FactRecord] = {}
        stale: list[str] = []
        now = self.clock()
        if not wanted:
            return found
        async with self.database.read() as connection:
            for batch in _batches(sorted(wanted)):
                for row in await connection.execute(_SELECT.where(fact.c.id.in_(batch))):
                    key = wanted[row.id]
                    found[key] = FactRecord(key, Want(row.about), row.value, _moment(row.fetched_at))
                    if row.used_at < now - EXACTNESS:
                        stale.append(row.id)
        await self._touch(sorted(stale), now)
        return found

    async def _touch(self, ids: Sequence[str], now: float) -> None:
        for batch in _batches(ids):
            async with self.database.write() as connection:
                await connection.execute(update(fact).where(fact.c.id.in_(batch)).values(used_at=now))

    async def put(self, records: Collection[FactRecord]) -> None:
        now = self.clock()
        insert = (sqlite if self.database.sqlite else postgresql).insert(fact)
        new = insert.excluded
        statement = insert.on_conflict_do_update(
            index_elements=["id"],
            set_={"about": new.about, "value": new.value, "fetched_at": new.fetched_at, "used_at": new.used_at},
            where=fact.c.fetched_at <= new.fetched_at,
        )
        # Sorted, so that two writers never wait for each other.
        rows = sorted((_row(record, now) for record in records), key=lambda row: (row["id"], row["fetched_at"]))
        for batch in _batches(rows):
            async with self.database.write() as connection:
                await connection.execute(statement, batch)
        for record in records:
            at = record.fetched_at.timestamp()
            self.tally.happened("ospo_gate_source_answer_timestamp_seconds", at, record.key.source)
        await self._name([record for record in records if record.key.kind == _ADVISORY])

    async def _name(self, records: Collection[FactRecord]) -> None:
        """Let advisories be found by all the names of their vulnerabilities."""
        names = sorted({(folded(name), _id(record.key)) for record in records for name in _names(record.value)})
        insert = (sqlite if self.database.sqlite else postgresql).insert(advisory_name).on_conflict_do_nothing()
        for batch in _batches(names):
            async with self.database.write() as connection:
                await connection.execute(insert, [{"folded": name, "fact_id": id_} for name, id_ in batch])

    async def used(self, kinds: Collection[str], since: float, after: str, limit: int) -> list[Used]:
        """Records of these kinds that were used since (seconds since 1970), by id, those that come after one."""
        query = (
            select(fact.c.id, fact.c.name, fact.c.about, fact.c.fetched_at)
            .where(fact.c.id > after, fact.c.used_at >= since, fact.c.kind.in_(kinds))
            .order_by(fact.c.id)
            .limit(limit)
        )
        async with self.database.read() as connection:
            rows = (await connection.execute(query)).all()
        return [Used(row.id, FactKey(*json.loads(row.name)), Want(row.about), _moment(row.fetched_at)) for row in rows]


_SELECT = select(fact.c.id, fact.c.about, fact.c.value, fact.c.fetched_at, fact.c.used_at)


def _names(value: bytes) -> Collection[str]:
    """What an advisory may be asked for by."""
    try:
        return decode_advisory(value).names
    except ValueError:
        return ()


def _id(key: FactKey) -> str:
    return hashlib.sha256(_name(key).encode()).hexdigest()


def _name(key: FactKey) -> str:
    return json.dumps([*key])


def _row(record: FactRecord, now: float) -> dict[str, object]:
    return {
        "id": _id(record.key),
        "kind": record.key.kind,
        "name": _name(record.key),
        "about": record.about.value,
        "value": record.value,
        "fetched_at": record.fetched_at.timestamp(),
        "used_at": now,
    }


def _moment(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


def _batches(items: Sequence[T]) -> Iterator[list[T]]:
    rest = iter(items)
    while batch := list(islice(rest, BATCH)):
        yield batch
