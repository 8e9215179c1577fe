"""Sign-off that members need not give: who is a member is asked of GitHub, with a token for that alone."""

from typing import Any

from tests.end_to_end.examples import CLEAN, repository
from tests.end_to_end.stage import Stage
from tests.simulator import User

POLICY = "version: 1\nsignoff: {require: non-members}\n"


def judged(stage: Stage, author: User, verified: bool) -> dict[str, Any]:
    """The verdict on one commit without sign-off."""
    repo = repository(stage, {"policy.yaml": POLICY, **CLEAN})
    repo.commit("change", {"readme.txt": "hello"}, "Say hello", author, verified=verified)
    change = repo.open_pull(head="change", base="main", title="Say hello", author=author)
    return stage.verdict(repo, change.head_sha)


def test_a_members_verified_commit_needs_no_signoff(stage: Stage) -> None:
    assert judged(stage, stage.ada, verified=True)["conclusion"] == "success"


def test_a_members_unverified_commit_does(stage: Stage) -> None:
    verdict = judged(stage, stage.ada, verified=False)
    assert verdict["conclusion"] == "failure"


def test_an_outsider_signs_off_verified_or_not(stage: Stage) -> None:
    eve = stage.sim.create_user(f"eve-{stage.sim.world.profile.replace('.', '-')}", name="Eve", email="eve@example.net")
    assert judged(stage, eve, verified=True)["conclusion"] == "failure"
    asked = [request for request in stage.sim.requests if request.kind == "membership"]
    assert asked[-1].status == 404
