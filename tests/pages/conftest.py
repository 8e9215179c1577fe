"""One simulated GitHub, and a site for each test."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.pages.site import Site, World
from tests.simulator import Simulator


@pytest.fixture(scope="session")
def world() -> Iterator[World]:
    with Simulator() as sim:
        yield World(sim)


@pytest.fixture
def site(tmp_path: Path, world: World) -> Iterator[Site]:
    with Site(tmp_path, world) as site:
        yield site
