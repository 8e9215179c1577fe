"""While it is paused a verdict blocks nobody and says why; what stands stays; then everything is judged."""

import time
from datetime import timedelta
from typing import Any

from app.store.pauses import SPREAD, Pause, PauseStore
from app.store.verdicts import VerdictStore
from app.subject import Again, Delivery, pull_key
from tests.end_to_end.examples import CLEAN, COPYLEFT, POLICY
from tests.jobs.office import Office
from tests.simulator import Pull

NAMED = POLICY + "check_names: {licenses: legal}\n"


def pauses(office: Office) -> PauseStore:
    return PauseStore(office.service.database, office.service._now)


async def paused(office: Office, hours: float = 2, **where: int) -> Pause:
    until = (office.clock.now() + timedelta(hours=hours)).timestamp()
    return await pauses(office).begin(until, "the `facts` are <wrong>", "ada", **where)


async def everything(office: Office, pull: Pull) -> list[tuple[str, str, str]]:
    return [(run["name"], run["conclusion"], run["output"]["title"]) for run in office.sim.check_runs(
        pull.repository, pull.head_sha)]  # fmt: skip


def test_a_pause_blocks_nobody_says_who_and_why_and_ends_by_itself(run: Any) -> None:
    async def story(office: Office) -> None:
        pause = await paused(office)
        pull = office.pull(COPYLEFT)
        await office.want(pull)
        await office.work()
        (one,) = office.runs(pull.repository, pull.head_sha)
        assert one["conclusion"] == "neutral"
        assert one["output"]["title"].startswith("paused until 20")
        assert "`ada` has paused this check" in one["output"]["summary"]
        assert "``the `facts` are <wrong>``." in one["output"]["summary"]
        assert not office.sim.comments(pull.repository, pull.number)
        office.clock.passes(hours=2, seconds=SPREAD)
        await office.work()
        assert office.conclusions(pull) == ["neutral", "failure"]
        said = await VerdictStore(office.service.database).history(pull_key(pull.repository.id, 1), 20)
        assert [event.what for event in reversed(said)][:1] == ["paused"]
        assert "paused by ada" in said[-1].details["reason"]
        assert await pauses(office).active() == []
        assert pause.id

    run(story)


def test_what_stands_on_github_stays_until_somebody_asks(run: Any) -> None:
    async def story(office: Office) -> None:
        pull = office.pull(COPYLEFT)
        await office.want(pull)
        await office.work()
        await paused(office)
        await office.want(pull)
        await office.work()
        assert office.conclusions(pull) == ["failure"]
        pressed = Again(office.installation, pull.repository.id, pull.head_sha)
        await office.service.subjects.accept(Delivery("again", "check_run", "rerequested", pressed))
        await office.work()
        assert office.conclusions(pull) == ["failure", "neutral"]
        office.clock.passes(hours=2, seconds=SPREAD)
        await office.work()
        assert office.conclusions(pull) == ["failure", "neutral", "failure"]

    run(story)


def test_resuming_judges_what_was_held_back_and_is_remembered(run: Any) -> None:
    async def story(office: Office) -> None:
        before, held = office.pull(COPYLEFT), office.pull(CLEAN)
        await office.want(before)
        await office.work()
        pause = await paused(office)
        for pull in (before, held):
            await office.want(pull)
        await office.work()
        assert await pauses(office).end(pause, "grace") == 2
        assert await pauses(office).end(pause, "grace") == 0
        office.clock.passes(seconds=SPREAD)
        await office.work()
        assert office.conclusions(held) == ["neutral", "success"]
        assert office.conclusions(before) == ["failure"]
        rows = await VerdictStore(office.service.database).history("0/task/pause", 10)
        assert [(row.what, row.details["by"]) for row in rows] == [("resumed", "grace"), ("paused", "ada")]

    run(story)


def test_runs_that_a_branch_may_require_are_neutral_too(run: Any) -> None:
    async def story(office: Office) -> None:
        pull = office.pull(COPYLEFT, policy=NAMED)
        await office.want(pull)
        await office.work()
        await paused(office)
        pull.push({"a.txt": "1"}, "More", office.ada)
        await office.want(pull)
        await office.work()
        assert [(name, conclusion) for name, conclusion, _ in await everything(office, pull)] == [
            ("ospo-gate", "neutral"), ("legal", "neutral"),
        ]  # fmt: skip

    run(story)


def test_a_pause_of_one_repository_or_installation_is_nobody_elses(run: Any) -> None:
    async def story(office: Office) -> None:
        here, there = office.pull(COPYLEFT), office.pull(COPYLEFT)
        await paused(office, repository_id=here.repository.id)
        await paused(office, installation_id=office.installation + 1)
        for pull in (here, there):
            await office.want(pull)
        await office.work()
        assert (office.conclusions(here), office.conclusions(there)) == (["neutral"], ["failure"])

    run(story)


def test_of_several_pauses_the_one_that_ends_last_counts(run: Any) -> None:
    async def story(office: Office) -> None:
        long, short = await paused(office, hours=5), await paused(office, hours=1)
        found = await pauses(office).covering(office.installation, 7)
        assert found == long
        assert await pauses(office).active() == [long, short]
        office.clock.passes(hours=1, seconds=1)
        assert await pauses(office).active() == [long]

    run(story)


def test_after_days_of_downtime_what_time_changed_comes_one_after_the_other(run: Any) -> None:
    """Those whose time came first come first; each is one claim, and GitHub's limits hold between them."""

    async def story(office: Office) -> None:
        pulls = [office.pull(COPYLEFT) for _ in range(5)]
        await paused(office)
        for pull in pulls:
            await office.want(pull)
        await office.work()
        office.clock.passes(days=4)
        order = []
        while await office.service.subjects.waiting():
            claim = await office.claim()
            order.append(claim.repository_id)
            await office.service._handle(claim)
        turns = sorted((pull.repository.id % 1000, pull.repository.id) for pull in pulls)
        assert order == [id_ for _, id_ in turns]
        assert [office.conclusions(pull) for pull in pulls] == [["neutral", "failure"]] * 5

    run(story)


def test_a_pause_is_not_felt_by_what_is_not_paused(run: Any) -> None:
    async def story(office: Office) -> None:
        pause = await paused(office)
        await pauses(office).end(pause, "ada")
        pull = office.pull(COPYLEFT)
        await office.want(pull, at=time.time())
        await office.work()
        assert office.conclusions(pull) == ["failure"]

    run(story)
