"""Comments and reactions over REST."""

from .conftest import Place


def opened(place: Place) -> str:
    place.repo.commit("feature", {"a": "1"}, "One", place.ada)
    place.repo.open_pull("feature", author=place.ada)
    return f"{place.path}/issues/1/comments"


def test_a_comment_is_made_found_edited_and_deleted(place: Place) -> None:
    path = opened(place)
    made = place.api.post(path, json={"body": "<!-- ospo-gate:v1 -->\nHello"})
    assert made.status_code == 201
    comment = made.json()
    assert (comment["user"]["login"], comment["user"]["type"]) == ("ospo-gate[bot]", "Bot")
    assert comment["performed_via_github_app"]["id"] == place.app.id
    place.sim.comment(place.repo, 1, place.ada, "/ospo-gate recheck")
    listed = place.api.get(path).json()
    assert [c["id"] for c in listed] == sorted(c["id"] for c in listed)
    assert listed[1]["performed_via_github_app"] is None
    assert listed[1]["author_association"] == "MEMBER"
    one = f"{place.path}/issues/comments/{comment['id']}"
    assert place.api.patch(one, json={"body": "Better"}).json()["body"] == "Better"
    assert place.sim.comments(place.repo, 1)[0]["edits"] == 1
    assert place.api.delete(one).status_code == 204
    assert place.api.get(one).status_code == 404


def test_a_body_has_at_most_65536_characters(place: Place) -> None:
    path = opened(place)
    assert place.api.post(path, json={"body": "é" * 65_536}).status_code == 201
    refused = place.api.post(path, json={"body": "x" * 65_537})
    assert refused.status_code == 422
    assert refused.json()["message"] == "Validation Failed"
    assert refused.json()["errors"] == [
        {
            "resource": "IssueComment",
            "field": "data",
            "code": "unprocessable",
            "message": "Body is too long (maximum is 65536 characters)",
        }
    ]
    assert place.api.post(path, json={"body": " "}).json()["errors"][0]["message"] == "Body cannot be blank"
    assert place.api.post(path, json={}).json()["errors"][0]["code"] == "missing_field"
    assert place.api.post(path, content=b"no json").status_code == 400


def test_comments_of_others_are_left_alone(place: Place) -> None:
    opened(place)
    theirs = place.sim.comment(place.repo, 1, place.ada, "Mine")
    path = f"{place.path}/issues/comments/{theirs.id}"
    assert place.api.patch(path, json={"body": "Ours"}).status_code == 403
    assert place.api.delete(path).status_code == 403
    assert place.api.post(f"{path}/reactions", json={"content": "eyes"}).status_code == 201
    assert place.api.post(f"{path}/reactions", json={"content": "eyes"}).status_code == 200
    assert place.api.post(f"{path}/reactions", json={"content": "cake"}).status_code == 422
    assert place.sim.comments(place.repo, 1)[0]["reactions"]["eyes"] == 1


def test_an_archived_repository_is_read_only(place: Place) -> None:
    path = opened(place)
    place.repo.archive()
    refused = place.api.post(path, json={"body": "Late"})
    assert (refused.status_code, refused.json()["message"]) == (403, "Repository was archived so is read-only.")
