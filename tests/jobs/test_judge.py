"""Judging in one process, where clocks and faults are ours: outages, poison, lost claims, one at a time."""

import asyncio
import itertools
import os
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
import structlog

from app.jobs.judge import MAX_ATTEMPTS
from app.settings import ServiceSettings
from app.subject import About, Claim, Delivery, Wanted, pull_key
from app.wiring import Parsers, Service
from checks.manifests import FORMATS
from tests.end_to_end.examples import CLEAN, COPYLEFT, POLICY, SIGNED
from tests.simulator import Pull, Repository, Simulator, User

_numbers = itertools.count(1)


@dataclass
class Office:
    """A service whose workers are driven by hand."""

    sim: Simulator
    ada: User
    installation: int
    service: Service

    def pull(self, files: dict[str, Any]) -> Pull:
        name = f"web-{next(_numbers)}"
        repo: Repository = self.sim.create_repository("example", name, files={"policy.yaml": POLICY, **CLEAN})
        repo.commit("topic", files, f"Change\n\n{SIGNED}", self.ada)
        return repo.open_pull(head="topic", base="main", author=self.ada)

    async def want(self, pull: Pull, at: float | None = None) -> None:
        repo = pull.repository
        about = About(repo.full_name, repo.node_id, pull.node_id, pull.base_sha, "public", "main", True)
        key = pull_key(repo.id, pull.number)
        wanted = Wanted(key, self.installation, repo.id, pull.number, pull.head_sha, at or time.time(), about)
        await self.service.subjects.accept(Delivery(f"d{next(_numbers)}", "pull_request", "opened", wanted))

    async def claim(self, lease: float = 60) -> Claim:
        while (claim := await self.service.subjects.claim(lease)) is None:  # noqa: ASYNC110 - the database has no event
            await asyncio.sleep(0.005)
        return claim

    async def work(self) -> None:
        """Handle what is due until nothing waits."""
        while await self.service.subjects.waiting():
            await self.service.judge.handle(await self.claim())

    def titles(self, pull: Pull) -> list[str]:
        return [
            run["output"]["title"]
            for run in self.sim.check_runs(pull.repository, pull.head_sha)
            if run["name"] == "ospo-gate"
        ]


@pytest.fixture(autouse=True)
def silence() -> Iterator[None]:
    """Faults are logged with all they know, which takes a second each on a terminal."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(50))
    yield
    structlog.reset_defaults()


@pytest.fixture(scope="module")
def github() -> Iterator[tuple[Simulator, Any, int, User]]:
    with Simulator() as sim:
        app = sim.create_app()
        sim.create_org("example")
        yield (
            sim,
            app,
            sim.install(app, "example"),
            sim.create_user("ada", name="Ada Lovelace", email="ada@example.com"),
        )


@pytest.fixture
def run(
    github: tuple[Simulator, Any, int, User], tmp_path: Path
) -> Callable[[Callable[[Office], Awaitable[None]]], None]:
    """Tells a story to an office with an empty database."""
    sim, app, installation, ada = github
    sim.faults.clear()
    settings = ServiceSettings(
        app_id=app.id, webhook_secret="s" * 16, private_key=app.private_key_pem, github_api_url=sim.api_url,
        database=f"sqlite+aiosqlite:///{tmp_path / 'gate.db'}",
    )  # fmt: skip

    def run(story: Callable[[Office], Awaitable[None]]) -> None:
        async def tell() -> None:
            service = Service(settings)
            service.judge = replace(service.judge, retry_seconds=0.001)
            await service.database.migrate()
            try:
                await story(Office(sim, ada, installation, service))
            finally:
                await service.github.close()
                await service.database.close()
                service.parsers.close()

        asyncio.run(tell())

    return run


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
        slow = asyncio.create_task(office.service.judge.handle(await office.claim(lease=0.05)))
        await asyncio.to_thread(hold.wait_until_reached)
        pull.push(CLEAN, f"Out\n\n{SIGNED}", office.ada)
        await office.want(pull)
        await asyncio.sleep(0.06)
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
        in_hand: Counter[str] = Counter()
        most: Counter[str] = Counter()
        real = office.service.judge.handle

        async def handle(claim: Claim) -> None:
            in_hand[claim.key] += 1
            most[claim.key] = max(most[claim.key], in_hand[claim.key])
            await real(claim)
            in_hand[claim.key] -= 1

        office.service.loop.handle = handle
        async with office.service.loop.running():
            for round_ in range(8):
                for pull in pulls:
                    pull.push({"a.txt": str(round_)}, f"Round {round_}\n\n{SIGNED}", office.ada)
                    await office.want(pull)
                    office.service.loop.wake()
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
        office.service.loop.handle = office.service.judge.handle
        await office.want(pull)
        for _ in range(MAX_ATTEMPTS):
            claim = await office.claim()
            await office.service.loop._handle(claim)
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
