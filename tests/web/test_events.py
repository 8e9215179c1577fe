"""The table of events: what each delivery asks for, and that everything else is left alone."""

import json
from typing import Any

import pytest

from app.github.pull import CentralPolicy
from app.subject import (
    Again,
    Archived,
    Cancelled,
    Changed,
    Closed,
    Command,
    Kind,
    Lost,
    PolicyPushed,
    Regained,
    Told,
    Wanted,
    group_key,
)
from app.web.commands import Ours
from app.web.events import EVENTS, Heard, heard

OURS = Ours(app_id=5, policy=CentralPolicy("example/policy", "policy.yaml", "main"))
REPOSITORY: dict[str, Any] = {
    "id": 7, "node_id": "R_7", "full_name": "example/web", "private": True, "default_branch": "main",
    "archived": False, "fork": False, "license": {"spdx_id": "MIT"}, "custom_properties": {"tier": "gold"},
    "owner": {"login": "example", "type": "Organization"},
}  # fmt: skip
BRIEF = {"id": 7, "node_id": "R_7", "name": "web", "full_name": "example/web", "private": True}
PULL: dict[str, Any] = {
    "number": 3, "node_id": "PR_3", "updated_at": "2026-11-20T10:00:00Z", "user": {"login": "ada"},
    "head": {"sha": "a" * 40, "repo": None}, "base": {"sha": "b" * 40}, "state": "open",
}  # fmt: skip
QUEUE = "refs/heads/gh-readonly-queue/main/pr-3-abc"
GROUP = {"merge_group": {"head_sha": "c" * 40, "head_ref": QUEUE, "base_sha": "b" * 40, "base_ref": "refs/heads/main"}}
TOLD = Told(7, 11, "example/web", "R_7", "private", "main", False, False, {"tier": "gold"}, "MIT")
KNOWN = Regained(11, (TOLD,))
JUDGED = Changed(7, (Kind.PULL, Kind.BRANCH))


def hear(event: str, action: str | None = None, repository: dict[str, Any] | None = None, **fields: Any) -> Heard:
    body = {"action": action, "repository": {**REPOSITORY, **(repository or {})}, "installation": {"id": 11}, **fields}
    return heard(event, json.dumps(body).encode(), OURS)


def hear_comment(body: str | None = "/ospo-gate recheck", action: str = "created", **changes: Any) -> Heard:
    comment = {"id": 99, "html_url": "https://github.example/c/99", "body": body, "user": {"login": "eve", "id": 4}}
    issue = {"number": 3, "node_id": "PR_3", "user": {"login": "ada"}, "pull_request": {}, "state": "open"}
    issue |= changes.pop("issue", {})
    return hear("issue_comment", action, comment={**comment, **changes}, issue=issue)


def hear_push(ref: str = "refs/heads/main", **changes: Any) -> Heard:
    repository = {"pushed_at": 1_795_000_000, **changes.pop("repository", {})}
    return hear("push", None, repository, ref=ref, after="a" * 40, **changes)


@pytest.mark.parametrize("action", ["opened", "synchronize", "reopened", "ready_for_review"])
def test_a_pull_request_is_judged_at_its_head(action: str) -> None:
    said = hear("pull_request", action, pull_request=PULL)
    assert isinstance(said.command, Wanted)
    assert (said.command.key, said.command.head, said.command.about.author) == ("7/pull/3", "a" * 40, "ada")
    assert (said.action, said.told, said.also) == (action, TOLD, ())


@pytest.mark.parametrize(
    ("merged", "by", "expected"),
    [
        (True, {"login": "grace"}, Closed("7/pull/3", "a" * 40, 1_795_168_800.0, "example/web", True, "grace")),
        (True, None, Closed("7/pull/3", "a" * 40, 1_795_168_800.0, "example/web", True)),
        (False, None, Closed("7/pull/3", "a" * 40, 1_795_168_800.0, "example/web")),
    ],
)
def test_a_closed_pull_request_says_who_merged_it(merged: bool, by: Any, expected: Closed) -> None:
    assert hear("pull_request", "closed", pull_request={**PULL, "merged": merged, "merged_by": by}).command == expected


