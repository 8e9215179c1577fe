"""An App that proposes a change by a pull request, and reads who approved it."""

import base64

import pytest

from .conftest import Place


@pytest.fixture
def writer(place: Place) -> Place:
    """The same place where the App may write contents."""
    granted = place.sim.world.installations[place.installation].permissions
    granted["contents"] = "write"
    place.api.headers["authorization"] = f"Bearer {place.new_token().json()['token']}"
    return place


def encoded(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


def test_a_file_is_proposed_on_a_branch(writer: Place) -> None:
    path = writer.path
    main = writer.api.get(f"{path}/git/ref/heads/main").json()["object"]["sha"]
    made = writer.api.post(f"{path}/git/refs", json={"ref": "refs/heads/waiver", "sha": main})
    assert made.status_code == 201
    body = {"message": "Waiver", "content": encoded("id: W-1\n"), "branch": "waiver"}
    assert writer.api.put(f"{path}/contents/waivers/w-1.yaml", json=body).status_code == 201
    assert writer.api.put(f"{path}/contents/waivers/w-1.yaml", json=body).status_code == 422
    stale = {**body, "sha": "0" * 40}
    assert writer.api.put(f"{path}/contents/waivers/w-1.yaml", json=stale).status_code == 409
    values = {"title": "Waiver W-1", "head": "waiver", "base": "main"}
    pull = writer.api.post(f"{path}/pulls", json=values)
    assert pull.status_code == 201
    assert pull.json()["user"]["login"] == "ospo-gate[bot]"
    again = writer.api.post(f"{path}/pulls", json=values)
    assert "already exists" in again.json()["errors"][0]["message"]

    found = writer.repo.pulls[pull.json()["number"]]
    found.review(writer.ada, "APPROVED")
    (review,) = writer.api.get(f"{path}/pulls/{found.number}/reviews").json()
    assert (review["user"]["login"], review["state"], review["commit_id"]) == ("ada", "APPROVED", found.head_sha)
    sha = found.merge(writer.ada)
    merged = writer.api.get(f"{path}/commits/{sha}/pulls").json()
    assert [p["number"] for p in merged] == [found.number]
    assert writer.api.delete(f"{path}/git/refs/heads/waiver").status_code == 204


def test_without_the_permission_nothing_is_written(place: Place) -> None:
    body = {"message": "Waiver", "content": encoded("x")}
    refused = place.api.put(f"{place.path}/contents/a", json=body)
    assert (refused.status_code, refused.headers["x-accepted-github-permissions"]) == (403, "contents=write")


def test_a_pull_request_needs_commits_and_branches(writer: Place) -> None:
    for head, field in (("nope", "head"), ("main", "base")):
        answer = writer.api.post(f"{writer.path}/pulls", json={"title": "t", "head": head, "base": "main"})
        assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, field)
    assert "No commits between main and main" in answer.json()["errors"][0]["message"]
