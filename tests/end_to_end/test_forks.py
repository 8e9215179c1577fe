"""A pull request from a fork: the commands name the fork and its branch."""

from tests.end_to_end.examples import repository
from tests.end_to_end.stage import Stage


def test_the_push_goes_to_the_fork(quick: Stage) -> None:
    repo = repository(quick, {"policy.yaml": "version: 1\nsignoff: {}\n"})
    fork = repo.fork(quick.ada)
    fork.commit("it's", {"a.txt": "1"}, "Say a", quick.ada)
    change = repo.open_pull(head="it's", base="main", author=quick.ada, head_repository=fork)
    assert quick.verdict(repo, change.head_sha)["conclusion"] == "failure"
    said = quick.comment(change)
    assert "git commit --amend --signoff --no-edit" in said
    lease = f"""'--force-with-lease=refs/heads/it'"'"'s:{change.head_sha}'"""
    assert f"""git push {lease} {quick.sim.url}/{fork.full_name}.git 'HEAD:refs/heads/it'"'"'s'""" in said
    assert "No terminal? A codespace of the branch" in said


def test_the_push_of_a_branch_of_the_repository_itself_is_plain(quick: Stage) -> None:
    repo = repository(quick, {"policy.yaml": "version: 1\nsignoff: {}\n"})
    repo.commit("topic", {"a.txt": "1"}, "Say a", quick.ada)
    change = repo.open_pull(head="topic", base="main", author=quick.ada)
    assert quick.verdict(repo, change.head_sha)["conclusion"] == "failure"
    assert "\ngit push --force-with-lease\n" in quick.comment(change)
