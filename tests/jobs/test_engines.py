"""The contract of both engines: what is wanted is done, by one worker at a time, and the newest head comes last."""

import asyncio
import itertools
import os
import signal
import sqlite3
import time
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from app.store.acceptance import Unavailable
from app.store.database import Database
from app.store.subjects import SubjectStore
from app.subject import About, Claim, Delivery, Wanted, branch_key
from tests.end_to_end.forked import Forked
from tests.jobs.worker import engine

ABOUT = About("example/web", "R_1", "PR_1")
PATIENCE = 180.0
_numbers = itertools.count(1)
Handler = Callable[["Bench", Claim], Awaitable[None]]


@dataclass
class Place:
    """An engine's name and a database with its tables."""

    kind: str
    url: str


@pytest.fixture(params=["embedded-sqlite", "embedded-postgresql", "distributed-postgresql"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Place:
    kind, base = request.param.split("-")
    if base == "sqlite":
        return Place(kind, request.getfixturevalue("sqlite_database")(tmp_path))
    return Place(kind, request.getfixturevalue("postgres_database")())


@dataclass
class Bench:
    """Workers of two hosts, and what they did."""

    subjects: SubjectStore
    accepting: Any
    began: list[tuple[str, str]] = field(default_factory=list)
    published: dict[str, str] = field(default_factory=dict)
    overlaps: int = 0
    in_hand: Counter[str] = field(default_factory=Counter)

    async def want(self, number: int, head: str = "a", at: float = 1.0, installation: int = 11) -> None:
        command = Wanted(f"{installation}/pull/{number}", installation, installation, number, head, at, ABOUT)
        await self.subjects.accept(Delivery(f"d{next(_numbers)}", "pull_request", "synchronize", command))
        self.accepting.wake()

    async def until(self, condition: Callable[[], object], what: str) -> None:
        end = time.monotonic() + PATIENCE
        while not condition():
            assert time.monotonic() < end, f"waited for: {what}"
            await asyncio.sleep(0.005)

    async def idle(self) -> None:
        end = time.monotonic() + PATIENCE
        while await self.subjects.waiting():
            assert time.monotonic() < end, "waited for the end of the work"
            await asyncio.sleep(0.01)


def when_handed_out(bench: Bench, key: str) -> list[int]:
    """How many had begun each time that the distributed engine made a job of a subject."""
    counts: list[int] = []
    outstanding = getattr(bench.accepting, "outstanding", None)
    if outstanding:
        real = outstanding.hand_out

        async def watched(*given: Any) -> Any:
            jobs = await real(*given)
            counts.extend(len(bench.began) for job in jobs if job.key == key)
            return jobs

        outstanding.hand_out = watched
    return counts


async def publish(bench: Bench, claim: Claim) -> None:
    """What most stories do with a claim."""
    await asyncio.sleep(0.002)
    if await bench.subjects.may_publish(claim):
        bench.published[claim.key] = claim.head
    await bench.subjects.finish(claim)


@asynccontextmanager
async def at_work(
    place: Place, handler: Handler = publish, hosts: int = 2, workers: int = 2, lease: float = 8
) -> AsyncIterator[Bench]:
    async with AsyncExitStack() as stack:
        stores = [SubjectStore(Database(place.url)) for _ in range(hosts)]
        for store in stores:
            stack.push_async_callback(store.database.close)
        bench = Bench(stores[0], None)

        async def handle(claim: Claim) -> None:
            bench.began.append((claim.key, claim.head))
            bench.in_hand[claim.key] += 1
            bench.overlaps += bench.in_hand[claim.key] > 1
            try:
                await handler(bench, claim)
            finally:
                bench.in_hand[claim.key] -= 1

        engines = [engine(place.kind, store, handle, workers, lease) for store in stores]
        bench.accepting = engines[0]
        for each in engines:
            await stack.enter_async_context(each.running())
        yield bench


def test_many_events_become_few_runs_and_the_newest_head_is_the_last(place: Place) -> None:
    async def story() -> None:
        async with at_work(place) as bench:
            for round_ in range(40):
                await asyncio.gather(*(bench.want(number, f"head-{round_}", float(round_)) for number in range(10)))
            await bench.idle()
        assert bench.overlaps == 0
        assert bench.published == {f"11/pull/{number}": "head-39" for number in range(10)}
        assert 10 <= len(bench.began) <= 400

    asyncio.run(story())


def test_a_retry_waits_for_its_time(place: Place) -> None:
    async def fail_twice(bench: Bench, claim: Claim) -> None:
        if claim.attempts < 2:
            await bench.subjects.retry(claim, "GitHub answered 502", bench.subjects.clock() + 0.2)
        else:
            await publish(bench, claim)

    async def story() -> None:
        async with at_work(place, fail_twice) as bench:
            await bench.want(1)
            await bench.idle()
        assert len(bench.began) == 3
        assert bench.published == {"11/pull/1": "a"}

    asyncio.run(story())


def test_a_new_head_does_not_wait_for_the_retry_of_the_old_one(place: Place) -> None:
    async def fail_the_old(bench: Bench, claim: Claim) -> None:
        if claim.head == "old":
            await bench.subjects.retry(claim, "GitHub answered 502", bench.subjects.clock() + 3600)
        else:
            await publish(bench, claim)

    async def story() -> None:
        async with at_work(place, fail_the_old) as bench:
            await bench.want(1, "old", 1.0)
            await bench.until(lambda: bench.began and not bench.in_hand.total(), "the first attempt")
            await bench.want(1, "new", 2.0)
            await bench.until(lambda: bench.published, "the new head")
        assert bench.published == {"11/pull/1": "new"}

    asyncio.run(story())


def test_a_fault_of_ours_is_tried_again_and_stops_nobody(place: Place) -> None:
    async def fault(bench: Bench, claim: Claim) -> None:
        if claim.number == 1:
            raise ZeroDivisionError
        await publish(bench, claim)

    async def story() -> None:
        async with at_work(place, fault) as bench:
            for number in range(1, 6):
                await bench.want(number)
            await bench.until(lambda: len(bench.published) == 4 and not bench.in_hand.total(), "the others")
            assert await bench.subjects.waiting() == 1

    asyncio.run(story())


def test_the_burst_of_one_installation_does_not_hold_up_another(place: Place) -> None:
    async def story() -> None:
        async with at_work(place, hosts=1, workers=4) as bench:
            burst = asyncio.gather(*(bench.want(number) for number in range(120)))
            await bench.until(lambda: len(bench.began) >= 20, "the burst")
            before = len(bench.began)
            await bench.want(1, installation=12)
            accepted = len(bench.began)
            await bench.until(lambda: ("12/pull/1", "a") in bench.began, "the other installation")
            turn = bench.began.index(("12/pull/1", "a"))
            await burst
            await bench.idle()
        assert before < 120
        assert turn - accepted <= 8  # those in hand, and at most as many that were handed out already
        assert len(bench.published) == 121

    asyncio.run(story())


def test_what_somebody_waits_for_comes_before_default_branches(place: Place) -> None:
    async def story() -> None:
        async with at_work(place, hosts=1, workers=1) as bench:
            handed = when_handed_out(bench, "11/pull/1")
            for number in range(40):
                command = Wanted(branch_key(number), 11, number, 0, "a", 1.0, ABOUT)
                await bench.subjects.accept(Delivery(f"d{next(_numbers)}", "push", None, command))
            await bench.want(1)
            known = len(bench.began)  # what began until it was committed could not know of it
            await bench.idle()
        # one in hand, and one that was fetched but had not begun; a distributed worker may take others before the job
        # is handed out, as it has the installation's share of jobs already, and more while that is committed
        known = handed[0] if handed else known
        assert bench.began.index(("11/pull/1", "a")) - known <= (6 if handed else 2)
        assert bench.overlaps == 0

    asyncio.run(story())


def test_a_worker_that_ends_finishes_what_it_has_in_hand_and_begins_nothing(place: Place) -> None:
    async def story() -> None:
        told = asyncio.Event()

        async def last(bench: Bench, claim: Claim) -> None:
            await told.wait()
            await publish(bench, claim)

        async with at_work(place, last, hosts=1, workers=2) as bench:
            for number in range(5):
                await bench.want(number)
            await bench.until(lambda: bench.in_hand.total() == 2, "two in hand")
            begun = list(bench.began)
            asyncio.get_running_loop().call_soon(told.set)  # when it has been told to end
        assert bench.began == begun
        assert len(bench.published) == 2
        async with at_work(place) as heirs:
            await heirs.idle()
        assert len(heirs.published) == 3

    asyncio.run(story())


@pytest.mark.parametrize("place", ["embedded-postgresql", "distributed-postgresql"], indirect=True)
def test_a_database_that_restarts_is_found_again(place: Place, request: pytest.FixtureRequest) -> None:
    server = request.getfixturevalue("postgres")

    async def slowly(bench: Bench, claim: Claim) -> None:
        await asyncio.sleep(0.1)
        await publish(bench, claim)

    async def story() -> None:
        async with at_work(place, slowly, hosts=1, lease=1) as bench:
            for number in range(8):
                await bench.want(number)
            await bench.until(lambda: bench.published, "the first of them")
            await asyncio.to_thread(server.stop)
            with pytest.raises(Unavailable):
                await bench.want(99)
            await asyncio.to_thread(server.ensure_postgres_running)
            await bench.want(8)
            await bench.idle()
        assert bench.published == {f"11/pull/{number}": "a" for number in range(9)}

    asyncio.run(story())


def test_what_an_engine_forgot_is_found_by_the_subjects(place: Place) -> None:
    async def story() -> None:
        lost = SubjectStore(Database(place.url))
        await lost.accept(Delivery("d", "x", None, Wanted("11/pull/1", 11, 11, 1, "a", 1.0, ABOUT)))  # nobody submits
        await lost.database.close()
        async with at_work(place) as bench:
            await bench.idle()
        assert bench.published == {"11/pull/1": "a"}

    asyncio.run(story())


@contextmanager
def worker(place: Place, diary: Path, sign: Path, lease: float = 1.0) -> Iterator[Forked]:
    """One that goes on with what it has begun when the file `sign` is there."""
    command = ["tests.jobs.worker", place.kind, place.url, str(lease), str(sign), str(diary)]
    with diary.with_name("output").open("ab") as output:
        process = Forked(command, os.environ, output, diary.parent)
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def stop(process: Forked, place: Place) -> None:
    """Stop it while it does not hold SQLite's lock, with which it would stop everybody."""
    while True:
        process.send_signal(signal.SIGSTOP)
        if not place.url.startswith("sqlite") or unlocked(place.url.partition("///")[2]):
            return
        process.send_signal(signal.SIGCONT)
        time.sleep(0.01)


def unlocked(path: str) -> bool:
    connection = sqlite3.connect(path, timeout=0.1, isolation_level=None)
    try:
        connection.execute("BEGIN IMMEDIATE")
        connection.execute("ROLLBACK")
        return True
    except sqlite3.OperationalError:
        return False
    finally:
        connection.close()


def noted(diary: Path, pid: int | None = None) -> list[str]:
    """What workers did, in their order: `began`, `published`, `finished` or `fenced`."""
    lines = diary.read_text().splitlines() if diary.exists() else []
    return [words[1] for words in map(str.split, lines) if pid is None or int(words[0]) == pid]


def test_the_job_of_a_killed_worker_is_taken_over(place: Place, tmp_path: Path) -> None:
    diary, never = tmp_path / "diary", tmp_path / "never"

    async def story() -> None:
        async with at_work(place, hosts=1, workers=0) as bench:
            with worker(place, diary, sign=never) as first:
                await bench.want(1)
                await bench.until(lambda: noted(diary), "the first worker")
                first.send_signal(signal.SIGKILL)
                with worker(place, diary, sign=tmp_path) as second:
                    await bench.until(lambda: "finished" in noted(diary), "the second worker")
                    assert noted(diary, second.pid) == ["began", "published", "finished"]

    asyncio.run(story())


def test_a_worker_that_slept_through_its_lease_publishes_nothing(place: Place, tmp_path: Path) -> None:
    diary, sign = tmp_path / "diary", tmp_path / "sign"

    async def story() -> None:
        async with at_work(place, hosts=1, workers=0) as bench:
            with worker(place, diary, sign=sign) as zombie:
                await bench.want(1)
                await bench.until(lambda: noted(diary), "the first worker")
                stop(zombie, place)
                sign.touch()
                with worker(place, diary, sign=sign) as second:
                    await bench.until(lambda: "finished" in noted(diary, second.pid), "the second worker")
                    zombie.send_signal(signal.SIGCONT)
                    await bench.until(lambda: "fenced" in noted(diary, zombie.pid), "the zombie's end")
        assert Counter(noted(diary))["published"] == 1

    asyncio.run(story())
