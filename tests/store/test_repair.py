"""What repair reads and writes, on both databases: pauses, beliefs and deliveries."""

from collections.abc import Awaitable, Callable
from typing import Any

from app.store.beliefs import BeliefStore
from app.store.database import Database
from app.store.deliveries import DeliveryStore
from app.store.pauses import PAUSED, SPREAD, PauseStore
from app.store.repositories import RepositoryRow, RepositoryStore
from app.store.subjects import SubjectStore
from app.subject import About, Claim, Closed, Delivery, Wanted

Run = Callable[[Callable[[Database], Awaitable[Any]]], Any]


def wanted(repository: int, number: int, head: str = "a") -> Wanted:
    about = About("example/web", "R_1", "PR_1")
    return Wanted(f"{repository}/pull/{number}", 1, repository, number, head, 1.0, about)


class World:
    """A database at a time that tests move."""

    def __init__(self, database: Database) -> None:
        self.now = 1000.0
        self.subjects = SubjectStore(database, self.clock)
        self.pauses = PauseStore(database, self.clock)
        self.beliefs = BeliefStore(database, self.clock)
        self.deliveries = DeliveryStore(database, self.clock)
        self.repositories = RepositoryStore(database, self.clock)

    def clock(self) -> float:
        return self.now

    async def opened(self, *commands: Wanted) -> None:
        for command in commands:
            await self.subjects.accept(Delivery(f"d-{command.key}-{command.head}", "pull_request", "opened", command))

    async def claim(self, key: str) -> Claim:
        claim = await self.subjects.claim(60, key)
        assert claim is not None
        return claim


def test_a_pause_holds_where_and_as_long_as_it_was_said(run: Run) -> None:
    async def story(database: Database) -> None:
        world = World(database)
        pauses = world.pauses
        everywhere = await pauses.begin(2000.0, "why", "ada")
        here = await pauses.begin(3000.0, "why", "ada", repository_id=7)
        installation = await pauses.begin(4000.0, "why", "ada", installation_id=2)
        assert await pauses.covering(1, 8) == everywhere
        assert await pauses.covering(1, 7) == here
        assert await pauses.covering(2, 7) == installation
        world.now = 2000.0
        assert await pauses.covering(1, 8) is None
        assert await pauses.active() == [here, installation]

    run(story)


def test_the_end_of_a_pause_wakes_what_it_held_and_nothing_else(run: Run) -> None:
    async def story(database: Database) -> None:
        world = World(database)
        await world.opened(wanted(7, 1), wanted(7, 2), wanted(7, 3), wanted(8, 1))
        pause = await world.pauses.begin(5000.0, "why", "ada", repository_id=7)
        neutral = f"a:{PAUSED}{pause.id}"
        await world.subjects.finish(await world.claim("7/pull/1"), pause.spread_until(7), published=neutral)
        await world.subjects.finish(await world.claim("7/pull/2"), pause.spread_until(7), published="a:1234")
        await world.subjects.finish(await world.claim("7/pull/3"), 9000.0, published="a:1234")
        await world.subjects.finish(await world.claim("8/pull/1"), 5000.0, published=f"a:{PAUSED}{pause.id}1")
        assert await world.pauses.end(pause, "ada") == 2
        world.now += SPREAD
        assert {(await world.claim(key)).key for key in ("7/pull/1", "7/pull/2")} == {"7/pull/1", "7/pull/2"}
        assert await world.subjects.claim(60) is None

    run(story)


def test_the_runs_that_were_published_last_of_a_repository_are_known(run: Run) -> None:
    async def story(database: Database) -> None:
        from app.store.reports import ReportStore

        world = World(database)
        await world.opened(wanted(7, 1), wanted(77, 1))
        reports = ReportStore(database, world.clock)
        for key, name in (("7/pull/1", "legal"), ("77/pull/1", "other")):
            said = {"head": "a", "runs": [{"name": "ospo-gate"}, {"name": name}], "digest": "1"}
            await reports.refuse(await world.claim(key), said, "why", "paused")
        assert await world.pauses.names(7) == ("ospo-gate", "legal")
        assert await world.pauses.names(9) == ()

    run(story)


def test_repositories_are_paged_by_installation_without_what_cannot_change(run: Run) -> None:
    async def story(database: Database) -> None:
        world = World(database)
        rows = [RepositoryRow(id_, 1 + id_ % 2, f"example/r{id_}") for id_ in range(1, 7)]
        await world.repositories.seen([*rows, RepositoryRow(9, 1, "example/old", archived=True)])
        await world.repositories.gone(2, [5])
        pages = []
        after = (0, 0)
        while page := await world.beliefs.page(after, 2):
            pages.append([row.id for row in page])
            after = (page[-1].installation_id, page[-1].id)
        assert pages == [[2, 4], [6], [1, 3]]
        assert await world.beliefs.installations() == {1, 2}
        assert sorted(await world.beliefs.repositories(2, [2, 5, 99])) == [1, 2, 3, 5]

    run(story)


def test_beliefs_are_about_open_pull_requests_and_those_that_are_named(run: Run) -> None:
    async def story(database: Database) -> None:
        world = World(database)
        await world.opened(*(wanted(7, number) for number in (1, 2, 3, 4, 5)), wanted(8, 1))
        for number in (3, 4):
            closed = Closed(f"7/pull/{number}", "a", 2.0, "example/web")
            await world.subjects.accept(Delivery(f"c-{number}", "pull_request", "closed", closed))
        await world.subjects.finish(await world.claim("7/pull/1"), 9000.0, published="a:1")
        await world.subjects.finish(await world.claim("7/pull/2"), failed="why")
        found = (await world.beliefs.pulls({7: [4, 6], 9: []}))[7]
        assert sorted(found) == [1, 2, 4, 5]
        state = {n: (one.said, one.rests, one.waits, one.closed) for n, one in found.items()}
        assert state == {
            1: (True, False, False, False),
            2: (False, True, False, False),
            4: (False, False, False, True),
            5: (False, False, True, False),
        }

    run(story)


def test_what_ends_without_a_verdict_is_seen_until_it_is_closed(run: Run) -> None:
    async def story(database: Database) -> None:
        world = World(database)
        await world.opened(wanted(7, 1), wanted(7, 2), wanted(7, 3))
        for number in (1, 2):
            await world.subjects.finish(await world.claim(f"7/pull/{number}"), failed="why")
        await world.subjects.retry(await world.claim("7/pull/3"), "internal error", 2000.0)
        assert await world.deliveries.failed() == 2
        poisoned = await world.deliveries.poisoned(10, 7)
        assert [(one.id, one.state) for one in poisoned] == [
            ("7/pull/3", "accepted"), ("7/pull/1", "failed"), ("7/pull/2", "failed"),
        ]  # fmt: skip
        assert len(await world.deliveries.newest(10, failed=True)) == 3
        closed = Closed("7/pull/1", "a", 2.0, "example/web")
        await world.subjects.accept(Delivery("c", "pull_request", "closed", closed))
        assert await world.deliveries.failed() == 1

    run(story)
