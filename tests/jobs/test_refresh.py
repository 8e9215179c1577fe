"""Every night what is in use is asked for again, some at a time; nobody outside learns more names by it."""

import asyncio
from collections.abc import Iterator
from datetime import timedelta

import pytest

from app.jobs import refresh
from app.jobs.nights import AFTER_REFRESH, SPREAD, next_night, next_turn
from app.jobs.refresh import KEY, questions
from app.ports import FactKey, FactRecord
from app.store.facts import Used
from checks.model.facts import Want
from tests.jobs.office import Clock, Office, Run
from tests.standins import Fault, Standins

ASKED = Want.LICENSE | Want.PUBLISHED | Want.STATUS | Want.ADVISORIES


@pytest.fixture
def standins() -> Iterator[Standins]:
    with Standins() as all_:
        for number in range(10):
            all_.depsdev.knows("NPM", f"p{number}", "1.0.0")
        yield all_


def wanted(*numbers: int) -> dict[tuple[str, str | None], Want]:
    return {(f"pkg:npm/p{number}", "1.0.0"): ASKED for number in numbers}


async def night(office: Office, hours: float = 24) -> int:
    """Steps of the task in the night to come."""
    await office.service.refresh.schedule()
    office.clock.passes(hours=hours)
    steps = 0
    while await office.service.subjects.waiting():
        claim = await office.claim()
        assert claim.key == KEY
        await office.service._handle(claim)
        steps += 1
        office.clock.passes(seconds=refresh.PAUSE)
    return steps


def asked_for(standins: Standins) -> set[str]:
    """Names of which the advisories were asked for."""
    calls = [call for call in standins.osv.calls if call.path.endswith("querybatch")]
    return {query["package"]["name"] for call in calls for query in call.json["queries"]}


def test_what_is_in_use_is_renewed_before_anybody_asks(run: Run, standins: Standins) -> None:
    async def story(office: Office) -> None:
        facts = office.service.facts
        await facts.answer(wanted(*range(10)))
        standins.osv.knows("GHSA-1", "npm", "p3", "1.0.0")
        standins.forget()
        await night(office)
        assert standins.counts["osv"] == 2  # one batch, and the advisory that is new
        standins.forget()
        answer = await facts.answer(wanted(3))
        known = answer.version("pkg:npm/p3", "1.0.0").advisories
        assert known is not None
        assert known.value == ("GHSA-1",)
        assert standins.counts == {}

    run(story, standins.environment(), online=True)


def test_it_goes_step_by_step_and_comes_back_the_next_night(
    run: Run, standins: Standins, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(refresh, "STEP", 4)

    async def story(office: Office) -> None:
        await office.service.facts.answer(wanted(*range(10)))
        standins.forget()
        assert await night(office) == 20 // 4 + 1  # ten records each about versions and about their advisories
        assert asked_for(standins) == {f"p{number}" for number in range(10)}
        due = await office.service.subjects.seconds_until_due()
        assert due is not None
        assert 0 < due <= 86_400

    run(story, standins.environment(), online=True)


def test_what_nobody_used_for_weeks_is_left_alone(run: Run, standins: Standins) -> None:
    async def story(office: Office) -> None:
        facts = office.service.facts
        await facts.answer(wanted(1, 2))
        office.clock.passes(days=10)
        await facts.answer(wanted(1))
        office.clock.passes(days=5)
        standins.forget()
        await night(office)
        assert asked_for(standins) == {"p1"}

    run(story, standins.environment(), online=True)


def test_a_source_that_is_down_at_night_takes_nothing_away(run: Run, standins: Standins) -> None:
    async def story(office: Office) -> None:
        facts = office.service.facts
        await facts.answer(wanted(1))
        with standins.osv.behaving(Fault(status=503)), standins.depsdev.behaving(Fault(status=503)):
            await night(office)
            answer = await facts.answer(wanted(1))
        assert answer.version("pkg:npm/p1", "1.0.0").advisories is not None

    run(story, standins.environment(), online=True)


def test_one_process_at_a_time_does_it(run: Run, standins: Standins) -> None:
    async def story(office: Office) -> None:
        await asyncio.gather(*(office.service.refresh.schedule() for _ in range(5)))
        office.clock.passes(days=1)
        assert await office.service.subjects.claim(60) is not None
        assert await office.service.subjects.claim(60) is None

    run(story, standins.environment(), online=True)


def test_without_a_network_there_is_nothing_to_renew(run: Run, standins: Standins) -> None:
    async def story(office: Office) -> None:
        assert await night(office) == 1
        assert await office.service.subjects.seconds_until_due() is None
        assert standins.counts == {}

    run(story, standins.environment())


def test_what_only_your_registries_know_is_asked_of_nobody() -> None:
    now = Clock().now()
    used = [
        Used("1", FactKey("version", "pkg:npm/secret@1.0.0", "registry https://npm.example"), ASKED, now),
        Used("2", FactKey("version", "pkg:npm/%40example/open@1.0.0", "deps.dev"), Want.LICENSE, now),
        Used("3", FactKey("advisories", "pkg:npm/%40example/open@1.0.0", "OSV"), Want.ADVISORIES, now),
        Used("4", FactKey("health", "pkg:npm/%40example/open", "deps.dev"), Want.HEALTH, now),
    ]
    assert questions(used) == {
        ("pkg:npm/%40example/open", "1.0.0"): Want.LICENSE | Want.ADVISORIES,
        ("pkg:npm/%40example/open", None): Want.HEALTH,
    }


def test_what_a_setting_has_made_private_is_asked_of_nobody(run: Run, standins: Standins) -> None:
    async def story(office: Office) -> None:
        before = office.clock.now()
        keys = [FactKey("advisories", f"pkg:npm/p{number}@1.0.0", "OSV") for number in (1, 2)]
        await office.service.records.put([FactRecord(key, Want.ADVISORIES, b"", before) for key in keys])
        await night(office)
        assert asked_for(standins) == {"p2"}
        assert not any(b"p1" in call.body for source in standins.each.values() for call in source.calls)

    run(story, standins.environment(PRIVATE="pkg:npm/p1"), online=True)


@pytest.mark.parametrize("hours", range(0, 48, 5))
def test_a_repository_has_its_turn_within_a_day_and_not_before_the_refresh(hours: int) -> None:
    now = Clock().now() + timedelta(hours=hours)
    for repository in (0, 1, 2, 7, 910_000_001, 2**53):
        turn = next_turn(now, 2, repository)
        assert now < turn <= now + timedelta(days=1)
        start = next_night(turn - timedelta(days=1), 2)
        assert timedelta(seconds=AFTER_REFRESH) <= turn - start < timedelta(seconds=AFTER_REFRESH + SPREAD)
        assert next_turn(turn, 2, repository) == turn + timedelta(days=1)
