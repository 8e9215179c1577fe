"""An office with an empty database, and a simulated GitHub for all of them."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import structlog

from app.settings import ServiceSettings, fact_settings
from app.wiring import Service
from tests.jobs.office import Office
from tests.simulator import Simulator, User


@pytest.fixture(autouse=True)
def silence() -> Iterator[None]:
    """Faults are logged with all they know, which takes a second each on a terminal."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(50))
    yield
    structlog.reset_defaults()


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
def run(
    github: tuple[Simulator, Any, int, User], tmp_path: Path
) -> Callable[[Callable[[Office], Awaitable[None]]], None]:
    """Tells a story to an office with an empty database."""
    sim, app, installation, ada = github
    sim.faults.clear()
    settings = ServiceSettings(
        app_id=app.id, webhook_secret="s" * 16, private_key=app.private_key_pem, github_api_url=sim.api_url,
        database=f"sqlite+aiosqlite:///{tmp_path / 'gate.db'}",
    )  # fmt: skip

    def run(story: Callable[[Office], Awaitable[None]]) -> None:
        async def tell() -> None:
            service = Service(settings, fact_settings({}))
            service.judge = replace(service.judge, retry_seconds=0.001)
            await service.database.migrate()
            try:
                await story(Office(sim, ada, installation, service))
            finally:
                await service.github.close()
                await service.database.close()
                service.parsers.close()

        asyncio.run(tell())

    return run
