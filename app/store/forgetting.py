"""What is forgotten of uses: repositories that are gone, intervals that ended long ago, and what nothing refers to."""

import time
from collections.abc import Callable

from sqlalchemy import delete, select, tuple_

from app.store.database import Database
from app.store.tables import advisory_name, document, fact, manifest, reading, repository, use
from app.store.uses import UseStore

_DAY = 86_400.0
#: Uses that ended so long ago; until then the history of a component tells of them.
ENDED = 2 * 365 * _DAY
#: Repositories that have been gone for so long, with all that is known of them.
GONE = 365 * _DAY
#: Contents that no manifest has any more.
DOCUMENTS = 90 * _DAY
#: Rows of one transaction: webhooks are accepted between the slices.
SLICE = 500
#: Repositories of one round.
ROUND = 1_000


async def forget_uses(database: Database, clock: Callable[[], float] = time.time) -> int:
    """Close the uses of repositories that are gone, and delete what is too old; how many rows were deleted."""
    now = clock()
    store = UseStore(database, clock)
    async with database.read() as connection:
        lost = select(repository.c.id, repository.c.gone_at).join(reading, reading.c.repository_id == repository.c.id)
        left = (await connection.execute(lost.where(repository.c.gone_at.is_not(None)).limit(ROUND))).all()
        old = select(repository.c.id).where(repository.c.gone_at < now - GONE).limit(ROUND)
        over = (await connection.execute(old)).scalars().all()
    for id_, gone_at in left:
        await store.gone(id_, gone_at)
    for id_ in over:
        await store.forget(id_)
        async with database.write() as connection:
            await connection.execute(delete(repository).where(repository.c.id == id_, repository.c.gone_at.is_not(None)))
    kept, known = select(manifest.c.document).where(manifest.c.document == document.c.key), select(fact.c.id)
    key = tuple_(use.c.manifest_id, use.c.component_id, use.c.since)
    ended = select(use.c.manifest_id, use.c.component_id, use.c.since).where(use.c.until < now - ENDED).limit(SLICE)
    unkept = select(document.c.key).where(document.c.stored_at < now - DOCUMENTS, ~kept.exists()).limit(SLICE)
    names = tuple_(advisory_name.c.folded, advisory_name.c.fact_id)
    unknown = select(advisory_name).where(~known.where(fact.c.id == advisory_name.c.fact_id).exists()).limit(SLICE)
    deleted = len(over)
    for statement in (
        delete(use).where(key.in_(ended)),
        delete(document).where(document.c.key.in_(unkept)),
        delete(advisory_name).where(names.in_(unknown)),
    ):
        count = SLICE
        while count >= SLICE:
            async with database.write() as connection:
                count = (await connection.execute(statement)).rowcount
            deleted += count
    return deleted
