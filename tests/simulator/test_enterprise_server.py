"""The GHES profile: paths, headers, missing parts."""

from .conftest import Place, Receiver


def test_paths_and_headers(ghes: Place) -> None:
    assert ghes.sim.api_url.endswith("/api/v3")
    assert ghes.sim.graphql_url.endswith("/api/graphql")
    answer = ghes.api.get(ghes.path)
    assert answer.headers["x-github-enterprise-version"] == "3.19.0"
    assert "x-ratelimit-limit" not in answer.headers
    assert ghes.api.get("/rate_limit").status_code == 404
    assert ghes.api.get("/meta").json()["installed_version"] == "3.19.0"
    assert ghes.graphql("{ viewer { login } rateLimit { cost } }")["data"]["rateLimit"] is None
    assert ghes.api.get(ghes.sim.url + "/rate_limit").status_code == 404


def test_only_the_older_api_version(ghes: Place) -> None:
    assert ghes.api.get(ghes.path, headers={"x-github-api-version": "2022-11-28"}).status_code == 200
    assert ghes.api.get(ghes.path, headers={"x-github-api-version": "2026-03-10"}).status_code == 400


def test_older_payloads_and_no_merge_group(ghes: Place, receiver: Receiver) -> None:
    ghes.app.webhook_url = receiver.url
    ghes.app.events = ["pull_request", "merge_group"]
    ghes.repo.commit("feature", {"a": "1"}, "One", notify=False)
    pull = ghes.repo.open_pull("feature")
    pull.enqueue()
    ghes.sim.wait_idle()
    assert pull.queue is not None
    assert "merge_group" not in receiver.events()
    delivery = ghes.sim.deliveries[0]
    assert "custom_properties" not in delivery.json["repository"]
    assert "visibility" not in delivery.json["repository"]
    headers = receiver.received[0][0]
    assert headers["x-github-enterprise-version"] == "3.19.0"
    assert headers["x-github-enterprise-host"].startswith("127.0.0.1")
