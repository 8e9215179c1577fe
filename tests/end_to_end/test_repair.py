"""The service repairs by itself what was lost while it was down, and what kills its workers comes to an end."""

import json
import sqlite3
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from app.jobs.judge import MAX_ATTEMPTS
from tests.end_to_end.examples import COPYLEFT, pull, repository
from tests.end_to_end.stage import PATIENCE, Stage


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    settings = {"OSPO_GATE_RETRY_SECONDS": "1", "OSPO_GATE_REPAIR": "true"}
    with Stage(tmp_path_factory.mktemp("repair"), "github.com", **settings) as running:
        yield running
        running.sim.faults.clear()


def gate(stage: Stage, *words: str) -> "subprocess.CompletedProcess[str]":
    command = [str(Path(sys.executable).with_name("ospo-gate")), *words]
    return subprocess.run(command, env=stage.environment, cwd=stage.folder, capture_output=True, text=True, check=False)


def test_what_was_pushed_while_the_service_was_down_is_judged_soon_after_its_start(stage: Stage) -> None:
    repo = repository(stage)
    stage.sim.wait_idle()
    stage.stop_service(kill=True)
    change = pull(stage, repo, COPYLEFT)
    stage.sim.wait_idle()
    assert {one.status for one in stage.sim.deliveries if one.event == "pull_request"} != {"OK"}
    stage.start_service()
    assert stage.verdict(repo, change.head_sha)["conclusion"] == "failure"


def died_before(stage: Stage, deaths: int) -> None:
    """As if as many workers had died with what is in hand: each start takes seconds."""
    with closing(sqlite3.connect(stage.folder / "gate.db")) as connection, connection:
        leased = "key LIKE '%/pull/%' AND lease_until IS NOT NULL"
        assert connection.execute(f"UPDATE subject SET attempts = ? WHERE {leased}", [deaths]).rowcount == 1


def test_what_kills_its_workers_ends_with_a_sentence_for_the_author_and_can_be_done_again(stage: Stage) -> None:
    repo = repository(stage)
    hold = stage.sim.hold(f"GET /repos/{repo.full_name}/compare/*")
    change = pull(stage, repo, COPYLEFT)
    for deaths in (MAX_ATTEMPTS - 2, MAX_ATTEMPTS - 1):
        assert hold.wait_until_reached()
        stage.stop_service(kill=True)
        stage.sim.faults.clear()
        if deaths == MAX_ATTEMPTS - 2:
            died_before(stage, deaths)
        hold = stage.sim.hold(f"GET /repos/{repo.full_name}/compare/*")
        stage.start_service()
    verdict = stage.verdict(repo, change.head_sha)
    assert (verdict["conclusion"], verdict["output"]["title"]) == (
        "failure", "could not judge: the change could not be read",
    )  # fmt: skip
    assert "the service ended each time while it was judged" in verdict["output"]["summary"]
    stage.sim.faults.clear()
    stage.settle()
    listed = gate(stage, "deliveries", "list", "--failed", "--format", "json")
    assert listed.returncode == 1
    (failed,) = json.loads(listed.stdout)
    assert (failed["repository"], failed["state"]) == (repo.full_name, "failed")
    with urllib.request.urlopen(f"http://127.0.0.1:{stage.port}/readyz", timeout=PATIENCE) as answer:
        assert json.load(answer)["failed"] == 1
    assert failed["error"] == "the service ended each time while it was judged"
    again = gate(stage, "deliveries", "replay", failed["id"])
    assert again.returncode == 0, again.stderr
    stage.until(
        lambda: stage.runs(repo, change.head_sha)["ospo-gate"]["output"]["title"] == "1 to fix", "the real verdict"
    )
    stage.settle()
    assert gate(stage, "deliveries", "list", "--failed").stdout == "There are none.\n"
