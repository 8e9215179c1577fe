"""Where we send what we know: servers that the settings name, and nobody whom they or a change point to."""

import asyncio
import gzip
from typing import Any

import httpx
import pytest
from fastapi import FastAPI, Request, Response
from fastapi.responses import RedirectResponse

from app.address import Address
from app.dependency_track import DependencyTrack, DependencyTrackError
from app.service_settings import ServiceSettings
from tests.pages.served import Served
from tests.security.test_reach import Listener

KEY = "odt_canary_of_an_api_key"


@pytest.mark.parametrize(
    "address",
    [
        "http://track.example", "http://169.254.169.254/latest/meta-data", "http://10.0.0.1", "file:///etc/passwd",
        "http://[::ffff:a9fe:a9fe]", "ftp://track.example", "https://user:password@track.example", "https://",
        "//track.example", "https://track.example/../x?a=b", "https://track.example\r\nX: y",
        "gopher://track.example", "javascript:x",
    ],
)  # fmt: skip
def test_an_address_without_encryption_or_with_a_trick_stops_the_start(address: str) -> None:
    basic: dict[str, Any] = {"app_id": 1, "webhook_secret": "s" * 16, "private_key": "x"}
    both: dict[str, Any] = {"client_id": "Iv1.x", "client_secret": "x", "public_url": "https://gate.example"}
    track: dict[str, Any] = {"dependency_track_api_key": KEY}
    for name, more in (("dependency_track_url", track), ("github_api_url", {}), ("github_url", both)):
        given: dict[str, Any] = {**basic, **more, name: address}
        settings = ServiceSettings(**given)
        assert name in [fault.key for fault in settings.faults()], name
        assert "password" not in repr([str(fault) for fault in settings.faults()]).replace("user or password", "")


def server(answer: Response) -> Served:
    app = FastAPI()

    @app.api_route("/{path:path}", methods=["GET", "POST"])
    async def anything(request: Request, path: str) -> Response:
        await request.body()
        return answer

    return Served().start(app)


def asked(place: str) -> str:
    """Why an upload to this place failed."""
    track = DependencyTrack(Address.parse(place), KEY, httpx.AsyncHTTPTransport)
    with pytest.raises(DependencyTrackError) as caught:
        asyncio.run(track.upload("example/web", "main", b"{}"))
    return str(caught.value)


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_key_follows_no_redirect(status: int) -> None:
    listener = Listener()
    with server(RedirectResponse(f"http://{listener.place}/", status)) as served:
        assert str(status) in asked(served.url)
    assert listener.heard == []
    listener.close()


def test_an_answer_is_read_no_further_than_answers_are(capsys: pytest.CaptureFixture[str]) -> None:
    """Packed it has 60 kB, unpacked 60 MB."""
    bomb = gzip.compress(b"0" * 60_000_000)
    assert len(bomb) < 100_000
    with server(Response(bomb, headers={"Content-Encoding": "gzip"})) as served:
        assert asked(served.url) == "Dependency-Track's answer is too long"


@pytest.mark.parametrize(
    "token", ["..", "../../x", "a/b", "a\\b", "%2e%2e", "a\r\nb", "é", "x" * 200, 5, None, {"a": 1}]
)
def test_what_a_server_says_leads_to_no_other_path(token: object) -> None:
    """The token of an upload becomes a part of the next address."""

    def seen(answer: dict[str, object]) -> list[str]:
        paths: list[str] = []

        def handle(request: httpx.Request) -> httpx.Response:
            paths.append(request.url.raw_path.decode())
            return httpx.Response(200, json=answer)

        async def story() -> None:
            track = DependencyTrack(
                Address.parse("https://track.example/api"), KEY, lambda: httpx.MockTransport(handle)
            )
            try:
                await track.processing(await track.upload("example/web", "main", b"{}"))
            except DependencyTrackError:
                return

        asyncio.run(story())
        return paths

    assert [path for path in seen({"token": token}) if not path.startswith("/api/api/v1/bom")] == []
    assert seen({"token": "5ab8"})[1:] == ["/api/api/v1/event/token/5ab8"]


def test_no_name_in_a_request_leads_elsewhere() -> None:
    urls: list[httpx.URL] = []

    def handle(request: httpx.Request) -> httpx.Response:
        urls.append(request.url)
        return httpx.Response(200, json={})

    track = DependencyTrack(Address.parse("https://track.example"), KEY, lambda: httpx.MockTransport(handle))
    asyncio.run(track.imported("../../x?y=z#@evil.example/", "&name=other\r\nX: y"))
    (url,) = urls
    assert (url.host, url.path) == ("track.example", "/api/v1/project/lookup")
    assert dict(url.params) == {"name": "../../x?y=z#@evil.example/", "version": "&name=other\r\nX: y"}
