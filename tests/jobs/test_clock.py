"""What time alone changes is judged again without an event: the published verdict is that of today."""

import time
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from tests.end_to_end.examples import npm
from tests.jobs.office import Office

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


def conclusions(office: Office, pull: object) -> list[str]:
    runs = office.sim.check_runs(pull.repository, pull.head_sha)  # type: ignore[attr-defined]
    return [run["conclusion"] for run in runs if run["name"] == "ospo-gate"]


def test_when_a_waiver_ends_the_verdict_turns_red_by_itself(run: Run) -> None:
    async def story(office: Office) -> None:
        clock = Clock(office)
        clock.move_to(LAST_DAY)
        pull = office.pull(WAIVED)
        await office.want(pull)
        await office.work()
        assert conclusions(office, pull) == ["success"]
        clock.move_to(LAST_DAY + timedelta(days=1))
        await office.work()
        assert conclusions(office, pull) == ["success", "failure"]

    run(story)


def test_a_closed_pull_request_is_left_alone(run: Run) -> None:
    async def story(office: Office) -> None:
        clock = Clock(office)
        clock.move_to(LAST_DAY)
        pull = office.pull(WAIVED)
        await office.want(pull)
        await office.work()
        pull.close()
        clock.move_to(LAST_DAY + timedelta(days=1))
        await office.work()
        assert conclusions(office, pull) == ["success"]

    run(story)
