"""What is asked for again with its ETag: what did not change costs nothing, and the memory for it has an end."""

import httpx

from app.github.client import MEMBERS, Installation
from app.github.etags import ETags, Kept
from tests.github.hub import Hub


class Versions:
    """Answers with the current version of everything."""

    def __init__(self) -> None:
        self.version = 1
        self.costs: list[int] = []

    def __call__(self, request: httpx.Request) -> httpx.Response | None:
        if request.method != "GET":
            return None
        etag = f'W/"{self.version}"'
        same = request.headers.get("if-none-match") == etag
        self.costs.append(0 if same else 1)
        if same:
            return httpx.Response(304, headers={"etag": etag})
        return httpx.Response(200, json={"version": self.version}, headers={"etag": etag, "link": "<x>; rel=next"})


def test_what_did_not_change_costs_nothing_and_reads_the_same() -> None:
    versions = Versions()

    async def story(client: Installation) -> list[object]:
        found: list[object] = []
        for step in range(6):
            versions.version += step == 3
            answer = await client.request("GET", "/repos/example/web/contents/policy.yaml", params={"ref": "main"})
            found.append((answer.status_code, answer.json()["version"], answer.links["next"]["url"]))
        return found

    found = Hub(versions).told(story)
    assert found == [(200, 1, "x")] * 3 + [(200, 2, "x")] * 3
    assert versions.costs == [1, 0, 0, 1, 0, 0]


def test_another_scope_another_media_type_and_another_page_are_other_answers() -> None:
    versions = Versions()

    async def story(client: Installation) -> None:
        for _ in range(2):
            await client.request("GET", "/x")
            await client.request("GET", "/x", params={"page": 2})
            await client.request("GET", "/x", accept="application/vnd.github.sha")
            await client.with_permissions(MEMBERS).request("GET", "/x")

    Hub(versions).told(story)
    assert versions.costs == [1] * 4 + [0] * 4


def test_blobs_are_not_kept() -> None:
    versions = Versions()

    async def story(client: Installation) -> None:
        for _ in range(2):
            await client.request("GET", "/repos/example/web/git/blobs/1234")

    Hub(versions).told(story)
    assert versions.costs == [1, 1]


def test_the_memory_has_an_end_and_the_oldest_goes_first() -> None:
    etags = ETags(total=10_000, single=6_000)
    for name in "abc":
        etags.put(7, name, Kept('"1"', (), b"x" * 3_000))
        etags.get(7, "a")
    assert [name for name in "abc" if etags.get(7, name)] == ["a", "c"]
    etags.put(7, "too large", Kept('"1"', (), b"x" * 6_001))
    assert etags.get(7, "too large") is None
    etags.put(7, "a", Kept('"2"', (), b""))
    assert etags.size == 4_000 + 1_000
    etags.forget({7})
    assert etags.size == 0
