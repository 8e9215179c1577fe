"""The disk is full, the database restarts: nothing that was acknowledged is lost, and the service goes on by itself."""

import random
import resource
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.end_to_end.examples import COPYLEFT, pull, repository
from tests.end_to_end.fleet import Author, Fleet
from tests.end_to_end.stage import Stage

LIMIT = 1_000


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    with Stage(tmp_path, "github.com", OSPO_GATE_RETRY_SECONDS="1", OSPO_GATE_LEASE_SECONDS="3") as running:
        yield running


def full(stage: Stage, limit: int = LIMIT) -> None:
    """Nothing that the service writes may become larger than some bytes: neither the database nor the log."""
    assert stage.process is not None
    _, hard = resource.prlimit(stage.process.pid, resource.RLIMIT_FSIZE)
    resource.prlimit(stage.process.pid, resource.RLIMIT_FSIZE, (limit, hard))


def test_a_delivery_that_finds_the_disk_full_is_not_acknowledged(stage: Stage) -> None:
    repo = repository(stage)
    stage.settle()
    full(stage)
    change = pull(stage, repo, COPYLEFT)
    stage.sim.wait_idle()
    told = [d for d in stage.sim.deliveries if d.event == "pull_request"]
    assert [d.status_code for d in told] == [503]
    full(stage, resource.RLIM_INFINITY)
    stage.sim.redeliver(told[0].guid)
    assert stage.verdict(repo, change.head_sha)["conclusion"] == "failure"


def test_a_disk_that_is_full_while_it_is_judged(stage: Stage) -> None:
    repo = repository(stage)
    hold = stage.sim.hold("headRefOid")
    change = pull(stage, repo, COPYLEFT)
    assert hold.wait_until_reached()
    full(stage)
    hold.release()
    stage.until(lambda: not stage.sim.server.concurrent, "it was answered")
    full(stage, resource.RLIM_INFINITY)
    assert stage.verdict(repo, change.head_sha)["conclusion"] == "failure"
    stage.settle()
    assert len(stage.own_comments(change)) == 1


@pytest.mark.parametrize("workers", [0, 2], ids=["embedded", "distributed"])
def test_the_database_restarts_while_deliveries_arrive(
    tmp_path: Path,
    postgres: Any,
    workers: int,
) -> None:
    postgres.psql(f"CREATE DATABASE restarts_{workers};")
    database = str(postgres.get_uri(database=f"restarts_{workers}", driver="psycopg"))
    with Fleet(tmp_path, database, workers, OSPO_GATE_LEASE_SECONDS="3") as fleet:
        author = Author(fleet, random.Random(3), pulls=4)
        for _ in range(10):
            author.push()
        postgres.stop()
        for _ in range(5):
            author.push()
        fleet.sim.wait_idle()
        postgres.ensure_postgres_running()
        for _ in range(5):
            author.push()
        assert author.settled().faults == []
        assert fleet.dead() == []
