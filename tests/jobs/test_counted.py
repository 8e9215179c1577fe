"""What goes wrong while something is judged and posted is counted."""

import asyncio

from app.subject import Claim
from tests.end_to_end.examples import COPYLEFT
from tests.jobs.office import Office, Run


def test_a_verdict_that_could_not_be_posted_and_came_later(run: Run) -> None:
    async def story(office: Office) -> None:
        pull = office.pull(COPYLEFT)
        await office.want(pull)
        office.sim.graphql_available = False
        try:
            office.sim.fail_next(f"POST /repos/{pull.repository.full_name}/check-runs", 502)
            await office.work()
        finally:
            office.sim.graphql_available = True
        assert office.titles(pull) == ["1 to fix"]
        tally = office.service.tally
        assert dict(tally.counts("ospo_gate_publishing_failures_total")) == {("passing",): 1}
        assert dict(tally.counts("ospo_gate_verdicts_total"))["pull", "blocked"] >= 1
        assert dict(tally.counts("ospo_gate_github_requests_total"))["core", "5xx"] == 1
        ((kind, times),) = tally.times("ospo_gate_verdict_latency_seconds")
        assert (kind, sum(times.counts)) == (("pull",), 1)

    run(story)


def test_a_fault_of_ours(run: Run) -> None:
    async def story(office: Office) -> None:
        await office.want(office.pull(COPYLEFT))
        hands = office.service.hands

        async def broken(_claim: Claim) -> None:
            assert hands.busy == 1
            raise ZeroDivisionError

        hands.handle = broken
        await hands.work(await office.claim())
        await asyncio.sleep(0)
        assert dict(office.service.tally.counts("ospo_gate_internal_errors_total")) == {(): 1}
        assert hands.busy == 0

    run(story)
