"""One stage for each GitHub profile and test session: starting it costs a second, a test on it some milliseconds."""

from collections.abc import Iterator

import pytest

from tests.end_to_end.stage import Installed, Stage


@pytest.fixture(scope="session", params=["github.com", "ghes"])
def stage(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """The simulator with this profile, and the service."""
    with Installed(tmp_path_factory.mktemp(request.param.replace(".", "-")), request.param) as running:
        yield running


@pytest.fixture(scope="session")
def quick(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """github.com and a service that retries after one second."""
    settings = {"OSPO_GATE_RETRY_SECONDS": "1"}
    with Installed(tmp_path_factory.mktemp("quick"), "github.com", **settings) as running:
        yield running
        running.sim.faults.clear()
