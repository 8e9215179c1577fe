"""Commands that only change rows, on both databases: what waits, what rests, what is remembered."""

from collections.abc import Callable, Sequence
from typing import Any

from sqlalchemy import insert, select

from app.jobs.again import KEY, JudgeAgain
from app.store.database import Database
from app.store.effects import BACKFILL
from app.store.open_pulls import OpenPulls
from app.store.repositories import RepositoryStore
from app.store.subjects import SubjectStore
from app.store.tables import history, report, subject
from app.subject import (
    About,
    Archived,
    Cancelled,
    Changed,
    Claim,
    Closed,
    Delivery,
    Effect,
    Kind,
    Lost,
    PolicyChanged,
    Regained,
    Told,
    Wanted,
    branch_key,
    group_key,
    pull_key,
)  # fmt: skip

_REPOSITORY = 7


class Desk:
    """Subjects in a database, with a clock that stands until it is moved."""

    def __init__(self, database: Database) -> None:
        self.database, self.now, self.count = database, 1_000_000.0, 0
        self.subjects = SubjectStore(database, lambda: self.now)
        self.repositories = RepositoryStore(database, lambda: self.now)

    async def tell(self, *commands: Wanted | Effect) -> None:
        for command in commands:
            self.count += 1
            await self.subjects.accept(Delivery(f"d{self.count}", "event", None, command))

    async def want(self, key: str, head: str = "a", at: float = 1.0, repository: int = _REPOSITORY) -> str:
        about = About("example/web", "R_1")
        await self.tell(Wanted(key, 11, repository, 1, head * 40, at, about))
        return key

    async def done(self, failed: str | None = None, again_at: float | None = None) -> Claim:
        claim = await self.subjects.claim(60)
        assert claim is not None
        await self.subjects.finish(claim, again_at, failed)
        return claim

    async def waiting(self) -> list[str]:
        """Keys that wait, those first that are due first."""
        waits = (subject.c.wanted > subject.c.done) & (subject.c.key != BACKFILL)  # wanted with every repository
        query = select(subject.c.key).where(waits).order_by(subject.c.next_at)
        async with self.database.read() as connection:
            return list((await connection.execute(query)).scalars())

    async def concluded(self, key: str, head: str, conclusion: str) -> None:
        row = {"subject": key, "head": head * 40, "digest": "d", "policy_digest": "p", "conclusion": conclusion}
        async with self.database.write() as connection:
            await connection.execute(insert(report).values(**row, document={}, made_at=self.now))

    async def remembered(self) -> Sequence[Any]:
        query = select(history.c.what, history.c.subject, history.c.head, history.c.details)
        async with self.database.read() as connection:
            return [tuple(row) for row in await connection.execute(query)]


def tell(run: Any, story: Callable[[Desk], Any]) -> None:
    run(lambda database: story(Desk(database)))


PULL = pull_key(_REPOSITORY, 1)


def closed(at: float = 2.0, merged: bool = False, head: str = "a") -> Closed:
    return Closed(PULL, head * 40, at, "example/web", merged, "ada" if merged else None)


def test_what_is_closed_waits_no_more_until_it_is_opened_again(run: Any) -> None:
    async def story(desk: Desk) -> None:
        await desk.want(PULL)
        await desk.tell(closed())
        assert await desk.waiting() == []
        await desk.tell(Changed(_REPOSITORY))
        assert await desk.waiting() == []
        await desk.want(PULL, "b", at=3.0)
        assert await desk.waiting() == [PULL]
        await desk.done()
        await desk.tell(Changed(_REPOSITORY))
        assert await desk.waiting() == [PULL]

    tell(run, story)


def test_a_late_event_closes_nothing_that_is_open_again(run: Any) -> None:
    async def story(desk: Desk) -> None:
        await desk.want(PULL, at=5.0)
        await desk.tell(closed(at=4.0))
        assert await desk.waiting() == [PULL]

    tell(run, story)


def test_a_merge_in_spite_of_the_verdict_is_remembered(run: Any) -> None:
    async def story(desk: Desk) -> None:
        await desk.want(PULL)
        await desk.concluded(PULL, "a", "passed")
        await desk.concluded(PULL, "a", "blocked")
        await desk.tell(closed(merged=True))
        details = {"repository": "example/web", "by": "ada", "conclusion": "blocked"}
        assert await desk.remembered() == [("merged-in-spite", PULL, "a" * 40, details)]

    tell(run, story)


def test_a_merge_without_a_verdict_on_its_head_is_remembered_too(run: Any) -> None:
    async def story(desk: Desk) -> None:
        await desk.want(PULL)
        await desk.concluded(PULL, "a", "passed")
        await desk.tell(closed(merged=True, head="b"))
        ((_, _, head, details),) = await desk.remembered()
        assert (head, details["conclusion"]) == ("b" * 40, None)

    tell(run, story)