@pytest.mark.parametrize("action", ["labeled", "assigned", "stacked", "edited", "converted_to_draft"])
def test_what_changes_no_verdict_is_left_alone(action: str) -> None:
    assert hear("pull_request", action, pull_request=PULL, changes={"title": {"from": "x"}}) == Heard(action)


def test_a_merge_group_is_judged_against_its_base_until_it_is_destroyed() -> None:
    wanted = hear("merge_group", "checks_requested", **GROUP).command
    assert isinstance(wanted, Wanted)
    assert (wanted.key, wanted.head, wanted.about.base) == (group_key(7, QUEUE), "c" * 40, "b" * 40)
    assert hear("merge_group", "destroyed", **GROUP, reason="merged").command == Cancelled(wanted.key)


def test_buttons_and_reruns_judge_again() -> None:
    run = {"check_run": {"head_sha": "a" * 40}}
    again = Again(11, 7, "a" * 40)
    assert hear("check_run", "rerequested", **run).command == again
    assert hear("check_run", "requested_action", **run, requested_action={"identifier": "recheck"}).command == again
    assert hear("check_run", "requested_action", **run, requested_action={"identifier": "drop table"}).command is None
    assert hear("check_suite", "rerequested", check_suite={"head_sha": "a" * 40}).command == again


def test_a_comment_with_a_command_is_work_with_its_words_as_they_were() -> None:
    command = hear_comment("Hello\n/ospo-gate recheck").command
    assert isinstance(command, Wanted)
    remark = command.about.remark
    assert remark is not None
    assert (command.key, command.number, command.about.author) == ("7/comment/99", 3, "ada")
    assert (remark["login"], remark["account_id"], remark["body"]) == ("eve", 4, "Hello\n/ospo-gate recheck")


@pytest.mark.parametrize(
    "said",
    [
        hear_comment("thank you"),
        hear_comment("see `/ospo-gate recheck`"),
        hear_comment(action="edited"),
        hear_comment(action="deleted"),
        hear_comment(user={"login": "ospo-gate[bot]", "type": "Bot"}),
        hear_comment(user={"login": "renovate[bot]"}),
        hear_comment(user=None),
        hear_comment(performed_via_github_app={"id": 5}),
        hear_comment(body=None),
        hear_comment(issue={"state": "closed"}),
        hear_comment(issue={"pull_request": None}),
    ],
    ids=["no command", "shown", "edited", "deleted", "our bot", "a bot", "nobody", "our App", "empty", "closed",
         "an issue"],
)  # fmt: skip
def test_other_comments_are_not(said: Heard) -> None:
    assert said.command is None


def test_a_person_who_writes_through_another_app_is_a_person() -> None:
    assert hear_comment(performed_via_github_app={"id": 6}).command is not None


def pushed(said: Heard) -> list[type[Command]]:
    return [type(command) for command in (*said.also, said.command) if command]


def test_a_push_to_the_policy_concerns_all_and_its_branch() -> None:
    policy: dict[str, Any] = {"repository": {"full_name": "Example/Policy"}}
    changed: dict[str, Any] = {"commits": [{"added": [], "modified": ["policy.yaml"], "removed": []}]}
    other: dict[str, Any] = {"commits": [{"added": ["README.md"], "modified": ["src/a.py"], "removed": []}]}
    assert pushed(hear_push(**policy, **changed)) == [PolicyPushed, Wanted]
    assert pushed(hear_push(**policy, **other)) == [PolicyPushed, Wanted], "it may name any file"
    assert pushed(hear_push(**policy, deleted=True)) == [PolicyPushed]
    assert pushed(hear_push("refs/heads/topic", **policy, **changed)) == []
    assert pushed(hear_push(**changed)) == [Wanted]


def test_installations_come_and_go() -> None:
    told = Told(7, 11, "example/web", "R_7", "private")
    assert hear("installation", "created", repositories=[BRIEF]).command == Regained(11, (told,))
    assert hear("installation", "deleted", repositories=[BRIEF]).command == Lost(11, "the App was uninstalled")
    assert hear("installation", "suspend").command == Lost(11, "the App's installation is suspended", gone=False)
    for action in ("unsuspend", "new_permissions_accepted"):
        assert hear("installation", action).command == Regained(11)
    added: dict[str, Any] = {"repositories_added": [BRIEF], "repositories_removed": []}
    assert hear("installation_repositories", "added", **added).command == Regained(11, (told,))
    removed: dict[str, Any] = {"repositories_added": [], "repositories_removed": [BRIEF]}
    lost = Lost(11, "the repository was taken away from the App", (7,))
    assert hear("installation_repositories", "removed", **removed).command == lost


