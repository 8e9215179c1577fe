"""Judging in one process, where clocks and faults are ours: outages, poison, lost claims, one at a time."""

import asyncio
import itertools
import os
from collections import Counter, defaultdict
from dataclasses import replace
from typing import Any

from app.jobs.judge import MAX_ATTEMPTS
from app.parsers import Parsers
from app.subject import Claim, Delivery
from checks.manifests import FORMATS
from tests.end_to_end.examples import CLEAN, COPYLEFT, SIGNED
from tests.jobs.office import Office

_numbers = itertools.count(1)


def test_an_outage_that_does_not_end_is_said(run: Any) -> None:
    async def story(office: Office) -> None:
        pull = office.pull(COPYLEFT)
        office.sim.fail_next(f"GET /repos/{pull.repository.full_name}/compare/*", 503, times=MAX_ATTEMPTS)
        await office.want(pull)
        await office.work()
        assert office.titles(pull) == ["could not judge: the change could not be read"]
        await office.want(pull)
        await office.work()
        assert office.titles(pull)[1:] == ["1 to fix"]

    run(story)


def test_an_outage_of_everything_is_waited_for(run: Any) -> None:
    """Not even the failure can be said: the subject waits on, instead of resting with a check that never comes."""

    async def story(office: Office) -> None:
        pull = office.pull(COPYLEFT)
        outage = office.sim.fail_next(
            lambda seen: pull.repository.name in seen.path or seen.document != "", 503, times=200
        )
        await office.want(pull)
        for _ in range(MAX_ATTEMPTS + 3):
            await office.service.judge.handle(await office.claim())
        assert await office.service.subjects.waiting() == 1
        office.sim.faults.faults.remove(outage)
        await office.work()
        assert office.titles(pull)

    run(story)


def test_a_subject_that_kills_its_workers_comes_to_an_end(run: Any) -> None:
    async def story(office: Office) -> None:
        pull = office.pull(COPYLEFT)
        await office.want(pull)
        for _ in range(MAX_ATTEMPTS):
            await office.claim(lease=0.001)  # the worker dies here
            await asyncio.sleep(0.01)
        await office.work()
        assert office.titles(pull) == ["could not judge: the change could not be read"]

    run(story)


def test_where_the_app_may_not_write_it_rests(run: Any) -> None:
    async def story(office: Office) -> None:
        pull = office.pull(COPYLEFT)
        office.sim.fail_next("createCheckRun", 403, times=9)
        office.sim.fail_next(f"POST /repos/{pull.repository.full_name}/*", 403, times=9)
        await office.want(pull)
        await office.work()
        assert office.titles(pull) == []

    run(story)


def test_a_worker_that_lost_its_claim_while_posting_does_not_have_the_last_word(run: Any) -> None:
    """It wakes up after its heir and writes the older comment over the newer one: the next look corrects it."""

    async def story(office: Office) -> None:
        pull = office.pull({**CLEAN, "a.txt": "1"})
        await office.want(pull)
        await office.work()
        pull.push(COPYLEFT, f"Charts\n\n{SIGNED}", office.ada)
        await office.want(pull)
        hold = office.sim.hold("createCheckRun")
        slow = asyncio.create_task(office.service.judge.handle(await office.claim()))
        assert await asyncio.to_thread(hold.wait_until_reached)
        pull.push(CLEAN, f"Out\n\n{SIGNED}", office.ada)
        await office.want(pull)
        office.clock.passes(minutes=2)
        await office.service.judge.handle(await office.claim())
        hold.release()
        await slow
        await office.work()
        comments = [c["body"] for c in office.sim.comments(pull.repository, pull.number)]
        assert len(comments) == 1
        assert "glyph-core" not in comments[0]

    run(story)


def test_one_subject_is_never_in_two_hands(run: Any) -> None:
    async def story(office: Office) -> None:
        pulls = [office.pull({"a.txt": "1"}) for _ in range(3)]
        in_hand: dict[str, set[int]] = defaultdict(set)
        most: Counter[str] = Counter()
        service = office.service
        judge, finish = service.judge.handle, service.subjects.finish

        async def handle(claim: Claim) -> None:
            in_hand[claim.key].add(claim.token)
            most[claim.key] = max(most[claim.key], len(in_hand[claim.key]))
            await judge(claim)
            in_hand[claim.key].discard(claim.token)

        async def ends(claim: Claim, *arguments: Any, **named: Any) -> bool:
            in_hand[claim.key].discard(claim.token)  # what is kept of it afterwards is no judgment any more
            return await finish(claim, *arguments, **named)

        service.hands.handle, service.subjects.finish = handle, ends  # type: ignore[method-assign]
        async with office.service.engine.running():
            for round_ in range(8):
                for pull in pulls:
                    pull.push({"a.txt": str(round_)}, f"Round {round_}\n\n{SIGNED}", office.ada)
                    await office.want(pull)
                    office.service.engine.wake()
                await asyncio.sleep(0.02)
            while await office.service.subjects.waiting():  # noqa: ASYNC110
                await asyncio.sleep(0.01)
        assert set(most.values()) == {1}
        assert all(office.titles(pull) for pull in pulls)

    run(story)


def test_a_fault_of_ours_is_retried_and_then_said_with_its_id(run: Any) -> None:
    async def story(office: Office) -> None:
        pull = office.pull(COPYLEFT)
        office.service.judge = replace(office.service.judge, parse=_faulty, inventories=_Nothing())
        office.service.hands.handle = office.service.judge.handle
        await office.want(pull)
        for _ in range(MAX_ATTEMPTS):
            claim = await office.claim()
            await office.service.hands.work(claim)
            await office.service.subjects.accept(Delivery(f"d{next(_numbers)}", "x", None, None))
            async with office.service.database.write() as connection:
                await connection.exec_driver_sql("UPDATE subject SET next_at = 0")
        await office.work()
        (run_,) = [r for r in office.sim.check_runs(pull.repository, pull.head_sha) if r["name"] == "ospo-gate"]
        assert "internal error" in run_["output"]["summary"]
        assert "a secret detail" not in run_["output"]["summary"]

    run(story)


async def _faulty(*_: Any) -> Any:
    raise KeyError("a secret detail")


class _Nothing:
    """A cache that knows nothing."""

    async def get(self, keys: Any) -> dict[str, Any]:
        return {}

    async def put(self, inventories: Any) -> None:
        return None


def test_a_parser_that_dies_takes_only_its_file_with_it() -> None:
    lock = next(format_ for format_ in FORMATS if format_.id == "npm-lock")
    large = (COPYLEFT["package-lock.json"] + " " * 400_000).encode()

    async def story() -> None:
        parsers = Parsers()
        try:
            assert (await parsers.parse(lock, "package-lock.json", large, {})).dependencies
            assert parsers._pool is not None
            parsers._pool.submit(os._exit, 9)
            broken = await parsers.parse(lock, "package-lock.json", large, {})
            assert broken.problems or broken.dependencies  # it may have been parsed just before the end
            assert (await parsers.parse(lock, "package-lock.json", large, {})).dependencies
        finally:
            parsers.close()

    asyncio.run(story())
