"""What is asked of GitHub and in whose name, and odd answers: each is an error that says what it is."""

import asyncio
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Any

import httpx
import jwt
import pytest

from app.github.client import MEMBERS, PUBLISHING, READING, GitHubError, Installation
from tests.github.hub import API, Answer, Hub, pem


def get(client: Installation) -> Any:
    return client.request("GET", "/repos/example/web")


def refused(answer: Answer) -> GitHubError:
    """The error for this answer to the only request."""

    def answering(request: httpx.Request) -> Answer | None:
        return answer if request.url.path.endswith("/repos/example/web") else None

    with pytest.raises(GitHubError) as caught:
        Hub(answering).told(get)
    return caught.value


def test_a_token_is_asked_for_once_and_for_no_more_than_the_work_needs() -> None:
    hub = Hub()

    async def story(client: Installation) -> None:
        await asyncio.gather(*(get(client.with_permissions(READING)) for _ in range(5)))
        await get(client.with_permissions(PUBLISHING))
        await get(client.with_permissions(MEMBERS))

    hub.told(story)
    assert hub.bodies("/access_tokens") == [
        {"repository_ids": [11], "permissions": {"contents": "read", "metadata": "read", "pull_requests": "read"}},
        {"repository_ids": [11], "permissions": {"checks": "write", "metadata": "read", "pull_requests": "write"}},
        {"repository_ids": [11], "permissions": {"members": "read", "metadata": "read"}},
    ]


def test_a_token_is_used_for_fifty_minutes_and_then_replaced() -> None:
    hub = Hub()

    async def story(client: Installation) -> list[int]:
        tokens = []
        for minutes in (0, 49, 2):
            hub.now += minutes * 60
            await get(client)
            tokens.append(hub.tokens)
        return tokens

    assert hub.told(story) == [1, 1, 2]


def test_a_name_becomes_an_id_so_that_a_renamed_repository_keeps_working() -> None:
    hub = Hub(lambda request: httpx.Response(200, json={"id": 12}) if request.url.path.endswith("policy") else None)

    async def story(client: Installation) -> None:
        for permissions in (READING, MEMBERS):
            both = client.app.installation(7, ["example/policy", 11]).with_permissions(permissions)
            await get(both)

    hub.told(story)
    assert [body.get("repository_ids") for body in hub.bodies("/access_tokens")] == [None, [11, 12], [11, 12]]
    assert hub.bodies("/access_tokens")[0] == {"repositories": ["policy"], "permissions": {"metadata": "read"}}
    assert hub.asked().count("GET /repos/example/policy") == 1


def test_a_repository_that_is_not_reached_is_left_out_of_the_token() -> None:
    hub = Hub(lambda request: httpx.Response(404, json={}) if request.url.path.endswith("policy") else None)
    hub.told(lambda client: get(client.app.installation(7, ["example/policy", 11])))
    assert hub.bodies("/access_tokens")[-1]["repository_ids"] == [11]


def test_a_token_for_all_repositories_names_none() -> None:
    hub = Hub()
    hub.told(lambda client: get(client.app.installation(7, []).with_permissions(READING)))
    assert list(hub.bodies("/access_tokens")[0]) == ["permissions"]


@pytest.mark.parametrize("body", [b"{}", b'{"check_runs": 5}', b"[]", b"null", b"<html>"])
def test_a_list_that_is_none_is_an_error(body: bytes) -> None:
    hub = Hub(lambda request: httpx.Response(200, content=body) if request.method == "GET" else None)
    with pytest.raises(GitHubError, match="could not be read"):
        hub.told(lambda client: client.pages("/x", "check_runs" if body != b"{}" else None))


def test_no_token_is_for_more_than_500_repositories() -> None:
    with pytest.raises(ValueError, match="at most 500"):
        Hub().app().installation(7, range(501))


def test_what_is_known_of_an_installation_goes_with_it() -> None:
    hub = Hub(lambda r: httpx.Response(200, json={}, headers={"etag": '"1"'}) if r.method == "GET" else None)

    async def story(client: Installation) -> None:
        await get(client)
        client.app.forget(7)
        await get(client)

    hub.told(story)
    assert hub.tokens == 2
    assert not any("if-none-match" in request.headers for request in hub.requests)


