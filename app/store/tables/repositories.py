"""The repositories, and what is still to be done with their default branches."""

from sqlalchemy import JSON, BigInteger, Boolean, Column, Float, Index, Integer, String, Table, Text

from app.store.tables.schema import metadata

#: The repositories of all installations, by GitHub's id, which survives renames and transfers.
repository = Table(
    "repository",
    metadata,
    Column("id", BigInteger, primary_key=True, autoincrement=False),
    Column("installation_id", BigInteger, nullable=False),
    Column("node_id", String(100), nullable=True),
    Column("name", String(200), nullable=False),  # owner/name
    Column("folded", String(200), nullable=False),  # the name in lower case: names on GitHub ignore the case
    Column("visibility", String(32), nullable=True),
    Column("default_branch", String(300), nullable=True),
    Column("archived", Boolean, nullable=True),
    Column("fork", Boolean, nullable=True),
    Column("properties", JSON(none_as_null=True), nullable=True),
    Column("license", String(200), nullable=True),
    Column("seen_at", Float, nullable=False),
    Column("gone_at", Float, nullable=True),
    Column("topics", JSON(none_as_null=True), nullable=True),
    Index("ix_repository_installation_id", "installation_id", "id"),
    Index("ix_repository_folded", "folded"),
)

#: Default branches that are still to be read: docs/sbom-service.md.
backfill = Table(
    "backfill",
    metadata,
    Column("repository_id", BigInteger, primary_key=True, autoincrement=False),
    Column("head", String(64), nullable=True),  # None: GitHub was not asked yet; empty: there is no commit
    Column("pushed_at", Float, nullable=False, server_default="0"),  # what was pushed last is read first
    Column("next_at", Float, nullable=False),
    Column("attempts", Integer, nullable=False, server_default="0"),
    Column("error", Text, nullable=True),
    Index("ix_backfill_next_at", "next_at"),
)

#: Inventories of default branches on their way to others: a row is written again for each head that changes something.
upload = Table(
    "upload",
    metadata,
    Column("repository_id", BigInteger, primary_key=True, autoincrement=False),
    Column("target", String(20), primary_key=True),
    Column("wanted", Integer, nullable=False),
    Column("done", Integer, nullable=False, server_default="0"),
    Column("next_at", Float, nullable=False),
    Column("attempts", Integer, nullable=False, server_default="0"),
    Column("token", String(100), nullable=True),  # what the other side calls its work on it
    Column("sent_at", Float, nullable=True),
    Column("sent", String(64), nullable=True),  # digest of what was sent last
    Column("error", Text, nullable=True),
    Index("ix_upload_next_at", "next_at"),
)
