"""Migrations: what the database has, what this release needs, and the way from one to the other."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text

#: Any number that nobody else locks in this database.
MIGRATING = 7_160_421
#: Seconds that a migration waits for a table; whoever needs the table waits behind it.
PATIENCE = 10


def upgrade(connection: Connection) -> None:
    """Bring the schema up to date in the connection's transaction; one that is ahead stays as it is."""
    if connection.dialect.name == "postgresql":  # several services may start at the same time
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": MIGRATING})
        connection.execute(text(f"SET LOCAL lock_timeout = '{PATIENCE}s'"))
    if compare(connection) == "behind":
        config = _config()
        config.attributes["connection"] = connection
        command.upgrade(config, "head")


def compare(connection: Connection) -> str:
    """`current`, `behind` or `ahead`."""
    revision = MigrationContext.configure(connection).get_current_revision()
    scripts = ScriptDirectory.from_config(_config())
    if revision == scripts.get_current_head():
        return "current"
    known = {script.revision for script in scripts.walk_revisions()}
    return "behind" if revision is None or revision in known else "ahead"


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    return config
