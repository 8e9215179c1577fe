"""A vulnerability counts from the day on which it was first seen, until it is gone."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from app.store.database import Database
from app.store.housekeeping import SIGHTINGS, sweep
from app.store.sightings import SightingStore

Run = Callable[[Callable[[Database], Any]], Any]
DAY = 86_400.0
LODASH = ("pkg:npm/lodash", "CVE-2021-23337")
MINIMIST = ("pkg:npm/minimist", "CVE-2021-44906")


def everything(_purl: str) -> bool:
    return True


class Calendar:
    """A store with a clock that counts days."""

    def __init__(self, database: Database) -> None:
        self.day = 0
        self.store = SightingStore(database, lambda: self.day * DAY)

    async def days(self, repository: int = 1) -> dict[tuple[str, str], int]:
        """On which day each was first seen."""
        start = datetime.fromtimestamp(0, UTC)
        return {item: (at - start).days for item, at in (await self.store.first_seen(repository)).items()}


def test_the_first_day_counts_however_often_it_is_seen(run: Run) -> None:
    async def story(database: Database) -> None:
        calendar = Calendar(database)
        for calendar.day in (3, 4, 5):
            await calendar.store.saw(1, {LODASH}, everything)
        await calendar.store.saw(1, {LODASH, MINIMIST}, everything)
        assert await calendar.days() == {LODASH: 3, MINIMIST: 5}
        assert await calendar.days(repository=2) == {}

    run(story)


def test_what_is_gone_and_comes_back_is_new(run: Run) -> None:
    async def story(database: Database) -> None:
        calendar = Calendar(database)
        await calendar.store.saw(1, {LODASH}, everything)
        calendar.day = 1
        await calendar.store.saw(1, (), everything)
        assert await calendar.days() == {}
        calendar.day = 2
        await calendar.store.saw(1, {LODASH}, everything)
        assert await calendar.days() == {LODASH: 2}

    run(story)


def test_a_source_that_is_down_does_not_start_the_time_anew(run: Run) -> None:
    async def story(database: Database) -> None:
        calendar = Calendar(database)
        await calendar.store.saw(1, {LODASH, MINIMIST}, everything)
        calendar.day = 1
        await calendar.store.saw(1, (), lambda purl: purl != "pkg:npm/lodash")
        calendar.day = 2
        await calendar.store.saw(1, {LODASH, MINIMIST}, everything)
        assert await calendar.days() == {LODASH: 0, MINIMIST: 2}

    run(story)


def test_names_of_any_kind_and_number(run: Run) -> None:
    async def story(database: Database) -> None:
        calendar = Calendar(database)
        strange = {("pkg:npm/\x00\ud800", "'; DROP--"), ("pkg:npm/" + "a" * 5000, "")}
        many = strange | {(f"pkg:npm/p{number}", "CVE-1") for number in range(1_200)}
        await calendar.store.saw(1, many, everything)
        assert set(await calendar.days()) == many
        await calendar.store.saw(1, strange, everything)
        assert set(await calendar.days()) == strange

    run(story)


def test_what_has_been_gone_for_a_year_is_forgotten(run: Run) -> None:
    async def story(database: Database) -> None:
        calendar = Calendar(database)
        await calendar.store.saw(1, {LODASH, MINIMIST}, everything)
        await calendar.store.saw(1, {LODASH}, everything)
        assert await sweep(database, lambda: SIGHTINGS + DAY) == 1
        assert await calendar.days() == {LODASH: 0}

    run(story)