def test_a_page_of_a_proxy_is_a_passing_error() -> None:
    error = refused(httpx.Response(502, html="<html>Bad gateway</html>"))
    assert (error.status, error.passing) == (502, True)


def test_a_refusal_is_not_tried_again() -> None:
    error = refused(httpx.Response(403, json={"message": "Resource not accessible by integration"}))
    assert (error.status, error.passing) == (403, False)
    assert "Resource not accessible" in error.message


def test_a_server_that_cannot_be_reached_is_a_passing_error() -> None:
    error = refused(httpx.ConnectError("no route to host"))
    assert (error.status, error.passing) == (0, True)
    assert "no route to host" in error.message


def test_an_echoed_token_is_in_no_message() -> None:
    error = refused(httpx.Response(403, json={"message": "not for Bearer ghs_1_eyJhbGciOiJFUzI1NiJ9.e30.c2ln"}))
    assert "eyJ" not in error.message


@pytest.mark.parametrize(
    "body", [b'{"token": "ghs_', b"[]", b'{"token": "ghs_x", "expires_at": "soon"}', b"[" * 100_000]
)
def test_half_a_token_document_is_an_error_and_not_a_crash(body: bytes) -> None:
    hub = Hub(lambda r: httpx.Response(201, content=body) if r.url.path.endswith("access_tokens") else None)
    with pytest.raises(GitHubError, match="could not be read"):
        hub.told(get)
    assert hub.asked() == []


@pytest.mark.parametrize("body", [b"[]", b"null", b'"x"', b"<html>", b'{"data": [], "errors": {}}'])
def test_odd_answers_of_graphql_are_errors_or_nothing(body: bytes) -> None:
    hub = Hub(lambda r: httpx.Response(200, content=body) if r.url.path.endswith("graphql") else None)

    async def story(client: Installation) -> object:
        try:
            return (await client.graphql("query { x }", {})).data
        except GitHubError as error:
            return error.status

    assert hub.told(story) in ({}, 502)


def test_graphql_of_an_enterprise_server_has_its_own_address() -> None:
    hub = Hub(
        lambda r: (
            httpx.Response(200, json={"data": {"x": 1}}) if r.method == "POST" and "graphql" in str(r.url) else None
        )
    )
    assert hub.told(lambda client: client.graphql("query { x }", {})).data == {"x": 1}
    assert str(hub.requests[-1].url) == "https://github.example/api/graphql"


def test_a_redirect_is_followed_on_the_same_host() -> None:
    def moved(request: httpx.Request) -> Answer | None:
        if request.url.path.startswith("/api/v3/repos/"):
            return httpx.Response(307, headers={"location": f"{API}/repositories/11/check-runs"})
        return None

    hub = Hub(moved)
    hub.told(lambda client: client.request("POST", "/repos/example/old/check-runs", json={"name": "x"}))
    assert hub.asked()[-1] == "POST /repositories/11/check-runs"
    assert hub.requests[-1].headers["authorization"].startswith("token ghs_")
    assert hub.bodies("/repositories/11/check-runs") == [{"name": "x"}]


@pytest.mark.parametrize(
    "place",
    ["https://evil.example/", "http://github.example/api/v3/x", "https://github.example:8443/", "//evil.example/x",
     "https://github.example@evil.example/", "file:///etc/passwd", f"{API}/a/../../b"],
)  # fmt: skip
def test_nothing_is_sent_to_another_place(place: str) -> None:
    hub = Hub(lambda r: httpx.Response(302, headers={"location": place}) if r.method == "GET" else None)
    with pytest.raises(GitHubError, match="another host"):
        hub.told(get)
    paged = Hub(
        lambda r: (
            httpx.Response(200, json=[1], headers={"link": f'<{place}>; rel="next"'}) if r.method == "GET" else None
        )
    )
    with pytest.raises(GitHubError):
        paged.told(lambda client: client.pages("/repos/example/web/pulls"))
    assert {(r.url.scheme, r.url.host, r.url.port) for r in (*hub.requests, *paged.requests)} == {
        ("https", "github.example", None)
    }


