"""What happens to pull requests and repositories while the service is at it: large, odd, renamed, taken away."""

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from typing import Any

import pytest

from tests.end_to_end.examples import CLEAN, COPYLEFT, SIGNED, pull, repository
from tests.end_to_end.stage import Stage
from tests.simulator import Pull


def failing(stage: Stage, change: Any, times: int = 40) -> Any:
    """GitHub cannot compare anything of this repository, so that its pull requests wait."""
    return stage.sim.fail_next(lambda seen: f"/{change.name}/compare/" in seen.path, 503, times=times)


def recovers(stage: Stage, outage: Any) -> None:
    stage.sim.faults.faults.remove(outage)


def rests(stage: Stage, change: Pull) -> bool:
    """Whether nothing of it waits any more, and no worker has it in hand."""
    query = "select wanted <= done and lease_until is null from subject where key = ?"
    with closing(sqlite3.connect(stage.folder / "gate.db")) as database:
        found = database.execute(query, (f"{change.repository.id}/pull/{change.number}",)).fetchone()
    return bool(found and found[0])


def history(stage: Stage, change: Pull, what: str) -> list[tuple[str, dict[str, Any]]]:
    query = "select head, details from history where what = ? and subject = ?"
    with closing(sqlite3.connect(stage.folder / "gate.db")) as database:
        rows = database.execute(query, (what, f"{change.repository.id}/pull/{change.number}")).fetchall()
    return [(head, json.loads(details)) for head, details in rows]


@pytest.fixture
def recovered(quick: Stage) -> Iterator[Stage]:
    yield quick
    quick.sim.faults.clear()


def many(count: int) -> dict[str, str]:
    return {f"docs/page-{number:04}.txt": "1" for number in range(count)}


def test_3000_files_are_all_seen_and_one_more_says_that_it_is_not(quick: Stage) -> None:
    """A lock file that comes last in the list blocks; where GitHub's list is cut, that itself is a finding."""
    repo = repository(quick)
    whole = pull(quick, repo, {**many(2_999), "zz/package-lock.json": COPYLEFT["package-lock.json"]})
    verdict = quick.verdict(repo, whole.head_sha)
    assert verdict["output"]["title"] == "1 to fix"
    cut = pull(quick, repo, many(3_001))
    verdict = quick.verdict(repo, cut.head_sha)
    assert verdict["conclusion"] == "failure"
    assert "lists only 3000 of the changed files" in quick.comment(cut)


def test_a_merge_in_spite_of_the_verdict_is_remembered_with_who_did_it(quick: Stage) -> None:
    grace = quick.sim.create_user("grace-who-merges")
    repo = repository(quick)
    bad, good = pull(quick, repo, COPYLEFT), pull(quick, repo, {"a.txt": "1"})
    for change in (bad, good):
        quick.verdict(repo, change.head_sha)
        change.merge(grace, bypass=True)
    quick.until(lambda: history(quick, bad, "merged-in-spite"), "the merge in the history")
    details = {"repository": repo.full_name, "by": "grace-who-merges", "conclusion": "blocked"}
    assert history(quick, bad, "merged-in-spite") == [(bad.head_sha, details)]
    quick.settle()
    assert history(quick, good, "merged-in-spite") == []


def test_what_is_closed_while_it_waits_is_not_judged(recovered: Stage) -> None:
    stage = recovered
    repo = repository(stage)
    outage = failing(stage, repo)
    change = pull(stage, repo, COPYLEFT)
    stage.sim.wait_idle()
    repo.delete_branch(change.head_ref)  # which closes it
    stage.until(lambda: rests(stage, change), "nothing waits")
    recovers(stage, outage)
    stage.settle()
    assert stage.runs(repo, change.head_sha) == {}


@pytest.mark.parametrize("how", ["renamed", "transferred"])
def test_a_repository_that_moves_while_its_job_waits(recovered: Stage, how: str) -> None:
    stage = recovered
    repo = repository(stage)
    failing(stage, repo)
    change = pull(stage, repo, COPYLEFT)
    stage.sim.wait_idle()
    if how == "renamed":
        repo.rename(f"{repo.name}-new")
    else:
        other = stage.sim.create_org(f"other-{repo.id}")
        stage.sim.install(stage.app, other.login)
        repo.transfer(other)
    stage.sim.wait_idle()
    stage.sim.faults.clear()
    verdict = stage.verdict(repo, change.head_sha)
    assert verdict["output"]["title"] == "1 to fix"
    stage.until(lambda: f"{repo.full_name}/blob/" in stage.comment(change), "links to where it is now")


def test_an_archived_repository_rests_and_comes_back(recovered: Stage) -> None:
    stage = recovered
    repo = repository(stage)
    outage = failing(stage, repo)
    change = pull(stage, repo, COPYLEFT)
    stage.sim.wait_idle()
    repo.archive()
    stage.until(lambda: rests(stage, change), "nothing waits")
    recovers(stage, outage)
    repo.unarchive()
    assert stage.verdict(repo, change.head_sha)["conclusion"] == "failure"


def test_what_the_app_may_not_write_rests_until_it_may(recovered: Stage) -> None:
    stage = recovered
    repo = repository(stage)
    outage = stage.sim.fail_next(
        lambda seen: seen.method == "POST" and (repo.name in seen.path or "createCheckRun" in seen.document),
        403, {"message": "Resource not accessible by integration"}, times=50,
    )  # fmt: skip
    change = pull(stage, repo, COPYLEFT)
    stage.until(lambda: rests(stage, change), "nothing waits")
    recovers(stage, outage)
    stage.settle()
    assert stage.runs(repo, change.head_sha) == {}
    stage.sim.suspend(stage.installation)
    stage.sim.wait_idle()  # installations have no times that would tell which of two came first
    stage.sim.suspend(stage.installation, False)
    assert stage.verdict(repo, change.head_sha)["conclusion"] == "failure"


def test_another_base_is_another_change(quick: Stage) -> None:
    """What the new base has already is not brought by the pull request."""
    repo = repository(quick)
    repo.commit("next", COPYLEFT, f"Take it in\n\n{SIGNED}", quick.ada)
    change = pull(quick, repo, {"a.txt": "1"})
    assert quick.verdict(repo, change.head_sha)["conclusion"] == "success"
    repo.commit("topic", {"b.txt": "1"}, f"Say b\n\n{SIGNED}", quick.ada, parent=repo.head("next"))
    other = repo.open_pull(head="topic", base="main", author=quick.ada)
    assert quick.verdict(repo, other.head_sha)["conclusion"] == "failure"
    other.change_base("next")
    quick.until(lambda: quick.runs(repo, other.head_sha)["ospo-gate"]["conclusion"] == "success", "another verdict")


def test_new_properties_reach_the_next_verdict(quick: Stage) -> None:
    repo = repository(quick, {"policy.yaml": "version: 1\nlicenses: {}\n", **CLEAN}, private=True)
    change = pull(quick, repo, COPYLEFT)
    before = quick.verdict(repo, change.head_sha)
    repo.set_visibility("public")
    quick.until(lambda: rests(quick, change), "it is judged again")
    quick.settle()
    assert quick.runs(repo, change.head_sha)["ospo-gate"]["conclusion"] == before["conclusion"]
