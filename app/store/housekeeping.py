"""What is forgotten: all but history, subjects and the newest report of each has an age at which it goes."""

import time
from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Table, delete, func, select

from app.store.database import Database
from app.store.forgetting import forget_uses
from app.store.reports import LATER, SENT, SUPERSEDED
from app.store.tables import delivery, fact, inventory, outbox, report, sighting

_DAY = 86_400.0
#: Parsed inventories by content.
INVENTORIES = 90 * _DAY
#: Facts that nobody used for so long; what is asked again then is asked anew.
FACTS = 30 * _DAY
#: Vulnerabilities that have been gone for so long.
SIGHTINGS = 365 * _DAY
#: Rows of one transaction: webhooks are accepted between the slices.
SLICE = 500


@dataclass(frozen=True, slots=True)
class Retention:
    """For how many days is kept what an organization may want to keep longer, or may not keep as long."""

    deliveries: int = 30
    """Deliveries and publications. GitHub redelivers for three days, GitHub Enterprise Server for seven."""
    reports: int = 90
    """Reports but the newest of each subject."""
    uses: int = 2 * 365
    """What packages a repository used, since it stopped to."""
    gone: int = 365
    """All of a repository that the App does not see any more: it was deleted, or the App was uninstalled."""


async def sweep(database: Database, clock: Callable[[], float] = time.time, retention: Retention | None = None) -> int:
    """Delete what is too old; how many rows that were."""
    now, kept = clock(), retention or Retention()
    newest = select(func.max(report.c.id)).group_by(report.c.subject)
    rules: tuple[tuple[Table, ColumnElement[bool]], ...] = (
        (delivery, delivery.c.received_at < now - kept.deliveries * _DAY),
        (outbox, (outbox.c.made_at < now - kept.deliveries * _DAY) & outbox.c.state.in_((SENT, SUPERSEDED, LATER))),
        (report, (report.c.made_at < now - kept.reports * _DAY) & report.c.id.not_in(newest)),
        (inventory, inventory.c.stored_at < now - INVENTORIES),
        (fact, fact.c.used_at < now - FACTS),
        (sighting, sighting.c.cleared_at < now - SIGHTINGS),
    )
    deleted = sum([await _sliced(database, table, condition) for table, condition in rules])
    return deleted + await forget_uses(database, clock, kept.uses * _DAY, kept.gone * _DAY)


async def _sliced(database: Database, table: Table, condition: ColumnElement[bool]) -> int:
    (key,) = table.primary_key.columns
    deleted = 0
    while True:
        async with database.write() as connection:
            slice_ = select(key).where(condition).limit(SLICE)
            count = (await connection.execute(delete(table).where(key.in_(slice_)))).rowcount
        deleted += count
        if count < SLICE:
            return deleted
