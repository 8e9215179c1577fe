"""`ospo-gate where` as people run it: against the API on a real port, and beside the service on its database."""

import asyncio
import csv
import io
import json
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import uvicorn
from fastapi import FastAPI

from app.api_tokens import Callers
from app.store.database import Database
from app.store.policies import PolicyStore
from app.store.repositories import RepositoryRow, RepositoryStore
from app.store.uses import UseStore
from app.store.where import WhereStore
from app.web.where import router
from checks.policy.owners import Owners
from tests.cli.conftest import Run
from tests.store.bills import inventory
from tests.store.test_policies import found

TOKEN = "a-token-that-only-the-tests-know"


@pytest.fixture
def url(tmp_path: Path) -> str:
    url = f"sqlite+aiosqlite:///{tmp_path / 'gate.db'}"

    async def filled() -> None:
        database = Database(url)
        await database.migrate()
        rows = [RepositoryRow(n, 11, f"example/r{n}", properties={"ospo-owner": "=web"}) for n in range(1, 62)]
        await RepositoryStore(database).seen(rows)
        store = UseStore(database)
        for row in rows[:60]:
            lock = inventory({"x@1.0.0": ["lodash@4.17.20"]}, path=f"{row.id}/package-lock.json")
            await store.store(row.id, "a", 1_790_000_000.0, [lock])
        await store.store(60, "b", 1_790_086_400.0, [])
        policy = 'version: 1\nowners: {repositories: {"r1": "@example/first"}}\n'
        await PolicyStore(database).keep("example/policy/policy.yaml@main", found(policy))
        await database.close()

    asyncio.run(filled())
    return url


@pytest.fixture
def server(url: str) -> Iterator[str]:
    async def owners() -> Owners:
        return Owners()

    database = Database(url)
    app = FastAPI()
    app.include_router(router(Callers.of(TOKEN), WhereStore(database), RepositoryStore(database), owners))
    served = uvicorn.Server(uvicorn.Config(app, port=0, log_level="error", lifespan="off"))
    thread = threading.Thread(target=served.run)
    thread.start()
    while not served.started:
        time.sleep(0.01)
    yield f"http://127.0.0.1:{served.servers[0].sockets[0].getsockname()[1]}"
    served.should_exit = True
    thread.join()
    asyncio.run(database.close())


def test_beside_the_service_its_database_answers(
    run: Run, tmp_path: Path, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OSPO_GATE_DATABASE", url)
    monkeypatch.setenv("OSPO_GATE_POLICY", "example/policy@main")
    done = run(tmp_path, "where", "npm:lodash")
    lines = done.out.splitlines()
    assert (done.code, done.err) == (0, "")
    assert lines[:3] == [
        "pkg:npm/lodash is used 59 times in 59 repositories.",
        "",
        "example/r1   1/package-lock.json   lodash 4.17.20  runtime, through x  since 21 Sep 2026 or earlier"
        "  @example/first",
    ]
    assert lines[-4:] == [
        "",
        "… and 9 further uses: --all shows everything.",
        "",
        "Only 60 of 61 repositories were read so far (98%), so there may be more.",
    ]
    assert len(run(tmp_path, "where", "npm:lodash", "--all").out.splitlines()) == 59 + 4


def test_elsewhere_the_api_answers(run: Run, tmp_path: Path, server: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OSPO_GATE_API_TOKEN", TOKEN)
    monkeypatch.setenv("OSPO_GATE_SERVER", server)
    done = run(tmp_path, "where", "lodash", "--version-range", "<5", "--format", "json")
    document = json.loads(done.out)
    assert (document["uses"], len(document["places"]), document["next"] is None) == (59, 50, False)
    whole = json.loads(run(tmp_path, "where", "lodash", "--all", "--format", "json").out)
    assert (len(whole["places"]), whole["next"]) == (59, None)
    never = run(tmp_path, "where", "nobody")
    assert (never.code, never.out.splitlines()[0]) == (1, "nobody was never seen on a default branch.")


def test_a_spreadsheet_takes_nothing_for_a_formula(
    run: Run, tmp_path: Path, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OSPO_GATE_DATABASE", url)
    done = run(tmp_path, "where", "x", "--format", "csv")
    rows = list(csv.DictReader(io.StringIO(done.out)))
    assert [row["repository"] for row in rows] == [f"example/r{number}" for number in range(1, 60)]
    assert rows[0]["direct"] == "true"
    assert rows[0]["owners"] == "'@example/=web"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ([], "ask for one thing: a package, a license or an advisory"),
        (["a", "--license", "MIT"], "ask for one thing"),
        (["CVE-2026-12345", "--version-range", "1"], "a range of versions belongs to a package"),
        (["npm:a"], "the service cannot be asked without --server"),
        (["npm:a", "--server", "https://gate.example"], "the service cannot be asked without OSPO_GATE_API_TOKEN"),
    ],
)
def test_what_cannot_be_asked(run: Run, tmp_path: Path, words: list[str], said: str) -> None:
    done = run(tmp_path, "where", *words)
    assert (done.code, said in done.err) == (2, True), done.err


def test_a_server_that_refuses_or_is_none(
    run: Run, tmp_path: Path, server: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OSPO_GATE_API_TOKEN", "another-token-of-16")
    refused = run(tmp_path, "where", "npm:a", "--server", server)
    assert "the service answered 401: the Authorization header is missing or wrong" in refused.err
    assert "OSPO_GATE_API_TOKEN must be the token of the service." in refused.err
    assert "is not" not in run(tmp_path, "where", "npm:a", "--server", f"{server}/elsewhere").out
    nobody = run(tmp_path, "where", "npm:a", "--server", "http://127.0.0.1:1")
    assert (nobody.code == 0, "did not answer" in nobody.err) == (False, True)
    plain = run(tmp_path, "where", "npm:a", "--server", "http://gate.example")
    assert "https://" in plain.err
