"""Which packages the repositories use: what `where` and the SBOMs are answered from."""

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Float,
    Index,
    Integer,
    LargeBinary,
    SmallInteger,
    String,
    Table,
    Text,
    text,
)

from app.store.tables.schema import metadata, partial

#: Packages that any repository uses or used. Texts that packages wrote are kept as `app.store.words` writes them.
package = Table(
    "package",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("digest", String(32), nullable=False),  # of the purl: purls have any length
    Column("purl", Text, nullable=False),
    Column("name", Text, nullable=False),  # as its ecosystem writes it
    Column("folded", String(200), nullable=False),  # the name in lower case
    Column("short", String(200), nullable=False),  # its last part in lower case
    Index("ix_package_digest", "digest", unique=True),
    Index("ix_package_folded", "folded"),
    Index("ix_package_short", "short"),
)

#: Versions of packages; one without a version is what a manifest names without saying which.
component = Table(
    "component",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("package_id", Integer, nullable=False),
    Column("digest", String(32), nullable=False),  # of purl and version
    Column("version", Text, nullable=True),
    Column("license", Text, nullable=True),  # the statement that was read last, raw
    Column("uses", Integer, nullable=False, server_default="0"),  # how many are open: what nobody can count in time
    Column("left_at", Float, nullable=True),  # when the last one that is closed was closed
    Index("ix_component_digest", "digest", unique=True),
    Index("ix_component_package_id", "package_id"),
)

#: The licenses that components are under, each part of an expression on its own.
license_ = Table(
    "license",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("folded", String(200), nullable=False),
    Column("uses", Integer, nullable=False, server_default="0"),
    Index("ix_license_folded", "folded", unique=True),
)
component_license = Table(
    "component_license",
    metadata,
    Column("license_id", Integer, primary_key=True, autoincrement=False),
    Column("component_id", Integer, primary_key=True, autoincrement=False),
    Index("ix_component_license_component_id", "component_id"),
    sqlite_with_rowid=False,
)

#: What was read last of each default branch.
reading = Table(
    "reading",
    metadata,
    Column("repository_id", BigInteger, primary_key=True, autoincrement=False),
    Column("head", String(64), nullable=False),
    Column("at", Float, nullable=False),  # GitHub's time of the head: an older push never replaces a newer one
    Column("first_at", Float, nullable=False),  # of the first head that was read: what is as old may be older
    Column("done", Boolean, nullable=False),
    Column("unread", Integer, nullable=False, server_default="0"),  # manifests that could not be read
)

#: The manifests of default branches.
manifest = Table(
    "manifest",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("repository_id", BigInteger, nullable=False),
    Column("digest", String(32), nullable=False),  # of repository and path
    Column("path", Text, nullable=False),
    Column("format", String(64), nullable=False),
    Column("document", String(64), nullable=True),  # None: it is not there any more
    Column("owners", JSON(none_as_null=True), nullable=True),  # by the CODEOWNERS file
    Index("ix_manifest_digest", "digest", unique=True),
    Index("ix_manifest_repository_id", "repository_id"),
    Index("ix_manifest_document", "document"),
)

#: What manifests say, by content: the same lock file is here once, whoever has it.
document = Table(
    "document",
    metadata,
    Column("key", String(64), primary_key=True),
    Column("data", LargeBinary, nullable=False),
    Column("stored_at", Float, nullable=False),
)

#: Which manifest uses which component from when to when: written once, closed once; what comes back is a new row.
use = Table(
    "use",
    metadata,
    Column("manifest_id", Integer, primary_key=True, autoincrement=False),
    Column("component_id", Integer, primary_key=True, autoincrement=False),
    Column("since", Float, primary_key=True),
    Column("repository_id", BigInteger, nullable=False),
    Column("scope", SmallInteger, nullable=False),  # its rank in `SCOPE_ORDER`
    Column("direct", Boolean, nullable=True),
    Column("via_id", Integer, nullable=True),  # the package that brings it
    Column("until", Float, nullable=True),
    Index(
        "ix_use_open",
        # with `until`, which is always empty here: without it SQLite looks each row up to see that, nine times as slow
        *("component_id", "repository_id", "manifest_id", "until"),
        sqlite_where=text("until IS NULL"),
        postgresql_where=text("until IS NULL"),
    ),
    partial("ix_use_until", "until", "until IS NOT NULL"),
    sqlite_with_rowid=False,
)

#: The inventory of a pull request at the head that was judged last,
pull_inventory = Table(
    "pull_inventory",
    metadata,
    Column("subject", String(200), primary_key=True),
    Column("repository_id", BigInteger, nullable=False),
    Column("head", String(64), nullable=False),
    Column("at", Float, nullable=False),  # GitHub's time of the event that named the head
    Column("base", String(64), nullable=False),  # the default branch's head, whose other manifests these are
    Index("ix_pull_inventory_repository_id", "repository_id"),
)

#: with its manifests: the same content is one `document`.
pull_manifest = Table(
    "pull_manifest",
    metadata,
    Column("subject", String(200), primary_key=True),
    Column("digest", String(32), primary_key=True),  # of the path
    Column("path", Text, nullable=False),
    Column("document", String(64), nullable=False),
    Index("ix_pull_manifest_document", "document"),
)
