"""What is known of the pull requests of repositories that the App does not see any more."""

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncConnection

from app.store.tables import (
    command,
    contributor,
    decision,
    delivery,
    history,
    matter,
    outbox,
    override,
    report,
    request,
    sighting,
    snapshot,
    subject,
)


async def forget_verdicts(connection: AsyncConnection, repository_id: int) -> int:
    """Delete all of it, the history too: the grace period is over, so nobody comes back; how many rows that were."""
    keys = select(subject.c.key).where(subject.c.repository_id == repository_id)
    tables = (report, outbox, history, command, request, delivery, contributor)
    statements = [delete(table).where(table.c.subject.in_(keys)) for table in tables]
    for table in (sighting, override, snapshot, subject):
        statements.append(delete(table).where(table.c.repository_id == repository_id))
    asked = select(request.c.matter).where(request.c.matter.is_not(None))
    over = select(matter.c.id).where(matter.c.state != "open", matter.c.id.not_in(asked))
    statements.append(delete(decision).where(decision.c.path.is_(None), decision.c.matter.in_(over)))
    statements.append(delete(matter).where(matter.c.state != "open", matter.c.id.not_in(asked)))
    return sum([(await connection.execute(statement)).rowcount for statement in statements])