def test_other_ends_are_nothing_to_remember(run: Any) -> None:
    async def story(desk: Desk) -> None:
        await desk.concluded(PULL, "a", "would-block")
        await desk.tell(closed(merged=True))
        await desk.tell(closed(merged=False, head="b"))
        assert await desk.remembered() == []

    tell(run, story)


def test_a_group_that_is_gone_is_not_judged(run: Any) -> None:
    async def story(desk: Desk) -> None:
        key = await desk.want(group_key(_REPOSITORY, "refs/heads/gh-readonly-queue/main/pr-1-x"))
        await desk.tell(Cancelled(key))
        assert await desk.waiting() == []

    tell(run, story)


def test_a_change_concerns_one_repository_and_the_kinds_it_names(run: Any) -> None:
    async def story(desk: Desk) -> None:
        branch, other = branch_key(_REPOSITORY), pull_key(8, 1)
        for key, repository in ((PULL, 7), (branch, 7), (other, 8)):
            await desk.want(key, repository=repository)
            await desk.done()
        await desk.tell(Changed(_REPOSITORY, (Kind.BRANCH,)))
        assert await desk.waiting() == [branch]
        await desk.tell(Changed(_REPOSITORY, (Kind.PULL, Kind.BRANCH)))
        assert sorted(await desk.waiting()) == sorted([PULL, branch])

    tell(run, story)


def test_what_is_lost_rests_with_its_reason_and_comes_back(run: Any) -> None:
    async def story(desk: Desk) -> None:
        await desk.tell(Regained(11, (Told(7, 11, "example/web"), Told(8, 11, "example/api"))))
        await desk.want(PULL)
        await desk.tell(Lost(11, "the App was uninstalled"))
        assert (await desk.waiting(), await desk.repositories.active()) == ([], [])
        await desk.tell(Regained(12, (Told(7, 12, "example/web"),)))
        assert await desk.waiting() == [PULL]
        claim = await desk.done()
        assert (claim.installation_id, claim.last_error) == (12, "the App was uninstalled")
        assert [row.id for row in await desk.repositories.active()] == [7]

    tell(run, story)


def test_one_repository_that_is_taken_away_leaves_the_others(run: Any) -> None:
    async def story(desk: Desk) -> None:
        other = pull_key(8, 1)
        await desk.want(PULL)
        await desk.want(other, repository=8)
        await desk.tell(Lost(11, "taken away", (7,)))
        assert await desk.waiting() == [other]
        await desk.tell(Lost(99, "another installation", (8,)))
        assert await desk.waiting() == [other]

    tell(run, story)


def test_new_permissions_wake_only_what_failed(run: Any) -> None:
    async def story(desk: Desk) -> None:
        fine = await desk.want(pull_key(_REPOSITORY, 2))
        await desk.done()
        await desk.want(PULL)
        await desk.done(failed="GitHub answered 403: Resource not accessible by integration")
        assert await desk.waiting() == []
        await desk.tell(Regained(11))
        assert fine not in await desk.waiting()
        assert await desk.waiting() == [PULL]

    tell(run, story)


def test_an_archived_repository_rests_until_it_can_be_written_again(run: Any) -> None:
    async def story(desk: Desk) -> None:
        await desk.tell(Regained(11, (Told(7, 11, "example/web"),)))
        await desk.want(PULL)
        await desk.tell(Regained(11, (Told(7, 11, "example/web", archived=True),)), Archived(7, archived=True))
        assert (await desk.waiting(), await desk.repositories.active()) == ([], [])
        await desk.tell(Regained(11, (Told(7, 11, "example/web", archived=False),)), Archived(7, archived=False))
        assert (await desk.waiting(), len(await desk.repositories.active())) == ([PULL], 1)

    tell(run, story)


def test_a_renamed_repository_is_known_by_its_new_name(run: Any) -> None:
    async def story(desk: Desk) -> None:
        await desk.tell(Regained(11, (Told(7, 11, "example/web", visibility="private"),)))
        await desk.tell(Regained(11, (Told(7, 11, "Example/Shop"),)))
        row = await desk.repositories.named("example/shop")
        assert row is not None
        assert (row.id, row.name, row.visibility) == (7, "Example/Shop", "private")

    tell(run, story)


def test_a_new_policy_sets_free_first(run: Any) -> None:
    """Blocked pull requests become due before all others; what is closed stays closed."""

    async def story(desk: Desk) -> None:
        keys = [pull_key(7, number) for number in range(1, 6)]
        for number, key in enumerate(keys):
            await desk.want(key)
            await desk.done()
            await desk.concluded(key, "a", "blocked" if number % 2 else "passed")
        await desk.tell(Closed(keys[4], "a" * 40, 2.0, "example/web"))
        await desk.tell(PolicyChanged(), PolicyChanged())
        task = await desk.subjects.claim(60)
        assert task is not None
        assert (task.key, task.kind) == (KEY, Kind.TASK)
        await JudgeAgain(desk.subjects, OpenPulls(desk.database)).handle(task)
        assert await desk.waiting() == [keys[1], keys[3], keys[0], keys[2]]

    tell(run, story)
