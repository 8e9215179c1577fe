"""What time alone changes is judged again without an event: the published verdict is that of today."""

from datetime import UTC, datetime, timedelta

from app.subject import Again, Delivery
from tests.end_to_end.examples import npm
from tests.jobs.office import Office, Run
from tests.simulator import Pull

WAIVED = npm(tiny=("1.0.0", "MIT", []), left_grid=("1.3.0", "LGPL-2.1-only", []))
LAST_DAY = datetime(2027, 3, 31, 12, tzinfo=UTC)


async def waived(office: Office) -> Pull:
    """A pull request that is green on the last day of its waiver."""
    office.clock.move_to(LAST_DAY)
    pull = office.pull(WAIVED)
    await office.want(pull)
    await office.work()
    assert office.conclusions(pull) == ["success"]
    return pull


def test_when_a_waiver_ends_the_verdict_turns_red_by_itself(run: Run) -> None:
    async def story(office: Office) -> None:
        pull = await waived(office)
        office.clock.move_to(LAST_DAY + timedelta(days=1))
        await office.work()
        assert office.conclusions(pull) == ["success", "failure"]

    run(story)


def test_a_closed_pull_request_is_left_alone_until_somebody_asks(run: Run) -> None:
    async def story(office: Office) -> None:
        pull = await waived(office)
        pull.close()
        office.clock.move_to(LAST_DAY + timedelta(days=1))
        await office.work()
        assert office.conclusions(pull) == ["success"]
        again = Again(office.installation, pull.repository.id, pull.head_sha)
        await office.service.subjects.accept(Delivery("pressed", "check_run", "rerequested", again))
        await office.work()
        assert office.conclusions(pull) == ["success", "failure"]

    run(story)
