"""What was read of pull requests and manifests, so that it need not be read again."""

from sqlalchemy import JSON, BigInteger, Column, Float, Index, LargeBinary, String, Table

from app.store.tables.schema import metadata

#: Parsed inventories by content.
inventory = Table(
    "inventory",
    metadata,
    Column("key", String(64), primary_key=True),
    Column("data", LargeBinary, nullable=False),
    Column("stored_at", Float, nullable=False),
)

#: What was read of each open pull request, so that it can be judged again without reading it again.
snapshot = Table(
    "snapshot",
    metadata,
    Column("subject", String(200), primary_key=True),
    Column("repository_id", BigInteger, nullable=False),
    Column("head", String(64), nullable=False),
    Column("base", String(64), nullable=False),  # of the base branch, as the event named it
    Column("head_at", Float, nullable=False),
    Column("data", JSON, nullable=False),  # `app.jobs.recorded` writes it
    Column("stored_at", Float, nullable=False),
    Index("ix_snapshot_repository_id", "repository_id"),
)

#: Texts that checks look at, by content, compressed.
snapshot_text = Table(
    "snapshot_text",
    metadata,
    Column("blob", String(64), primary_key=True),  # git object id
    Column("data", LargeBinary, nullable=False),
    Column("used_at", Float, nullable=False),
)
