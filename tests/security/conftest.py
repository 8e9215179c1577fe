"""The webhook's listener, open."""

from collections.abc import Iterator

import pytest

from tests.security.door import Door


@pytest.fixture
def door() -> Iterator[Door]:
    with Door().open() as opened:
        yield opened
