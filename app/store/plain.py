"""Rows as the driver gives them, for what is read by the million: SQLAlchemy's own cost as much as to read them."""

from collections.abc import AsyncIterator, Sequence
from typing import Any

from sqlalchemy import Select
from sqlalchemy.ext.asyncio import AsyncConnection

Rows = Sequence[tuple[Any, ...]]


async def plain(connection: AsyncConnection, query: Select[Any]) -> Rows:
    """All rows; the columns are numbers, texts and bytes, which each driver knows itself."""
    result = await connection.execute(query)
    assert result.cursor is not None
    rows: Rows = result.cursor.fetchall()
    result.close()
    return rows


async def plain_pages(connection: AsyncConnection, query: Select[Any], size: int) -> AsyncIterator[Rows]:
    """The same of one statement on PostgreSQL, so many at a time."""
    statement = str(query.compile(dialect=connection.dialect, compile_kwargs={"literal_binds": True}))
    raw = await connection.get_raw_connection()
    driver = raw.driver_connection
    assert driver is not None
    async with driver.transaction(), driver.cursor("ospo_gate_pages", binary=True) as cursor:
        await cursor.execute(statement)
        while rows := await cursor.fetchmany(size):
            yield rows
