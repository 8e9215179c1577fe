"""What GitHub does wrong, and that everything ends exactly once all the same."""

import time
from collections import Counter
from typing import Any

import pytest

from tests.end_to_end.examples import CLEAN, COPYLEFT, SIGNED, npm, pull, repository
from tests.end_to_end.stage import Stage
from tests.simulator import Pull, Repository, comments
from tests.simulator.faults import Seen
from tests.simulator.server import RequestRecord

RUNS = {"ospo-gate", "ospo-gate / licenses"}


def judged_once(stage: Stage, repo: Repository, change: Pull) -> None:
    """Blocked, each run and the comment exactly once."""
    assert stage.verdict(repo, change.head_sha)["conclusion"] == "failure"
    stage.settle()
    assert Counter(run["name"] for run in stage.sim.check_runs(repo, change.head_sha)) == Counter(RUNS)
    assert "glyph-core" in stage.comment(change)


@pytest.mark.parametrize("after", [False, True], ids=["before it was carried out", "after it was carried out"])
@pytest.mark.parametrize("status", [500, 502])
def test_an_error_on_the_mutation(quick: Stage, status: int, after: bool) -> None:
    repo = repository(quick)
    quick.sim.fail_next("createCheckRun", status, after=after)
    judged_once(quick, repo, pull(quick, repo, COPYLEFT))


def test_an_error_on_the_mutation_and_then_on_every_other_way(quick: Stage) -> None:
    repo = repository(quick)
    quick.sim.fail_next("createCheckRun", 502, after=True)
    quick.sim.fail_next(f"GET /repos/{repo.full_name}/commits/*/check-runs", 503, times=2)
    judged_once(quick, repo, pull(quick, repo, COPYLEFT))


def test_the_comment_is_missing_after_half_a_mutation(quick: Stage) -> None:
    repo = repository(quick)
    quick.sim.fail_next(lambda seen: "createCheckRun" in seen.document, 200, body={"data": None, "errors": [
        {"message": "Something went wrong while executing your query."}]}, after=True)  # fmt: skip
    quick.sim.fail_next(f"POST /repos/{repo.full_name}/issues/*/comments", 502, after=True)
    judged_once(quick, repo, pull(quick, repo, COPYLEFT))


def test_rest_fails_after_each_step(quick: Stage) -> None:
    """GraphQL refuses the mutation, and each REST call is carried out but answered with an error."""
    repo = repository(quick)
    quick.sim.fail_next("createCheckRun", 404)
    quick.sim.fail_next("createCheckRun", 404)
    quick.sim.fail_next(f"POST /repos/{repo.full_name}/check-runs", 502, after=True)
    quick.sim.fail_next(f"POST /repos/{repo.full_name}/issues/*/comments", 502, after=True)
    judged_once(quick, repo, pull(quick, repo, COPYLEFT))


@pytest.mark.parametrize(
    "body", [b'{"data": {"repository": {"id"', b"<html>proxy</html>", b""], ids=["half", "html", "empty"]
)
def test_half_an_answer_is_tried_again(quick: Stage, body: bytes) -> None:
    repo = repository(quick)
    quick.sim.fail_next(lambda seen: "headRefOid" in seen.document, 200, body=body)
    quick.sim.fail_next(f"GET /repos/{repo.full_name}/compare/*", 200, body=body)
    quick.sim.fail_next("createCheckRun", 200, body=body, after=True)
    judged_once(quick, repo, pull(quick, repo, COPYLEFT))


def test_without_graphql_rest_does_it_all(quick: Stage) -> None:
    repo = repository(quick)
    quick.sim.graphql_available = False
    try:
        change = pull(quick, repo, COPYLEFT)
        judged_once(quick, repo, change)
        change.push(CLEAN, f"Take it out\n\n{SIGNED}", quick.ada)
        assert quick.verdict(repo, change.head_sha)["conclusion"] == "success"
        quick.settle()
        assert "Everything is in order" in quick.comment(change)
    finally:
        quick.sim.graphql_available = True


