"""The API behind `ospo-gate where`: with the token alone, in pages, and every refusal says why."""

import asyncio
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from app.api_tokens import Callers
from app.store.database import Database
from app.store.repositories import RepositoryRow, RepositoryStore
from app.store.uses import UseStore
from app.store.where import WhereStore
from app.web.where import router
from checks.policy.owners import Owners
from checks.policy.values import Account
from tests.store.bills import inventory

TOKEN = "a-token-that-only-the-tests-know"
BEARER = f"Bearer {TOKEN}"


@pytest.fixture
def url(tmp_path: Path) -> str:
    """A database in which one repository of two was read."""
    url = f"sqlite+aiosqlite:///{tmp_path / 'gate.db'}"

    async def filled() -> None:
        database = Database(url)
        await database.migrate()
        rows = [RepositoryRow(1, 11, "Example/Web", archived=False), RepositoryRow(2, 11, "example/new")]
        await RepositoryStore(database).seen(rows)
        store = UseStore(database)
        graph = {"x@1.0.0": ["lodash@4.17.20"], "y@1.0.0": ["lodash@4.17.20"]}
        await store.store(1, "a", 1_790_000_000.0, [inventory(graph, licenses={"lodash@4.17.20": "MIT"})])
        await store.store(1, "b", 1_790_086_400.0, [inventory({**graph, "z@1.0.0": []})])
        await database.close()

    asyncio.run(filled())
    return url


def get(url: str, path: str, authorization: str | None = BEARER) -> httpx.Response:
    async def owners() -> Owners:
        return Owners(default=(Account("@example/ospo"),))

    async def asked() -> httpx.Response:
        database = Database(url)
        app = FastAPI()
        app.include_router(router(Callers.of(TOKEN), WhereStore(database), RepositoryStore(database), owners))
        try:
            async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://gate.example") as client:
                return await client.get(path, headers={"Authorization": authorization} if authorization else {})
        finally:
            await database.close()

    return asyncio.run(asked())


def test_who_uses_it(url: str) -> None:
    answer = get(url, "/api/v1/where?package=npm:lodash&version_range=%3C4.17.21")
    assert answer.status_code == 200
    document = answer.json()
    assert document.pop("places") == [
        {
            "repository": "Example/Web",
            "repository_id": 1,
            "visibility": None,
            "archived": False,
            "manifest": "web/package-lock.json",
            "package": "pkg:npm/lodash",
            "name": "lodash",
            "version": "4.17.20",
            "license": "MIT",
            "scope": "runtime",
            "direct": False,
            "via": "pkg:npm/x",
            "since": "2026-09-21T14:13:20Z",
            "or_earlier": True,
            "until": None,
            "owners": ["@example/ospo"],
            "owners_by": "default",
        }
    ]
    assert document == {
        "question": {"package": "pkg:npm/lodash", "versions": "<4.17.21"},
        "standing": "used",
        "summary": "pkg:npm/lodash (<4.17.21) is used 1 time in 1 repository.",
        "uses": 1,
        "repositories": 1,
        "undecided": 0,
        "until": None,
        "next": None,
        "coverage": {
            "repositories": 2,
            "read": 1,
            "unread_manifests": 0,
            "summary": "Only 1 of 2 repositories were read so far (50%), so there may be more.",
        },
    }


@pytest.mark.parametrize("license_", ["MIT", "mit", "MIT%20License", "The%20MIT%20License"])
def test_a_license_however_people_write_it(url: str, license_: str) -> None:
    assert get(url, f"/api/v1/where?license={license_}").json()["uses"] == 1


def test_pages_follow_each_other(url: str) -> None:
    names, cursor = [], ""
    for _ in range(4):
        document: dict[str, Any] = get(url, f"/api/v1/repositories/example/web/components?limit=1{cursor}").json()
        names += [component["name"] for component in document["components"]]
        cursor = f"&cursor={document['next']}"
    assert (sorted(names), document["next"]) == (["lodash", "x", "y", "z"], None)
    assert (document["repository"], document["gone"]) == ("Example/Web", False)


def test_the_history_of_a_package_with_all_ways_to_it(url: str) -> None:
    document = get(url, "/api/v1/repositories/EXAMPLE/WEB/history?package=lodash").json()
    assert [place["since"] for place in document["places"]] == ["2026-09-21T14:13:20Z"]
    (way,) = document["ways"]
    assert [entry["package"] for entry in way["direct"]] == ["pkg:npm/x", "pkg:npm/y"]


@pytest.mark.parametrize("authorization", [None, "Bearer", "Bearer wrong", TOKEN])
@pytest.mark.parametrize(
    "path",
    ["/api/v1/where?package=npm:lodash", "/api/v1/repositories/example/web/components",
     "/api/v1/repositories/example/web/history?package=x"],
)  # fmt: skip
def test_nobody_is_answered_without_the_token(url: str, path: str, authorization: str | None) -> None:
    answer = get(url, path, authorization)
    assert (answer.status_code, answer.headers["www-authenticate"]) == (401, "Bearer")


@pytest.mark.parametrize(
    ("path", "status", "said"),
    [
        ("/api/v1/where", 400, "ask for one thing"),
        ("/api/v1/where?package=a&license=b", 400, "ask for one thing"),
        ("/api/v1/where?license=MIT&version_range=1", 400, "belongs to a package"),
        ("/api/v1/where?package=npm:a&version_range=nonsense!", 400, "--version-range"),
        ("/api/v1/where?package=npm:a@1&version_range=1", 400, "has a version already"),
        ("/api/v1/where?package=pkg:npm", 400, "not a package URL"),
        ("/api/v1/where?package=%00", 400, "cannot be asked for"),
        ("/api/v1/where?license=" + "x" * 300, 400, "too long"),
        ("/api/v1/where?license=MIT%20OR%20ISC", 400, "not for an expression"),
        ("/api/v1/where?package=a&limit=0", 400, "limit: expected"),
        ("/api/v1/where?package=a&limit=1001", 400, "limit: expected"),
        ("/api/v1/where?package=a&limit=" + "9" * 5000, 400, "limit: expected"),
        ("/api/v1/where?package=a&limit=%C2%B2", 400, "limit: expected"),
        ("/api/v1/where?package=a&cursor=1", 400, "cursor"),
        ("/api/v1/where?package=a&order=name", 400, "only the parameters"),
        ("/api/v1/repositories/example/none/components", 404, "no such repository"),
        ("/api/v1/repositories/example/none/history?package=a", 404, "no such repository"),
        ("/api/v1/repositories/example/%00/components", 404, "no such repository"),
        ("/api/v1/repositories/example/web/history", 400, "ask for one thing"),
    ],
)
def test_what_cannot_be_answered_says_why(url: str, path: str, status: int, said: str) -> None:
    answer = get(url, path)
    assert (answer.status_code, said in answer.json()["reason"]) == (status, True), answer.text
