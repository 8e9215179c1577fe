"""When GitHub's limits are short: the verdict goes first, the rest follows by itself, and nobody asks in vain."""

from typing import Any

from app.github.limits import Limits
from tests.end_to_end.examples import COPYLEFT, SIGNED
from tests.jobs.office import Office, Run
from tests.simulator import Pull


def paced(office: Office, processes: int = 1) -> Limits:
    """Limits that are kept without being told, by the office's clock."""
    limits = Limits(processes, clock=lambda: office.clock.now().timestamp())
    office.service.github.limits = office.service.github._limits = limits
    return limits


def comments_used_up(office: Office) -> None:
    limits = paced(office)
    assert any(limits.rest_at(office.installation, 0, comment=True) for _ in range(100))


def stands(office: Office, pull: Pull) -> tuple[list[str], int]:
    """The names of the runs on the head, and how many comments there are."""
    runs = office.sim.check_runs(pull.repository, pull.head_sha)
    return [run["name"] for run in runs], len(office.sim.comments(pull.repository, pull.number))


async def worked(office: Office) -> None:
    """All that is due now is done."""
    while (claim := await office.service.subjects.claim(60)) is not None:
        await office.service._handle(claim)


def test_the_verdict_does_not_wait_for_the_comment_which_follows_without_judging_again(run: Run) -> None:
    async def story(office: Office) -> None:
        comments_used_up(office)
        pull = office.pull(COPYLEFT)
        await office.want(pull)
        await worked(office)
        assert stands(office, pull) == (["ospo-gate"], 0)
        assert await office.service.judge.reports.waiting_rests() == 1
        office.sim.reset_counts()
        await worked(office)
        assert office.sim.requests == [], "its time has not come"
        office.clock.passes(hours=1)
        await worked(office)
        assert stands(office, pull) == (["ospo-gate", "ospo-gate / licenses"], 1)
        assert await office.service.judge.reports.waiting_rests() == 0
        assert not any("/compare/" in request.path for request in office.sim.requests)

    run(story)


def test_several_pushes_make_one_late_comment(run: Run) -> None:
    async def story(office: Office) -> None:
        comments_used_up(office)
        pull = office.pull(COPYLEFT)
        for number in range(3):
            await office.want(pull)
            await worked(office)
            pull.push({f"{number}.txt": "1"}, f"More\n\n{SIGNED}", office.ada)
        await office.want(pull)
        await worked(office)
        office.clock.passes(hours=1)
        await worked(office)
        assert stands(office, pull) == (["ospo-gate", "ospo-gate / licenses"], 1)
        assert await office.service.judge.reports.waiting_rests() == 0

    run(story)


def test_what_is_asked_for_again_while_the_comment_waits_gets_it_too(run: Run) -> None:
    async def story(office: Office) -> None:
        comments_used_up(office)
        pull = office.pull(COPYLEFT)
        await office.want(pull)
        await worked(office)
        office.clock.passes(hours=1)
        await office.want(pull)
        await worked(office)
        assert stands(office, pull)[1] == 1
        assert await office.service.judge.reports.waiting_rests() == 0

    run(story)


def test_nothing_is_read_for_a_verdict_that_cannot_be_posted(run: Run) -> None:
    async def story(office: Office) -> None:
        limits = paced(office)
        pull = office.pull(COPYLEFT)
        await office.want(pull)
        limits.refused(office.installation, "core", {"retry-after": "50"}, 0)
        office.sim.reset_counts()
        await worked(office)
        assert office.sim.requests == []
        office.clock.passes(seconds=51)
        await worked(office)
        assert "ospo-gate" in stands(office, pull)[0]

    run(story)


def test_with_githubs_secondary_limits_on_every_verdict_comes_and_no_limit_is_met(run: Run) -> None:
    """35 blocked pull requests create 105 things: more than GitHub takes in a minute."""

    async def story(office: Office) -> None:
        paced(office)
        pulls = [office.pull(COPYLEFT) for _ in range(35)]
        for pull in pulls:
            await office.want(pull)
        passing(office, 3_600)  # what other stories created in this simulator does not count any more
        office.sim.reset_counts()
        office.sim.limits.use_secondary()
        try:
            await worked(office)
            assert all("ospo-gate" in stands(office, pull)[0] for pull in pulls)
            assert 0 < await office.service.judge.reports.waiting_rests() < 35
            for _ in range(10):
                passing(office, 60)
                await worked(office)
        finally:
            limits = office.sim.limits
            limits.content_per_minute = limits.content_per_hour = limits.points_per_minute = limits.concurrent = None
        assert {stands(office, pull)[1] for pull in pulls} == {1}
        assert not [request for request in office.sim.requests if request.status == 403]

    run(story)


def test_while_verdicts_wait_comments_get_no_more_than_what_is_left_over(run: Run) -> None:
    """30 at once that are blocked, 20 things a minute: with comment and details each, that is enough for seven."""

    async def story(office: Office) -> None:
        paced(office, processes=4)
        pulls = [office.pull(COPYLEFT) for _ in range(30)]
        for pull in pulls:
            await office.want(pull)
        counts: list[tuple[int, int]] = []  # of verdicts and comments, every six seconds
        while not counts or counts[-1] != (30, 30):
            await worked(office)
            found = [stands(office, pull) for pull in pulls]
            counts.append((sum("ospo-gate" in runs for runs, _ in found), sum(comments for _, comments in found)))
            office.clock.passes(seconds=6)
            assert len(counts) < 100
        everybody = [verdicts for verdicts, _ in counts].index(30)
        assert everybody * 6 <= 108
        assert counts[everybody][1] <= 6

    run(story)


def passing(office: Office, seconds: float) -> None:
    office.clock.passes(seconds=seconds)
    office.sim.advance(seconds)


def test_a_locked_conversation_costs_the_comment_and_not_the_verdict(run: Run) -> None:
    async def story(office: Office) -> None:
        pull = office.pull(COPYLEFT)
        refused: dict[str, Any] = {"message": "Unable to create comment because issue is locked."}
        broken = {"data": {}, "errors": [{"type": "FORBIDDEN", "message": refused["message"], "path": ["a"]}]}
        office.sim.fail_next("addComment", 200, body=broken)
        office.sim.fail_next("POST /repos/*/issues/*/comments", 403, body=refused)
        await office.want(pull)
        await worked(office)
        assert stands(office, pull) == (["ospo-gate", "ospo-gate / licenses"], 0)
        assert office.conclusions(pull) == ["failure"]
        assert office.titles(pull) == ["1 to fix"]

    run(story)
