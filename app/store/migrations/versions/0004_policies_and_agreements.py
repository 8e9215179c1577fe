"""Versions of the policy, what people ask for and decide, agreements and signatures.

Additive: the release before goes on working on it.
"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def _signatures() -> None:
    """Signatures under agreements."""
    op.create_table(
        "signature",
        sa.Column("number", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("scope", sa.String(length=64), nullable=False),
        sa.Column("act", sa.String(length=16), nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.Column("version", sa.Text(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=True),
        sa.Column("account_id", sa.BigInteger(), nullable=True),
        sa.Column("login", sa.Text(), nullable=True),
        sa.Column("folded", sa.String(length=200), nullable=True),
        sa.Column("name", sa.Text(), nullable=True),
        sa.Column("email", sa.Text(), nullable=True),
        sa.Column("company", sa.String(length=64), nullable=True),
        sa.Column("how", sa.String(length=16), nullable=False),
        sa.Column("evidence", sa.Text(), nullable=True),
        sa.Column("fields", sa.Text(), nullable=False),
        sa.Column("at", sa.Float(), nullable=False),
        sa.Column("until", sa.Float(), nullable=True),
        sa.Column("ends", sa.String(length=64), nullable=True),
        sa.Column("by_account_id", sa.BigInteger(), nullable=True),
        sa.Column("by_login", sa.Text(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("stored_at", sa.Float(), nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_signature")),
    )
    op.create_index("ix_signature_id", "signature", ["scope", "id"], unique=True)
    for column in ("account_id", "folded", "company"):
        op.create_index(f"ix_signature_{column}", "signature", ["scope", column])


def _companies() -> None:
    """Companies that sign for people, and every change of them."""
    op.create_table(
        "company",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("asked_at", sa.Float(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_company")),
    )
    op.create_table(
        "company_entry",
        sa.Column("company", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("value", sa.String(length=200), nullable=False),
        sa.Column("login", sa.Text(), nullable=True),
        sa.Column("approved", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("company", "kind", "value", name=op.f("pk_company_entry")),
    )
    op.create_index("ix_company_entry_value", "company_entry", ["kind", "value"])
    op.create_table(
        "company_change",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("company", sa.String(length=64), nullable=False),
        sa.Column("at", sa.Float(), nullable=False),
        sa.Column("what", sa.String(length=32), nullable=False),
        sa.Column("value", sa.Text(), nullable=True),
        sa.Column("account_id", sa.BigInteger(), nullable=True),
        sa.Column("login", sa.Text(), nullable=False),
        sa.Column("place", sa.String(length=16), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_company_change")),
    )
    op.create_index("ix_company_change_company", "company_change", ["company", "id"])


def _contributors() -> None:
    """Whose signatures a pull request waits for, and the texts that were signed."""
    op.create_table(
        "contributor",
        sa.Column("subject", sa.String(length=200), nullable=False),
        sa.Column("account_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("subject", "account_id", name=op.f("pk_contributor")),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_contributor_account_id", "contributor", ["account_id"])
    op.create_table(
        "agreement_text",
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=False),
        sa.Column("stored_at", sa.Float(), nullable=False),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_agreement_text")),
    )


#: Tables whose rows stay as they are, the columns that nobody changes, and those that may forget a person, with what
#: they say then.
_KEPT = (
    (
        "signature",
        (
            "number", "id", "scope", "act", "document", "version", "digest", "account_id", "company", "how", "evidence",
            "at", "until", "ends", "by_account_id", "stored_at",
        ),
        {
            "login": "'ghost'", "folded": "NULL", "name": "NULL", "email": "NULL", "fields": "'{}'",
            "by_login": "'ghost'", "reason": "NULL",
        },
    ),
    (
        "company_change",
        ("id", "company", "at", "what", "account_id", "place"),
        {"login": "'ghost'", "value": "'ghost'", "reason": "NULL"},
    ),
)  # fmt: skip


def _keep(table: str, fixed: tuple[str, ...], personal: dict[str, str]) -> None:
    """Whatever program has the database, ours with a fault too: what is written stays written."""
    same = [f"NEW.{name} IS NOT DISTINCT FROM OLD.{name}" for name in fixed]
    same += [
        f"(NEW.{name} IS NOT DISTINCT FROM OLD.{name} OR NEW.{name} IS NOT DISTINCT FROM {ghost})"
        for name, ghost in personal.items()
    ]
    condition = " AND ".join(same)
    if op.get_bind().dialect.name == "sqlite":
        condition = condition.replace("IS NOT DISTINCT FROM", "IS")
        for event, when in (("DELETE", ""), ("UPDATE", f"WHEN NOT ({condition}) ")):
            op.execute(
                f"CREATE TRIGGER {table}_{event.lower()} BEFORE {event} ON {table} {when}"
                f"BEGIN SELECT RAISE(ABORT, 'rows of {table} are kept as they are'); END"
            )
        return
    op.execute(
        f"CREATE FUNCTION {table}_kept() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        f"IF TG_OP = 'UPDATE' THEN IF {condition} THEN RETURN NEW; END IF; END IF; "
        f"RAISE EXCEPTION 'rows of {table} are kept as they are'; END $$"
    )
    op.execute(
        f"CREATE TRIGGER {table}_kept BEFORE UPDATE OR DELETE ON {table} FOR EACH ROW EXECUTE FUNCTION {table}_kept()"
    )
    op.execute(
        f"CREATE TRIGGER {table}_truncated BEFORE TRUNCATE ON {table} "
        f"FOR EACH STATEMENT EXECUTE FUNCTION {table}_kept()"
    )


def upgrade() -> None:
    """New tables and columns; nothing that is there changes."""
    _requests()
    _decisions()
    _signatures()
    _companies()
    _contributors()
    for table, fixed, personal in _KEPT:
        _keep(table, fixed, personal)
    _policies()
    _snapshots()
    _overrides()


def _requests() -> None:
    """What people ask for."""
    op.add_column("request", sa.Column("matter", sa.Integer(), nullable=True))
    op.add_column("request", sa.Column("until", sa.String(length=10), nullable=True))
    op.create_index("ix_request_matter", "request", ["matter"])
    op.create_table(
        "matter",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("key", sa.String(length=32), nullable=False),
        sa.Column("installation_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("rule", sa.String(length=64), nullable=False),
        sa.Column("finding", sa.JSON(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("opened_at", sa.Float(), nullable=False),
        sa.Column("due_at", sa.Float(), nullable=True),
        sa.Column("late", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("idle_since", sa.Float(), nullable=True),
        sa.Column("pull", sa.Integer(), nullable=True),
        sa.Column("written", sa.String(length=64), nullable=True),
        sa.Column("refused", sa.Text(), nullable=True),
        sa.Column("decided_at", sa.Float(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_matter"),
    )
    op.create_index("ix_matter_name", "matter", ["name"], unique=True)
    still = sa.text("state = 'open'")
    op.create_index("ix_matter_key", "matter", ["key"], unique=True, sqlite_where=still, postgresql_where=still)
    op.create_index("ix_matter_state", "matter", ["state", "id"])


def _decisions() -> None:
    """What is decided, and what the owner of the policy is told."""
    op.create_table(
        "decision",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("matter", sa.Integer(), nullable=False),
        sa.Column("at", sa.Float(), nullable=False),
        sa.Column("granted", sa.Boolean(), nullable=False),
        sa.Column("place", sa.String(length=16), nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=True),
        sa.Column("login", sa.String(length=100), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("until", sa.String(length=10), nullable=True),
        sa.Column("path", sa.Text(), nullable=True),
        sa.Column("text", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_decision"),
    )
    op.create_index("ix_decision_matter", "decision", ["matter"])
    op.create_table(
        "notice",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("at", sa.Float(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("sent", sa.JSON(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("next_at", sa.Float(), nullable=False),
        sa.Column("done_at", sa.Float(), nullable=True),
        sa.Column("error", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_notice"),
    )
    waiting = sa.text("done_at IS NULL")
    op.create_index("ix_notice_next_at", "notice", ["next_at"], sqlite_where=waiting, postgresql_where=waiting)


def _policies() -> None:
    """Versions of the policy with their files."""
    op.add_column("subject", sa.Column("kept", sa.Boolean(), nullable=True))
    op.add_column("repository", sa.Column("topics", sa.JSON(none_as_null=True), nullable=True))
    op.add_column("policy", sa.Column("digest", sa.String(length=64), nullable=True))
    op.add_column("policy", sa.Column("files", sa.LargeBinary(), nullable=True))
    op.add_column("policy", sa.Column("filed_at", sa.Float(), nullable=True))
    op.add_column("policy", sa.Column("seen", sa.JSON(none_as_null=True), nullable=True))
    op.add_column("policy", sa.Column("fault", sa.Text(), nullable=True))
    op.add_column("policy", sa.Column("looked_at", sa.Float(), nullable=True))
    op.create_table(
        "policy_file",
        sa.Column("blob", sa.String(length=64), nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=False),
        sa.Column("stored_at", sa.Float(), nullable=False),
        sa.PrimaryKeyConstraint("blob", name=op.f("pk_policy_file")),
    )
    op.create_table(
        "policy_version",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("source", sa.String(length=400), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("revision", sa.String(length=64), nullable=True),
        sa.Column("author", sa.String(length=100), nullable=True),
        sa.Column("committed_at", sa.Float(), nullable=True),
        sa.Column("loaded_at", sa.Float(), nullable=False),
        sa.Column("fault", sa.Text(), nullable=True),
        sa.Column("files", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_policy_version")),
    )
    op.create_index("ix_policy_version_source", "policy_version", ["source", "id"])
    op.create_index("ix_policy_version_digest", "policy_version", ["digest"])


def _snapshots() -> None:
    """What is needed to judge again."""
    op.create_table(
        "snapshot",
        sa.Column("subject", sa.String(length=200), nullable=False),
        sa.Column("repository_id", sa.BigInteger(), nullable=False),
        sa.Column("head", sa.String(length=64), nullable=False),
        sa.Column("base", sa.String(length=64), nullable=False),
        sa.Column("head_at", sa.Float(), nullable=False),
        sa.Column("data", sa.JSON(), nullable=False),
        sa.Column("stored_at", sa.Float(), nullable=False),
        sa.PrimaryKeyConstraint("subject", name=op.f("pk_snapshot")),
    )
    op.create_index("ix_snapshot_repository_id", "snapshot", ["repository_id"])
    op.create_table(
        "snapshot_text",
        sa.Column("blob", sa.String(length=64), nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=False),
        sa.Column("used_at", sa.Float(), nullable=False),
        sa.PrimaryKeyConstraint("blob", name=op.f("pk_snapshot_text")),
    )


def _overrides() -> None:
    """Checks that people set to pass."""
    op.create_table(
        "override",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("installation_id", sa.BigInteger(), nullable=False),
        sa.Column("repository_id", sa.BigInteger(), nullable=False),
        sa.Column("subject", sa.String(length=200), nullable=False),
        sa.Column("head", sa.String(length=64), nullable=False),
        sa.Column("check_id", sa.String(length=40), nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column("login", sa.String(length=100), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("way", sa.String(length=16), nullable=False),
        sa.Column("at", sa.Float(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_override")),
    )
    op.create_index("ix_override_subject", "override", ["subject", "head", "check_id"], unique=True)
