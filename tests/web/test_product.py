"""The API that writes SBOMs of what the service stores: of a repository, and of a product of several."""

import asyncio
import json
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI

from app.api_tokens import Callers
from app.store.database import Database
from app.store.documents import DocumentStore
from app.store.repositories import RepositoryRow, RepositoryStore
from app.store.uses import UseStore
from app.stored_sboms import StoredSboms
from app.web.product import router
from checks.sboms.describe import read
from checks.sboms.validity import validity
from tests.store.bills import inventory

TOKEN = "a-token-that-only-the-tests-know"
WEB, API = "a" * 40, "b" * 40


@pytest.fixture
def url(tmp_path: Path) -> str:
    """Two repositories that share a package, one of which a manifest cannot be read, and one that nobody read."""
    url = f"sqlite+aiosqlite:///{tmp_path / 'gate.db'}"

    async def filled() -> None:
        database = Database(url)
        await database.migrate()
        names = ("example/web", "example/api", "example/new")
        await RepositoryStore(database).seen([RepositoryRow(n, 11, name) for n, name in enumerate(names, 1)])
        store = UseStore(database)
        await store.store(1, WEB, 1_790_000_000.0, [inventory({"x@1.0.0": ["shared@2.0.0"]})])
        broken = inventory({}, path="uv.lock", problems=["unreadable"])
        await store.store(2, API, 1_790_000_500.0, [inventory({"shared@2.0.0": []}, path="package-lock.json"), broken])
        await database.close()

    asyncio.run(filled())
    return url


def get(url: str, query: str, token: str = TOKEN) -> httpx.Response:
    async def asked() -> httpx.Response:
        database = Database(url)
        app = FastAPI()
        sboms = StoredSboms(DocumentStore(database), "https://git.example")
        app.include_router(router(Callers.of(TOKEN), RepositoryStore(database), sboms))
        try:
            async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://gate.example") as client:
                return await client.get(f"/api/v1/sbom?{query}", headers={"Authorization": f"Bearer {token}"})
        finally:
            await database.close()

    return asyncio.run(asked())


def test_of_one_repository(url: str) -> None:
    answer = get(url, f"repositories=Example/Web@{WEB[:8]}")
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/vnd.cyclonedx+json; version=1.6")
    document = answer.json()
    assert document["metadata"]["component"]["bom-ref"] == f"example/web@{WEB}"
    assert document["metadata"]["timestamp"] == "2026-09-21T14:13:20Z"
    assert [item["purl"] for item in document["components"]] == ["pkg:npm/shared@2.0.0", "pkg:npm/x@1.0.0"]


def test_of_a_product_in_whatever_order(url: str) -> None:
    answer = get(url, "repositories=example/web,example/api&name=example/shop&version=7")
    assert answer.text == get(url, "repositories=example/api,example/web&name=example/shop&version=7").text
    document = answer.json()
    rows = {row["ref"]: row.get("dependsOn", []) for row in document["dependencies"]}
    assert rows["example/shop@7"] == [f"example/api@{API}", f"example/web@{WEB}"]
    assert rows[f"example/web@{WEB}"] == ["pkg:npm/x@1.0.0"]
    assert rows[f"example/api@{API}"] == ["pkg:npm/shared@2.0.0"]
    places = [item["evidence"]["occurrences"] for item in document["components"]]
    assert [at["location"] for at in places[0]] == [
        "example/api/package-lock.json", "example/web/web/package-lock.json",
    ]  # fmt: skip
    unread = [row["value"] for row in document["metadata"]["properties"] if row["name"] == "ospo:unread"]
    assert unread == [
        f"example/api@{API}: 1 manifest could not be read at this commit; what was known of an earlier one is listed."
    ]


@pytest.mark.parametrize("format_", ["cyclonedx-xml", "spdx-json", "spdx-tag-value", "spdx3-json"])
def test_in_every_format(url: str, format_: str) -> None:
    text = get(url, f"repositories=example/web,example/api&name=shop&format={format_}").text
    assert validity(text, read(text)).faults == ()


@pytest.mark.parametrize(
    ("query", "status", "says"),
    [
        ("", 400, "expected 1 to 200"),
        ("repositories=example/web,example/api", 400, "a product of several repositories needs one"),
        ("repositories=example/web&format=csv", 400, "format: expected cyclonedx-json"),
        ("repositories=example/web&spec_version=1.0", 400, "spec_version: of cyclonedx-json there are 1.5"),
        ("repositories=example/web&name=" + "a" * 201, 400, "at most 200 characters"),
        ("repositories=example/web&owner=me", 400, "only the parameters"),
        ("repositories=example/none", 404, "no such repository is known: example/none"),
        ("repositories=example/new", 404, "example/new was not read yet"),
        ("repositories=example/web@ffff", 404, f"which is {WEB}"),
    ],
)
def test_what_cannot_be_answered_says_why(url: str, query: str, status: int, says: str) -> None:
    answer = get(url, query)
    assert answer.status_code == status
    assert says in json.loads(answer.text)["reason"]


def test_only_with_the_token(url: str) -> None:
    assert get(url, "repositories=example/web", token="another").status_code == 401
