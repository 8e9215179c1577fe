"""Web and workers apart, and their ends: told once, they finish what they have in hand; told twice, they just end."""

import signal
from pathlib import Path
from typing import Any

from tests.end_to_end.examples import COPYLEFT, pull, repository
from tests.end_to_end.stage import PATIENCE, Stage


def test_what_is_in_hand_is_finished(tmp_path: Path) -> None:
    with Stage(tmp_path) as stage:
        repo = repository(stage)
        hold = stage.sim.hold("headRefOid")
        change = pull(stage, repo, COPYLEFT)
        assert hold.wait_until_reached()
        assert stage.process is not None
        stage.process.send_signal(signal.SIGTERM)
        hold.release()
        assert stage.process.wait(timeout=PATIENCE) in (0, -signal.SIGTERM)
        stage.process = None
        assert stage.runs(repo, change.head_sha)["ospo-gate"]["conclusion"] == "failure"


def test_a_second_signal_ends_it_at_once_and_nothing_is_lost(tmp_path: Path) -> None:
    with Stage(tmp_path, OSPO_GATE_LEASE_SECONDS="1") as stage:
        repo = repository(stage)
        hold = stage.sim.hold("headRefOid")
        change = pull(stage, repo, COPYLEFT)
        assert hold.wait_until_reached()
        process = stage.process
        assert process is not None
        process.send_signal(signal.SIGTERM)
        stage.until(lambda: not stage.listens(), "nobody listens any more")
        assert process.poll() is None
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=PATIENCE) == 128 + signal.SIGTERM
        hold.release()
        stage.start_service()
        assert stage.verdict(repo, change.head_sha)["conclusion"] == "failure"


def test_workers_alone_do_what_a_web_process_accepts(tmp_path: Path) -> None:
    with Stage(tmp_path, OSPO_GATE_WORKERS="0") as stage:
        repo = repository(stage)
        change = pull(stage, repo, COPYLEFT)
        stage.until(lambda: stage.waiting() == 1, "it is accepted")
        with stage.worker(OSPO_GATE_WORKERS="2") as worker:
            assert stage.verdict(repo, change.head_sha)["conclusion"] == "failure"
            worker.send_signal(signal.SIGTERM)
            assert worker.wait(timeout=PATIENCE) == 0


def test_on_postgresql_workers_of_several_processes_are_woken_by_the_web_process(
    tmp_path: Path,
    postgres: Any,
) -> None:
    postgres.psql("CREATE DATABASE distributed;")
    database = str(postgres.get_uri(database="distributed", driver="psycopg"))
    settings = {"OSPO_GATE_ENGINE": "distributed", "OSPO_GATE_DATABASE": database, "OSPO_GATE_LEASE_SECONDS": "3"}
    with Stage(tmp_path, "github.com", **settings) as stage, stage.worker() as first, stage.worker() as second:
        repo = repository(stage)
        changes = [pull(stage, repo, COPYLEFT) for _ in range(6)]
        hold = stage.sim.hold("headRefOid")
        held = pull(stage, repo, COPYLEFT)
        assert hold.wait_until_reached()
        first.kill()  # whichever of the two it is: the other one goes on
        hold.release()
        for change in (*changes, held):
            assert stage.verdict(repo, change.head_sha)["conclusion"] == "failure"
            assert len(stage.own_comments(change)) == 1
        second.send_signal(signal.SIGTERM)
        assert second.wait(timeout=PATIENCE) == 0
