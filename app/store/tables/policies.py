"""The policies of the organization and of repositories, and what they were before."""

from sqlalchemy import JSON, Column, Float, Index, Integer, LargeBinary, String, Table, Text

from app.store.tables.schema import metadata

#: The last valid text of each policy: while the newest one is broken, this one judges.
policy = Table(
    "policy",
    metadata,
    Column("source", String(400), primary_key=True),
    Column("data", LargeBinary, nullable=False),
    Column("revision", String(64), nullable=True),
    Column("stored_at", Float, nullable=False),
    Column("digest", String(64), nullable=True),  # of all its files; `data` is the main one
    Column("files", LargeBinary, nullable=True),  # what they are: `app.store.policies` writes it
    Column("filed_at", Float, nullable=True),  # other than `stored_at`: an older release has written `data` since
    Column("seen", JSON(none_as_null=True), nullable=True),  # git ids of the newest, by path
    Column("fault", Text, nullable=True),  # why the newest does not judge; None: it is this one
    Column("looked_at", Float, nullable=True),
)

#: Files of policies by content, compressed: whatever versions have them.
policy_file = Table(
    "policy_file",
    metadata,
    Column("blob", String(64), primary_key=True),  # git object id
    Column("data", LargeBinary, nullable=False),
    Column("stored_at", Float, nullable=False),
)

#: Append-only: what the newest policy was, from when on.
policy_version = Table(
    "policy_version",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("source", String(400), nullable=False),
    Column("digest", String(64), nullable=False),  # empty: there was nothing to read
    Column("revision", String(64), nullable=True),
    Column("author", String(100), nullable=True),  # login of the commit's author
    Column("committed_at", Float, nullable=True),
    Column("loaded_at", Float, nullable=False),
    Column("fault", Text, nullable=True),  # None: it is valid, and judges
    Column("files", LargeBinary, nullable=True),
    Index("ix_policy_version_source", "source", "id"),
    Index("ix_policy_version_digest", "digest"),
)
