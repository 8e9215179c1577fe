"""The merge queue: the group's head gets the checks of a pull request, and nobody is asked who committed."""

from tests.end_to_end.examples import CLEAN, COPYLEFT, POLICY, SIGNED, npm, pull, repository
from tests.end_to_end.stage import Stage
from tests.simulator import Repository


def queued(stage: Stage, method: str = "MERGE") -> Repository:
    repo = repository(stage, {"policy.yaml": POLICY, **CLEAN})
    repo.require_checks("ospo-gate", app=stage.app)
    repo.require_queue(method=method)
    return repo


def test_a_group_passes_under_the_name_that_is_required(quick: Stage) -> None:
    repo = queued(quick)
    change = pull(quick, repo, npm(tiny=("1.0.1", "MIT", [])), f"Renew tiny\n\n{SIGNED}")
    assert quick.verdict(repo, change.head_sha)["conclusion"] == "success"
    head = change.enqueue(quick.ada)
    assert quick.verdict(repo, head)["conclusion"] == "success"
    assert repo.queue().process() == [f"merged #{change.number}"]
    assert quick.sim.comments(repo, change.number) == []


def test_a_group_is_blocked_by_what_blocks_a_pull_request(quick: Stage) -> None:
    repo = queued(quick)
    change = pull(quick, repo, COPYLEFT)
    assert quick.verdict(repo, change.head_sha)["conclusion"] == "failure"
    head = change.enqueue(quick.ada)
    verdict = quick.verdict(repo, head)
    assert (verdict["conclusion"], verdict["output"]["title"]) == ("failure", "1 to fix")
    licenses = quick.runs(repo, head)["ospo-gate / licenses"]
    assert licenses["output"]["annotations"][0]["path"] == "package.json"
    assert repo.queue().process() == [f"dropped #{change.number}: CI_FAILURE"]
    assert len(quick.own_comments(change)) == 1  # the pull request's own


def test_who_signed_was_judged_on_the_pull_request(quick: Stage) -> None:
    """GitHub commits in its own name: in the queue only a sign-off itself is looked for."""
    repo = queued(quick)
    change = pull(quick, repo, {"a.txt": "1"}, "Say a\n\nSigned-off-by: Somebody Else <else@example.com>")
    assert quick.verdict(repo, change.head_sha)["conclusion"] == "failure"
    assert quick.verdict(repo, change.enqueue(quick.ada))["conclusion"] == "success"


def test_a_squash_that_loses_the_sign_off_is_stopped_without_advice_that_nobody_can_follow(quick: Stage) -> None:
    repo = queued(quick, "SQUASH")
    change = pull(quick, repo, {"b.txt": "1"})
    assert quick.verdict(repo, change.head_sha)["conclusion"] == "success"
    group = quick.verdict(repo, change.enqueue(quick.ada))
    assert group["conclusion"] == "failure"
    assert "has no sign-off" in group["output"]["summary"]
    assert "amend" not in group["output"]["summary"]
    assert "COMMIT_MESSAGES" in group["output"]["summary"]


def test_a_lock_file_behind_400_other_files_of_a_group_is_seen(quick: Stage) -> None:
    """GitHub compares 300 files, and a group has no pull request to list the others."""
    repo = queued(quick)
    pages = {f"docs/page-{number}.txt": "1" for number in range(400)}
    change = pull(quick, repo, {**pages, "zz/package-lock.json": COPYLEFT["package-lock.json"]})
    quick.verdict(repo, change.head_sha)
    verdict = quick.verdict(repo, change.enqueue(quick.ada))
    assert verdict["output"]["title"] == "1 to fix"
