"""What a preview reads of the stored facts: all records of the kinds that it needs, in pages."""

import json
from collections.abc import AsyncIterator, Collection, Sequence
from typing import Any, cast

from sqlalchemy import Integer, Select, literal_column, select

from app.store.database import Database
from app.store.plain import Rows, plain, plain_pages
from app.store.tables import fact

#: Rows of one page.
PAGE = 20_000
#: Kind, name, value of the `Want` that is answered, and what the codec wrote. A plain row: there are millions.
StoredRecord = tuple[str, str, int, bytes]


async def stored_records(database: Database, kinds: Collection[str]) -> AsyncIterator[Sequence[StoredRecord]]:
    """All records of these kinds, in no order."""
    query = select(fact.c.kind, fact.c.name, fact.c.about, fact.c.value).where(fact.c.kind.in_(sorted(kinds)))
    pages = _in_the_order_of_the_table(database, query) if database.sqlite else _in_one_statement(database, query)
    async for rows in pages:
        yield cast(Sequence[StoredRecord], rows)


# By the key of the table, which is a digest, pages would jump about in it.


async def _in_the_order_of_the_table(database: Database, query: Select[Any]) -> AsyncIterator[Rows]:
    number = literal_column("rowid", Integer)
    beyond = select(number).select_from(fact).order_by(number.desc()).limit(1)
    async with database.read() as connection:
        last = (await connection.execute(beyond)).scalar() or 0
    for after in range(0, last, PAGE):
        async with database.read() as connection:
            rows = await plain(connection, query.where(number > after, number <= after + PAGE))
        if rows:
            yield rows


async def _in_one_statement(database: Database, query: Select[Any]) -> AsyncIterator[Rows]:
    async with database.read() as connection:
        async for rows in plain_pages(connection, query, PAGE):
            yield rows


def named(name: str) -> Sequence[str]:
    """Key and source of a record by its name: a `FactKey` as JSON."""
    _, key, source = json.loads(name)
    return key, source
