"""kill -9 at each named point and at random moments, on every way to run: what a person sees is right at the end."""

import itertools
import random
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.end_to_end import mortal
from tests.end_to_end.fleet import Author, Fleet, Plan, fates, live

_numbers = itertools.count(1)


@pytest.fixture
def fleet(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Fleet]:
    database = None
    if request.param != "sqlite":
        server: Any = request.getfixturevalue("postgres")
        name = f"fleet_{next(_numbers)}"
        server.psql(f"CREATE DATABASE {name};")
        database = str(server.get_uri(database=name, driver="psycopg"))
    with Fleet(tmp_path, database, workers=2 if request.param == "distributed" else 0) as running:
        yield running


def doomed(victim: str, point: str) -> Plan:
    """One process dies when it is at a point for the second time."""
    return lambda role: (point, 2) if role == victim else (mortal.NEVER, 1)


# Half a minute each, so not every test on every way to run: `python -m tests.benchmarks crash` does them all.
@pytest.mark.parametrize("fleet", ["sqlite", "distributed"], indirect=True)
def test_killed_at_each_point(fleet: Fleet) -> None:
    author = Author(fleet, random.Random(7), pulls=2)
    assert author.settled().faults == []
    distributed = len(fleet.roles) > 1
    for point in mortal.POINTS:
        victim = "work 0" if distributed and point in mortal.OF_WORKERS else "serve"
        fleet.plan = doomed(victim, point)
        fleet.kill(victim)
        fleet.revive()
        while not fleet.dead():
            author.push_and_wait()
        assert fleet.dead() == [victim]
    fleet.plan = live
    fleet.revive()
    assert author.settled().faults == []
    assert set(fleet.deaths()) == set(mortal.POINTS)


@pytest.mark.parametrize("fleet", ["postgresql"], indirect=True)
def test_killed_at_random(fleet: Fleet) -> None:
    dice = random.Random(11)
    author = Author(fleet, dice, pulls=4)
    fleet.plan = fates(dice, workers=len(fleet.roles) > 1)
    fleet.stop_service(kill=True)
    fleet.start_service()
    with fleet.revived():
        while fleet.died < 4:
            author.push()
            time.sleep(0.02)
    fleet.plan = live
    fleet.stop_service(kill=True)
    fleet.start_service()
    assert author.settled().faults == []
