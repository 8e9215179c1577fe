"""What is forgotten: all but history, subjects and the newest report of each has an age at which it goes."""

import time
from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Table, delete, or_, select

from app.store.database import Database
from app.store.forgetting import forget_uses
from app.store.reports import LATER, SENT, SUPERSEDED
from app.store.tables import delivery, fact, inventory, outbox, report, sighting, snapshot, snapshot_text, subject
from app.subject import Kind, task_key

_DAY = 86_400.0
#: Parsed inventories by content.
INVENTORIES = 90 * _DAY
#: What was read of a pull request for judging it again; of one that is closed it goes at once.
SNAPSHOTS = 30 * _DAY
#: Texts of such pull requests that nobody has had for so long.
TEXTS = SNAPSHOTS + 2 * _DAY
#: Facts that nobody used for so long; what is asked again then is asked anew.
FACTS = 30 * _DAY
#: Vulnerabilities that have been gone for so long.
SIGHTINGS = 365 * _DAY
#: Rows of one transaction: webhooks are accepted between the slices.
SLICE = 500
#: Rows that are looked for at once: no index leads to what is old, for it would cost whoever writes.
ROUND = 20 * SLICE
#: Beginnings of the names of tasks that are about one request or one pull request: there are always new ones.
_OF_ONE = ("request-", "approval-")


@dataclass(frozen=True, slots=True)
class Retention:
    """For how many days is kept what an organization may want to keep longer, or may not keep as long."""

    deliveries: int = 30
    """Deliveries, publications and comments with commands. GitHub redelivers for three days, GitHub Enterprise
    Server for seven."""
    reports: int = 90
    """Reports but the newest of each pull request and default branch: a merge group does not come back."""
    uses: int = 2 * 365
    """What packages a repository used, since it stopped to."""
    gone: int = 365
    """All of a repository that the App does not see any more: it was deleted, or the App was uninstalled."""


async def sweep(database: Database, clock: Callable[[], float] = time.time, retention: Retention | None = None) -> int:
    """Delete what is too old; how many rows that were."""
    now, kept = clock(), retention or Retention()
    newer = report.alias("newer")
    replaced = select(newer.c.id).where(newer.c.subject == report.c.subject, newer.c.id > report.c.id).exists()
    of_group, of_comment = report.c.subject.like(f"%/{Kind.GROUP}/%"), subject.c.key.like(f"%/{Kind.COMMENT}/%")
    of_pull = or_(*(subject.c.key.like(f"{task_key(name)}%") for name in _OF_ONE))
    obeyed = or_(of_comment, of_pull) & (subject.c.wanted <= subject.c.done)
    closed = select(subject.c.key).where(subject.c.key == snapshot.c.subject, subject.c.closed_at.is_not(None))
    over = closed.exists()
    rules: tuple[tuple[Table, ColumnElement[bool]], ...] = (
        (delivery, delivery.c.received_at < now - kept.deliveries * _DAY),
        (outbox, (outbox.c.made_at < now - kept.deliveries * _DAY) & outbox.c.state.in_((SENT, SUPERSEDED, LATER))),
        (report, (report.c.made_at < now - kept.reports * _DAY) & or_(replaced, of_group)),
        (subject, obeyed & (subject.c.next_at < now - kept.deliveries * _DAY)),
        (inventory, inventory.c.stored_at < now - INVENTORIES),
        (snapshot, (snapshot.c.stored_at < now - SNAPSHOTS) | over),
        (snapshot_text, snapshot_text.c.used_at < now - TEXTS),
        (fact, fact.c.used_at < now - FACTS),
        (sighting, sighting.c.cleared_at < now - SIGHTINGS),
    )
    deleted = sum([await _sliced(database, table, condition) for table, condition in rules])
    return deleted + await forget_uses(database, clock, kept.uses * _DAY, kept.gone * _DAY)


async def _sliced(database: Database, table: Table, condition: ColumnElement[bool]) -> int:
    """Looked for by readers, so that nobody who writes waits for a look at a whole table."""
    (key,) = table.primary_key.columns
    deleted = 0
    while True:
        async with database.read() as connection:
            found = (await connection.execute(select(key).where(condition).limit(ROUND))).scalars().all()
        before = deleted
        for start in range(0, len(found), SLICE):
            async with database.write() as connection:
                mine = delete(table).where(key.in_(found[start : start + SLICE]), condition)
                deleted += (await connection.execute(mine)).rowcount
        if len(found) < ROUND or deleted == before:
            return deleted
