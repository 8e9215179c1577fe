"""What is forgotten of uses: repositories that are gone, intervals that ended long ago, and what nothing refers to."""

import time
from collections.abc import Callable

from sqlalchemy import Delete, delete, select, tuple_

from app.store.database import Database
from app.store.gone import forget_verdicts
from app.store.tables import (
    advisory_name,
    backfill,
    document,
    fact,
    manifest,
    pull_inventory,
    pull_manifest,
    reading,
    repository,
    upload,
    use,
)
from app.store.uses import UseStore

_DAY = 86_400.0
#: Uses that ended so long ago; until then the history of a component tells of them.
ENDED = 2 * 365 * _DAY
#: Repositories that have been gone for so long, with all that is known of them.
GONE = 365 * _DAY
#: Contents that neither a default branch nor a pull request has any more.
DOCUMENTS = 90 * _DAY
#: Rows of one transaction: webhooks are accepted between the slices.
SLICE = 500
#: Repositories of one round.
ROUND = 10_000


async def forget_uses(
    database: Database, clock: Callable[[], float] = time.time, ended: float = ENDED, gone: float = GONE
) -> int:
    """Close the uses of repositories that are gone, and delete what is too old; how many rows were deleted."""
    now = clock()
    await _close_lost(database, clock)
    key = tuple_(use.c.manifest_id, use.c.component_id, use.c.since)
    over = select(use.c.manifest_id, use.c.component_id, use.c.since).where(use.c.until < now - ended)
    had = select(manifest.c.id).where(manifest.c.document == document.c.key)
    has = select(pull_manifest.c.subject).where(pull_manifest.c.document == document.c.key)
    unkept = select(document.c.key).where(document.c.stored_at < now - DOCUMENTS, ~had.exists(), ~has.exists())
    names = tuple_(advisory_name.c.folded, advisory_name.c.fact_id)
    known = select(fact.c.id).where(fact.c.id == advisory_name.c.fact_id)
    unknown = select(advisory_name).where(~known.exists())
    return (
        await _forget_repositories(database, clock, gone)
        + await _sliced(database, delete(use).where(key.in_(over.limit(SLICE))))
        + await _sliced(database, delete(document).where(document.c.key.in_(unkept.limit(SLICE))))
        + await _sliced(database, delete(advisory_name).where(names.in_(unknown.limit(SLICE))))
    )


async def _close_lost(database: Database, clock: Callable[[], float]) -> None:
    store = UseStore(database, clock)
    lost = select(repository.c.id, repository.c.gone_at).join(reading, reading.c.repository_id == repository.c.id)
    async with database.read() as connection:
        rows = (await connection.execute(lost.where(repository.c.gone_at.is_not(None)).limit(ROUND))).all()
    for row in rows:
        await store.gone(row.id, row.gone_at)


async def _forget_repositories(database: Database, clock: Callable[[], float], gone: float) -> int:
    store = UseStore(database, clock)
    over = repository.c.gone_at < clock() - gone
    async with database.read() as connection:
        ids = (await connection.execute(select(repository.c.id).where(over).limit(ROUND))).scalars().all()
    for id_ in ids:
        await store.forget(id_)
        async with database.write() as connection:
            await forget_verdicts(connection, id_)
        mine = select(pull_inventory.c.subject).where(pull_inventory.c.repository_id == id_)
        async with database.write() as connection:
            await connection.execute(delete(pull_manifest).where(pull_manifest.c.subject.in_(mine)))
            for table in (pull_inventory, backfill, upload):
                await connection.execute(delete(table).where(table.c.repository_id == id_))
            await connection.execute(delete(repository).where(repository.c.id == id_, over))
    return len(ids)


async def _sliced(database: Database, statement: Delete) -> int:
    deleted = 0
    while True:
        async with database.write() as connection:
            count = (await connection.execute(statement)).rowcount
        deleted += count
        if count < SLICE:
            return deleted
