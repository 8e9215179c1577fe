"""One service for the stories of each module."""

from collections.abc import Iterator

import pytest

from tests.signing.stage import Signing


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Signing]:
    with Signing(tmp_path_factory.mktemp("signing")) as running:
        running.conclusion(running.pull(running.ada))  # the policy is read with the first change
        yield running
