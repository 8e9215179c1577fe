"""What people may do, what they say, and how GitHub calls them."""

import json
from typing import Any

import pytest

from . import Pull, User
from .conftest import Place, Receiver


def opened(place: Place) -> Pull:
    place.repo.commit("feature", {"a": "1"}, "One", place.ada)
    return place.repo.open_pull("feature", author=place.ada)


def permission(place: Place, user: User) -> tuple[str, str]:
    data = place.api.get(f"{place.path}/collaborators/{user.login}/permission").json()
    return data["permission"], data["role_name"]


def test_the_highest_permission_counts(place: Place) -> None:
    grace, joan = place.sim.create_user("grace"), place.sim.create_user("joan")
    assert permission(place, grace) == ("read", "read")
    place.repo.set_visibility("private")
    assert permission(place, grace) == ("none", "none")
    assert permission(place, place.ada) == ("read", "read")
    place.org.create_team("shop", [grace])
    place.repo.teams["shop"] = "maintain"
    assert permission(place, grace) == ("write", "maintain")
    place.repo.collaborators["joan"] = "triage"
    assert permission(place, joan) == ("read", "triage")
    place.org.add_member(place.ada, "admin")
    assert permission(place, place.ada) == ("admin", "admin")
    assert place.api.get(f"{place.path}/collaborators/nobody/permission").status_code == 404


def test_a_base_permission_of_none_hides_private_repositories(place: Place) -> None:
    place.org.base_permission = "none"
    place.repo.set_visibility("private")
    assert permission(place, place.ada) == ("none", "none")
    assert place.api.get(f"{place.path}/collaborators/ada").status_code == 404
    place.repo.set_visibility("internal")
    assert permission(place, place.ada) == ("read", "read")
    assert place.api.get(f"{place.path}/collaborators/ada").status_code == 204


def test_how_github_calls_people(place: Place) -> None:
    pull = opened(place)
    grace = place.sim.create_user("grace")
    said = [place.sim.comment(place.repo, pull.number, user, "Hello") for user in (place.ada, grace)]
    assert [comment.author_association() for comment in said] == ["MEMBER", "NONE"]
    place.org.concealed.add("ada")
    place.repo.collaborators["grace"] = "write"
    assert [comment.author_association() for comment in said] == ["NONE", "COLLABORATOR"]
    pull.merge(grace)
    assert said[0].author_association() == "CONTRIBUTOR"


def test_comments_are_told_from_their_making_to_their_end(place: Place, receiver: Receiver) -> None:
    pull = opened(place)
    place.app.webhook_url, place.app.events = receiver.url, ["issue_comment"]
    grace = place.sim.create_user("grace")
    comment = place.sim.comment(place.repo, pull.number, place.ada, "/ospo-gate recheck")
    place.sim.edit_comment(comment, "/ospo-gate explain")
    place.sim.delete_comment(comment, grace)
    place.sim.wait_idle()
    told = [delivery.json for delivery in place.sim.deliveries]
    assert [(t["action"], t["sender"]["login"]) for t in told] == [
        ("created", "ada"), ("edited", "ada"), ("deleted", "grace"),
    ]  # fmt: skip
    assert told[0]["comment"]["author_association"] == "MEMBER"
    assert told[0]["comment"]["performed_via_github_app"] is None
    assert told[0]["issue"]["pull_request"]["url"].endswith("/pulls/1")
    assert told[1]["changes"] == {"body": {"from": "/ospo-gate recheck"}}


def test_another_app_comments_and_so_does_somebody_on_an_issue(place: Place, receiver: Receiver) -> None:
    opened(place)
    place.app.webhook_url, place.app.events = receiver.url, ["issue_comment"]
    other = place.sim.create_app("other")
    place.sim.comment(place.repo, 1, other.bot, "/ospo-gate recheck", app=other)
    place.sim.comment_on_issue(place.repo, 7, place.ada, "/ospo-gate recheck")
    place.sim.wait_idle()
    bot, issue = (delivery.json for delivery in place.sim.deliveries)
    assert (bot["comment"]["user"]["type"], bot["comment"]["performed_via_github_app"]["slug"]) == ("Bot", "other")
    assert "pull_request" not in issue["issue"]
    assert issue["comment"]["body"] == "/ospo-gate recheck"


def test_a_reaction_is_taken_back(place: Place) -> None:
    opened(place)
    comment = place.sim.comment(place.repo, 1, place.ada, "/ospo-gate recheck")
    path = f"{place.path}/issues/comments/{comment.id}/reactions"
    made = place.api.post(path, json={"content": "eyes"}).json()
    assert place.api.delete(f"{path}/{made['id']}").status_code == 204
    assert place.api.get(path).json() == []
    assert place.api.delete(f"{path}/{made['id']}").status_code == 404


def test_an_invitation_to_a_team_is_no_membership(place: Place) -> None:
    grace = place.sim.create_user("grace")
    team = place.org.create_team("legal", [place.ada])
    team.pending.add("grace")
    path = "/orgs/example/teams/legal/memberships"
    assert place.api.get(f"{path}/ada").json()["state"] == "active"
    assert place.api.get(f"{path}/{grace.login}").json()["state"] == "pending"
    assert place.api.get(f"{path}/joan").status_code == 404


@pytest.mark.parametrize("presses", ["ada", "grace"])
def test_a_button_tells_who_pressed_it(place: Place, receiver: Receiver, presses: str) -> None:
    place.sim.create_user("grace")
    place.app.webhook_url, place.app.events = receiver.url, []
    button = {"label": "Check again", "description": "Judge once more", "identifier": "again"}
    run = place.check_run(conclusion="failure", actions=[button]).json()
    place.sim.request_action(run["id"], "again", place.sim.world.users[presses])
    place.sim.wait_idle()
    told: dict[str, Any] = json.loads(receiver.received[-1][1])
    assert (told["sender"]["login"], told["check_run"]["id"]) == (presses, run["id"])
    with pytest.raises(ValueError, match="no button"):
        place.sim.request_action(run["id"], "other", place.ada)
