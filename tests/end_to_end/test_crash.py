"""kill -9 at any moment: nothing acknowledged is lost, nothing said twice, the newest head has the last word."""

import random
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from tests.end_to_end.examples import CLEAN, COPYLEFT, SIGNED, npm, pull, repository
from tests.end_to_end.stage import Stage
from tests.simulator import Pull

ROUNDS = 4
PULLS = 4


@pytest.fixture(scope="module")
def fragile(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    with Stage(tmp_path_factory.mktemp("fragile"), "github.com", OSPO_GATE_RETRY_SECONDS="1") as running:
        yield running
        running.sim.faults.clear()


@contextmanager
def carried_out_but_not_answered(stage: Stage, text: bytes) -> Iterator[threading.Event]:
    """The next request with `text` in it is carried out; its answer waits until the block ends."""
    done, released = threading.Event(), threading.Event()
    server: Any = stage.sim.server
    real: Callable[..., Any] = server._answer

    def held(request: Any, path: str, query: Any, body: bytes, document: object) -> Any:
        answer = real(request, path, query, body, document)
        if text in body and not done.is_set():
            done.set()
            released.wait(60)
        return answer

    server._answer = held
    try:
        yield done
    finally:
        server._answer = real
        released.set()


def restarted(stage: Stage) -> None:
    stage.stop_service(kill=True)
    stage.sim.faults.clear()
    stage.start_service()


def settled(stage: Stage, change: Pull, blocked: bool, runs: int | None = None) -> None:
    verdict = stage.verdict(change.repository, change.head_sha)
    stage.settle()
    assert verdict["conclusion"] == ("failure" if blocked else "success")
    own = stage.own_comments(change)
    assert len(own) <= 1
    if own:
        assert ("glyph-core" in own[0]["body"].partition("ospo-gate:said")[0]) == blocked
    if runs is not None:
        names = Counter(run["name"] for run in stage.sim.check_runs(change.repository, change.head_sha))
        assert set(names.values()) == {runs}


@pytest.mark.parametrize("point", ["GET /repos/*/compare/*", "headRefOid", "createCheckRun"])
def test_killed_while_it_waits_for_an_answer(fragile: Stage, point: str) -> None:
    repo = repository(fragile)
    hold = fragile.sim.hold(point)
    change = pull(fragile, repo, COPYLEFT)
    assert hold.wait_until_reached()
    restarted(fragile)
    settled(fragile, change, blocked=True)


def test_killed_when_everything_was_posted_and_nothing_recorded(fragile: Stage) -> None:
    repo = repository(fragile)
    with carried_out_but_not_answered(fragile, b"createCheckRun") as done:
        change = pull(fragile, repo, COPYLEFT)
        assert done.wait(60)
        fragile.stop_service(kill=True)
    fragile.start_service()
    settled(fragile, change, blocked=True, runs=1)


def test_killed_when_half_was_posted(fragile: Stage) -> None:
    repo = repository(fragile)
    fragile.sim.fail_next("createCheckRun", 404)
    hold = fragile.sim.hold(f"POST /repos/{repo.full_name}/issues/*/comments")
    change = pull(fragile, repo, COPYLEFT)
    assert hold.wait_until_reached()
    restarted(fragile)
    settled(fragile, change, blocked=True, runs=1)


def test_killed_with_the_old_comment_posted_and_a_newer_head_pushed(fragile: Stage) -> None:
    """What was posted and not recorded is about the old head; the newer one corrects it."""
    repo = repository(fragile)
    change = pull(fragile, repo, CLEAN | {"a.txt": "1"}, message="No sign-off")
    fragile.verdict(repo, change.head_sha)
    fragile.settle()
    with carried_out_but_not_answered(fragile, b"createCheckRun") as done:
        change.push(COPYLEFT, f"Charts\n\n{SIGNED}", fragile.ada)
        assert done.wait(60)
        fragile.stop_service(kill=True)
    change.push(CLEAN, f"Out again\n\n{SIGNED}", fragile.ada)  # GitHub finds nobody; it is delivered again later
    lost = next(d for d in reversed(fragile.sim.deliveries) if d.action == "synchronize")
    fragile.sim.wait_idle()
    fragile.start_service()
    fragile.sim.redeliver(lost.guid)
    fragile.verdict(repo, change.head_sha)
    fragile.settle()
    assert "glyph-core" not in fragile.comment(change).partition("ospo-gate:said")[0]


def test_killed_at_random_moments_while_deliveries_arrive(fragile: Stage) -> None:
    dice = random.Random(7)
    repo = repository(fragile)
    changes = [pull(fragile, repo, npm(tiny=(f"1.0.{n}", "MIT", []))) for n in range(PULLS)]
    blocked = dict.fromkeys(range(PULLS), False)
    for round_ in range(ROUNDS):
        for number, change in enumerate(changes):
            blocked[number] = dice.random() < 0.5
            files = COPYLEFT if blocked[number] else CLEAN
            change.push({**files, "round.txt": f"{round_}-{number}"}, f"Round {round_}\n\n{SIGNED}", fragile.ada)
        time.sleep(dice.random() * 0.25)
        fragile.stop_service(kill=True)
        fragile.sim.wait_idle()
        fragile.start_service()
        newest = {
            d.json["number"]: d
            for d in fragile.sim.deliveries
            if d.repository_id == repo.id and d.event == "pull_request"
        }
        for delivery in newest.values():
            if delivery.status != "OK":  # it was never acknowledged: GitHub's list of failed deliveries names it
                fragile.sim.redeliver(delivery.guid)
    for number, change in enumerate(changes):
        settled(fragile, change, blocked[number])
