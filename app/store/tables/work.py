"""What is to be judged, what came of it, and what is published: the tables of the engine."""

from sqlalchemy import JSON, BigInteger, Boolean, Column, Float, Index, Integer, String, Table, Text

from app.store.tables.schema import metadata, partial

#: Every webhook that was accepted, by GitHub's delivery id: a redelivered one is a no-op unless its work failed.
delivery = Table(
    "delivery",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("event", String(64), nullable=False),
    Column("action", String(64), nullable=True),
    Column("subject", String(200), nullable=True),
    Column("received_at", Float, nullable=False),
    Column("state", String(16), nullable=False, server_default="done"),  # accepted → done or failed
    Column("command", JSON(none_as_null=True), nullable=True),
    Column("wanted", Integer, nullable=True),  # it is done when its subject's `done` reaches this
    Column("error", Text, nullable=True),
    Column("done_at", Float, nullable=True),
    partial("ix_delivery_subject", "subject", "state <> 'done'"),
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
    Column("closed_at", Float, nullable=True),  # of a pull request: GitHub's own time; nothing of it is judged again
    Column("job_at", Float, nullable=True),  # since when a job of the distributed engine is outstanding for it
    Column("kept", Boolean, nullable=True),  # what is kept of it suffices: nothing happened to it itself
    Index("ix_subject_next_at", "next_at"),
    Index("ix_subject_repository_head", "repository_id", "head"),
    partial("ix_subject_due", "next_at", "wanted > done"),
    partial("ix_subject_leased", "installation_id", "lease_until IS NOT NULL"),
    partial("ix_subject_key", "key", "last_error IS NOT NULL"),
    partial("ix_subject_job", "installation_id", "job_at IS NOT NULL"),
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

#: Times in which nothing is judged and every verdict is neutral; nothing of it is deleted.
pause = Table(
    "pause",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("installation_id", BigInteger, nullable=True),  # None: everywhere
    Column("repository_id", BigInteger, nullable=True),
    Column("until", Float, nullable=False),
    Column("reason", Text, nullable=False),
    Column("by", String(200), nullable=False),
    Column("made_at", Float, nullable=False),
    Column("ended_at", Float, nullable=True),  # before its time
    Column("ended_by", String(200), nullable=True),
)
