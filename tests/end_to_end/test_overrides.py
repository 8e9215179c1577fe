"""Setting a check to pass, by name: the button and the comment, over HTTP."""

from typing import Any

import pytest

from tests.end_to_end.examples import pull, repository
from tests.end_to_end.stage import Stage
from tests.simulator import Pull, User

POLICY = "version: 1\ncheck_names: {{signoff: DCO}}\nsignoff:\n  override: {override}\n"


def unsigned(stage: Stage, override: str, **options: Any) -> Pull:
    """An unsigned pull request under a policy that says who may set the check to pass."""
    repo = repository(stage, {"policy.yaml": POLICY.format(override=override)}, **options)
    change = pull(stage, repo, {"a.txt": "1"}, "Say a")
    assert stage.verdict(repo, change.head_sha)["conclusion"] == "failure"
    return change


def dco(stage: Stage, change: Pull) -> dict[str, Any]:
    """The newest run under the DCO app's name."""
    return dict([run for run in stage.sim.check_runs(change.repository, change.head_sha) if run["name"] == "DCO"][-1])


def press(stage: Stage, change: Pull, user: User) -> None:
    stage.sim.request_action(dco(stage, change)["id"], "override", user)


def passes(stage: Stage, change: Pull) -> bool:
    newest = [run for run in stage.sim.check_runs(change.repository, change.head_sha) if run["name"] == "ospo-gate"]
    return bool(newest[-1]["conclusion"] == "success")


def answer(stage: Stage, change: Pull) -> str:
    """What is said to whoever was refused."""
    found: list[str] = []

    def looked() -> bool:
        found[:] = [c["body"] for c in stage.own_comments(change) if "reply" in c["body"].splitlines()[0]]
        return bool(found)

    stage.until(looked, "an answer")
    return found[-1]


@pytest.fixture(scope="module")
def grace(quick: Stage) -> User:
    return quick.sim.create_user("grace")


def test_the_button_of_somebody_who_may(quick: Stage, grace: User) -> None:
    change = unsigned(quick, "{who: writers, reason: optional}")
    change.repository.collaborators["grace"] = "write"
    run = dco(quick, change)
    assert run["output"]["title"] == "DCO"
    assert "The sign-off is missing." in run["output"]["summary"]
    press(quick, change, grace)
    quick.until(lambda: passes(quick, change), "the check passes")
    said = quick.verdict(change.repository, change.head_sha)["output"]["summary"]
    assert "set to pass by `@grace` on" in said
    quick.until(lambda: dco(quick, change)["conclusion"] == "success", "the check of that name passes")
    assert "Commit sign-off was manually approved." in dco(quick, change)["output"]["summary"]


def test_it_holds_for_one_head_only(quick: Stage, grace: User) -> None:
    change = unsigned(quick, "{who: writers, reason: optional}")
    change.repository.collaborators["grace"] = "write"
    press(quick, change, grace)
    quick.until(lambda: passes(quick, change), "the check passes")
    change.push({"b.txt": "2"}, "Say b")
    assert quick.verdict(change.repository, change.head_sha)["conclusion"] == "failure"


@pytest.mark.parametrize(
    ("who", "role"), [("writers", "read"), ("writers", "triage"), ("maintainers", "write"), ("admins", "maintain")]
)
def test_the_button_of_somebody_who_may_not(quick: Stage, grace: User, who: str, role: str) -> None:
    change = unsigned(quick, f"{{who: {who}, reason: optional}}")
    change.repository.collaborators["grace"] = role
    press(quick, change, grace)
    assert "Setting `signoff` to pass is for" in answer(quick, change)
    assert not passes(quick, change)


def test_a_reason_that_is_required_is_asked_for(quick: Stage, grace: User) -> None:
    change = unsigned(quick, "maintainers")
    change.repository.collaborators["grace"] = "maintain"
    press(quick, change, grace)
    assert "comment `/ospo-gate pass signoff why`" in answer(quick, change)
    assert not passes(quick, change)
    quick.sim.comment(change.repository, change.number, grace, "/ospo-gate pass signoff Signed on paper in March")
    quick.until(lambda: passes(quick, change), "the check passes")
    summary = quick.verdict(change.repository, change.head_sha)["output"]["summary"]
    assert "@grace" in summary
    assert "paper" not in summary  # the repository is public


def test_no_button_where_the_policy_lets_nobody(quick: Stage, grace: User) -> None:
    change = unsigned(quick, "nobody")
    change.repository.collaborators["grace"] = "admin"
    with pytest.raises(ValueError, match="no button"):
        press(quick, change, grace)
    quick.sim.comment(change.repository, change.number, grace, "/ospo-gate pass signoff Because I can")
    assert "The policy lets nobody set `signoff` to pass." in answer(quick, change)
    assert not passes(quick, change)


@pytest.mark.parametrize("own", ["false", "true"])
def test_ones_own_pull_request_needs_somebody_else_or_a_policy_that_says_so(quick: Stage, own: str) -> None:
    change = unsigned(quick, f"{{who: writers, reason: optional, own: {own}}}")
    change.repository.collaborators[quick.ada.login] = "admin"
    press(quick, change, quick.ada)
    if own == "true":
        quick.until(lambda: passes(quick, change), "the check passes")
        return
    assert "to pass on their own pull request: ask somebody else." in answer(quick, change)
    quick.sim.comment(change.repository, change.number, quick.ada, "/ospo-gate pass signoff It is mine")
    quick.sim.wait_idle()
    assert not passes(quick, change)


@pytest.mark.parametrize("method", ["MERGE", "SQUASH"])
def test_it_holds_in_the_merge_queue_for_the_group_of_the_pull_request(quick: Stage, grace: User, method: str) -> None:
    change = unsigned(quick, "{who: writers, reason: optional}")
    other = pull(quick, change.repository, {"b.txt": "2"}, "Say b")
    change.repository.require_checks("ospo-gate", app=quick.app)
    change.repository.require_queue(method=method)
    change.repository.collaborators["grace"] = "write"
    press(quick, change, grace)
    quick.until(lambda: passes(quick, change), "the check passes")
    group = quick.verdict(change.repository, change.enqueue(quick.ada))
    assert group["conclusion"] == "success"
    assert "set to pass by `@grace` on" in group["output"]["summary"]
    assert change.repository.queue().process() == [f"merged #{change.number}"]
    assert quick.verdict(change.repository, other.enqueue(quick.ada))["conclusion"] == "failure"


def test_a_bot_sets_nothing_to_pass(quick: Stage, grace: User) -> None:
    change = unsigned(quick, "{who: writers, reason: optional}")
    bot = quick.sim.create_user("helper[bot]", type="Bot")
    change.repository.collaborators["helper[bot]"] = "admin"
    change.repository.collaborators["grace"] = "write"
    press(quick, change, bot)
    quick.sim.wait_idle()
    assert not passes(quick, change)
    press(quick, change, grace)  # whose turn comes later: the bot's would have been carried out by now
    quick.until(lambda: passes(quick, change), "the check passes")
    assert "@grace" in quick.verdict(change.repository, change.head_sha)["output"]["summary"]
