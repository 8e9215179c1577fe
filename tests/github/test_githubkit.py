"""What githubkit makes of our calls: its defaults for retries, caches and redirects are off, and nothing is lost."""

import asyncio
import json
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
import respx

from app.github.client import GitHubApp, GitHubError
from tests.github.hub import API, pem

GRANTED = {"token": "ghs_1_x", "expires_at": "2099-11-20T12:00:00Z"}


@pytest.fixture
def github() -> Iterator[respx.MockRouter]:
    """Below githubkit and its HTTP client, in place of the network."""
    with respx.mock(base_url=API, assert_all_called=False) as router:
        router.post(url__regex=r".*/access_tokens$").respond(201, json=GRANTED)
        yield router


def called(method: str, path: str, **given: Any) -> httpx.Response:
    async def story() -> httpx.Response:
        app = GitHubApp(1, pem(), API)
        try:
            return await app.installation(7, [11]).request(method, path, **given)
        finally:
            await app.close()

    return asyncio.run(story())


def test_a_call_says_who_it_is_and_what_it_reads(github: respx.MockRouter) -> None:
    route = github.get("/repos/example/web").respond(json={"id": 11})
    assert called("GET", "/repos/example/web").json() == {"id": 11}
    (request,) = (call.request for call in route.calls)
    assert request.headers["authorization"] == "token ghs_1_x"
    assert request.headers["user-agent"].startswith("ospo-gate/")
    assert request.headers["x-github-api-version"] == "2022-11-28"
    assert request.headers["accept"] == "application/vnd.github+json"


def test_what_is_sent_is_json(github: respx.MockRouter) -> None:
    route = github.post("/repos/example/web/check-runs").respond(201, json={"id": 1})
    called("POST", "/repos/example/web/check-runs", json={"name": "ospo-gate", "output": {"title": "1 ✓"}})
    (request,) = (call.request for call in route.calls)
    assert json.loads(request.content) == {"name": "ospo-gate", "output": {"title": "1 ✓"}}
    assert request.headers["content-type"] == "application/json"


@pytest.mark.parametrize("status", [403, 404, 422, 500, 502])
def test_nothing_is_sent_twice(github: respx.MockRouter, status: int) -> None:
    """githubkit by itself would resend a mutation that may have been carried out."""
    route = github.post("/repos/example/web/check-runs").respond(status, json={"message": "no"})
    with pytest.raises(GitHubError, match=f"GitHub answered {status}: no"):
        called("POST", "/repos/example/web/check-runs", json={})
    assert route.call_count == 1


def test_nothing_is_kept_by_itself(github: respx.MockRouter) -> None:
    route = github.get("/meta").respond(json={}, headers={"cache-control": "max-age=600"})
    called("GET", "/meta")
    called("GET", "/meta")
    assert route.call_count == 2


def test_no_cookie_is_kept(github: respx.MockRouter) -> None:
    route = github.get("/repos/example/web").respond(json={"id": 11}, headers={"set-cookie": "_octo=1; path=/"})

    async def story() -> None:
        app = GitHubApp(1, pem(), API)
        try:
            for _ in range(2):
                await app.installation(7, [11]).request("GET", "/repos/example/web")
        finally:
            await app.close()

    asyncio.run(story())
    assert ["cookie" in call.request.headers for call in route.calls] == [False, False]
