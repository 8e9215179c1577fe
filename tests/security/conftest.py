"""The webhook's listener, open; and a GitHub with the whole service."""

from collections.abc import Iterator

import pytest

from tests.end_to_end.stage import Installed, Stage
from tests.security.door import Door


@pytest.fixture
def door() -> Iterator[Door]:
    with Door().open() as opened:
        yield opened


@pytest.fixture(scope="session")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    settings = {"OSPO_GATE_RETRY_SECONDS": "1", "OSPO_GATE_API_TOKEN": "a-token-of-the-api-0123456789"}
    with Installed(tmp_path_factory.mktemp("security"), "github.com", **settings) as running:
        yield running
