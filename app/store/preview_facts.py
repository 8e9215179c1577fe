"""What a preview reads of the stored facts: all records of the kinds that it needs, in pages."""

import json
from collections.abc import AsyncIterator, Collection, Sequence
from typing import Any, NamedTuple

from sqlalchemy import Integer, Select, literal_column, select

from app.store.database import Database
from app.store.tables import fact

#: Rows of one page.
PAGE = 20_000


class StoredRecord(NamedTuple):
    """One answer of one source."""

    kind: str
    key: str
    source: str
    about: int
    """Value of the `Want` that it answers."""
    value: bytes


async def stored_records(database: Database, kinds: Collection[str]) -> AsyncIterator[Sequence[StoredRecord]]:
    """All records of these kinds, in no order."""
    query = select(fact.c.kind, fact.c.name, fact.c.about, fact.c.value).where(fact.c.kind.in_(sorted(kinds)))
    pages = _in_the_order_of_the_table(database, query) if database.sqlite else _in_one_statement(database, query)
    async for rows in pages:
        yield [StoredRecord(row[0], *_named(row[1]), row[2], row[3]) for row in rows]


# By the key of the table, which is a digest, pages would jump about in it.


async def _in_the_order_of_the_table(database: Database, query: Select[Any]) -> AsyncIterator[Sequence[Any]]:
    number = literal_column("rowid", Integer)
    after = -1
    while True:
        page = query.add_columns(number).where(number > after).order_by(number).limit(PAGE)
        async with database.read() as connection:
            rows = (await connection.execute(page)).all()
        if not rows:
            return
        after = rows[-1][-1]
        yield rows


async def _in_one_statement(database: Database, query: Select[Any]) -> AsyncIterator[Sequence[Any]]:
    async with database.read() as connection, connection.stream(query) as result:
        async for rows in result.partitions(PAGE):
            yield rows


def _named(name: str) -> tuple[str, str]:
    """Key and source of a `FactKey`."""
    _, key, source = json.loads(name)
    return key, source
