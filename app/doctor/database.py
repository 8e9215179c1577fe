"""The database: whether it can be used, what waits in it, and whether anybody works."""

import shutil
import time
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.engine import make_url

from app.doctor.line import Line, fault, ok, warning
from app.jobs import redeliver
from app.service_settings import Engine, ServiceSettings
from app.store.database import Database, Schema
from app.store.deliveries import DeliveryStore
from app.store.figures import FigureStore, Queue, Stock
from app.store.pauses import PauseStore
from app.store.tables import subject
from checks.model.phrase import visible

#: Bytes that are free on the disk of an SQLite file.
TIGHT, FULL = 2_000_000_000, 200_000_000
#: Seconds for which something has waited for a worker.
LATE, STUCK = 120.0, 900.0
#: Seconds without a sign of a worker, beyond its usual pace.
SILENCE = 120.0
#: As many seconds as no worker ever was.
NEVER = float("inf")
#: Seconds after which facts that are in use should have been renewed: a night was missed.
OLD = 2 * 86_400.0


async def database(
    settings: ServiceSettings, store: Database, clock: Callable[[], float] = time.time
) -> AsyncIterator[Line]:
    """Raises `OSError` or `SQLAlchemyError` when it does not answer."""
    found = await store.schema()
    if found is Schema.BEHIND:
        then = "Start the service, or run: ospo-gate db upgrade"
        yield fault("database", "the schema of the database is older than this release", then)
        return
    if found is Schema.AHEAD:
        yield warning(
            "database", "the schema of the database is newer than this release", "Update ospo-gate here, too."
        )
    else:
        yield ok("database", "the database answers, its schema is the one of this release")
    if store.sqlite:
        for line in disk(settings.database):
            yield line
    figures, deliveries = FigureStore(store, clock), DeliveryStore(store, clock)
    stock = await figures.stock()
    yield queue(await figures.queue())
    yield failures(await deliveries.failed())
    yield workers(settings, stock, await _looked_late(store, clock) if settings.repair else None)
    for line in facts(settings, stock):
        yield line
    for pause in await PauseStore(store, clock).active():
        until = time.strftime("%Y-%m-%d %H:%M", time.gmtime(pause.until))
        what = f"paused by {visible(pause.by)} until {until} UTC: {visible(pause.reason)}"
        yield warning("pause", what, "If it is over: ospo-gate resume")


def disk(url: str) -> Iterator[Line]:
    """Room for the file of an SQLite database."""
    path = make_url(url).database
    if not path or path == ":memory:":
        return
    folder = Path(path).absolute().parent
    try:
        free = shutil.disk_usage(folder).free
    except OSError as error:
        yield fault("disk", f"the folder of the database cannot be read: {visible(str(error))}", "See its permissions.")
        return
    what = f"{free / 1e9:.1f} GB are free beside the database"
    if free >= TIGHT:
        yield ok("disk", what)
    else:
        level = fault if free < FULL else warning
        yield level("disk", what, "Make room: what cannot be stored is refused, and GitHub delivers it only for days.")


def queue(found: Queue) -> Line:
    waiting = sum(found.depth.values())
    what = f"{waiting} wait or are in hand" if waiting else "nothing waits"
    if found.oldest <= LATE:
        return ok("queue", what)
    level = fault if found.oldest > STUCK else warning
    return level("queue", f"{what}, the oldest for {found.oldest / 60:.0f} minutes", "See the line about workers.")


def failures(count: int) -> Line:
    if not count:
        return ok("failures", "nothing has ended without a verdict")
    things = "1 thing has" if count == 1 else f"{count} things have"
    then = "ospo-gate deliveries list --failed says why; deliveries replay does it again."
    return warning("failures", f"{things} ended without a verdict", then)


def workers(settings: ServiceSettings, stock: Stock, late: float | None) -> Line:
    """`late`: seconds since a worker should have looked for failed webhooks; None: nobody was to."""
    start = "Start `ospo-gate serve`." if settings.engine is Engine.EMBEDDED else "Start `ospo-gate work`."
    if settings.engine is Engine.DISTRIBUTED and not stock.processes:
        return fault("workers", "no process of `ospo-gate work` is alive", start)
    if late is None:
        then = "Set OSPO_GATE_REPAIR=true, unless another service repairs for this one."
        return warning("workers", "repair is off: what is lost on the way from GitHub stays lost", then)
    if late == NEVER:
        return fault("workers", "no worker has run on this database yet", start)
    if late > SILENCE:
        return fault("workers", f"no worker has done its round for {late / 60:.0f} minutes", start)
    processes = f" in {stock.processes} processes" if stock.processes else ""
    return ok("workers", f"workers do their rounds{processes}")


async def _looked_late(store: Database, clock: Callable[[], float]) -> float:
    """The task for failed webhooks is due every few minutes, whatever else happens: a sign of life."""
    query = select(subject.c.next_at, subject.c.lease_until).where(subject.c.key == redeliver.KEY)
    async with store.read() as connection:
        row = (await connection.execute(query)).one_or_none()
    if row is None:
        return NEVER
    return float(clock() - max(row.next_at, row.lease_until or 0.0))


def facts(settings: ServiceSettings, stock: Stock) -> Iterator[Line]:
    if not settings.online and not settings.facts:
        then = "Set OSPO_GATE_ONLINE=true, or OSPO_GATE_FACTS: docs/facts.md."
        yield warning("facts", "no source of facts is set: vulnerabilities and ages are not known", then)
    elif settings.online:
        oldest = max((kept.oldest for kept in stock.facts.values()), default=0.0)
        what = f"{sum(kept.count for kept in stock.facts.values())} facts are kept"
        if oldest > OLD:
            then = "Facts that are in use are renewed every night: see that a worker runs and reaches the sources."
            yield warning("facts", f"{what}, some that are in use for {oldest / 86_400:.0f} days", then)
        else:
            yield ok("facts", what)
    if settings.facts and "://" not in settings.facts and not Path(settings.facts).is_file():
        yield fault("facts", f"the facts file {visible(settings.facts)} is not there", "See OSPO_GATE_FACTS.")
