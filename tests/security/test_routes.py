"""Every route that the service has, and who may use it: a new one that is not in the table fails here."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Iterator
from contextlib import nullcontext
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx
import pytest

from app.github.manifest import Place
from app.service_settings import ServiceSettings
from app.settings import fact_settings
from app.store.repositories import RepositoryRow
from app.web import setup
from app.web.pages.rendering import HEADERS, Renderer
from app.web.setup_flow import Setup
from app.wiring import Service
from tests.github.hub import pem

TOKEN, SETUP_TOKEN = "a-token-of-the-api-0123456789", "a-set-up-token-of-tests"
#: Who may use a route, by `METHOD /path`.
ANYBODY = """
POST /webhook
GET /healthz
GET /readyz
GET /static/{digest}/{name}
GET /signin
GET /signin/callback
GET /account
POST /signout
GET /agreements
GET /agreements/documents/{name:path}
GET /policy
"""
WHO_SIGNED_IN = """
POST /agreements/documents/{name:path}
GET /agreements/documents/{name:path}/company
POST /agreements/documents/{name:path}/company
GET /agreements/receipts/{id_}
GET /agreements/receipts/{id_}/{file}
POST /agreements/receipts/{id_}/revoke
GET /agreements/companies
GET /agreements/companies/{id_}
POST /agreements/companies/{id_}
POST /agreements/companies/{id_}/acknowledge
"""
WHO_HAS_THE_TOKEN = """
GET /api/v1/agreements/signatures.json
GET /api/v1/agreements/signatures.csv
GET /api/v1/ask
GET /api/v1/where
GET /api/v1/policy/explain
GET /api/v1/policy/hygiene
POST /api/v1/policy/preview
GET /api/v1/policy/versions
GET /api/v1/sbom
GET /api/v1/licenses
GET /api/v1/repositories/{owner}/{name}/components
GET /api/v1/repositories/{owner}/{name}/history
GET /api/v1/repositories/{owner}/{name}/sbom
GET /api/v1/repositories/{owner}/{name}/pull/{number}/sbom
GET /api/v1/requests
POST /api/v1/requests/{number}/decision
GET /metrics
"""
WHO_MAY_SEE_THE_REPOSITORY = """
GET /r/{owner}/{name}/branch
GET /r/{owner}/{name}/branch.json
GET /r/{owner}/{name}/branch/{head}
GET /r/{owner}/{name}/{kind}/{ref}
GET /r/{owner}/{name}/{kind}/{ref}/{head}
GET /r/{owner}/{name}/branch/{head}/explain
GET /r/{owner}/{name}/branch/{head}/explain.json
GET /r/{owner}/{name}/{kind}/{ref}/{head}/explain
GET /r/{owner}/{name}/{kind}/{ref}/{head}/explain.json
"""
WHERE_REPOSITORIES_GOVERN_THEMSELVES = """
GET /agreements/repositories/{owner}/{repo}
GET /agreements/repositories/{owner}/{repo}/documents/{name:path}
POST /agreements/repositories/{owner}/{repo}/documents/{name:path}
GET /agreements/repositories/{owner}/{repo}/receipts/{id_}
GET /agreements/repositories/{owner}/{repo}/receipts/{id_}/{file}
POST /agreements/repositories/{owner}/{repo}/receipts/{id_}/revoke
"""
WHO_DECIDES_OR_ASKED = """
GET /requests
GET /requests/{number}
POST /requests/{number}/decision
POST /r/{owner}/{name}/pull/{number}/requests
POST /r/{owner}/{name}/pull/{number}/overrides
"""
WHO_SETS_UP = """
GET /setup
POST /setup
POST /setup/app
GET /setup/created
GET /setup/next
POST /setup/store
POST /setup/credentials
GET /setup/policy.yaml
GET /setup/ruleset-{enforcement}.json
"""


def listed(*texts: str) -> set[str]:
    return {line for text in texts for line in text.split("\n") if line}


def routes(found: Iterable[Any]) -> Iterator[str]:
    """`METHOD /path` of each route, those of included routers too."""
    for route in found:
        inner = getattr(route, "original_router", None) or getattr(route, "app", None)
        if hasattr(route, "path") and hasattr(route, "methods"):
            yield from (f"{method} {route.path}" for method in route.methods or ["ANY"] if method != "HEAD")
        elif inner is not None and hasattr(inner, "routes"):
            yield from routes(inner.routes)
        else:
            yield f"{type(route).__name__} that nobody knows"


def service(folder: Path, **settings: Any) -> Service:
    """With all that can be turned on."""
    given: dict[str, Any] = {
        "app_id": 1, "webhook_secret": "s" * 16, "private_key": pem(), "api_token": TOKEN,
        "database": f"sqlite+aiosqlite:///{folder / 'gate.db'}", "public_url": "https://gate.example",
        "client_id": "Iv1.0123456789abcdef", "client_secret": "a-client-secret-of-tests",
        "policy": "example/policy@main", **settings,
    }  # fmt: skip
    return Service(ServiceSettings(**given), fact_settings({}))


def begun(folder: Path) -> Any:
    """The pages of set-up, while there is no App."""
    flow = Setup(Place.of("github.example"), folder, SETUP_TOKEN)
    renderer = Renderer("", None)
    return setup.application((setup.router(flow, renderer, None), renderer.assets()))


class Caller:
    """Somebody who calls the service, or the pages of set-up."""

    def __init__(self, running: Service, folder: Path) -> None:
        self._runner = asyncio.Runner()
        self._service = running
        self.apps = {"service": running.application(), "setup": begun(folder)}
        self._runner.run(self._begin())

    async def _begin(self) -> None:
        await self._service.database.migrate()
        vault = RepositoryRow(5, 11, "example/vault", visibility="private", default_branch="main")
        await self._service.repositories.seen([vault])

    def tells(
        self,
        story: Callable[[httpx.AsyncClient], Awaitable[None]],
        app: str = "service",
        base: str = "https://gate.example",
    ) -> None:
        async def tell() -> None:
            transport = httpx.ASGITransport(self.apps[app])
            async with httpx.AsyncClient(transport=transport, base_url=base) as client:
                await story(client)

        self._runner.run(tell())

    def close(self) -> None:
        self._runner.run(self._service.github.close())
        self._runner.run(self._service.database.close())
        self._runner.close()


@pytest.fixture(scope="module")
def caller(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Caller]:
    folder = tmp_path_factory.mktemp("routes")
    caller = Caller(service(folder), folder)
    yield caller
    caller.close()


def filled(route: str) -> tuple[str, str]:
    """Method and path, with values that a real one could have."""
    method, _, path = route.partition(" ")
    values = {
        "owner": "example",
        "name": "vault",
        "repo": "vault",
        "kind": "pull",
        "ref": "1",
        "head": "a" * 40,
        "digest": "0" * 16,
        "number": "1",
        "id_": "0" * 36,
        "file": "receipt.json",
    }
    return method, path.replace(":path}", "}").format(**values, enforcement="active")


def test_every_route_is_in_the_table(caller: Caller) -> None:
    found = {route for app in caller.apps.values() for route in routes(app.routes)}
    people = (ANYBODY, WHO_SIGNED_IN, WHO_MAY_SEE_THE_REPOSITORY, WHO_DECIDES_OR_ASKED)
    assert found == listed(*people, WHO_HAS_THE_TOKEN, WHO_SETS_UP)


@pytest.mark.parametrize("route", sorted(listed(WHO_HAS_THE_TOKEN)))
def test_no_route_of_the_api_answers_without_its_token(caller: Caller, route: str) -> None:
    wrong = ["", "Bearer", "Bearer ", f"Basic {TOKEN}", f"Bearer {TOKEN}x", f"Bearer {TOKEN[:-1]}", TOKEN, "Bearer é"]

    async def story(client: httpx.AsyncClient) -> None:
        method, path = filled(route)
        for header in (None, *wrong):
            sent = {} if header is None else {b"Authorization": header.encode()}
            answer = await client.request(method, path, params={"token": TOKEN}, headers=sent)
            assert (answer.status_code, answer.json()["status"]) == (401, "refused")
            assert answer.headers["www-authenticate"] == "Bearer"
            assert "vault" not in answer.text
        right = await client.request(method, path, headers={"Authorization": f"Bearer {TOKEN}"})
        assert right.status_code in (200, 400, 404)

    caller.tells(story)


def test_without_a_token_in_the_settings_there_is_no_api(tmp_path: Path) -> None:
    found = set(routes(service(tmp_path, api_token=None).application().routes))
    assert not [route for route in found if "/api/" in route]
    assert not found & listed(WHO_HAS_THE_TOKEN)


def test_without_pages_in_the_settings_there_are_none(tmp_path: Path) -> None:
    nothing = {"public_url": None, "client_id": None, "client_secret": None, "api_token": None}
    found = set(routes(service(tmp_path, **nothing).application().routes))
    assert found == {"POST /webhook", "GET /healthz", "GET /readyz"}


def test_with_two_listeners_the_webhook_is_alone_on_the_outer_one(tmp_path: Path) -> None:
    running = service(tmp_path)
    outer = set(routes(running.webhook_alone(nullcontext).routes))
    assert outer == {"POST /webhook", "GET /healthz"}
    inner = set(routes(running.all_the_rest().routes))
    tables = (ANYBODY, WHO_SIGNED_IN, WHO_HAS_THE_TOKEN, WHO_MAY_SEE_THE_REPOSITORY, WHO_DECIDES_OR_ASKED)
    assert inner == listed(*tables) - {"POST /webhook"}
    assert set(routes(running.of_workers().routes)) == {"GET /healthz", "GET /readyz", "GET /metrics"}


@pytest.mark.parametrize("route", sorted(listed(WHO_MAY_SEE_THE_REPOSITORY)))
@pytest.mark.parametrize("cookie", ["", "ospo-gate-session=x", "__Host-ospo-gate-session=gAAAAA"])
def test_a_private_repository_looks_like_none(caller: Caller, route: str, cookie: str) -> None:
    async def story(client: httpx.AsyncClient) -> None:
        method, path = filled(route)
        for accept in ("text/html", "application/json"):
            headers = {"Accept": accept, "Cookie": cookie}
            hidden = await client.request(method, path, headers=headers)
            missing = await client.request(method, path.replace("vault", "viult"), headers=headers)
            assert (hidden.status_code, missing.status_code) == (404, 404)
            assert hidden.text.replace("vault", "viult") == missing.text
            assert hidden.headers.items() == missing.headers.items()

    caller.tells(story)


def test_where_repositories_govern_themselves_each_has_its_page_for_who_is_signed_in(tmp_path: Path) -> None:
    alone = service(tmp_path, policy=None)
    further = set(routes(alone.application().routes))
    assert listed(WHERE_REPOSITORIES_GOVERN_THEMSELVES) <= further
    without = service(tmp_path, policy=None, client_id=None, client_secret=None)
    assert not listed(WHERE_REPOSITORIES_GOVERN_THEMSELVES) & set(routes(without.application().routes))
    caller = Caller(alone, tmp_path)

    async def story(client: httpx.AsyncClient) -> None:
        for route in sorted(listed(WHERE_REPOSITORIES_GOVERN_THEMSELVES)):
            method, path = filled(route)
            sent: dict[str, Any] = {"data": {"csrf": "", "form": "x" * 32, "read": "on"}} if method == "POST" else {}
            hidden = await client.request(method, path, **sent)
            missing = await client.request(method, path.replace("vault", "viult"), **sent)
            assert (hidden.status_code, missing.status_code) == (403, 403)
            assert hidden.text.replace("vault", "viult") == missing.text
        asked = await client.get("/agreements", params={"repository": "example/vault"})
        assert asked.headers["location"] == "/agreements/repositories/example/vault"
        for hostile in ("//evil.example", "..", "https://evil.example", "a b\r\nx: y", "<script>"):
            answer = await client.get("/agreements", params={"repository": hostile})
            assert answer.headers["location"].startswith("/agreements/repositories/")
            assert "<script>" not in (await client.get(answer.headers["location"])).text

    try:
        caller.tells(story)
    finally:
        caller.close()


@pytest.mark.parametrize("route", sorted(listed(WHO_SETS_UP)))
def test_no_step_of_the_set_up_goes_without_its_token(caller: Caller, route: str) -> None:
    async def story(client: httpx.AsyncClient) -> None:
        method, path = filled(route)
        sent: dict[str, Any] = {"headers": {"Cookie": "ospo-gate-setup=x; __Host-ospo-gate-setup=x"}}
        if method == "POST":
            sent["data"] = {"token": "wrong", "csrf": "x", "form": "environment"}
        answer = await client.request(method, path, **sent)
        refused = {"/setup": 200 if method == "GET" else 403, "/setup/created": 400}
        assert answer.status_code == refused.get(path, 403 if method == "POST" else 404)
        assert "ospo-gate-setup" not in answer.headers.get("set-cookie", "")
        for secret in (SETUP_TOKEN, "private", "BEGIN"):
            assert secret not in answer.text

    caller.tells(story, "setup")


def test_behind_a_proxy_that_speaks_https_the_set_up_is_for_https_too(caller: Caller) -> None:
    """The service itself hears plain HTTP: the browser says what it sees."""

    async def story(client: httpx.AsyncClient) -> None:
        for origin, name, secure in (
            ("https://gate.example", "__Host-ospo-gate-setup", True),
            ("http://gate.example", "ospo-gate-setup", False),
            ("https://evil.example", "ospo-gate-setup", False),
        ):
            answer = await client.post("/setup", data={"token": SETUP_TOKEN}, headers={"Origin": origin})
            cookie = answer.headers["set-cookie"]
            assert cookie.startswith(f"{name}=")
            assert ("; Secure" in cookie, "; HttpOnly" in cookie, "; SameSite=lax" in cookie) == (secure, True, True)
            client.cookies.clear()
            value = cookie.partition(";")[0]
            assert "public_url" in (await client.get("/setup", headers={"Cookie": value})).text

    caller.tells(story, "setup", "http://gate.example")


@pytest.mark.parametrize("route", sorted(listed(WHO_SIGNED_IN)))
def test_nobody_signs_or_sees_signatures_who_is_not_signed_in(caller: Caller, route: str) -> None:
    async def story(client: httpx.AsyncClient) -> None:
        method, path = filled(route)
        sent: dict[str, Any] = {"data": {"csrf": "", "form": "x" * 32, "read": "on"}} if method == "POST" else {}
        answer = await client.request(method, path, **sent)
        assert answer.status_code in (403, 404)
        assert not answer.cookies

    caller.tells(story)


HOSTILE = (
    "%00", "%FF", "%ED%A0%80", "%F0%9F%A6%80", "' OR 1=1 --", '"; DROP TABLE use; --', "%25_%25", "[", "{}", "-1",
    "9" * 30, "x" * 3000, "..%2F..%2Fetc%2Fpasswd", "%0d%0aSet-Cookie:%20a=b", "<script>alert(1)</script>", "é",
    "pkg:npm/%2500", "pkg:npm/a@%FF", "eyJhIjogMX0=", "1e9", "${jndi:ldap://x}", "{{7*7}}",
)  # fmt: skip
PARAMETERS = (
    "package", "scope", "version_range", "license", "advisory", "limit", "cursor", "repositories", "name", "version",
    "format", "spec_version", "company", "to", "state", "code", "error",
)  # fmt: skip


@pytest.mark.parametrize(
    "route",
    sorted(
        route
        for route in listed(ANYBODY, WHO_SIGNED_IN, WHO_HAS_THE_TOKEN, WHO_MAY_SEE_THE_REPOSITORY)
        if "GET" in route
    ),
)
def test_no_parameter_breaks_a_route_or_its_answer(caller: Caller, route: str) -> None:
    """Neither SQL nor HTML, headers or templates come of it."""

    async def story(client: httpx.AsyncClient) -> None:
        _, path = filled(route)
        headers = {"Authorization": f"Bearer {TOKEN}"}
        given = [[f"{name}={quote(text, safe='%')}" for name in PARAMETERS] for text in HOSTILE]
        queries = ["&".join(together) for together in given]
        if "/api/" in path:
            alone = [query for together in given for query in together]
            queries += [*alone, *(f"package=pkg:npm/a&{query}" for query in alone)]
        for query in queries:
            answer = await client.get(f"{path}?{query}", headers=headers)
            assert answer.status_code < 500 or path == "/readyz", query
            is_json = answer.headers.get("content-type") == "application/json"
            assert is_json or "<script>" not in answer.text
            assert not {"a", "x"} & set(client.cookies)
            where = answer.headers.get("location", "/")
            assert where.startswith(("/", "https://github.com/login/oauth/authorize?"))
            assert not where.startswith("//")

    caller.tells(story)


@pytest.mark.parametrize(
    "path",
    [
        "/static/{name}", "/static/0000000000000000/..%2f..%2fverdict.py", "/static/..%2f..%2f/pages.css",
        "/r/../../etc/passwd", "/r/example/..%2f..%2fvault/pull/1", "/r/example/%2e%2e/pull/1", "/r//vault/pull/1",
        "/r/example/vault/pull/1%2f..%2f2", "/r/example/vault/pull/%00", "/r/example/vault/pull/1.json.json",
        "/r/example/vault/pull/-1", "/r/example/vault/pull/1/..", "/r/example/vault/task/again",
        "/r/example/vault/comment/1", "/r/example/vault/group/%0a", "/.env", "/%2e%2e/gate.db", "/gate.db",
    ],
)  # fmt: skip
def test_no_path_leads_out_of_what_there_is(caller: Caller, path: str) -> None:
    async def story(client: httpx.AsyncClient) -> None:
        answer = await client.get(path)
        assert answer.status_code == 404
        assert "location" not in answer.headers

    caller.tells(story)


@pytest.mark.parametrize("host", ["evil.example", "gate.example.evil.example", "gate.example:1", "a b"])
def test_nobody_is_led_to_the_host_that_a_request_names(caller: Caller, host: str) -> None:
    """A cache before us would lead others there."""

    async def story(client: httpx.AsyncClient) -> None:
        for path in ("/healthz/", "/account/", "/signin", "/signin/callback", "/r/example/vault/branch/", "/webhook/"):
            for name in ("Host", "X-Forwarded-Host", "Forwarded"):
                answer = await client.get(path, headers={name: f"host={host}" if name == "Forwarded" else host})
                location = answer.headers.get("location", "")
                assert "evil" not in location + answer.text
                assert "redirect_uri=https%3A%2F%2Fgate.example%2F" in location or not location

    caller.tells(story)


def test_methods_that_no_route_has_are_refused(caller: Caller) -> None:
    async def story(client: httpx.AsyncClient) -> None:
        for path in ("/webhook", "/healthz", "/account", "/api/v1/ask", "/signout", "/r/example/vault/pull/1"):
            for method in ("TRACE", "OPTIONS", "PUT", "DELETE", "PATCH", "CONNECT", "PROPFIND"):
                answer = await client.request(method, path, headers={"Origin": "https://evil.example", "Cookie": "a=b"})
                assert answer.status_code in (404, 405)
                assert "access-control-allow-origin" not in answer.headers
                assert "a=b" not in answer.text

    caller.tells(story)


def test_pages_tell_the_browser_what_they_may_do(caller: Caller) -> None:
    """No script, no frame, nothing from elsewhere; over HTTPS for ever."""
    policy = HEADERS["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert not {"script-src", "unsafe", "*", "http:", "data:"} & set(policy.replace("'", " ").split())

    async def story(client: httpx.AsyncClient) -> None:
        for path in ("/account", "/r/example/vault/pull/1", "/signin/callback"):
            answer = await client.get(path)
            assert {name: answer.headers[name] for name in HEADERS} == dict(HEADERS)
            assert answer.headers["strict-transport-security"].startswith("max-age=")

    caller.tells(story)


def test_health_tells_nothing_about_anybody(caller: Caller) -> None:
    async def story(client: httpx.AsyncClient) -> None:
        alive, ready = [(await client.get(path)).json() for path in ("/healthz", "/readyz")]
        assert alive.keys() <= {"status", "version"}
        assert all(isinstance(value, int) for name, value in ready.items() if name != "status")

    caller.tells(story)
