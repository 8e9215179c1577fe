"""What time alone changes is judged again without an event: the published verdict is that of today."""

import time
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from app.subject import Again, Delivery
from tests.end_to_end.examples import npm
from tests.jobs.office import Office
from tests.simulator import Pull

Run = Callable[[Callable[[Office], Awaitable[None]]], None]
WAIVED = npm(tiny=("1.0.0", "MIT", []), left_grid=("1.3.0", "LGPL-2.1-only", []))
LAST_DAY = datetime(2027, 3, 31, 12, tzinfo=UTC)


class Clock:
    """The time of the verdict and of the queue, moved together."""

    def __init__(self, office: Office) -> None:
        self.ahead = timedelta(0)
        office.service.subjects.clock = lambda: time.time() + self.ahead.total_seconds()
        office.service.judge = replace(office.service.judge, clock=lambda: datetime.now(UTC) + self.ahead)

    def move_to(self, moment: datetime) -> None:
        self.ahead = moment - datetime.now(UTC)


def conclusions(office: Office, pull: Pull) -> list[str]:
    """Of the verdicts on the pull request's head, oldest first."""
    runs = office.sim.check_runs(pull.repository, pull.head_sha)
    return [run["conclusion"] for run in runs if run["name"] == "ospo-gate"]


async def waived(office: Office, clock: Clock) -> Pull:
    """A pull request that is green on the last day of its waiver."""
    clock.move_to(LAST_DAY)
    pull = office.pull(WAIVED)
    await office.want(pull)
    await office.work()
    assert conclusions(office, pull) == ["success"]
    return pull


def test_when_a_waiver_ends_the_verdict_turns_red_by_itself(run: Run) -> None:
    async def story(office: Office) -> None:
        clock = Clock(office)
        pull = await waived(office, clock)
        clock.move_to(LAST_DAY + timedelta(days=1))
        await office.work()
        assert conclusions(office, pull) == ["success", "failure"]

    run(story)


def test_a_closed_pull_request_is_left_alone_until_somebody_asks(run: Run) -> None:
    async def story(office: Office) -> None:
        clock = Clock(office)
        pull = await waived(office, clock)
        pull.close()
        clock.move_to(LAST_DAY + timedelta(days=1))
        await office.work()
        assert conclusions(office, pull) == ["success"]
        again = Again(office.installation, pull.repository.id, pull.head_sha)
        await office.service.subjects.accept(Delivery("pressed", "check_run", "rerequested", again))
        await office.work()
        assert conclusions(office, pull) == ["success", "failure"]

    run(story)
