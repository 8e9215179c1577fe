"""One renderer for all tests of the chart."""

from pathlib import Path

import pytest

from tests.deploy.chart import build, missing


@pytest.fixture(scope="session")
def renderer(tmp_path_factory: pytest.TempPathFactory) -> Path:
    reason = missing()
    if reason is not None:
        pytest.skip(f"the chart is not rendered: {reason}")
    return build(tmp_path_factory.mktemp("renderer"))
