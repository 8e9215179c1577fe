"""ETags, rate limits, versions, faults and held requests."""

import threading

from .conftest import Place


def test_a_conditional_request_costs_nothing(place: Place) -> None:
    first = place.api.get(place.path)
    used = int(first.headers["x-ratelimit-used"])
    again = place.api.get(place.path, headers={"if-none-match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert int(again.headers["x-ratelimit-used"]) == used
    place.repo.description = "New"
    assert place.api.get(place.path, headers={"if-none-match": first.headers["etag"]}).status_code == 200


def test_headers_of_every_answer(place: Place) -> None:
    answer = place.api.get(f"{place.path}/pulls/77")
    assert answer.status_code == 404
    assert answer.json() == {
        "message": "Not Found", "documentation_url": "https://docs.github.com/rest", "status": "404",
    }  # fmt: skip
    assert answer.headers["x-ratelimit-limit"] == "5000"
    assert answer.headers["x-ratelimit-resource"] == "core"
    assert answer.headers["x-github-request-id"]
    assert answer.headers["x-github-api-version-selected"] == "2022-11-28"
    assert place.api.get("/no/such/endpoint").status_code == 404


def test_every_kind_of_answer_says_what_is_left(place: Place) -> None:
    strange = {"authorization": "Bearer ghs_unknown"}
    answers = {
        "core 401": place.api.get(place.path, headers=strange),
        "core 403": place.as_app("GET", place.path),
        "core 404": place.api.get("/no/such/endpoint"),
        "core 400": place.api.get(place.path, headers={"x-github-api-version": "1999-01-01"}),
        "core 200": place.api.get("/rate_limit"),
        "graphql 401": place.api.post(place.sim.graphql_url, json={}, headers=strange),
        "integration_manifest 404": place.api.post("/app-manifests/unknown/conversions"),
    }
    seen = {name: f"{a.headers['x-ratelimit-resource']} {a.status_code}" for name, a in answers.items()}
    assert seen == {name: name for name in answers}
    assert answers["core 401"].headers["x-ratelimit-limit"] == "60"


def test_the_primary_limit(place: Place) -> None:
    place.sim.limits.primary = 3
    while (answer := place.api.get(place.path)).status_code == 200:
        pass
    assert answer.status_code == 403
    assert answer.json()["message"] == f"API rate limit exceeded for installation ID {place.installation}."
    assert answer.headers["x-ratelimit-remaining"] == "0"
    assert place.api.get("/rate_limit").json()["resources"]["core"]["remaining"] == 0
    assert "errors" not in place.graphql("{ viewer { login } }")  # a bucket of its own
    place.sim.advance(3_601)
    token = place.new_token().json()["token"]
    place.api.headers["authorization"] = f"Bearer {token}"
    assert place.api.get(place.path).status_code == 200


def test_the_primary_limit_of_graphql_is_a_200(place: Place) -> None:
    place.sim.limits.graphql = 0
    answer = place.api.post(place.sim.graphql_url, json={"query": "{ viewer { login } }"})
    assert answer.status_code == 200
    assert answer.json()["errors"][0]["type"] == "RATE_LIMITED"
    assert (answer.headers["x-ratelimit-remaining"], answer.headers["x-ratelimit-resource"]) == ("0", "graphql")


def test_the_secondary_limit_on_content(place: Place) -> None:
    place.sim.limits.use_secondary()
    answers = [place.check_run() for _ in range(81)]
    assert [a.status_code for a in answers] == [201] * 80 + [403]
    assert "secondary rate limit" in answers[-1].json()["message"]
    assert answers[-1].headers["retry-after"] == "60"
    assert int(answers[-1].headers["x-ratelimit-remaining"]) > 0
    place.sim.advance(61)
    assert place.check_run().status_code == 201


def test_api_versions(place: Place) -> None:
    place.repo.commit("feature", {"a": "1"}, "One")
    place.repo.open_pull("feature")
    path = f"{place.path}/pulls/1"
    assert "merge_commit_sha" in place.api.get(path, headers={"x-github-api-version": "2022-11-28"}).json()
    newer = place.api.get(path, headers={"x-github-api-version": "2026-03-10"})
    assert "merge_commit_sha" not in newer.json()
    assert newer.headers["x-github-api-version-selected"] == "2026-03-10"
    assert place.api.get(path, headers={"x-github-api-version": "1999-01-01"}).status_code == 400


def test_requests_are_recorded_by_kind(place: Place) -> None:
    place.sim.reset_counts()
    place.new_token()
    place.api.get("/orgs/example/members/ada")
    place.graphql("{ viewer { login } }")
    place.api.get(place.path)
    records = place.sim.requests
    assert [r.kind for r in records] == ["token", "membership", "graphql", "rest"]
    assert records[2].operation == "query viewer"
    assert records[3].installation_id == place.installation
    assert records[3].app_id == place.app.id


def test_a_fault_before_and_after_the_operation(place: Place) -> None:
    place.sim.fail_next("POST /repos/*/check-runs", status=502)
    assert place.check_run().status_code == 502
    assert place.sim.check_runs(place.repo) == []
    place.sim.fail_next("POST /repos/*/check-runs", status=504, after=True)
    assert place.check_run().status_code == 504
    assert len(place.sim.check_runs(place.repo)) == 1
    assert place.check_run().status_code == 201


def test_a_fault_for_some_graphql_documents(place: Place) -> None:
    body = {"message": "You have exceeded a secondary rate limit"}
    place.sim.fail_next("viewer", status=403, body=body, headers={"retry-after": "7"}, times=2)
    for _ in range(2):
        answer = place.api.post(place.sim.graphql_url, json={"query": "{ viewer { login } }"})
        assert (answer.status_code, answer.headers["retry-after"]) == (403, "7")
    assert "data" in place.graphql("{ viewer { login } }")
    place.sim.fail_next(lambda seen: seen.method == "GET" and seen.query.get("page") == "2", status=500)
    assert place.api.get(f"{place.path}/pulls").status_code == 200
    assert place.api.get(f"{place.path}/pulls?page=2").status_code == 500


def test_a_request_can_be_held_while_something_else_happens(place: Place) -> None:
    place.repo.commit("feature", {"a": "1"}, "One")
    pull = place.repo.open_pull("feature")
    hold = place.sim.hold("GET /repos/*/pulls/1")
    found: list[str] = []
    path = f"{place.path}/pulls/1"
    thread = threading.Thread(target=lambda: found.append(place.api.get(path).json()["head"]["sha"]))
    thread.start()
    assert hold.wait_until_reached()
    new = pull.force_push({"a": "2"}, "Two")
    assert found == []
    hold.release()
    thread.join()
    assert found == [new]
