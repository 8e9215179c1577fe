"""`ospo-gate policy init --server`: fitted to what a service elsewhere knows."""

import asyncio
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import uvicorn
from fastapi import FastAPI
from fastapi.responses import JSONResponse

from app.api_tokens import ApiToken, Callers
from app.policies import load_policy
from app.previewing import Previewing
from app.store.database import Database
from app.store.repositories import RepositoryStore
from app.store.where import WhereStore
from app.web import preview, where
from checks.policy.owners import Owners
from tests.cli.conftest import Run
from tests.preview.examples import organization
from tests.store.bills import inventory

READER, PLANNER = "a-token-that-reads-0123", "a-token-that-plans-0123"
LICENSES = {"left@1": "MIT", "copy@2": "GPL-3.0-only", "weak@3": "MPL-2.0"}
TREES = {"example/web": [inventory({"left@1": [], "copy@2": [], "weak@3": [], "none@4": []}, licenses=LICENSES)]}


def served(app: FastAPI) -> Iterator[str]:
    server = uvicorn.Server(uvicorn.Config(app, port=0, log_level="error", lifespan="off"))
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    server.should_exit = True
    thread.join()


@pytest.fixture
def service(tmp_path: Path) -> Iterator[str]:
    url = f"sqlite+aiosqlite:///{tmp_path / 'gate.db'}"

    async def filled() -> None:
        database = Database(url)
        await database.migrate()
        await organization(database, TREES)
        await database.close()

    async def owners() -> Owners:
        return Owners()

    asyncio.run(filled())
    database, app = Database(url), FastAPI()
    tokens = [ApiToken.parse(f"reader:read={READER}"), ApiToken.parse(f"planner:read,policy={PLANNER}")]
    callers = Callers.of(None, tokens)
    app.include_router(where.router(callers, WhereStore(database), RepositoryStore(database), owners))
    app.include_router(preview.router(callers, Previewing(database, None)))
    yield from served(app)
    asyncio.run(database.close())


@pytest.fixture
def stub() -> Iterator[Callable[[object], str]]:
    """Makes a server that answers this to every question about licenses."""
    running = []

    def begin(answer: object) -> str:
        app = FastAPI()
        app.add_api_route("/api/v1/licenses", lambda: JSONResponse(answer))
        running.append(served(app))
        return next(running[-1])

    yield begin
    for server in running:
        next(server, None)


def test_the_lists_fit_what_the_service_knows_page_by_page(
    run: Run, tmp_path: Path, service: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OSPO_GATE_API_TOKEN", PLANNER)
    monkeypatch.setattr("app.cli.policy_init.PAGE", 2)
    done = run(tmp_path, "policy", "init", "--template", "product", "--server", service)
    assert (done.code, done.err) == (0, "")
    text = (tmp_path / "policy.yaml").read_text()
    assert "# Fitted to 4 packages; of 1 nobody says the license here." in text
    assert "permissive  # in use: 1 package, e.g. left" in text
    assert "weak-copyleft  # in use: 1 package, e.g. weak" in text or "MPL-2.0  # added" in text
    assert load_policy(text.encode(), "policy.yaml").sections
    assert "license-not-allowed" in done.out
    assert "pkg:npm/copy" in done.out


def test_without_leave_to_preview_the_policy_is_written_and_says_so(
    run: Run, tmp_path: Path, service: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OSPO_GATE_API_TOKEN", READER)
    monkeypatch.setenv("OSPO_GATE_SERVER", service)
    done = run(tmp_path, "policy", "init", "--server", "--output", "-")
    assert done.code == 0
    assert "# Fitted to 4 packages" in done.out
    assert "What it would block cannot be said: the service answered 403: the token reader has no scope 'policy'" in (
        done.err
    )
    assert READER not in done.out + done.err


def test_what_keeps_it_from_being_fitted_is_said_and_nothing_is_written(
    run: Run, tmp_path: Path, service: str, stub: Callable[[object], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def said(*arguments: str) -> str:
        done = run(tmp_path, "policy", "init", *arguments)
        assert done.code != 0
        assert not (tmp_path / "policy.yaml").exists()
        return done.err

    assert "the service cannot be asked without --server" in said("--server")
    assert "the service cannot be asked without OSPO_GATE_API_TOKEN" in said("--server", service)
    assert "one of them says what is in use" in said("--server", service, "--from-inventory", ".")
    monkeypatch.setenv("OSPO_GATE_API_TOKEN", "another-token-of-16")
    assert "OSPO_GATE_API_TOKEN must be the token of the service." in said("--server", service)
    assert "did not answer" in said("--server", "http://127.0.0.1:1")
    assert "has read no default branch yet" in said("--server", stub({"licenses": [], "next": None}))
    for odd in ({"next": None}, {"licenses": [{"license": "MIT"}]}, {"licenses": 5}, {"licenses": [], "next": "again"}):
        assert "API" in said("--server", stub(odd))


def test_a_hostile_service_writes_no_key_of_the_policy(
    run: Run, tmp_path: Path, stub: Callable[[object], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OSPO_GATE_API_TOKEN", READER)
    rows = [
        {"license": text, "shipped": True, "packages": 9, "examples": [text]}
        for text in ("MPL-2.0\nmode: off", "MIT\u2028mode: off", "x: [", "'", "MPL-2.0 # a", "\x1b[2J")
    ]
    address = stub({"licenses": rows, "next": None})
    done = run(tmp_path, "policy", "init", "--server", address)
    text = (tmp_path / "policy.yaml").read_text()
    policy = load_policy(text.encode(), "policy.yaml")
    assert str(policy.mode) == "evaluate"
    assert "\x1b" not in text + done.out + done.err
    assert "\u2028" not in text
    assert "What it would block cannot be said" in done.out
