"""An old delivery under a new id: its signature is right for ever, so what it says must do no harm."""

import json
from typing import Any

from tests.end_to_end.examples import COPYLEFT, SIGNED, pull, repository
from tests.end_to_end.stage import Stage
from tests.simulator import Pull


def sent(stage: Stage, event: str, action: str) -> bytes:
    """The newest delivery of this kind, as it was signed."""
    return next(
        d for d in reversed(stage.sim.deliveries) if d.event == event and d.json.get("action") == action
    ).payload


def blocked(stage: Stage) -> Pull:
    repo = repository(stage)
    change = pull(stage, repo, COPYLEFT)
    assert stage.verdict(repo, change.head_sha)["conclusion"] == "failure"
    return change


def pushed(stage: Stage, change: Pull, **files: str) -> str:
    """The conclusion on the next head."""
    change.push({f"{name}.txt": text for name, text in files.items()}, f"More\n\n{SIGNED}", stage.ada)
    return str(stage.verdict(change.repository, change.head_sha)["conclusion"])


def test_an_old_end_does_not_end_what_was_opened_again(stage: Stage) -> None:
    change = blocked(stage)
    change.close()
    stage.settle()
    end = sent(stage, "pull_request", "closed")
    change.reopen()
    stage.settle()
    stage.sim.send_raw("pull_request", end)
    stage.settle()
    assert pushed(stage, change, a="1") == "failure"


def test_an_old_head_gets_no_newer_verdict(stage: Stage) -> None:
    change = blocked(stage)
    old, opened = change.head_sha, sent(stage, "pull_request", "opened")
    assert pushed(stage, change, a="1") == "failure"
    stage.settle()
    before = stage.sim.check_runs(change.repository, old)
    stage.sim.send_raw("pull_request", opened)
    stage.settle()
    assert stage.sim.check_runs(change.repository, old) == before
    assert len(stage.own_comments(change)) == 1


def test_what_once_was_taken_away_is_judged_when_it_is_heard_of_again(stage: Stage) -> None:
    """A replayed farewell silences nobody for longer than until the next event."""
    change = blocked(stage)
    known = json.loads(sent(stage, "pull_request", "opened"))
    told: list[tuple[str, dict[str, Any]]] = [
        ("installation", {"action": "deleted", "installation": known["installation"]}),
        ("installation", {"action": "suspend", "installation": known["installation"]}),
        ("repository", {**known, "action": "deleted"}),
        ("repository", {**known, "action": "archived"}),
    ]
    for number, (event, payload) in enumerate(told):
        stage.sim.send_raw(event, payload)
        stage.settle()
        assert pushed(stage, change, **{f"file-{number}": "1"}) == "failure"


def test_a_command_is_carried_out_once_however_often_it_is_delivered(stage: Stage) -> None:
    change = blocked(stage)
    stage.sim.comment(change.repository, change.number, stage.ada, "/ospo-gate help")
    stage.until(lambda: len(stage.own_comments(change)) == 2, "the answer")
    stage.settle()
    comment = sent(stage, "issue_comment", "created")
    for _ in range(5):
        stage.sim.send_raw("issue_comment", comment)
    stage.settle()
    assert len(stage.own_comments(change)) == 2
    (command,) = [c for c in change.comments if c.user.type != "Bot"]
    assert [reaction["content"] for reaction in command.reactions] == ["eyes", "+1"]


def test_our_own_words_are_no_commands(stage: Stage) -> None:
    """What we write has commands in it, to copy: heard as commands they would never end."""
    change = blocked(stage)
    (own,) = stage.own_comments(change)
    assert "/ospo-gate waive" in own["body"]
    stage.settle()
    said = json.loads(sent(stage, "issue_comment", "created"))
    assert said["comment"]["user"]["type"] == "Bot"
    for user in ({"type": "Bot"}, {"type": "User", "login": "ospo-gate[bot]"}):
        body = {**said["comment"], "body": "/ospo-gate recheck", "user": {**said["comment"]["user"], **user}}
        stage.sim.send_raw("issue_comment", {**said, "comment": {**body, "performed_via_github_app": None}})
    stage.settle()
    assert len(stage.runs(change.repository, change.head_sha)) == len(
        stage.sim.check_runs(change.repository, change.head_sha)
    )
