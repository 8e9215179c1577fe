"""repositories, where components are used, and what the service needs beside its judgments

Revision ID: 0003
Revises: 0002
"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def _partial(name: str, table: str, column: str, condition: str) -> None:
    where = sa.text(condition)
    op.create_index(name, table, [column], sqlite_where=where, postgresql_where=where)


def _procrastinate() -> None:
    """The tables of the distributed engine, as the installed release brings them: docs/decisions/0014-job-engine.md."""
    connection = op.get_bind()
    if connection.dialect.name != "postgresql" or sa.inspect(connection).has_table("procrastinate_jobs"):
        return
    from procrastinate.schema import SchemaManager

    cursor = connection.connection.cursor()  # many statements in one text: only the driver itself takes them
    cursor.execute(SchemaManager.get_schema())
    cursor.close()


def upgrade() -> None:
    op.add_column("delivery", sa.Column("state", sa.String(length=16), nullable=False, server_default="done"))
    op.add_column("delivery", sa.Column("command", sa.JSON(none_as_null=True), nullable=True))
    op.add_column("delivery", sa.Column("wanted", sa.Integer(), nullable=True))
    op.add_column("delivery", sa.Column("error", sa.Text(), nullable=True))
    op.add_column("delivery", sa.Column("done_at", sa.Float(), nullable=True))
    _partial("ix_delivery_subject", "delivery", "subject", "state <> 'done'")
    op.add_column("subject", sa.Column("job_at", sa.Float(), nullable=True))
    op.add_column("subject", sa.Column("closed_at", sa.Float(), nullable=True))
    _partial("ix_subject_due", "subject", "next_at", "wanted > done")
    _partial("ix_subject_leased", "subject", "installation_id", "lease_until IS NOT NULL")
    _partial("ix_subject_key", "subject", "key", "last_error IS NOT NULL")
    _partial("ix_subject_job", "subject", "installation_id", "job_at IS NOT NULL")
    _procrastinate()
    _create_repositories()
    _create_packages()
    _create_uses()
    _create_conversation()
    _create_pauses()
    _create_backfill()
    _create_pull_inventories()
    _create_uploads()


def _create_repositories() -> None:
    op.create_table(
        "repository",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("installation_id", sa.BigInteger(), nullable=False),
        sa.Column("node_id", sa.String(length=100), nullable=True),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("folded", sa.String(length=200), nullable=False),
        sa.Column("visibility", sa.String(length=32), nullable=True),
        sa.Column("default_branch", sa.String(length=300), nullable=True),
        sa.Column("archived", sa.Boolean(), nullable=True),
        sa.Column("fork", sa.Boolean(), nullable=True),
        sa.Column("properties", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("license", sa.String(length=200), nullable=True),
        sa.Column("seen_at", sa.Float(), nullable=False),
        sa.Column("gone_at", sa.Float(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_repository")),
    )
    with op.batch_alter_table("repository", schema=None) as batch_op:
        batch_op.create_index("ix_repository_folded", ["folded"], unique=False)
        batch_op.create_index("ix_repository_installation_id", ["installation_id", "id"], unique=False)


def _create_conversation() -> None:
    op.create_table(
        "command",
        sa.Column("comment_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("subject", sa.String(length=200), nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column("word", sa.String(length=16), nullable=False),
        sa.Column("at", sa.Float(), nullable=False),
        sa.PrimaryKeyConstraint("comment_id", name=op.f("pk_command")),
    )
    op.create_index("ix_command_subject", "command", ["subject", "account_id", "at"])
    op.create_table(
        "request",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("comment_id", sa.BigInteger(), nullable=False),
        sa.Column("comment_url", sa.Text(), nullable=False),
        sa.Column("installation_id", sa.BigInteger(), nullable=False),
        sa.Column("repository_id", sa.BigInteger(), nullable=False),
        sa.Column("subject", sa.String(length=200), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("finding", sa.String(length=32), nullable=False),
        sa.Column("rule", sa.String(length=64), nullable=False),
        sa.Column("about", sa.Text(), nullable=False),
        sa.Column("version", sa.Text(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column("login", sa.String(length=100), nullable=False),
        sa.Column("joins", sa.Integer(), nullable=True),
        sa.Column("asked_at", sa.Float(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_request")),
        sa.UniqueConstraint("comment_id", name=op.f("uq_request_comment_id")),
    )
    op.create_index("ix_request_subject", "request", ["subject"])
    op.create_index("ix_request_rule", "request", ["installation_id", "rule"])


def _create_backfill() -> None:
    op.create_table(
        "backfill",
        sa.Column("repository_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("head", sa.String(length=64), nullable=True),
        sa.Column("pushed_at", sa.Float(), nullable=False, server_default="0"),
        sa.Column("next_at", sa.Float(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("error", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("repository_id", name=op.f("pk_backfill")),
    )
    op.create_index("ix_backfill_next_at", "backfill", ["next_at"])


def _create_pull_inventories() -> None:
    op.create_table(
        "pull_inventory",
        sa.Column("subject", sa.String(length=200), nullable=False),
        sa.Column("repository_id", sa.BigInteger(), nullable=False),
        sa.Column("head", sa.String(length=64), nullable=False),
        sa.Column("at", sa.Float(), nullable=False),
        sa.Column("base", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("subject", name=op.f("pk_pull_inventory")),
    )
    op.create_index("ix_pull_inventory_repository_id", "pull_inventory", ["repository_id"])
    op.create_table(
        "pull_manifest",
        sa.Column("subject", sa.String(length=200), nullable=False),
        sa.Column("digest", sa.String(length=32), nullable=False),
        sa.Column("path", sa.Text(), nullable=False),
        sa.Column("document", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("subject", "digest", name=op.f("pk_pull_manifest")),
    )
    op.create_index("ix_pull_manifest_document", "pull_manifest", ["document"])


def _create_uploads() -> None:
    op.create_table(
        "upload",
        sa.Column("repository_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("target", sa.String(length=20), nullable=False),
        sa.Column("wanted", sa.Integer(), nullable=False),
        sa.Column("done", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("next_at", sa.Float(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("token", sa.String(length=100), nullable=True),
        sa.Column("sent_at", sa.Float(), nullable=True),
        sa.Column("sent", sa.String(length=64), nullable=True),
        sa.Column("error", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("repository_id", "target", name=op.f("pk_upload")),
    )
    op.create_index("ix_upload_next_at", "upload", ["next_at"])


def _create_pauses() -> None:
    op.create_table(
        "pause",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("installation_id", sa.BigInteger(), nullable=True),
        sa.Column("repository_id", sa.BigInteger(), nullable=True),
        sa.Column("until", sa.Float(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("by", sa.String(length=200), nullable=False),
        sa.Column("made_at", sa.Float(), nullable=False),
        sa.Column("ended_at", sa.Float(), nullable=True),
        sa.Column("ended_by", sa.String(length=200), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pause")),
    )


def _create_packages() -> None:
    op.create_table(
        "package",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("digest", sa.String(length=32), nullable=False),
        sa.Column("purl", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("folded", sa.String(length=200), nullable=False),
        sa.Column("short", sa.String(length=200), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_package")),
    )
    op.create_index("ix_package_digest", "package", ["digest"], unique=True)
    op.create_index("ix_package_folded", "package", ["folded"])
    op.create_index("ix_package_short", "package", ["short"])
    op.create_table(
        "component",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("package_id", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(length=32), nullable=False),
        sa.Column("version", sa.Text(), nullable=True),
        sa.Column("license", sa.Text(), nullable=True),
        sa.Column("uses", sa.Integer(), server_default="0", nullable=False),
        sa.Column("left_at", sa.Float(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_component")),
    )
    op.create_index("ix_component_digest", "component", ["digest"], unique=True)
    op.create_index("ix_component_package_id", "component", ["package_id"])
    op.create_table(
        "license",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("folded", sa.String(length=200), nullable=False),
        sa.Column("uses", sa.Integer(), server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_license")),
    )
    op.create_index("ix_license_folded", "license", ["folded"], unique=True)
    op.create_table(
        "component_license",
        sa.Column("license_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("component_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("license_id", "component_id", name=op.f("pk_component_license")),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_component_license_component_id", "component_license", ["component_id"])


def _create_uses() -> None:
    op.create_table(
        "reading",
        sa.Column("repository_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("head", sa.String(length=64), nullable=False),
        sa.Column("at", sa.Float(), nullable=False),
        sa.Column("first_at", sa.Float(), nullable=False),
        sa.Column("done", sa.Boolean(), nullable=False),
        sa.Column("unread", sa.Integer(), server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("repository_id", name=op.f("pk_reading")),
    )
    op.create_table(
        "manifest",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("repository_id", sa.BigInteger(), nullable=False),
        sa.Column("digest", sa.String(length=32), nullable=False),
        sa.Column("path", sa.Text(), nullable=False),
        sa.Column("format", sa.String(length=64), nullable=False),
        sa.Column("document", sa.String(length=64), nullable=True),
        sa.Column("owners", sa.JSON(none_as_null=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_manifest")),
    )
    op.create_index("ix_manifest_digest", "manifest", ["digest"], unique=True)
    op.create_index("ix_manifest_repository_id", "manifest", ["repository_id"])
    op.create_index("ix_manifest_document", "manifest", ["document"])
    op.create_table(
        "document",
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=False),
        sa.Column("stored_at", sa.Float(), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_document")),
    )
    op.create_table(
        "use",
        sa.Column("manifest_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("component_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("since", sa.Float(), nullable=False),
        sa.Column("repository_id", sa.BigInteger(), nullable=False),
        sa.Column("scope", sa.SmallInteger(), nullable=False),
        sa.Column("direct", sa.Boolean(), nullable=True),
        sa.Column("via_id", sa.Integer(), nullable=True),
        sa.Column("until", sa.Float(), nullable=True),
        sa.PrimaryKeyConstraint("manifest_id", "component_id", "since", name=op.f("pk_use")),
        sqlite_with_rowid=False,
    )
    still, ended = sa.text("until IS NULL"), sa.text("until IS NOT NULL")
    columns = ["component_id", "repository_id", "manifest_id", "until"]
    op.create_index("ix_use_open", "use", columns, sqlite_where=still, postgresql_where=still)
    op.create_index("ix_use_until", "use", ["until"], sqlite_where=ended, postgresql_where=ended)
    op.create_table(
        "advisory_name",
        sa.Column("folded", sa.String(length=200), nullable=False),
        sa.Column("fact_id", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("folded", "fact_id", name=op.f("pk_advisory_name")),
    )
    op.create_index("ix_advisory_name_fact_id", "advisory_name", ["fact_id"])


def _drop_uses() -> None:
    names = ("advisory_name", "use", "document", "manifest", "reading")
    for name in (*names, "component_license", "license", "component", "package"):
        op.drop_table(name)


def downgrade() -> None:
    for name in ("upload", "pull_manifest", "pull_inventory", "backfill"):
        op.drop_table(name)
    op.drop_table("pause")
    _drop_uses()
    op.drop_table("request")
    op.drop_table("command")
    op.drop_column("subject", "closed_at")
    op.drop_index("ix_subject_key", "subject")
    op.drop_index("ix_subject_job", "subject")
    op.drop_index("ix_subject_leased", "subject")
    op.drop_index("ix_subject_due", "subject")
    op.drop_column("subject", "job_at")
    op.drop_index("ix_delivery_subject", "delivery")
    for column in ("done_at", "error", "wanted", "command", "state"):
        op.drop_column("delivery", column)
    with op.batch_alter_table("repository", schema=None) as batch_op:
        batch_op.drop_index("ix_repository_installation_id")
        batch_op.drop_index("ix_repository_folded")

    op.drop_table("repository")