def test_circles_of_redirects_end() -> None:
    hub = Hub(lambda r: httpx.Response(301, headers={"location": str(r.url)}) if r.method == "GET" else None)
    with pytest.raises(GitHubError, match="in circles"):
        hub.told(get)


@pytest.mark.parametrize("path", ["/repos/example/..", "/repos/%2e%2e/x", "/repos/a b", "/repos/" + "x" * 9000])
def test_a_path_that_leads_elsewhere_is_not_asked_for(path: str) -> None:
    hub = Hub()
    with pytest.raises(GitHubError, match="no address can hold"):
        hub.told(lambda client: client.request("GET", path))
    assert hub.asked() == []


def test_the_app_signs_in_from_a_minute_ago_for_less_than_ten() -> None:
    hub = Hub()
    hub.told(get)
    (token,) = [r for r in hub.requests if r.url.path.endswith("/access_tokens")]
    claims = jwt.decode(token.headers["authorization"].removeprefix("Bearer "), options={"verify_signature": False})
    assert claims == {"iss": "1", "iat": int(hub.now) - 60, "exp": int(hub.now) - 60 + 540}


def signed_in(seconds_ahead: float) -> str:
    """The error of an App whose clock is ahead, in the words that people read."""
    hub = Hub()
    theirs = format_datetime(datetime.fromtimestamp(hub.now - seconds_ahead, UTC), usegmt=True)
    body = {"message": "'Issued at' claim ('iat') must be an Integer"}
    hub.answering = lambda _: httpx.Response(401, json=body, headers={"date": theirs})
    with pytest.raises(GitHubError) as caught:
        hub.told(get)
    assert caught.value.passing
    return caught.value.message


def test_a_wrong_clock_is_said_with_the_difference() -> None:
    assert "is 143 seconds ahead of GitHub's" in signed_in(143)
    assert "is 3600 seconds behind GitHub's" in signed_in(-3600)
    assert "compare OSPO_GATE_APP_ID" in signed_in(0)


@pytest.mark.parametrize("version", ["2022-11-28", "2026-03-10"])
def test_the_version_of_the_api_is_named(version: str) -> None:
    hub = Hub()
    hub.told(get, version=version)
    assert {request.headers["x-github-api-version"] for request in hub.requests} == {version}


def test_a_text_that_is_no_unicode_is_sent_all_the_same() -> None:
    hub = Hub()
    hub.told(lambda client: client.request("POST", "/repos/example/web/x", json={"path": "caf\udce9"}))
    assert hub.bodies("/x") == [{"path": "caf\udce9"}]


def test_two_keys_of_a_file_and_the_newer_one_later(tmp_path: Any) -> None:
    """GitHub may know one of two keys alone, and the file may be replaced while the service runs."""
    from app.github.key import AppKey

    file = tmp_path / "app.pem"
    file.write_text(pem(1) + pem(2))
    known = {2}

    def answering(request: httpx.Request) -> Answer | None:
        if not request.url.path.endswith("access_tokens"):
            return None
        from cryptography.hazmat.primitives.serialization import load_pem_private_key

        token = request.headers["authorization"].removeprefix("Bearer ")
        for number in known:
            key: Any = load_pem_private_key(pem(number).encode(), None)
            try:
                jwt.decode(token, key.public_key(), ["RS256"], options={"verify_exp": False, "verify_iat": False})
            except jwt.InvalidSignatureError:
                continue
            return None
        return httpx.Response(401, json={"message": "A JSON web token could not be decoded"})

    hub = Hub(answering)

    async def story(client: Installation) -> None:
        await get(client)
        known.clear()
        known.add(3)
        file.write_text(pem(3))
        client.app.forget(7)
        await get(client)
        file.unlink()
        client.app.forget(7)
        await get(client)

    hub.told(story, key=AppKey(file=str(file), clock=hub.clock))
    assert hub.tokens == 3