def test_a_lock_file_whose_alias_fails_alone_does_not_vanish(quick: Stage) -> None:
    """Null means "no such file" only where nothing failed."""
    repo = repository(quick)

    def read(seen: Seen) -> bool:
        return "headRefOid" in seen.document and repo.name in seen.body.decode()

    broken: dict[str, Any] = {"repository": {"id": "R", "pullRequest": None, **{f"b{i}": None for i in range(5)}}}
    errors = [{"type": "RESOURCE_LIMITS_EXCEEDED", "message": "too much", "path": ["repository", "b1"]}]
    quick.sim.fail_next(read, 200, body={"data": broken, "errors": errors})
    judged_once(quick, repo, pull(quick, repo, COPYLEFT))


def test_a_limit_waits_in_the_queue_and_is_published_then(quick: Stage) -> None:
    repo = repository(quick)
    quick.sim.fail_next(f"GET /repos/{repo.full_name}/compare/*", 403, headers={"retry-after": "2"})
    change = pull(quick, repo, COPYLEFT)
    (met,) = quick.until(lambda: [r for r in quick.sim.requests if refused(r, repo)], "the limit")
    change.push({"more.txt": "1"}, f"More\n\n{SIGNED}", quick.ada)  # a newer event does not break the limit either
    judged_once(quick, repo, change)
    later = [r.at - met.at for r in quick.sim.requests if r.at > met.at and r.kind not in ("token", "membership")]
    assert min(later) >= 2


def refused(request: RequestRecord, repo: Repository) -> bool:
    return request.status == 403 and repo.full_name in request.path


def test_a_limit_in_the_middle_of_publishing(quick: Stage) -> None:
    """Runs are there, the comment met the limit: later only the comment follows."""
    repo = repository(quick)
    quick.sim.fail_next("createCheckRun", 404)
    quick.sim.fail_next(
        f"POST /repos/{repo.full_name}/issues/*/comments", 403,
        body={"message": "You have exceeded a secondary rate limit."}, headers={"retry-after": "1"},
    )  # fmt: skip
    judged_once(quick, repo, pull(quick, repo, COPYLEFT))


def test_the_primary_limit_of_graphql(quick: Stage) -> None:
    repo = repository(quick)
    quick.sim.fail_next(
        lambda seen: "headRefOid" in seen.document, 200,
        body={"data": None, "errors": [{"type": "RATE_LIMITED", "message": "API rate limit exceeded"}]},
        headers={"x-ratelimit-remaining": "0", "x-ratelimit-reset": str(int(time.time()) + 2)},
    )  # fmt: skip
    judged_once(quick, repo, pull(quick, repo, COPYLEFT))


def test_expired_tokens_are_replaced_once(quick: Stage) -> None:
    repo = repository(quick)
    first = pull(quick, repo, COPYLEFT)
    judged_once(quick, repo, first)
    quick.sim.expire_tokens()
    quick.sim.reset_counts()
    judged_once(quick, repo, pull(quick, repo, COPYLEFT))
    assert sum(r.kind == "token" for r in quick.sim.requests) == 2  # for another pull request: reading, publishing


def test_a_comparison_that_is_not_there_says_what_to_do(quick: Stage) -> None:
    repo = repository(quick)
    quick.sim.fail_next(f"GET /repos/{repo.full_name}/compare/*", 404)
    change = pull(quick, repo, COPYLEFT)
    verdict = quick.verdict(repo, change.head_sha)
    assert verdict["conclusion"] == "failure"
    assert "Push the branch again" in verdict["output"]["summary"]


def test_a_deleted_comment_is_written_anew_with_the_next_news(quick: Stage) -> None:
    repo = repository(quick)
    change = pull(quick, repo, COPYLEFT)
    judged_once(quick, repo, change)
    with quick.sim.world.lock:
        comments.delete(quick.sim.world, change.comments[0], quick.ada)
    change.push({"more.txt": "1"}, "No sign-off here", quick.ada)
    quick.verdict(repo, change.head_sha)
    quick.settle()
    assert "Signed-off-by" in quick.comment(change)


