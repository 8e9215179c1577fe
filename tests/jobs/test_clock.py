"""What time alone changes is judged again without an event: the published verdict is that of today."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from app.facts.container import write
from app.subject import Again, Delivery
from tests.end_to_end.examples import npm
from tests.facts_file.files import Builder
from tests.jobs.office import Office, Run
from tests.online.timed import START
from tests.online.timed import Clock as Timed
from tests.simulator import Pull
from tests.standins import Standins

WAIVED = npm(tiny=("1.0.0", "MIT", []), left_grid=("1.3.0", "LGPL-2.1-only", []))
LAST_DAY = datetime(2099, 3, 31, 12, tzinfo=UTC)


@pytest.fixture
def standins() -> Iterator[Standins]:
    with Standins() as all_:
        yield all_


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


WAIVERS = """\
version: 1
licenses: {allow: [permissive]}
waivers:
  - {id: W-1, rules: [license-not-allowed], package: pkg:npm/left-grid, reason: a, approved_by: "@a", expires: %s}
"""
NEW = npm(tiny=("1.0.0", "MIT", []), chart=("4.2.0", "MIT", []))
YOUNG = "version: 1\nfreshness: {minimum_age: {default: 7 days}, levels: {version-too-new: block}}\n"


def test_after_days_of_downtime_what_time_changed_is_judged_the_earliest_first(
    run: Run, standins: Standins, tmp_path: Path
) -> None:
    """A waiver, a cool-down and another waiver that ended: each wakes by itself, in the order of their times."""
    standins.depsdev.knows("NPM", "chart", "4.2.0", publishedAt="2099-03-30T12:00:00Z")
    clock = Timed()
    clock.passes(days=(LAST_DAY - START).days)
    file = Builder(standins, clock).build(NEW, YOUNG)
    (tmp_path / "facts.db").write_bytes(
        b"".join(write(file.every(), clock.now(), file.header.read, file.header.complete))
    )

    async def story(office: Office) -> None:
        office.clock.move_to(LAST_DAY)
        late = office.pull(WAIVED, WAIVERS % "2099-04-10")
        young = office.pull(NEW, YOUNG)
        early = office.pull(WAIVED, WAIVERS % "2099-04-01")
        for pull in (late, young, early):
            await office.want(pull)
        await office.work()
        assert [office.conclusions(pull) for pull in (early, young, late)] == [["success"], ["failure"], ["success"]]
        office.clock.passes(days=20)
        order = []
        while await office.service.subjects.waiting():
            claim = await office.claim()
            order.append(claim.repository_id)
            await office.service._handle(claim)
        assert order == [pull.repository.id for pull in (early, young, late)]
        assert [office.conclusions(pull)[-1] for pull in (early, young, late)] == ["failure", "success", "failure"]

    run(story, facts=str(tmp_path / "facts.db"))
