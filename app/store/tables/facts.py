"""What sources said about packages, and which vulnerabilities were seen where."""

from sqlalchemy import BigInteger, Column, Float, Index, Integer, LargeBinary, String, Table, Text

from app.store.tables.schema import metadata

#: What sources said about packages and vulnerabilities, for all repositories.
fact = Table(
    "fact",
    metadata,
    Column("id", String(64), primary_key=True),  # SHA-256 of `name`: names have any length
    Column("kind", String(16), nullable=False),
    Column("name", Text, nullable=False),  # the `FactKey` as JSON: names may hold what no database takes as text
    Column("about", Integer, nullable=False),
    Column("value", LargeBinary, nullable=False),
    Column("fetched_at", Float, nullable=False),
    Column("used_at", Float, nullable=False),  # to the day: reading alone writes nothing
    Index("ix_fact_used_at", "used_at"),
)

#: The names of advisories that are among the facts.
advisory_name = Table(
    "advisory_name",
    metadata,
    Column("folded", String(200), primary_key=True),
    Column("fact_id", String(64), primary_key=True),
    Index("ix_advisory_name_fact_id", "fact_id"),
)

#: When a vulnerability of a package was first seen on a repository's default branch, and when it was gone. A row is
#: written once and closed once; what comes back is a new row.
sighting = Table(
    "sighting",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("repository_id", BigInteger, nullable=False),
    Column("name", Text, nullable=False),  # purl and a name of the vulnerability, as JSON
    Column("first_seen_at", Float, nullable=False),
    Column("cleared_at", Float, nullable=True),
    Index("ix_sighting_repository_id", "repository_id", "cleared_at"),
)
