"""Migrations: what the database has, what this release needs, and the way from one to the other."""

from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection, inspect, text

if TYPE_CHECKING:
    from alembic.config import Config

#: The revision that this release needs. Nobody loads Alembic, which takes 11 MiB, where the database has it.
HEAD = "0004"
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
        from alembic import command

        config = _config()
        config.attributes["connection"] = connection
        command.upgrade(config, "head")


def compare(connection: Connection) -> str:
    """`current`, `behind` or `ahead`."""
    revision = _revision(connection)
    if revision == HEAD:
        return "current"
    return "behind" if revision is None or revision in revisions() else "ahead"


def revisions() -> list[str]:
    """All that this release knows, newest first."""
    from alembic.script import ScriptDirectory

    return [script.revision for script in ScriptDirectory.from_config(_config()).walk_revisions()]


def _revision(connection: Connection) -> str | None:
    if not inspect(connection).has_table("alembic_version"):
        return None
    revision: str | None = connection.execute(text("SELECT version_num FROM alembic_version")).scalar_one_or_none()
    return revision


def _config() -> "Config":
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    return config
