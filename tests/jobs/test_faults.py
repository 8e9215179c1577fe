"""Faults that no event tells of: GitHub hangs or breaks off, and clocks step."""

import asyncio
from collections import Counter

import pytest

from app.github import connection
from tests.end_to_end.examples import COPYLEFT
from tests.jobs.office import Office, Run
from tests.simulator import Pull

RUNS = Counter({"ospo-gate": 1, "ospo-gate / licenses": 1})


async def opened(office: Office) -> Pull:
    pull = office.pull(COPYLEFT)
    await office.want(pull)
    return pull


def judged_once(office: Office, pull: Pull) -> None:
    runs = office.sim.check_runs(pull.repository, pull.head_sha)
    assert Counter(run["name"] for run in runs) == RUNS
    assert len(office.sim.comments(pull.repository, pull.number)) == 1


@pytest.mark.parametrize("after", [False, True], ids=["not carried out", "carried out"])
@pytest.mark.parametrize("what", ["headRefOid", "createCheckRun"])
def test_github_hangs(run: Run, monkeypatch: pytest.MonkeyPatch, what: str, after: bool) -> None:
    monkeypatch.setattr(connection, "TIMEOUT", (0.3, 0.3, 0.3, 0.3))

    async def story(office: Office) -> None:
        pull = await opened(office)
        office.sim.fail_next(what, 504, after=after, delay_seconds=0.6)
        await office.work()
        judged_once(office, pull)

    run(story)


@pytest.mark.parametrize("after", [False, True], ids=["not carried out", "carried out"])
@pytest.mark.parametrize("what", ["GET /repos/*/compare/*", "headRefOid", "createCheckRun"])
def test_an_answer_breaks_off_in_the_middle(run: Run, what: str, after: bool) -> None:
    async def story(office: Office) -> None:
        pull = await opened(office)
        office.sim.fail_next(what, 200, body=b'{"data": {"rep', headers={"content-length": "5000"}, after=after)
        await office.work()
        judged_once(office, pull)

    run(story)


@pytest.mark.parametrize("hours", [1, 24 * 400])
def test_the_clock_steps_forward_while_a_worker_judges(run: Run, hours: int) -> None:
    """Its lease is over at once; whoever takes the subject then, one verdict is posted."""

    async def story(office: Office) -> None:
        pull = await opened(office)
        first = await office.claim(lease=8)
        office.clock.passes(hours=hours)
        heir = await office.claim(lease=8)
        await asyncio.gather(office.service._handle(first), office.service._handle(heir))
        await office.work()
        judged_once(office, pull)

    run(story)


def test_the_clock_steps_back_while_a_worker_judges(run: Run) -> None:
    async def story(office: Office) -> None:
        pull = await opened(office)
        claim = await office.claim(lease=8)
        office.clock.passes(hours=-30)
        assert await office.service.subjects.claim(8) is None
        await office.service._handle(claim)
        judged_once(office, pull)

    run(story)


def test_after_a_step_back_the_next_event_is_judged_at_once(run: Run) -> None:
    async def story(office: Office) -> None:
        pull = await opened(office)
        office.clock.passes(hours=-30)
        assert await office.service.subjects.claim(8) is None  # it is due when it was told: in thirty hours
        await office.want(pull)
        await office.work()
        judged_once(office, pull)

    run(story)
