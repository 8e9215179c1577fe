"""Check runs over REST: what is accepted, what is refused and in which words."""

from typing import Any

import pytest

from .conftest import Place

NOTE = {"path": "package.json", "start_line": 1, "end_line": 1, "annotation_level": "notice", "message": "Look"}


def output(count: int = 0, **annotation: Any) -> dict[str, Any]:
    notes = [{**NOTE, **annotation} for _ in range(count)]
    return {"title": "One thing", "summary": "A summary", "annotations": notes}


def test_a_run_is_queued_starts_and_completes(place: Place) -> None:
    made = place.check_run(external_id="job-1")
    assert made.status_code == 201
    run = made.json()
    assert (run["status"], run["conclusion"], run["external_id"]) == ("queued", None, "job-1")
    path = f"{place.path}/check-runs/{run['id']}"
    assert place.api.patch(path, json={"status": "in_progress"}).json()["started_at"]
    done = place.api.patch(path, json={"conclusion": "success"}).json()
    assert (done["status"], done["conclusion"]) == ("completed", "success")
    assert done["completed_at"]
    assert place.sim.check_runs(place.repo)[0]["conclusion"] == "success"


def test_annotations_are_appended_by_updates(place: Place) -> None:
    run = place.check_run(conclusion="failure", output=output(50)).json()
    path = f"{place.path}/check-runs/{run['id']}"
    assert place.api.patch(path, json={"output": output(30)}).json()["output"]["annotations_count"] == 80
    pages = [place.api.get(f"{path}/annotations?per_page=50&page={n}").json() for n in (1, 2)]
    assert [len(page) for page in pages] == [50, 30]
    assert pages[0][0]["title"] is None
    assert len(place.sim.check_runs(place.repo, place.repo.head())[0]["annotations"]) == 80


REFUSED: list[tuple[dict[str, Any], str]] = [
    ({"output": output(51)}, "No more than 50 items are allowed; 51 were supplied."),
    ({"output": {"title": "t"}}, '"summary" wasn\'t supplied.'),
    ({"output": {"summary": "s"}}, '"title" wasn\'t supplied.'),
    ({"output": {"title": "t", "summary": "s" * 65_536}}, "Only 65535 characters are allowed; 65536 were supplied."),
    ({"output": {"title": "t", "summary": "s", "text": "s" * 65_536}}, "Only 65535 characters are allowed"),
    ({"output": output(1, start_line=0)}, "must be greater than or equal to 1"),
    ({"output": output(1, start_line=2)}, "Validation Failed"),
    ({"output": output(1, path="/package.json")}, "Validation Failed"),
    ({"output": output(1, end_line=2, start_column=1)}, "Validation Failed"),
    ({"output": output(1, annotation_level="error")}, '"error" is not a member of'),
    ({"output": output(1, message="m" * 65_537)}, "Validation Failed"),
    ({"output": output(1, raw_details="é" * 32_769)}, "Validation Failed"),
    ({"output": output(1, title="t" * 256)}, "Only 255 characters are allowed"),
    ({"output": output(1, message=None)}, '"message" wasn\'t supplied.'),
    ({"output": output(1, line=3)}, '"line" is not a permitted key.'),
    ({"conclusion": "stale"}, '"stale" is not a member of'),
    ({"conclusion": "passed"}, '"passed" is not a member of'),
    ({"status": "waiting"}, "GitHub Actions"),
    ({"status": "completed"}, '"conclusion" wasn\'t supplied.'),
    ({"started_at": "yesterday"}, "is not a valid date-time"),
    ({"details_url": "ftp://example.com"}, "Validation Failed"),
    ({"actions": [{"label": "l" * 21, "description": "d", "identifier": "i"}]}, "Only 20 characters are allowed"),
    ({"actions": [{"label": "l", "description": "d" * 41, "identifier": "i"}]}, "Only 40 characters are allowed"),
    ({"actions": [{"label": "l", "description": "d"}]}, '"identifier" wasn\'t supplied.'),
    ({"actions": [{"label": "l", "description": "d", "identifier": "i"}] * 4}, "No more than 3 items are allowed"),
    ({"head_sha": "0" * 40}, "No commit found for SHA: 0000"),
    ({"name": None}, '"name" wasn\'t supplied.'),
    ({"verdict": "fine"}, '"verdict" is not a permitted key.'),
]


