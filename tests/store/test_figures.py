"""What the database says of the service, on both databases."""

from collections.abc import Callable
from typing import Any

from sqlalchemy import insert

from app.store.database import Database
from app.store.figures import FigureStore, Kept
from app.store.subjects import SubjectStore
from app.store.tables import backfill, fact, outbox, upload
from app.subject import About, Claim, Delivery, Wanted

Run = Callable[[Callable[[Database], Any]], Any]


def delivery(number: int, kind: str = "pull") -> Delivery:
    about = About("example/web", "R")
    return Delivery(f"d{kind}{number}", "push", None, Wanted(f"7/{kind}/{number}", 1, 7, number, "h", 1.0, about))


async def claimed(store: SubjectStore) -> Claim:
    claim = await store.claim(60)
    assert claim
    return claim


def test_the_queue(run: Run) -> None:
    async def story(database: Database) -> None:
        now = 1_000.0
        store = SubjectStore(database, lambda: now)
        figures = FigureStore(database, lambda: now)
        empty = await figures.queue()
        assert (dict(empty.depth), empty.oldest, empty.delivery) == ({}, 0.0, 0.0)
        await store.accept(delivery(1))
        now += 10
        await store.accept(delivery(2))
        await store.accept(delivery(1, "branch"))
        now += 5
        queue = await figures.queue()
        assert (dict(queue.depth), queue.oldest, queue.delivery) == ({"pull": 2, "branch": 1}, 15.0, 15.0)
        first = await claimed(store)
        queue = await figures.queue()
        assert (dict(queue.depth), queue.oldest) == ({"pull": 2, "branch": 1}, 5.0), "what is in hand waits no more"
        await store.retry(first, "GitHub is away", now + 100)
        now += 50
        queue = await figures.queue()
        assert (queue.depth["pull"], queue.oldest, queue.delivery) == (2, 55.0, 65.0), "its delivery is not done"
        now += 60
        assert await store.finish(await claimed(store))
        assert await store.finish(await claimed(store))
        assert await store.finish(await claimed(store))
        empty = await figures.queue()
        assert (dict(empty.depth), empty.oldest, empty.delivery) == ({}, 0.0, 0.0)
        ((_, times),) = [
            item for item in store.tally.times("ospo_gate_verdict_latency_seconds") if item[0] == ("pull",)
        ]
        assert (sum(times.counts), times.total) == (2, 125.0 + 115.0)

    run(story)


def test_the_stock(run: Run) -> None:
    async def story(database: Database) -> None:
        now = 1_000_000.0
        store = SubjectStore(database, lambda: now)
        figures = FigureStore(database, lambda: now)
        for number in (1, 2):
            await store.accept(delivery(number))
            await store.finish(await claimed(store), failed="no permission" if number == 1 else None)
        facts = {"about": 1, "value": b"", "name": "[]", "used_at": now}
        said = {"subject": "7/pull/1", "token": 1, "publication": {}, "made_at": 1.0}
        async with database.write() as connection:
            for id_, fetched, used in (("a", now - 50, now), ("b", now - 90, now), ("c", 1.0, now - 3 * 86_400)):
                row = {**facts, "id": id_, "kind": "version", "fetched_at": fetched, "used_at": used}
                await connection.execute(insert(fact).values(row))
            await connection.execute(insert(backfill).values(repository_id=7, next_at=1.0))
            for target, done in (("track", 1), ("other", 2)):
                row = {"repository_id": 7, "target": target, "wanted": 2, "done": done, "next_at": 1.0}
                await connection.execute(insert(upload).values(row))
            for state in ("waiting", "later", "later", "sent"):
                await connection.execute(insert(outbox).values({**said, "state": state}))
        stock = await figures.stock()
        assert stock.failed == 1
        assert stock.outbox == {"waiting": 1, "later": 2}
        assert stock.facts == {"version": Kept(3, 90.0)}, "what nobody uses may be old"
        assert stock.size > 10_000
        assert (stock.repositories, stock.read, stock.unread, dict(stock.uploads)) == (0, 0, 1, {"track": 1})
        assert stock.processes == (None if database.sqlite else 0)

    run(story)
