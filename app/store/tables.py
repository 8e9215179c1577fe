"""The tables. Times are UTC seconds since 1970 (REAL), so that both databases compare them alike."""

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Float,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
)

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(column_0_label)s",
        "pk": "pk_%(table_name)s",
        "uq": "uq_%(table_name)s_%(column_0_name)s",
    }
)

#: Every webhook that was accepted, by GitHub's delivery id: a redelivered one is a no-op unless its work failed.
delivery = Table(
    "delivery",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("event", String(64), nullable=False),
    Column("action", String(64), nullable=True),
    Column("subject", String(200), nullable=True),
    Column("received_at", Float, nullable=False),
)

#: One row for each thing that is judged: the truth of the work. It waits while `wanted` is above `done`.
subject = Table(
    "subject",
    metadata,
    Column("key", String(200), primary_key=True),
    Column("installation_id", BigInteger, nullable=False),
    Column("repository_id", BigInteger, nullable=False),
    Column("number", Integer, nullable=False),
    Column("about", JSON, nullable=False),  # what events told about the pull request and its repository
    Column("head", String(64), nullable=False),
    Column("head_at", Float, nullable=False),  # GitHub's own time of the event that named the head
    Column("wanted", Integer, nullable=False, default=0),
    Column("done", Integer, nullable=False, default=0),
    Column("forced", Boolean, nullable=False, default=False),  # somebody asked again: publish even if nothing changed
    Column("token", Integer, nullable=False, default=0),  # fence: whoever holds an older one must not publish
    Column("next_at", Float, nullable=False),
    Column("lease_until", Float, nullable=True),
    Column("attempts", Integer, nullable=False, default=0),
    Column("last_error", Text, nullable=True),
    Column("published", String(200), nullable=True),  # head and digest of what stands on GitHub
    Column("comment", JSON, nullable=True),  # ids and digest of our comment
    Index("ix_subject_next_at", "next_at"),
    Index("ix_subject_repository_head", "repository_id", "head"),
)

#: Every report that was made; the newest one of a subject says which findings are new or cleared.
report = Table(
    "report",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("subject", String(200), nullable=False),
    Column("head", String(64), nullable=False),
    Column("digest", String(64), nullable=False),
    Column("policy_digest", String(64), nullable=False),
    Column("conclusion", String(32), nullable=False),
    Column("document", JSON, nullable=False),
    Column("made_at", Float, nullable=False),
    Index("ix_report_subject", "subject", "id"),
)

#: What is to be published, written in the transaction of its report: waiting → sending → sent (or superseded).
outbox = Table(
    "outbox",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("subject", String(200), nullable=False),
    Column("token", Integer, nullable=False),
    Column("state", String(16), nullable=False),
    Column("publication", JSON, nullable=False),
    Column("made_at", Float, nullable=False),
    Column("sent_at", Float, nullable=True),
    Index("ix_outbox_subject", "subject", "state"),
)

#: Append-only: what later figures are counted from. Rows are never changed.
history = Table(
    "history",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("at", Float, nullable=False),
    Column("what", String(32), nullable=False),
    Column("subject", String(200), nullable=False),
    Column("head", String(64), nullable=True),
    Column("finding", String(32), nullable=True),
    Column("rule", String(64), nullable=True),
    Column("details", JSON, nullable=False),
    Index("ix_history_what_at", "what", "at"),
    Index("ix_history_subject", "subject"),
)

#: Parsed inventories by content.
inventory = Table(
    "inventory",
    metadata,
    Column("key", String(64), primary_key=True),
    Column("data", LargeBinary, nullable=False),
    Column("stored_at", Float, nullable=False),
)

#: The last valid text of each policy: while the newest one is broken, this one judges.
policy = Table(
    "policy",
    metadata,
    Column("source", String(400), primary_key=True),
    Column("data", LargeBinary, nullable=False),
    Column("revision", String(64), nullable=True),
    Column("stored_at", Float, nullable=False),
)

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