@pytest.mark.parametrize(("values", "message"), REFUSED, ids=[m[:40] for _, m in REFUSED])
def test_refused(place: Place, values: dict[str, Any], message: str) -> None:
    answer = place.check_run(**values)
    assert answer.status_code == 422
    assert message in answer.json()["message"]
    assert answer.json()["documentation_url"]
    assert place.sim.check_runs(place.repo) == []


def test_the_largest_accepted_values(place: Place) -> None:
    values = {"title": "t", "summary": "s" * 65_535, "text": "t" * 65_535}
    largest = {"title": "t" * 255, "message": "m" * 65_536, "raw_details": "r" * 65_536, "start_column": 1}
    notes = [{**NOTE, **largest, "end_column": 2}]
    button = {"label": "l" * 20, "description": "d" * 40, "identifier": "i" * 20}
    answer = place.check_run(conclusion="neutral", output={**values, "annotations": notes}, actions=[button] * 3)
    assert answer.status_code == 201, answer.text


def test_only_the_owning_app_may_update(place: Place) -> None:
    run = place.check_run().json()
    other = place.sim.create_app("other")
    number = place.sim.install(other, "example")
    place.app, place.installation = other, number
    with place.with_token(place.new_token().json()["token"]) as stranger:
        path = f"{place.path}/check-runs/{run['id']}"
        assert stranger.patch(path, json={"conclusion": "success"}).status_code == 403
        assert stranger.get(path).status_code == 200


def test_the_latest_run_of_a_name_is_listed(place: Place) -> None:
    first = place.check_run(conclusion="failure").json()
    second = place.check_run(conclusion="success").json()
    place.check_run(name="ospo-gate / licenses")
    path = f"{place.path}/commits/{place.repo.head()}/check-runs"
    named = place.api.get(path, params={"check_name": "ospo-gate"}).json()
    assert [r["id"] for r in named["check_runs"]] == [second["id"]]
    every = place.api.get(path, params={"check_name": "ospo-gate", "filter": "all"}).json()
    assert [r["id"] for r in every["check_runs"]] == [second["id"], first["id"]]
    assert place.api.get(path, params={"app_id": 1}).json() == {"total_count": 0, "check_runs": []}
    assert place.api.get(f"{place.path}/commits/main/check-runs").json()["total_count"] == 2
    assert place.api.get(path, params={"status": "completed"}).json()["total_count"] == 1


def test_more_than_1000_runs_of_a_name_push_the_oldest_out(place: Place) -> None:
    place.sim.limits.enabled = False
    first = place.check_run().json()["id"]
    for _ in range(1_000):
        place.check_run()
    assert place.api.get(f"{place.path}/check-runs/{first}").status_code == 404
    assert len(place.sim.check_runs(place.repo)) == 1_000


def test_suites(place: Place) -> None:
    body = {"head_sha": place.repo.head()}
    made = place.api.post(f"{place.path}/check-suites", json=body)
    again = place.api.post(f"{place.path}/check-suites", json=body)
    assert (made.status_code, again.status_code, made.json()["id"]) == (201, 200, again.json()["id"])
    place.check_run(conclusion="failure")
    suite = place.api.get(f"{place.path}/check-suites/{made.json()['id']}").json()
    assert (suite["status"], suite["conclusion"], suite["latest_check_runs_count"]) == ("completed", "failure", 1)
    assert place.api.post(f"{place.path}/check-suites/{suite['id']}/rerequest").status_code == 201


def test_pull_requests_of_a_run_are_empty_for_forks(place: Place) -> None:
    place.repo.commit("feature", {"a": "1"}, "One")
    place.repo.open_pull("feature")
    assert [p["number"] for p in place.check_run(place.repo.head("feature")).json()["pull_requests"]] == [1]
    fork = place.repo.fork(place.sim.create_user("grace"))
    sha = fork.commit("patch", {"a": "2"}, "Two")
    place.repo.open_pull("patch", head_repository=fork)
    assert place.check_run(sha).json()["pull_requests"] == []