@pytest.mark.parametrize(
    ("action", "commands"),
    [
        ("created", [KNOWN]),
        ("deleted", [Lost(11, "the repository was deleted", (7,))]),
        ("renamed", [KNOWN, JUDGED]),
        ("transferred", [KNOWN, JUDGED]),
        ("archived", [KNOWN, Archived(7, archived=True)]),
        ("unarchived", [KNOWN, Archived(7, archived=False)]),
        ("publicized", [KNOWN, JUDGED]),
        ("privatized", [KNOWN, JUDGED]),
    ],
)
def test_a_repository_changes(action: str, commands: list[Command]) -> None:
    said = hear("repository", action)
    assert [*said.also, said.command] == commands


def test_another_default_branch_is_judged_and_another_description_is_not() -> None:
    branch = Changed(7, (Kind.BRANCH,))
    assert hear("repository", "edited", changes={"default_branch": {"from": "master"}}).command == branch
    assert hear("repository", "edited", changes={"description": {"from": "old"}}).command is None


def test_new_properties_count_even_where_the_repository_still_has_the_old() -> None:
    new = [{"property_name": "tier", "value": "silver"}, {"property_name": "teams", "value": ["a", "b"]}]
    said = hear("custom_property_values", "updated", new_property_values=new, old_property_values=[])
    assert said.told is not None
    assert said.also == (Regained(11, (said.told,)),)
    assert (said.command, said.told.properties) == (JUDGED, {"tier": "silver", "teams": "a,b"})
    gone = hear("custom_property_values", "updated", new_property_values=[{"property_name": "tier", "value": None}])
    assert gone.told is not None
    assert gone.told.properties == {}


def test_an_alert_concerns_the_default_branch() -> None:
    assert hear("dependabot_alert", "created", alert={}).command == Changed(7, (Kind.BRANCH,))
    assert hear("dependabot_alert", "assignees_changed", alert={}).command is None


@pytest.mark.parametrize("event", [*EVENTS, "star", "security_advisory", "meta"])
def test_an_action_that_is_not_known_is_left_alone_whatever_it_has(event: str) -> None:
    if event != "push":
        assert heard(event, b'{"action": "an-action-of-next-year", "repository": 5}', OURS).command is None


def test_an_enterprise_server_tells_less() -> None:
    fewer = {"custom_properties": None, "license": None}
    body = {**REPOSITORY, **fewer}
    del body["custom_properties"], body["license"], body["archived"]
    raw = json.dumps({"action": "archived", "repository": body, "installation": {"id": 11}}).encode()
    told = heard("repository", raw, OURS).told
    assert told is not None
    assert (told.properties, told.license, told.archived, told.visibility) == (None, None, None, "private")


@pytest.mark.parametrize(
    ("changes", "untouched"),
    [
        ({"commits": [{"modified": ["README.md"]}]}, True),
        ({"commits": [{"modified": ["README.md"]}, {"added": ["web/package-lock.json"]}]}, False),
        ({"commits": [{"removed": ["package-lock.json"]}]}, False),
        ({"commits": [{"modified": [".github/CODEOWNERS"]}]}, False),
        ({"commits": [{"modified": ["README.md"]}], "forced": True}, False),
        ({"commits": [{"modified": ["README.md"]}, {}]}, False),  # a merge, of which GitHub names no path
        ({"commits": []}, False),
        ({"commits": [{"added": [f"{n}.txt" for n in range(300)]}]}, False),
        ({"commits": [{"modified": ["README.md"]}] * 2_048}, False),
    ],
)
def test_a_push_that_touches_no_manifest_names_the_head_before(changes: dict[str, Any], untouched: bool) -> None:
    command = hear_push(before="b" * 40, **changes).command
    assert isinstance(command, Wanted)
    assert command.about.untouched_since == ("b" * 40 if untouched else "")
