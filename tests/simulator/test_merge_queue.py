"""The merge queue, rules that require checks, and people who merge in spite of them."""

import json
from typing import Any

import pytest

from . import Pull
from .conftest import Place, Receiver
from .rulesets import Blocked


def opened(place: Place, receiver: Receiver, *branches: str) -> list[Pull]:
    """A pull request for each branch, in a repository whose queue waits for the check of the App."""
    place.app.webhook_url = receiver.url
    place.repo.require_queue()
    place.repo.require_checks("ospo-gate", app=place.app)
    for name in branches:
        place.repo.commit(name, {f"{name}.txt": "1\n"}, f"Add {name}", place.ada)
    return [place.repo.open_pull(name, author=place.ada) for name in branches]


def heard(place: Place, event: str) -> list[dict[str, Any]]:
    """Payloads of this event in the order of their making."""
    place.sim.wait_idle()
    return [delivery.json for delivery in place.sim.deliveries if delivery.event == event]


def conclude(place: Place, sha: str | None, conclusion: str) -> None:
    assert place.check_run(sha, conclusion=conclusion).status_code == 201


def test_a_group_is_merged_when_its_required_check_passes(place: Place, receiver: Receiver) -> None:
    (pull,) = opened(place, receiver, "feature")
    base = place.repo.head()
    sha = pull.enqueue()
    assert place.repo.git.ref(f"refs/heads/gh-readonly-queue/main/pr-1-{base}") == sha
    assert place.repo.git.objects.commit(sha).parents == (base, pull.head_sha)
    assert place.repo.queue().process() == []
    conclude(place, sha, "success")
    assert place.repo.queue().process() == ["merged #1"]
    assert (pull.state, pull.merge_commit_sha, place.repo.head()) == ("closed", sha, sha)
    assert place.repo.git.branches().keys() == {"main", "feature"}
    asked, destroyed = heard(place, "merge_group")
    group = asked["merge_group"]
    assert (asked["action"], group["head_sha"], group["base_sha"]) == ("checks_requested", sha, base)
    assert group["base_ref"] == "refs/heads/main"
    assert group["head_ref"] == f"refs/heads/gh-readonly-queue/main/pr-1-{base}"
    assert group["head_commit"]["id"] == sha
    assert group["head_commit"]["committer"] == {"name": "GitHub", "email": "noreply@github.com"}
    assert (destroyed["action"], destroyed["reason"]) == ("destroyed", "merged")
    assert [p["action"] for p in heard(place, "pull_request")] == ["opened", "enqueued", "dequeued", "closed"]
    closed = heard(place, "pull_request")[-1]["pull_request"]
    assert (closed["merged"], closed["merged_by"]["login"]) == (True, "github-merge-queue[bot]")


def test_the_checks_of_the_pull_request_itself_do_not_count_for_its_group(place: Place, receiver: Receiver) -> None:
    (pull,) = opened(place, receiver, "feature")
    pull.enqueue()
    conclude(place, pull.head_sha, "success")
    assert place.repo.queue().process() == []


def test_a_failure_drops_one_and_the_next_is_tried_without_it(place: Place, receiver: Receiver) -> None:
    first, second = opened(place, receiver, "first", "second")
    base = place.repo.head()
    bad, behind = first.enqueue(), second.enqueue()
    assert place.repo.git.objects.commit(behind).parents[0] == bad
    conclude(place, bad, "failure")
    assert place.repo.queue().process() == ["dropped #1: CI_FAILURE"]
    anew = place.repo.queue().entries[0]
    assert (anew.pull, anew.base_sha) == (second, base)
    conclude(place, anew.head_sha, "success")
    assert place.repo.queue().process() == ["merged #2"]
    assert (first.state, first.queue) == ("open", None)
    seen = [(g["action"], g.get("reason"), g["merge_group"]["head_sha"]) for g in heard(place, "merge_group")]
    assert seen == [
        ("checks_requested", None, bad),
        ("checks_requested", None, behind),
        ("destroyed", "dequeued", bad),
        ("destroyed", "invalidated", behind),
        ("checks_requested", None, anew.head_sha),
        ("destroyed", "merged", anew.head_sha),
    ]


def test_who_is_behind_one_that_leaves_is_tried_without_it_at_once(place: Place, receiver: Receiver) -> None:
    first, second = opened(place, receiver, "first", "second")
    base = place.repo.head()
    behind = (first.enqueue(), second.enqueue())[1]
    first.dequeue()
    (entry,) = place.repo.queue().entries
    assert (entry.pull, entry.base_sha, entry.head_sha != behind) == (second, base, True)


def test_a_group_whose_check_never_answers_is_dropped_in_time(place: Place, receiver: Receiver) -> None:
    (pull,) = opened(place, receiver, "feature")
    pull.enqueue()
    place.sim.advance(59 * 60)
    assert place.repo.queue().process() == []
    place.sim.advance(2 * 60)
    assert place.repo.queue().process() == ["dropped #1: CI_TIMEOUT"]


