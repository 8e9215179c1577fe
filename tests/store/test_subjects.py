"""The truth of the work: what is accepted is done once, by one worker at a time, and never lost."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from app.store.database import Database
from app.store.deliveries import DeliveryStore
from app.store.figures import FigureStore
from app.store.subjects import SubjectStore
from app.subject import About, Again, Claim, Closed, Delivery, Kind, Wanted, branch_key, task_key

Run = Callable[[Callable[[Database], Any]], Any]
ABOUT = About("example/web", "R_1", "PR_1", "b" * 40, "public", "main", True, {"tier": "gold"})
KEY = "7/pull/1"


class Clock:
    """A clock that stands until it is moved."""

    def __init__(self) -> None:
        self.now = 1_000_000.0

    def __call__(self) -> float:
        return self.now


def wanted(head: str = "a", at: float = 1.0, number: int = 1, forced: bool = False) -> Wanted:
    return Wanted(f"7/pull/{number}", 11, 7, number, head * 40, at, ABOUT, forced)


def delivery(id_: str, command: Wanted | Again | Closed | None) -> Delivery:
    return Delivery(id_, "pull_request", "synchronize", command)


def subjects(database: Database) -> tuple[SubjectStore, Clock]:
    clock = Clock()
    return SubjectStore(database, clock), clock


async def claimed(store: SubjectStore, lease: float = 60) -> Claim:
    claim = await store.claim(lease)
    assert claim is not None
    return claim


def test_a_delivery_is_claimed_once_with_all_that_it_said(run: Run) -> None:
    async def story(database: Database) -> None:
        store, _ = subjects(database)
        assert await store.accept(delivery("d1", wanted()))
        claim = await claimed(store)
        assert (claim.key, claim.head, claim.about, claim.installation_id) == (KEY, "a" * 40, ABOUT, 11)
        assert await store.claim(60) is None
        assert await store.finish(claim, published="x")
        assert await store.claim(60) is None
        assert await store.waiting() == 0

    run(story)


def test_the_same_delivery_twice_is_one(run: Run) -> None:
    async def story(database: Database) -> None:
        store, _ = subjects(database)
        assert await store.accept(delivery("d1", wanted()))
        assert not await store.accept(delivery("d1", wanted()))
        assert (await claimed(store)).wanted == 1

    run(story)


def test_a_redelivery_is_taken_when_the_work_has_failed(run: Run) -> None:
    async def story(database: Database) -> None:
        store, clock = subjects(database)
        await store.accept(delivery("d1", wanted()))
        await store.retry(await claimed(store), "GitHub answered 502", clock() + 900)
        assert await store.claim(60) is None
        assert await store.accept(delivery("d1", wanted()))
        assert (await claimed(store)).last_error == "GitHub answered 502"

    run(story)


def test_an_older_event_never_replaces_a_newer_head(run: Run) -> None:
    async def story(database: Database) -> None:
        store, _ = subjects(database)
        await store.accept(delivery("d2", wanted("b", at=2)))
        await store.accept(delivery("d1", wanted("a", at=1)))
        assert (await claimed(store)).head == "b" * 40

    run(story)


def test_what_arrives_during_a_claim_is_done_after_it(run: Run) -> None:
    async def story(database: Database) -> None:
        store, _ = subjects(database)
        await store.accept(delivery("d1", wanted("a", at=1)))
        first = await claimed(store)
        await store.accept(delivery("d2", wanted("b", at=2)))
        assert await store.claim(60) is None  # never two at once
        assert not await store.may_publish(first)
        await store.finish(first)
        assert (await claimed(store)).head == "b" * 40

    run(story)


def test_a_retry_does_not_hold_up_what_arrived_meanwhile(run: Run) -> None:
    async def story(database: Database) -> None:
        store, clock = subjects(database)
        await store.accept(delivery("d1", wanted("a", at=1)))
        first = await claimed(store)
        await store.accept(delivery("d2", wanted("b", at=2)))
        await store.retry(first, "GitHub answered 502", clock() + 900)
        assert (await claimed(store)).attempts == 0

    run(story)


def test_a_limit_holds_for_what_arrived_meanwhile(run: Run) -> None:
    async def story(database: Database) -> None:
        store, clock = subjects(database)
        await store.accept(delivery("d1", wanted("a", at=1)))
        first = await claimed(store)
        await store.accept(delivery("d2", wanted("b", at=2)))
        await store.postpone(first, "limit", clock() + 900)
        assert await store.claim(60) is None
        assert await store.seconds_until_due() == 900
        clock.now += 900
        assert (await claimed(store)).head == "b" * 40

    run(story)


def test_a_dead_workers_claim_is_taken_over_when_its_lease_ends(run: Run) -> None:
    async def story(database: Database) -> None:
        store, clock = subjects(database)
        await store.accept(delivery("d1", wanted()))
        dead = await claimed(store)
        assert await store.seconds_until_due() == 60
        clock.now += 61
        heir = await claimed(store)
        assert heir.token > dead.token
        assert heir.attempts == 1  # a subject that kills its workers comes to an end
        assert not await store.may_publish(dead)
        assert not await store.keep(dead, 60)
        assert not await store.finish(dead)
        assert await store.finish(heir)

    run(story)


def test_a_lease_that_is_kept_is_not_taken_over(run: Run) -> None:
    async def story(database: Database) -> None:
        store, clock = subjects(database)
        await store.accept(delivery("d1", wanted()))
        claim = await claimed(store)
        for _ in range(5):
            clock.now += 40
            assert await store.keep(claim, 60)
            assert await store.claim(60) is None
        await store.finish(claim)
        assert not await store.keep(claim, 60)  # a late keeper must not lease what is finished
        await store.accept(delivery("d2", wanted()))
        await claimed(store)

    run(story)


def test_what_was_posted_under_a_lost_claim_is_looked_up_and_judged_again(run: Run) -> None:
    async def story(database: Database) -> None:
        store, clock = subjects(database)
        await store.accept(delivery("d1", wanted()))
        lost = await claimed(store)
        clock.now += 61
        heir = await claimed(store)
        await store.finish(heir, published="head:digest", comment={"id": 1})
        await store.overtaken(lost)
        again = await claimed(store)
        assert (again.published, again.comment) == (None, None)
        await store.overtaken(again)  # nobody has overtaken this one
        assert await store.may_publish(again)

    run(story)


def test_a_rerun_is_forced_and_knows_a_new_installation(run: Run) -> None:
    async def story(database: Database) -> None:
        store, _ = subjects(database)
        await store.accept(delivery("d1", wanted()))
        await store.finish(await claimed(store))
        await store.accept(Delivery("d2", "check_run", "rerequested", Again(12, 7, "a" * 40)))
        claim = await claimed(store)
        assert (claim.forced, claim.installation_id) == (True, 12)
        await store.finish(claim)
        await store.accept(delivery("d3", wanted()))
        assert not (await claimed(store)).forced

    run(story)


def test_another_head_is_judged_next_unless_an_event_names_a_newer_one(run: Run) -> None:
    async def story(database: Database) -> None:
        store, _ = subjects(database)
        await store.accept(delivery("d1", wanted("a", at=1)))
        await store.moved(await claimed(store), "b" * 40)
        second = await claimed(store)
        assert second.head == "b" * 40
        await store.accept(delivery("d2", wanted("c", at=2)))
        await store.moved(second, "d" * 40)
        assert (await claimed(store)).head == "c" * 40

    run(story)


def test_many_workers_share_the_work_without_overlap(run: Run) -> None:
    async def story(database: Database) -> None:
        store, _ = subjects(database)
        await asyncio.gather(*(store.accept(delivery(f"d{n}", wanted(number=n % 20))) for n in range(60)))
        claims = await asyncio.gather(*(store.claim(60) for _ in range(40)))
        keys = [claim.key for claim in claims if claim]
        assert len(keys) == len(set(keys))
        while claim := await store.claim(60):
            keys.append(claim.key)
        assert sorted(keys) == sorted(f"7/pull/{n}" for n in range(20))

    run(story)


def test_a_stranger_to_the_fence_changes_nothing(run: Run) -> None:
    async def story(database: Database) -> None:
        store, clock = subjects(database)
        await store.accept(delivery("d1", wanted()))
        claim = await claimed(store)
        stranger = replace(claim, token=claim.token - 1)
        await store.retry(stranger, "no", clock() + 900)
        await store.postpone(stranger, "no", clock() + 900)
        await store.release(stranger)
        await store.moved(stranger, "f" * 40)
        assert not await store.note(stranger, published="no")
        assert await store.may_publish(claim)

    run(story)


def test_what_time_alone_changes_is_wanted_again_then(run: Run) -> None:
    async def story(database: Database) -> None:
        store, clock = subjects(database)
        await store.accept(delivery("d1", wanted()))
        assert await store.finish(await claimed(store), again_at=clock() + 3600)
        assert await store.claim(60) is None
        assert await store.waiting() == 0
        assert await store.seconds_until_due() == 3600
        clock.now += 3600
        assert (await claimed(store)).key == KEY

    run(story)


def test_what_failed_and_rests_until_a_later_time_does_not_wait_now(run: Run) -> None:
    async def story(database: Database) -> None:
        store, clock = subjects(database)
        deliveries = DeliveryStore(database, clock)
        await store.accept(delivery("d1", wanted()))
        await store.postpone(await claimed(store), "rate limit", clock() + 600)
        assert (await store.waiting(), await deliveries.failed()) == (1, 0)  # somebody waits for it
        clock.now += 600
        await store.retry(await claimed(store), "GitHub answered 502", clock() + 5)
        assert (await store.waiting(), await deliveries.failed()) == (1, 0)
        clock.now += 5
        await store.finish(await claimed(store), again_at=clock() + 86_400, failed="GitHub answered 404")
        assert (await store.waiting(), await deliveries.failed()) == (0, 1)
        clock.now += 86_400
        assert await store.waiting() == 1

    run(story)


def test_an_event_before_that_time_is_judged_at_once_and_decides_anew(run: Run) -> None:
    async def story(database: Database) -> None:
        store, clock = subjects(database)
        await store.accept(delivery("d1", wanted()))
        assert await store.finish(await claimed(store), again_at=clock() + 3600)
        await store.accept(delivery("d2", wanted("b", at=2.0)))
        assert await store.finish(await claimed(store))
        clock.now += 3600
        assert await store.claim(60) is None

    run(story)


def test_an_event_during_the_judgment_is_not_put_off(run: Run) -> None:
    async def story(database: Database) -> None:
        store, clock = subjects(database)
        await store.accept(delivery("d1", wanted()))
        claim = await claimed(store)
        await store.accept(delivery("d2", wanted("b", at=2.0)))
        assert await store.finish(claim, again_at=clock() + 3600)
        assert (await claimed(store)).head == "b" * 40

    run(story)


def test_pull_requests_go_before_default_branches_whoever_waited_longer(run: Run) -> None:
    async def story(database: Database) -> None:
        store, clock = subjects(database)
        for number in range(3):
            branch = replace(wanted(), key=branch_key(number), number=0)
            await store.accept(delivery(f"b{number}", branch))
        clock.now += 60
        await store.accept(delivery("p", wanted()))
        claims = [await claimed(store) for _ in range(4)]
        assert [claim.kind for claim in claims] == [Kind.PULL, Kind.BRANCH, Kind.BRANCH, Kind.BRANCH]

    run(story)


def test_a_task_is_wanted_once_however_often_it_is_scheduled(run: Run) -> None:
    async def story(database: Database) -> None:
        store, clock = subjects(database)
        key, at = task_key("tidy"), clock.now + 100
        await asyncio.gather(*(store.schedule(key, at) for _ in range(5)))
        assert await store.claim(60) is None
        clock.now = at
        claim = await claimed(store)
        assert (claim.key, claim.kind, claim.head) == (key, Kind.TASK, "")
        await store.finish(claim, at + 100, head="half")
        await store.schedule(key, at + 5)  # another process starts: the task goes on where it is
        assert await store.seconds_until_due() == 100
        clock.now += 100
        claim = await claimed(store)
        assert claim.head == "half"
        await store.finish(claim)
        assert await store.seconds_until_due() is None
        await store.schedule(key, clock.now + 7)
        assert await store.seconds_until_due() == 7

    run(story)


def test_what_waits_for_its_time_is_hastened_and_nothing_else(run: Run) -> None:
    async def story(database: Database) -> None:
        store, clock = subjects(database)
        waits = [replace(wanted(), key=branch_key(n), repository_id=n, number=0) for n in (1, 2)]
        rests = replace(wanted(), key=branch_key(3), repository_id=3, number=0)
        for command in (*waits, rests, wanted()):
            await store.accept(delivery(command.key, command))
        for _ in range(4):
            claim = await claimed(store)
            await store.finish(claim, None if claim.key == rests.key else clock.now + 5_000)
        await store.hasten(Kind.BRANCH, 600)
        clock.now += 600
        assert {(await claimed(store)).key for _ in waits} == {branch_key(1), branch_key(2)}
        assert await store.claim(60) is None

    run(story)


def test_what_was_closed_while_a_worker_had_it_waits_for_nothing_any_more(run: Run) -> None:
    async def story(database: Database) -> None:
        store, clock = subjects(database)
        for number in (1, 2):
            await store.accept(delivery(f"opened {number}", wanted(number=number)))
            claim = await claimed(store)
            await store.accept(delivery(f"pushed {number}", wanted("b", at=2.0, number=number)))
            await store.accept(delivery(f"closed {number}", Closed(claim.key, "b" * 40, 3.0, "example/web")))
            if number == 1:
                await store.finish(claim)
            else:
                await store.retry(claim, "GitHub did not answer", clock.now)
        assert await store.seconds_until_due() is None
        assert (await FigureStore(database, clock).stock()).failed == 0

    run(story)


def test_whose_verdict_goes_before_the_details_of_another(run: Run) -> None:
    """Not what stands but for its own details, what waits for longer, or what another installation wants."""

    async def story(database: Database) -> None:
        store, clock = subjects(database)
        for number in range(1, 6):
            await store.accept(delivery(f"d{number}", wanted(number=number)))
        await store.accept(delivery("d9", replace(wanted(number=9), installation_id=12)))
        first = await claimed(store)
        assert await store.others(first) == 4
        limited, later, stands = [await claimed(store) for _ in range(3)]
        await store.postpone(limited, "a limit", clock() + 30)
        await store.postpone(later, "a limit", clock() + 300)
        await store.finish(stands, clock() + 30, published=f"{stands.head}:later")
        assert await store.others(first) == 2, "the one that met a limit, and the one that nobody has"
        await store.accept(delivery("d10", replace(wanted("b", 2.0), number=stands.number, key=stands.key)))
        assert await store.others(first) == 3, "a new head has no verdict"

    run(story)
