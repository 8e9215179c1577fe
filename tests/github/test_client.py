"""Odd answers: a page of a proxy, half a document, no route. Each is an error that says what it is."""

import asyncio
import json
from collections.abc import Awaitable, Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
import respx
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from app.github.client import MEMBERS, GitHubApp, GitHubError, Installation, RateLimited

API = "https://github.example/api/v3"
_KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048).private_bytes(
    serialization.Encoding.PEM, serialization.PrivateFormat.TraditionalOpenSSL, serialization.NoEncryption()
)
Story = Callable[[Installation], Awaitable[Any]]


@pytest.fixture
def github() -> Iterator[respx.MockRouter]:
    """A GitHub that grants tokens and answers what a test says."""
    with respx.mock(base_url=API, assert_all_called=False) as router:
        expires = (datetime.now(UTC) + timedelta(hours=1)).strftime("%Y-%m-%dT%H:%M:%SZ")
        router.post("/app/installations/7/access_tokens").respond(201, json={"token": "ghs_x", "expires_at": expires})
        yield router


def told(story: Story) -> Any:
    async def tell() -> Any:
        app = GitHubApp(1, _KEY.decode(), API)
        try:
            return await story(app.installation(7, ["web"]))
        finally:
            await app.close()

    return asyncio.run(tell())


def refused(answer: httpx.Response | Exception, github: respx.MockRouter) -> GitHubError:
    route = github.get("/repos/example/web")
    _ = route.mock(side_effect=answer) if isinstance(answer, Exception) else route.mock(return_value=answer)
    with pytest.raises(GitHubError) as caught:
        told(lambda client: client.request("GET", "/repos/example/web"))
    return caught.value


def test_a_token_is_asked_for_once_and_for_no_more_than_the_work_needs(github: respx.MockRouter) -> None:
    github.get("/repos/example/web").respond(200, json={})

    async def story(client: Installation) -> None:
        await asyncio.gather(*(client.request("GET", "/repos/example/web") for _ in range(5)))
        await client.with_permissions(MEMBERS).request("GET", "/repos/example/web")

    told(story)
    bodies = [json.loads(call.request.content) for call in github.calls if call.request.method == "POST"]
    assert [body["repositories"] for body in bodies] == [["web"], ["web"]]
    assert bodies[0]["permissions"] == {
        "checks": "write",
        "contents": "read",
        "metadata": "read",
        "pull_requests": "write",
    }
    assert bodies[1]["permissions"] == {"members": "read", "metadata": "read"}


def test_a_page_of_a_proxy_is_a_passing_error(github: respx.MockRouter) -> None:
    error = refused(httpx.Response(502, html="<html>Bad gateway</html>"), github)
    assert (error.status, error.passing) == (502, True)


def test_a_refusal_is_not_tried_again(github: respx.MockRouter) -> None:
    error = refused(httpx.Response(403, json={"message": "Resource not accessible by integration"}), github)
    assert (error.status, error.passing) == (403, False)
    assert "Resource not accessible" in error.message


def test_a_server_that_cannot_be_reached_is_a_passing_error(github: respx.MockRouter) -> None:
    error = refused(httpx.ConnectError("no route to host"), github)
    assert (error.status, error.passing) == (0, True)
    assert github.calls.last.request.url.path.endswith("/repos/example/web")


def test_a_limit_says_until_when(github: respx.MockRouter) -> None:
    error = refused(httpx.Response(403, json={"message": "slow down"}, headers={"retry-after": "90"}), github)
    assert isinstance(error, RateLimited)
    ahead = error.retry_at - datetime.now(UTC).timestamp()
    assert 60 < ahead <= 90


def test_half_a_token_document_is_an_error_and_not_a_crash(github: respx.MockRouter) -> None:
    token = github.post("/app/installations/7/access_tokens").respond(201, content=b'{"token": "ghs_')
    asked = github.get("/repos/example/web").respond(200, json={})
    with pytest.raises(GitHubError) as caught:
        told(lambda client: client.request("GET", "/repos/example/web"))
    assert (token.called, asked.called) == (True, False)
    assert "could not be reached" not in caught.value.message


def test_graphql_of_an_enterprise_server_has_its_own_address(github: respx.MockRouter) -> None:
    route = github.route(method="POST", url="https://github.example/api/graphql")
    route.respond(200, json={"data": {"viewer": {"login": "x"}}})
    answer = told(lambda client: client.graphql("query { viewer { login } }", {}))
    assert answer.data == {"viewer": {"login": "x"}}
