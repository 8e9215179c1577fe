"""An office with an empty database, and a simulated GitHub for all of them."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import structlog

from app.jobs import judge
from app.service_settings import ServiceSettings
from app.settings import fact_settings
from app.wiring import Service
from tests.jobs.office import Clock, Office, Run
from tests.simulator import Simulator, User


@pytest.fixture(autouse=True)
def silence() -> Iterator[None]:
    """Faults are logged with all they know, which takes a second each on a terminal."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(50))
    yield
    structlog.reset_defaults()


@pytest.fixture(autouse=True)
def patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """On a busy machine nothing is said of a judgment that takes its time: requests are counted here."""
    monkeypatch.setattr(judge, "PATIENCE", 600.0)


@pytest.fixture(scope="module")
def github() -> Iterator[tuple[Simulator, Any, int, User]]:
    with Simulator() as sim:
        app = sim.create_app()
        sim.create_org("example")
        yield (
            sim,
            app,
            sim.install(app, "example"),
            sim.create_user("ada", name="Ada Lovelace", email="ada@example.com"),
        )


@pytest.fixture
def run(github: tuple[Simulator, Any, int, User], tmp_path: Path) -> Run:
    """Tells a story to an office with an empty database."""
    sim, app, installation, ada = github
    sim.faults.clear()
    basic = ServiceSettings(
        app_id=app.id, webhook_secret="s" * 16, private_key=app.private_key_pem, github_api_url=sim.api_url,
        database=f"sqlite+aiosqlite:///{tmp_path / 'gate.db'}",
    )  # fmt: skip

    def run(
        story: Callable[[Office], Awaitable[None]], environment: Mapping[str, str] | None = None, **settings: Any
    ) -> None:
        async def tell() -> None:
            clock = Clock()
            service = Service(replace(basic, **settings), fact_settings(environment or {}), clock.timing)
            clock.rules(service)
            await service.database.migrate()
            try:
                async with service.facts.running(seconds=0.01):
                    await story(Office(sim, ada, installation, service, clock))
            finally:
                await service.github.close()
                await service.database.close()
                service.parsers.close()

        asyncio.run(tell())

    return run
