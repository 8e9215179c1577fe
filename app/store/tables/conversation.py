"""What people ask in pull requests, and what the owner of the policy decides."""

from sqlalchemy import JSON, BigInteger, Boolean, Column, Float, Index, Integer, String, Table, Text

from app.store.tables.schema import metadata, partial

#: Commands in comments that were obeyed: one a comment, and no more in an hour than the policy allows.
command = Table(
    "command",
    metadata,
    Column("comment_id", BigInteger, primary_key=True, autoincrement=False),
    Column("subject", String(200), nullable=False),  # the pull request
    Column("account_id", BigInteger, nullable=False),
    Column("word", String(16), nullable=False),
    Column("at", Float, nullable=False),
    Index("ix_command_subject", "subject", "account_id", "at"),
)

#: Append-only: what people ask of the policy's owner. What is asked already is joined. `about` and `version` are
#: kept as `app.store.words` writes them.
request = Table(
    "request",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("comment_id", BigInteger, nullable=False, unique=True),
    Column("comment_url", Text, nullable=False),
    Column("installation_id", BigInteger, nullable=False),
    Column("repository_id", BigInteger, nullable=False),
    Column("subject", String(200), nullable=False),  # the pull request
    Column("kind", String(16), nullable=False),  # waive, wrong or allow
    Column("finding", String(32), nullable=False),
    Column("rule", String(64), nullable=False),
    Column("about", Text, nullable=False),  # of the finding: package URL, commit, path or entry of the policy
    Column("version", Text, nullable=True),
    Column("reason", Text, nullable=False),
    Column("account_id", BigInteger, nullable=False),
    Column("login", String(100), nullable=False),
    Column("joins", Integer, nullable=True),  # the first request of the installation for the same
    Column("asked_at", Float, nullable=False),
    Column("matter", Integer, nullable=True),  # None: what a repository decides that governs itself
    Column("until", String(10), nullable=True),  # how long it is wanted for: an ISO date
    Index("ix_request_subject", "subject"),
    Index("ix_request_rule", "installation_id", "rule"),
    Index("ix_request_matter", "matter"),
)

#: What the owner of the policy decides on: the same, however many people ask for it while it is open.
matter = Table(
    "matter",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("name", String(64), nullable=False),  # of its branch and its file: `lic-4k7-3f9c2a1b`
    Column("key", String(32), nullable=False),  # digest of what makes it the same
    Column("installation_id", BigInteger, nullable=False),
    Column("kind", String(16), nullable=False),  # waive, wrong or allow
    Column("rule", String(64), nullable=False),
    Column("finding", JSON, nullable=False),  # as the report had it when it was asked about first
    Column("state", String(16), nullable=False),  # open → granted, declined or withdrawn
    Column("opened_at", Float, nullable=False),
    Column("due_at", Float, nullable=True),  # when it is late, next
    Column("late", Integer, nullable=False, server_default="0"),  # how often it was told that it is
    Column("idle_since", Float, nullable=True),  # since when no open pull request asks for it any more
    Column("pull", Integer, nullable=True),  # the pull request on the policy repository
    Column("written", String(64), nullable=True),  # digest of the file as it was written there
    Column("refused", Text, nullable=True),  # why there is no such pull request
    Column("decided_at", Float, nullable=True),
    Index("ix_matter_name", "name", unique=True),
    partial("ix_matter_key", "key", "state = 'open'", unique=True),
    Index("ix_matter_state", "state", "id"),
)

#: Append-only: what was decided about a matter, by whom and where.
decision = Table(
    "decision",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("matter", Integer, nullable=False),
    Column("at", Float, nullable=False),
    Column("granted", Boolean, nullable=False),
    Column("place", String(16), nullable=False),  # pull, page or api
    Column("account_id", BigInteger, nullable=True),
    Column("login", String(100), nullable=True),
    Column("reason", Text, nullable=False),
    Column("until", String(10), nullable=True),
    Column("path", Text, nullable=True),  # of the decision file that counts as long as the policy has none there
    Column("text", Text, nullable=True),
    Index("ix_decision_matter", "matter"),
)

#: What the owner of the policy is told through other channels, once through each.
notice = Table(
    "notice",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("at", Float, nullable=False),
    Column("title", Text, nullable=False),
    Column("body", Text, nullable=False),
    Column("sent", JSON, nullable=False),  # the channels that have it
    Column("attempts", Integer, nullable=False, server_default="0"),
    Column("next_at", Float, nullable=False),
    Column("done_at", Float, nullable=True),
    Column("error", Text, nullable=True),
    partial("ix_notice_next_at", "next_at", "done_at IS NULL"),
)

#: Append-only: who has set which check to pass, on which head.
override = Table(
    "override",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("installation_id", BigInteger, nullable=False),
    Column("repository_id", BigInteger, nullable=False),
    Column("subject", String(200), nullable=False),  # the pull request
    Column("head", String(64), nullable=False),
    Column("check_id", String(40), nullable=False),
    Column("account_id", BigInteger, nullable=False),
    Column("login", String(100), nullable=False),
    Column("reason", Text, nullable=False),
    Column("way", String(16), nullable=False),  # button, comment or page
    Column("at", Float, nullable=False),
    Index("ix_override_subject", "subject", "head", "check_id", unique=True),
)
