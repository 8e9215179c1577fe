"""Commands in comments, over HTTP: who says what, what is done, and what everybody sees of it."""

from typing import Any

import pytest

from app.policies import load_policy
from tests.end_to_end.examples import COPYLEFT, POLICY, pull, repository
from tests.end_to_end.stage import Stage
from tests.simulator import Pull, User


def blocked(stage: Stage, policy: str = POLICY, **options: Any) -> tuple[Pull, str]:
    """A blocked pull request of Ada's, and the id of what blocks it."""
    repo = repository(stage, {"policy.yaml": policy, "package.json": "{}", "package-lock.json": _EMPTY}, **options)
    change = pull(stage, repo, COPYLEFT)
    verdict = stage.verdict(repo, change.head_sha)
    assert verdict["conclusion"] == "failure"
    return change, verdict["output"]["summary"].partition("`")[2].partition("`")[0]


_EMPTY = '{"name": "web", "lockfileVersion": 3, "packages": {"": {"name": "web"}}}'


def reactions(stage: Stage, change: Pull, index: int) -> list[str]:
    """Of ours to one of the comments of people."""
    found = [c for c in change.comments if c.user.type != "Bot"]
    return [reaction["content"] for reaction in found[index].reactions]


def say(stage: Stage, change: Pull, user: User, body: str, ends: str = "+1") -> None:
    """Comment, and wait until the service has reacted to the end."""
    count = sum(c.user.type != "Bot" for c in change.comments)
    stage.sim.comment(change.repository, change.number, user, body)
    stage.until(lambda: ends in reactions(stage, change, count), f"the reaction {ends} to {body}")


def answers(stage: Stage, change: Pull, name: str) -> list[str]:
    own = [c["body"] for c in stage.own_comments(change)]
    return [body for body in own if body.startswith(f"<!-- ospo-gate:reply {name} -->")]


@pytest.fixture(scope="module")
def grace(quick: Stage) -> User:
    """Nobody in particular."""
    return quick.sim.create_user("grace")


def test_anybody_may_ask_for_another_look(quick: Stage, grace: User) -> None:
    change, _ = blocked(quick)
    runs = len(quick.sim.check_runs(change.repository, change.head_sha))
    say(quick, change, grace, "/ospo-gate recheck")
    quick.until(lambda: len(quick.sim.check_runs(change.repository, change.head_sha)) > runs, "another verdict")
    assert reactions(quick, change, 0) == ["eyes", "+1"]
    assert len(quick.own_comments(change)) == 1  # the verdict's own


def test_a_look_at_what_was_never_heard_of_is_not_promised(quick: Stage, grace: User) -> None:
    quick.sim.dispatcher.outage = True
    change = pull(quick, repository(quick), COPYLEFT)
    quick.sim.wait_idle()
    quick.sim.dispatcher.outage = False
    say(quick, change, grace, "/ospo-gate recheck", "confused")
    (answer,) = answers(quick, change, "refused")
    assert "has not heard of this pull request yet" in answer


def test_a_button_asks_for_another_look_too(quick: Stage) -> None:
    change, _ = blocked(quick)
    run = quick.runs(change.repository, change.head_sha)["ospo-gate"]
    assert [button["label"] for button in run["actions"]] == ["Check again"]
    quick.sim.request_action(run["id"], "recheck")
    quick.until(lambda: quick.runs(change.repository, change.head_sha)["ospo-gate"]["id"] != run["id"], "another run")


def test_explain_answers_in_one_comment_that_is_renewed(quick: Stage, grace: User) -> None:
    change, id_ = blocked(quick)
    say(quick, change, grace, "/ospo-gate explain")
    (overview,) = answers(quick, change, "explain")
    assert id_ in overview
    say(quick, change, grace, f"/ospo-gate explain {id_}")
    (about,) = answers(quick, change, "explain")
    assert "glyph-core 2.1.0 is GPL-3.0-only" in about
    assert "license-not-allowed" in about
    say(quick, change, grace, "/ospo-gate explain lic-000")
    (unknown,) = answers(quick, change, "explain")
    assert "There is no finding `lic-000`" in unknown


def test_help_and_words_that_are_not_known_say_what_there_is(quick: Stage, grace: User) -> None:
    change, _ = blocked(quick)
    say(quick, change, grace, "/ospo-gate dance", ends="confused")
    (text,) = answers(quick, change, "help")
    assert "There is no such command." in text
    say(quick, change, grace, "/ospo-gate help")
    (text,) = answers(quick, change, "help")
    assert "`/ospo-gate waive FINDING REASON`" in text
    assert "There is no such command." not in text


