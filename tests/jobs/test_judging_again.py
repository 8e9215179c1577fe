"""A new policy is pushed: every open pull request that it governs gets its verdict, without anybody's help."""

import itertools
import time
from typing import Any

from app.subject import Closed, Delivery, PolicyPushed, pull_key
from tests.end_to_end.examples import COPYLEFT
from tests.jobs.office import Office

_numbers = itertools.count(1)
STRICT = "version: 1\nlicenses: {}\n"
OPEN = "version: 1\nlicenses: {allow: [permissive, strong-copyleft]}\n"


def test_a_policy_that_allows_it_sets_all_blocked_pull_requests_free(run: Any) -> None:
    async def story(office: Office) -> None:
        policy = office.sim.create_repository("example", "policy-again", files={"policy.yaml": STRICT})
        pulls = [office.pull(COPYLEFT) for _ in range(4)]
        closed = office.pull(COPYLEFT)
        for pull in (*pulls, closed):
            await office.want(pull)
        await office.work()
        assert {title for pull in pulls for title in office.titles(pull)} == {"1 to fix"}
        policy.commit("main", {"policy.yaml": OPEN}, "Allow it", office.ada)
        closed.close()
        key, at = pull_key(closed.repository.id, closed.number), time.time()
        over = Closed(key, closed.head_sha, at, closed.repository.full_name)
        await office.service.subjects.accept(Delivery(f"p{next(_numbers)}", "pull_request", "closed", over))
        await office.service.subjects.accept(Delivery(f"p{next(_numbers)}", "push", None, PolicyPushed()))
        office.clock.passes(seconds=1)
        await office.work()
        office.clock.passes(seconds=1)  # they become due one after the other, and a verdict may take less than the pace
        await office.work()
        assert [office.titles(pull)[1:] for pull in pulls] == [["Everything is in order"]] * 4
        assert office.titles(closed) == ["1 to fix"]

    run(story, policy="example/policy-again/policy.yaml@main")
