"""The API behind `ospo-gate policy preview`: with the token alone, one at a time, and every refusal says why."""

import asyncio
import json
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from app.api_tokens import Callers
from app.preview_request import read, to_json
from app.previewing import Previewing
from app.store.database import Database
from app.web import preview
from checks.model.errors import UsageError
from checks.policy.files import PolicyFiles, PolicyRef
from tests.preview.examples import organization
from tests.store.bills import inventory

TOKEN = "a-token-that-only-the-tests-know"
STRICT = {"main": "version: 1\nlicenses: {allow: [permissive]}\n"}
OPEN = {"main": "version: 1\nlicenses: {allow: [permissive, strong-copyleft]}\n"}


def post(folder: Path, body: object, token: str = TOKEN, times: int = 1) -> list[tuple[int, Any]]:
    """Status and document of so many requests at once; one repository has a GPL package."""

    async def asked() -> list[tuple[int, Any]]:
        database = Database(f"sqlite+aiosqlite:///{folder / 'gate.db'}")
        await database.migrate()
        await organization(database, {"example/web": [inventory({"a@1": []}, licenses={"a@1": "GPL-3.0-only"})]})
        app = FastAPI()
        app.include_router(preview.router(Callers.of(TOKEN), Previewing(database, None)))
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        headers = {"Authorization": f"Bearer {token}"}
        transport = httpx.ASGITransport(app)
        try:
            async with httpx.AsyncClient(transport=transport, base_url="http://gate.example") as client:
                calls = [client.post("/api/v1/policy/preview", content=content, headers=headers) for _ in range(times)]
                return [(answer.status_code, answer.json()) for answer in await asyncio.gather(*calls)]
        finally:
            await database.close()

    return asyncio.run(asked())


def test_two_policies_are_compared(tmp_path: Path) -> None:
    ((status, document),) = post(tmp_path, {"new": STRICT, "old": OPEN})
    assert (status, document["total"]["newly_blocked"]) == (200, 1)
    assert document["summary"] == "1 package would be newly blocked in 1 of 1 repository."
    assert document["pulls"]["summary"] == "No pull request that is open now is stored."


def test_the_old_policy_is_the_one_that_judges_now(tmp_path: Path) -> None:
    ((status, document),) = post(tmp_path, {"new": OPEN})
    assert (status, document["old"]["source"]) == (200, "built-in starter policy")


def test_a_day_shows_what_will_be_blocked_then(tmp_path: Path) -> None:
    deny = "version: 1\nlicenses: {allow: [strong-copyleft], deny: [{license: GPL-3.0-only, from: 2999-01-01}]}\n"
    body = {"new": {"main": deny}, "old": {"main": deny}}
    (_, now), (_, then) = (*post(tmp_path, body), *post(_folder(tmp_path), {**body, "at": "2999-01-01"}))
    assert (now["total"]["newly_blocked"], then["total"]["newly_blocked"], then["on"]) == (0, 1, "2999-01-01")
    assert then["summary"] == (
        "1 package would be newly blocked in 1 of 1 repository. The new policy is taken as it will be on 2999-01-01, "
        "and everything else as it is now."
    )
    assert [len(document["pulls"]["turns"]) for document in (now, then)] == [0, 0]


def _folder(parent: Path) -> Path:
    (parent / "then").mkdir()
    return parent / "then"


def test_what_is_no_question_is_refused_with_a_reason(tmp_path: Path) -> None:
    cases: list[tuple[object, str]] = [
        (b"{", "the request is not JSON"),
        ([], "expected an object with 'new'"),
        ({"new": {}}, "main: expected text"),
        ({"new": STRICT, "further": 1}, "expected an object with 'new'"),
        ({"new": {"main": "version: 1\nlicences: {}\n"}}, "policy.yaml:2:1"),
        ({"new": STRICT, "old": "abcdef0"}, "there is no policy abcdef0"),
        ({"new": STRICT, "since": "soon"}, "since: expected a time"),
        ({"new": STRICT, "at": "2027-02-30"}, "at: there is no such day"),
        ({"new": STRICT, "at": ["2027-01-01"]}, "at: expected a day"),
        ({"new": {**STRICT, "others": [["x"]]}}, "others: expected entries"),
    ]
    for body, reason in cases:
        ((status, document),) = post(tmp_path, body)
        assert status == 400
        assert reason in document["reason"]


def test_without_the_token_nothing_is_read(tmp_path: Path) -> None:
    assert post(tmp_path, {"new": STRICT}, token="another")[0][0] == 401


def test_one_preview_is_made_at_a_time(tmp_path: Path) -> None:
    answers = sorted(status for status, _ in post(tmp_path, {"new": STRICT, "old": OPEN}, times=3))
    assert answers == [200, 429, 429]


def test_a_request_that_is_too_large_is_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(preview, "MAX_BODY", 1_000)
    assert post(tmp_path, {"new": {"main": "x" * 2_000}})[0][0] == 413


def test_a_policy_of_many_files_is_sent_whole() -> None:
    other = PolicyRef("base.yaml", "example/base", "a" * 40)
    files = PolicyFiles(b"version: 1\n", "policy.yaml", others={other: b"x", PolicyRef("gone.yaml"): None},
                        decisions={"waivers/W-1.yaml": "é".encode()})  # fmt: skip
    again = read(json.loads(json.dumps(to_json(files))))
    assert (again.main, dict(again.others), dict(again.decisions)) == (
        files.main, dict(files.others), dict(files.decisions))  # fmt: skip
    with pytest.raises(UsageError, match="more than"):
        read({"main": "x" * 10_000_000})
