"""The API that serves SBOMs of what is stored: every format, the same bytes each time, and a sentence where none is."""

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
from app.subject import pull_key
from app.web.sboms import router
from checks.sboms.formats import VERSIONS
from tests.store.bills import inventory

TOKEN = "a-token-that-only-the-tests-know"
HEAD = "a" * 40


@pytest.fixture
def url(tmp_path: Path) -> str:
    """A database in which one repository of two was read, with a pull request."""
    url = f"sqlite+aiosqlite:///{tmp_path / 'gate.db'}"

    async def filled() -> None:
        database = Database(url)
        await database.migrate()
        rows = [
            RepositoryRow(1, 11, "Example/Web", default_branch="main"),
            RepositoryRow(2, 11, "example/new"),
            RepositoryRow(3, 11, "example/empty"),
        ]
        await RepositoryStore(database).seen(rows)
        store = UseStore(database)
        await store.store(3, "", 1.0, [])
        lock = inventory({"x@1": ["y@2"]})
        await store.store(1, HEAD, 1_790_000_000.0, [lock, inventory({"z@1": []}, path="api/package-lock.json")])
        documents = DocumentStore(database)
        await documents.keep_pull(pull_key(1, 5), 1, "b" * 40, 2.0, [inventory({"x@2": []})], ["api/package-lock.json"])
        await database.close()

    asyncio.run(filled())
    return url


def get(url: str, path: str, token: str = TOKEN, **headers: str) -> httpx.Response:
    async def asked() -> httpx.Response:
        database = Database(url)
        app = FastAPI()
        sboms = StoredSboms(DocumentStore(database), "https://github.example")
        app.include_router(router(Callers.of(token), RepositoryStore(database), sboms))
        try:
            async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://gate.example") as client:
                return await client.get(
                    f"/api/v1/repositories/{path}", headers={"Authorization": f"Bearer {TOKEN}", **headers}
                )
        finally:
            await database.close()

    return asyncio.run(asked())


def test_a_default_branch(url: str) -> None:
    answer = get(url, "example/web/sbom")
    document = answer.json()
    assert [one["purl"] for one in document["components"]] == ["pkg:npm/x@1", "pkg:npm/y@2", "pkg:npm/z@1"]
    subject = document["metadata"]["component"]
    name = f"{subject['group']}/{subject['name']}"
    assert (name, subject["version"], document["metadata"]["timestamp"]) == (
        "Example/Web",
        HEAD,
        "2026-09-21T14:13:20Z",
    )
    assert answer.headers["content-type"] == "application/vnd.cyclonedx+json; version=1.6"


@pytest.mark.parametrize("format_", VERSIONS)
def test_every_format_says_the_same_each_time(url: str, format_: str) -> None:
    first, second = (get(url, f"example/web/sbom?format={format_}") for _ in range(2))
    assert (first.status_code, first.content, first.headers["etag"]) == (200, second.content, second.headers["etag"])
    assert b"pkg:npm/y@2" in first.content
    same = get(url, f"example/web/sbom?format={format_}", **{"If-None-Match": first.headers["etag"]})
    assert (same.status_code, same.content) == (304, b"")


def test_formats_and_versions_are_other_documents(url: str) -> None:
    paths = ["", "?spec_version=1.7", "?format=cyclonedx-xml", "?format=spdx-json", "?format=spdx3-json"]
    assert len({get(url, f"example/web/sbom{path}").headers["etag"] for path in paths}) == len(paths)


def test_a_pull_request(url: str) -> None:
    document = get(url, "example/web/pull/5/sbom").json()
    assert [one["purl"] for one in document["components"]] == ["pkg:npm/x@2"]
    assert document["metadata"]["component"]["version"] == "b" * 40


@pytest.mark.parametrize("ref", ["HEAD", "main", "refs/heads/main", HEAD])
def test_a_head_has_several_names(url: str, ref: str) -> None:
    assert get(url, f"example/web/sbom?ref={ref}").status_code == 200


@pytest.mark.parametrize(
    ("path", "status", "reason"),
    [
        ("example/other/sbom", 404, "no such repository is known"),
        ("example/new/sbom", 404, "the default branch of example/new was not read yet"),
        ("example/web/sbom?ref=v1", 404, f"of Example/Web only the head of the default branch is stored: {HEAD}"),
        ("example/web/pull/6/sbom", 404, "of Example/Web#6 nothing is stored: it was not judged yet, or before the "
         "default branch was read, or it goes into another branch than the default one"),
        ("example/web/pull/9999999999999/sbom", 404, "that is not the number of a pull request"),
        ("example/web/pull/²/sbom", 404, "that is not the number of a pull request"),
        ("example/web/sbom?format=pdf", 400, "format: expected " + ", ".join(VERSIONS)),
        ("example/web/sbom?spec_version=9", 400, "spec_version: of cyclonedx-json there are 1.5, 1.6, 1.7"),
        ("example/web/sbom?rev=1", 400, "there are only the parameters ref, format, spec_version"),
    ],
)  # fmt: skip
def test_a_refusal_says_why(url: str, path: str, status: int, reason: str) -> None:
    answer = get(url, path)
    assert (answer.status_code, answer.json()) == (status, {"status": "refused", "reason": reason})


def test_nobody_without_the_token(url: str) -> None:
    assert get(url, "example/web/sbom", token="another-token-of-somebody").status_code == 401


def test_what_is_empty_has_a_document_all_the_same(url: str) -> None:
    document = json.loads(get(url, "example/empty/sbom").content)
    assert document["components"] == []