def test_somebody_elses_marker_is_not_adopted(quick: Stage) -> None:
    repo = repository(quick)
    change = pull(quick, repo, {"readme.txt": "hello"})
    quick.verdict(repo, change.head_sha)
    mallory = quick.sim.world.users.get("mallory") or quick.sim.create_user("mallory")
    quick.sim.comment(repo, change.number, mallory, "<!-- ospo-gate:v1 -->\n### ✅ Everything is in order")
    change.push(COPYLEFT, f"Charts\n\n{SIGNED}", quick.ada)
    quick.verdict(repo, change.head_sha)
    quick.settle()
    bodies = {c["user"]["login"]: c["body"] for c in quick.sim.comments(repo, change.number)}
    assert "glyph-core" in bodies["ospo-gate[bot]"]
    assert bodies["mallory"].endswith("Everything is in order")


def test_our_comment_is_found_behind_a_hundred_others(quick: Stage) -> None:
    repo = repository(quick)
    change = pull(quick, repo, {"readme.txt": "hello"})
    quick.verdict(repo, change.head_sha)
    for number in range(101):
        quick.sim.comment(repo, change.number, quick.ada, f"Comment {number}")
    change.push(COPYLEFT, f"Charts\n\n{SIGNED}", quick.ada)
    quick.verdict(repo, change.head_sha)
    quick.settle()
    assert "glyph-core" in quick.comment(change)


@pytest.mark.parametrize("fails", [True, False])
@pytest.mark.parametrize("graphql", [True, False])
def test_120_annotations_in_order_and_once_each(quick: Stage, graphql: bool, fails: bool) -> None:
    names = [f"package_{number:03}" for number in range(120)]
    files = npm(tiny=("1.0.0", "MIT", []), bundle=("1.0.0", "MIT", [n.replace("_", "-") for n in names]),
                **{name: ("1.0.0", f"GPL-{2 + i % 2}.0-only", []) for i, name in enumerate(names)})  # fmt: skip
    files = {"package-lock.json": files["package-lock.json"]}
    repo = repository(quick)
    quick.sim.graphql_available = graphql
    try:
        if fails:
            quick.sim.fail_next(lambda s: s.method == "PATCH" and repo.name in s.path, 502, after=True)
        change = pull(quick, repo, files)
        quick.verdict(repo, change.head_sha)
        quick.settle()
    finally:
        quick.sim.graphql_available = True
    (licenses,) = [r for r in quick.sim.check_runs(repo, change.head_sha) if r["name"] == "ospo-gate / licenses"]
    lines = [annotation["start_line"] for annotation in licenses["output"]["annotations"]]
    assert len(lines) == len(set(lines)) == 120
    assert lines == sorted(lines)


def test_a_policy_that_stays_broken_is_said_once(quick: Stage) -> None:
    repo = repository(quick, {**CLEAN, "policy.yaml": "version: 1\nlicences: {}\n"})
    change = pull(quick, repo, COPYLEFT)
    first = quick.verdict(repo, change.head_sha)
    change.close()
    change.reopen()
    quick.settle()
    assert quick.verdict(repo, change.head_sha)["id"] == first["id"]


def test_the_same_report_is_not_posted_again(quick: Stage) -> None:
    repo = repository(quick)
    change = pull(quick, repo, COPYLEFT)
    judged_once(quick, repo, change)
    change.close()
    change.reopen()
    judged_once(quick, repo, change)


def test_a_slow_judgment_says_so_and_the_same_run_becomes_the_verdict(quick: Stage) -> None:
    repo = repository(quick)
    hold = quick.sim.hold(f"GET /repos/{repo.full_name}/compare/*")
    change = pull(quick, repo, COPYLEFT)
    (waiting,) = quick.until(lambda: quick.sim.check_runs(repo, change.head_sha), "a run in progress")
    assert (waiting["name"], waiting["status"]) == ("ospo-gate", "in_progress")
    hold.release()
    judged_once(quick, repo, change)
    assert quick.verdict(repo, change.head_sha)["id"] == waiting["id"]