def test_an_author_who_is_a_member_asks_and_the_verdict_waits_for_the_owner(quick: Stage) -> None:
    team = 'owner: {team: "@example/ospo", responds_within: 2 working days}'
    policy = POLICY.replace(
        'owner: {contact: "https://example.com/open-source", responds_within: 2 working days}', team
    )
    change, id_ = blocked(quick, policy, private=True)
    say(quick, change, quick.ada, f"/ospo-gate waive {id_} linked *dynamically*: @grace #1")
    run = quick.until(
        lambda: (
            (r := quick.runs(change.repository, change.head_sha)["ospo-gate"])["conclusion"] == "action_required" and r
        ),
        "a verdict that waits for a person",
    )
    assert run["output"]["title"] == "1 waits for approval"
    assert "`@example/ospo` decides about 1 finding" in run["output"]["summary"]
    (answer,) = answers(quick, change, f"waive {id_}")
    assert f"{change.repository.full_name}/edit/main/policy.yaml" in answer
    assert "within 2 working days" in answer
    entry = answer.partition("```yaml\n")[2].partition("```")[0]
    (waiver,) = load_policy(f"version: 1\nwaivers:\n{entry}".encode(), "policy.yaml").root.waivers
    assert (waiver.package, waiver.versions, waiver.requested_by) == ("pkg:npm/glyph-core", "2.1.0", "@ada")
    assert waiver.reason.text == "linked *dynamically*: @grace #1"
    verdict = next(c["body"] for c in quick.own_comments(change) if "ospo-gate:v1" in c["body"])
    assert "### ✋ Nothing for you to do" in verdict
    assert "Or without waiting for anybody, from the top of your branch:" in verdict
    assert "/ospo-gate waive" not in verdict


def test_on_a_public_repository_the_reason_is_not_repeated(quick: Stage) -> None:
    change, id_ = blocked(quick)
    say(quick, change, quick.ada, f"/ospo-gate waive {id_} our secret customer wants it")
    (answer,) = answers(quick, change, f"waive {id_}")
    assert "customer" not in "".join(c["body"] for c in quick.own_comments(change))
    assert "The owner of the policy decides" in answer


def test_who_may_not_ask_is_told_so(quick: Stage, grace: User) -> None:
    change, id_ = blocked(quick)
    say(quick, change, grace, f"/ospo-gate waive {id_} because", ends="confused")
    (answer,) = answers(quick, change, "refused")
    assert "people with write access" in answer
    change.repository.collaborators["grace"] = "write"
    say(quick, change, grace, f"/ospo-gate waive {id_} because")
    assert answers(quick, change, f"waive {id_}")


def test_the_policy_says_who_may_ask_and_whether_anybody_is_heard(quick: Stage) -> None:
    change, id_ = blocked(quick, f"{POLICY}comments: {{requests: nobody, per_hour: 2}}\n")
    assert "/ospo-gate waive" not in quick.comment(change)
    say(quick, change, quick.ada, f"/ospo-gate allow {id_} because", ends="confused")
    (answer,) = answers(quick, change, "refused")
    assert "Requests are not taken in comments here" in answer
    say(quick, change, quick.ada, "/ospo-gate recheck")
    say(quick, change, quick.ada, "/ospo-gate recheck", ends="confused")
    assert reactions(quick, change, 2) == ["confused"]
    quick.sim.comment(change.repository, change.number, quick.ada, "/ospo-gate recheck")
    off, _ = blocked(quick, f"{POLICY}comments: off\n")
    quick.sim.comment(off.repository, off.number, quick.ada, "/ospo-gate recheck")
    quick.settle()
    assert (reactions(quick, change, 3), reactions(quick, off, 0)) == ([], [])


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("waive", "Which finding?"),
        ("waive {}", "Say why in the same line"),
        ("wrong {} what is right", "Say what is right in the same line"),
        ("waive lic-000 because", "There is no finding `lic-000`"),
    ],
)
def test_a_request_that_lacks_something_is_asked_for_it(quick: Stage, words: str, expected: str) -> None:
    change, id_ = blocked(quick)
    say(quick, change, quick.ada, f"/ospo-gate {words.format(id_)}", ends="confused")
    (answer,) = answers(quick, change, "refused")
    assert expected in answer


def test_nobody_is_heard_who_does_not_speak_now(quick: Stage) -> None:
    """Quotations, edits and our own words are no commands, and a deleted one was said all the same."""
    change, id_ = blocked(quick)
    quick.sim.comment(change.repository, change.number, quick.ada, f"> /ospo-gate waive {id_} because")
    edited = quick.sim.comment(change.repository, change.number, quick.ada, "thank you")
    quick.sim.edit_comment(edited, f"/ospo-gate waive {id_} because")
    quick.settle()
    assert quick.runs(change.repository, change.head_sha)["ospo-gate"]["conclusion"] == "failure"
    assert len(quick.own_comments(change)) == 1
