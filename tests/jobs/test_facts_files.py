"""A service without a network: the facts file answers, from a path or an address, and is replaced while it runs."""

import asyncio
import os
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path

import pytest

from app.facts.container import write
from checks.model.facts import Facts, Want
from tests.end_to_end.examples import npm
from tests.facts_file.files import Builder
from tests.jobs.office import Office, Run
from tests.online.timed import Clock
from tests.standins import Fault, Standin, Standins
from tests.standins.server import Call, Page

POLICY = "version: 1\nvulnerabilities: {levels: {advisories-unknown: block}}\n"
CHANGE = npm(tiny=("1.0.0", "MIT", []), chart=("4.2.0", "MIT", []))
SEVERE = {"database_specific": {"severity": "HIGH"}}
CHART = ("pkg:npm/chart", "4.2.0")


@pytest.fixture
def standins() -> Iterator[Standins]:
    with Standins() as all_:
        yield all_


def built(standins: Standins) -> bytes:
    """A facts file about the change, from what the stand-ins know now."""
    clock = Clock()
    file = Builder(standins, clock).build(CHANGE, POLICY)
    standins.forget()
    return b"".join(write(file.every(), clock.now(), file.header.read, file.header.complete))


def put(path: Path, data: bytes) -> None:
    """As people replace files: in one step."""
    new = path.with_suffix(".new")
    new.write_bytes(data)
    os.replace(new, path)


async def verdict(office: Office) -> str:
    pull = office.pull(CHANGE, POLICY)
    await office.want(pull)
    await office.work()
    return office.titles(pull)[-1]


async def until(condition: Callable[[], Awaitable[bool]]) -> None:
    async with asyncio.timeout(60):
        while not await condition():  # noqa: ASYNC110 - the file is looked at from time to time
            await asyncio.sleep(0.01)


async def answers(office: Office) -> bool:
    """Whether the service has a facts file."""
    return office.service.facts._file is not None and office.service.facts._file.current is not None


def test_a_service_without_a_network_is_served_by_the_file_alone(run: Run, standins: Standins, tmp_path: Path) -> None:
    file = tmp_path / "facts.db"
    put(file, built(standins))

    async def story(office: Office) -> None:
        assert await verdict(office) == "Everything is in order"
        standins.osv.knows("GHSA-1", "npm", "chart", "4.2.0", **SEVERE)
        with_advisory = await asyncio.to_thread(built, standins)
        put(file, with_advisory)

        async def blocked() -> bool:
            return await verdict(office) == "1 to fix"

        await until(blocked)
        assert standins.counts == {}

    run(story, facts=str(file))


def test_a_broken_file_never_takes_the_place_of_a_good_one(run: Run, standins: Standins, tmp_path: Path) -> None:
    file = tmp_path / "facts.db"
    put(file, built(standins))

    async def story(office: Office) -> None:
        for broken in (b"", b"not a facts file", file.read_bytes()[:-10]):
            put(file, broken)
            await asyncio.sleep(0.05)
            assert await verdict(office) == "Everything is in order"
        file.unlink()
        await asyncio.sleep(0.05)
        assert await verdict(office) == "Everything is in order"

    run(story, facts=str(file))


def test_a_damaged_part_is_a_gap_and_no_crash(run: Run, standins: Standins, tmp_path: Path) -> None:
    file = tmp_path / "facts.db"
    data = bytearray(built(standins))
    start = data.index(b"\n", data.index(b"\n") + 1) + 1
    data[start : start + 200] = bytes(200)
    put(file, bytes(data))

    async def story(office: Office) -> None:
        assert (await verdict(office)).startswith("could not judge")

    run(story, facts=str(file))


def test_where_there_is_no_file_the_verdict_says_so_until_there_is_one(
    run: Run, standins: Standins, tmp_path: Path
) -> None:
    file = tmp_path / "facts.db"
    data = built(standins)

    async def story(office: Office) -> None:
        pull = office.pull(CHANGE, POLICY)
        await office.want(pull)
        await office.work()
        assert office.titles(pull)[-1].startswith("could not judge")
        put(file, data)
        await until(lambda: answers(office))
        office.clock.passes(minutes=20)
        await office.work()
        assert office.conclusions(pull) == ["failure", "success"]

    run(story, facts=str(file))


def test_under_the_network_the_file_serves_where_it_is_silent(run: Run, standins: Standins, tmp_path: Path) -> None:
    file = tmp_path / "facts.db"
    put(file, built(standins))

    async def story(office: Office) -> None:
        with standins.osv.behaving(Fault(status=503)), standins.github.behaving(Fault(status=503)):
            assert await verdict(office) == "Everything is in order"

    run(story, standins.environment(), online=True, facts=str(file))


def test_from_an_address_it_is_asked_for_again_and_read_when_it_is_another(run: Run, standins: Standins) -> None:
    data = [built(standins)]

    def answer(call: Call) -> Page:
        return Page(data[0], "application/octet-stream")

    with Standin(answer) as website:

        async def story(office: Office) -> None:
            async def knows_it() -> bool:
                facts: Facts = await office.service.facts.answer({CHART: Want.ADVISORIES})
                return bool(facts.advisories)

            assert await verdict(office) == "Everything is in order"
            first = office.service.facts._file
            assert first is not None
            before = first.current
            asked = len(website.calls)

            async def asked_again() -> bool:
                return len(website.calls) > asked + 2

            await until(asked_again)
            assert first.current is before
            assert all(call.headers.get("if-none-match") for call in website.calls[1:])
            standins.osv.knows("GHSA-1", "npm", "chart", "4.2.0", **SEVERE)
            data[0] = await asyncio.to_thread(built, standins)
            await until(knows_it)
            assert await verdict(office) == "1 to fix"

        run(story, facts=f"{website.url}/facts.db")


def test_another_file_lets_default_branches_be_judged_again(run: Run, standins: Standins, tmp_path: Path) -> None:
    file = tmp_path / "facts.db"
    put(file, built(standins))

    async def story(office: Office) -> None:
        repo = office.repository(CHANGE, POLICY)
        await office.push(repo)
        await office.work()
        assert office.branch(repo) == ["Everything is in order"]
        standins.osv.knows("GHSA-1", "npm", "chart", "4.2.0", **SEVERE)
        put(file, await asyncio.to_thread(built, standins))

        async def due() -> bool:
            left = await office.service.subjects.seconds_until_due()
            return left is not None and left <= 600

        await until(due)
        office.clock.passes(minutes=10)
        await office.work()
        assert office.branch(repo) == ["Everything is in order", "1 to fix"]

    run(story, facts=str(file))