def test_a_push_to_the_branch_builds_the_groups_anew(place: Place, receiver: Receiver) -> None:
    (pull,) = opened(place, receiver, "feature")
    old = pull.enqueue()
    conclude(place, old, "success")
    pushed = place.repo.commit("main", {"hotfix.txt": "1\n"}, "Hotfix", place.ada)
    assert place.repo.queue().process() == []
    assert place.repo.queue().entries[0].base_sha == pushed
    assert [g.get("reason") for g in heard(place, "merge_group")] == [None, "invalidated", None]


def test_who_pushes_or_closes_leaves_the_queue(place: Place, receiver: Receiver) -> None:
    first, second, third = opened(place, receiver, "first", "second", "third")
    for pull in (first, second, third):
        pull.enqueue()
    first.push({"more.txt": "1\n"}, "More", place.ada)
    second.close()
    third.dequeue()
    assert place.repo.queue().entries == []
    with pytest.raises(ValueError, match="not in the merge queue"):
        third.dequeue()


def test_a_conflict_with_one_in_front_drops_the_later_one(place: Place, receiver: Receiver) -> None:
    opened(place, receiver)
    for name in ("left", "right"):
        place.repo.commit(name, {"package.json": f"{name}\n"}, name, place.ada)
    left, right = (place.repo.open_pull(name, author=place.ada) for name in ("left", "right"))
    conclude(place, left.enqueue(), "success")
    with pytest.raises(RuntimeError):
        right.enqueue()
    assert place.repo.queue().process() == ["merged #1"]


def test_only_the_app_of_the_rule_can_fulfil_it(place: Place) -> None:
    other = place.sim.create_app("forger", permissions={"checks": "write"})
    number = place.sim.install(other, "example")
    place.repo.require_checks("ospo-gate", app=place.app)
    place.repo.commit("feature", {"a": "1"}, "One", place.ada)
    pull = place.repo.open_pull("feature", author=place.ada)
    with pytest.raises(Blocked, match='Required status check "ospo-gate" is expected'):
        pull.merge(place.ada)
    forged = {"name": "ospo-gate", "head_sha": pull.head_sha, "conclusion": "success"}
    with place.with_token(place.token_of(other, number)) as api:
        assert api.post(f"{place.path}/check-runs", json=forged).status_code == 201
    with pytest.raises(Blocked, match="is expected"):
        pull.merge(place.ada)
    conclude(place, pull.head_sha, "failure")
    with pytest.raises(Blocked, match="is failing"):
        pull.merge(place.ada)
    conclude(place, pull.head_sha, "neutral")
    pull.merge(place.ada)
    assert pull.merged_at is not None


def test_somebody_bypasses_a_red_check(place: Place, receiver: Receiver) -> None:
    (pull,) = opened(place, receiver, "feature")
    conclude(place, pull.head_sha, "failure")
    sha = pull.merge(place.ada, bypass=True)
    closed = heard(place, "pull_request")[-1]
    assert (closed["action"], closed["pull_request"]["merged"]) == ("closed", True)
    assert closed["pull_request"]["merged_by"]["login"] == closed["sender"]["login"] == "ada"
    assert closed["pull_request"]["merge_commit_sha"] == sha


def test_payloads_of_the_newer_version_have_no_merge_commit(place: Place, receiver: Receiver) -> None:
    (pull,) = opened(place, receiver, "feature")
    place.sim.dispatcher.api_version = "2026-03-10"
    pull.merge(place.ada, bypass=True)
    assert "merge_commit_sha" not in heard(place, "pull_request")[-1]["pull_request"]


def test_the_rules_of_a_branch_are_shown(place: Place) -> None:
    place.repo.require_checks("ospo-gate", app=place.app)
    place.repo.require_queue(timeout_minutes=5, method="SQUASH")
    checks, queue = place.api.get(f"{place.path}/rules/branches/main").json()
    assert (checks["type"], checks["ruleset_source"]) == ("required_status_checks", "example/web-shop")
    wanted = {"context": "ospo-gate", "integration_id": place.app.id}
    assert checks["parameters"]["required_status_checks"] == [wanted]
    assert (queue["type"], queue["parameters"]["check_response_timeout_minutes"]) == ("merge_queue", 5)
    assert place.api.get(f"{place.path}/rules/branches/other").json() == []


def test_a_queue_that_squashes_makes_one_commit(place: Place) -> None:
    place.repo.require_queue(method="SQUASH")
    place.repo.commit("feature", {"a": "1"}, "One", place.ada)
    sha = place.repo.open_pull("feature", title="Say it", author=place.ada).enqueue()
    commit = place.repo.git.objects.commit(sha)
    assert (len(commit.parents), commit.message) == (1, "Say it (#1)")


def test_enterprise_server_has_the_branches_but_not_the_event(ghes: Place, receiver: Receiver) -> None:
    (pull,) = opened(ghes, receiver, "feature")
    sha = pull.enqueue()
    assert ghes.repo.head(str(pull.queue)) == sha
    assert heard(ghes, "merge_group") == []
    assert json.loads(receiver.received[0][1])["repository"]["name"] == "web-shop"
