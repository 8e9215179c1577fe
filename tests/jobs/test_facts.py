"""What is known of packages turns verdicts, by itself and when its time has come; what nobody knows is said."""

import asyncio
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from checks.model.facts import Facts, Questions, Want
from tests.end_to_end.examples import npm
from tests.jobs.office import Office, Run
from tests.standins import Fault, Standins

POLICY = """\
version: 1
freshness: {minimum_age: 3 days, levels: {freshness-unknown: note}}
vulnerabilities: {levels: {advisories-unknown: block}}
"""
CHANGE = npm(tiny=("1.0.0", "MIT", []), chart=("4.2.0", "MIT", []))
SEVERE = {"database_specific": {"severity": "HIGH"}}


@pytest.fixture
def standins() -> Iterator[Standins]:
    with Standins() as all_:
        all_.depsdev.knows("NPM", "chart", "4.2.0")
        yield all_


def published(ago: timedelta) -> str:
    return (datetime.now(UTC) - ago).isoformat()


def test_a_package_that_is_too_new_turns_green_at_its_minute(run: Run, standins: Standins) -> None:
    standins.depsdev.knows("NPM", "chart", "4.2.0", publishedAt=published(timedelta(days=1)))

    async def story(office: Office) -> None:
        pull = office.pull(CHANGE, POLICY)
        await office.want(pull)
        await office.work()
        assert office.conclusions(pull) == ["failure"]
        office.clock.passes(days=1, hours=23)
        await office.work()
        assert office.conclusions(pull) == ["failure"]
        office.clock.passes(hours=1, minutes=1)
        await office.work()
        assert office.conclusions(pull) == ["failure", "success"]

    run(story, standins.environment(), online=True)


def test_a_vulnerable_package_is_blocked(run: Run, standins: Standins) -> None:
    standins.osv.knows("GHSA-1", "npm", "chart", "4.2.0", **SEVERE)

    async def story(office: Office) -> None:
        pull = office.pull(CHANGE, POLICY)
        await office.want(pull)
        await office.work()
        assert office.conclusions(pull) == ["failure"]
        (run_,) = office.runs(pull.repository, pull.head_sha)
        assert "GHSA-1" in run_["output"]["summary"]

    run(story, standins.environment(), online=True)


def test_a_source_that_is_down_is_said_and_asked_again_later(run: Run, standins: Standins) -> None:
    async def story(office: Office) -> None:
        pull = office.pull(CHANGE, POLICY)
        with standins.osv.behaving(Fault(status=503)), standins.github.behaving(Fault(status=503)):
            await office.want(pull)
            await office.work()
        assert office.conclusions(pull) == ["failure"]
        assert office.titles(pull)[0].startswith("could not judge")
        office.clock.passes(minutes=20)
        await office.work()
        assert office.conclusions(pull) == ["failure", "success"]

    run(story, standins.environment(), online=True)


def test_what_is_known_is_not_asked_again(run: Run, standins: Standins) -> None:
    async def story(office: Office) -> None:
        for number in range(3):
            pull = office.pull({**CHANGE, "number.txt": str(number)}, POLICY)
            await office.want(pull)
            await office.work()
            assert office.conclusions(pull) == ["success"]
            asked = standins.counts
            standins.forget()
            assert (number == 0) == bool(asked)

    run(story, standins.environment(), online=True)


@pytest.mark.parametrize("online", [False, True])
def test_a_thousand_who_want_the_same_cost_one_batch(run: Run, standins: Standins, online: bool) -> None:
    names = [f"p{number}" for number in range(300)]
    for name in names:
        standins.depsdev.knows("NPM", name, "1.0.0")
    wanted: Questions = {
        (f"pkg:npm/{name}", "1.0.0"): Want.LICENSE | Want.PUBLISHED | Want.ADVISORIES for name in names
    }

    async def story(office: Office) -> None:
        facts = office.service.facts
        asked = [dict(list(wanted.items())[number % 200 :]) for number in range(1_000)]
        answers = await asyncio.gather(*map(facts.answer, asked))
        assert all(_complete(answer, part) is online for answer, part in zip(answers, asked, strict=True))
        assert standins.counts == ({"depsdev": 1, "osv": 1} if online else {})
        standins.forget()
        assert _complete(await facts.answer(wanted), wanted) is online
        assert standins.counts == {}

    run(story, standins.environment(), online=online)


def _complete(facts: Facts, wanted: Questions) -> bool:
    known = [facts.version(*key) for key in wanted]
    return all(item.license and item.published and item.advisories for item in known)


def test_without_sources_the_verdict_says_so_and_nobody_is_asked(run: Run, standins: Standins) -> None:
    async def story(office: Office) -> None:
        pull = office.pull(CHANGE, POLICY)
        await office.want(pull)
        await office.work()
        assert office.titles(pull)[0].startswith("could not judge")
        assert standins.counts == {}

    run(story, standins.environment())


def test_a_section_that_needs_no_facts_asks_nobody(run: Run, standins: Standins) -> None:
    async def story(office: Office) -> None:
        pull = office.pull(CHANGE, "version: 1\nsignoff: {}\n")
        await office.want(pull)
        await office.work()
        assert office.conclusions(pull) == ["success"]
        assert standins.counts == {}

    run(story, standins.environment(), online=True)
