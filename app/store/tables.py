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
    SmallInteger,
    String,
    Table,
    Text,
    text,
)

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(column_0_label)s",
        "pk": "pk_%(table_name)s",
        "uq": "uq_%(table_name)s_%(column_0_name)s",
    }
)


def _partial(name: str, column: str, condition: str) -> Index:
    """An index over the few rows that are looked for, however many there are."""
    return Index(name, column, sqlite_where=text(condition), postgresql_where=text(condition))


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
    _partial("ix_delivery_subject", "subject", "state <> 'done'"),
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
    _partial("ix_subject_due", "next_at", "wanted > done"),
    _partial("ix_subject_leased", "installation_id", "lease_until IS NOT NULL"),
    _partial("ix_subject_key", "key", "last_error IS NOT NULL"),
    _partial("ix_subject_job", "installation_id", "job_at IS NOT NULL"),
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
    Index(
        "ix_matter_key",
        "key",
        unique=True,
        sqlite_where=text("state = 'open'"),
        postgresql_where=text("state = 'open'"),
    ),
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
    _partial("ix_notice_next_at", "next_at", "done_at IS NULL"),
)

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
    Index(
        "ix_use_until",
        "until",
        sqlite_where=text("until IS NOT NULL"),
        postgresql_where=text("until IS NOT NULL"),
    ),
    sqlite_with_rowid=False,
)

#: The names of advisories that are among the facts.
advisory_name = Table(
    "advisory_name",
    metadata,
    Column("folded", String(200), primary_key=True),
    Column("fact_id", String(64), primary_key=True),
    Index("ix_advisory_name_fact_id", "fact_id"),
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

#: Signatures under agreements: append-only, which triggers see to: only a person may be forgotten in them.
signature = Table(
    "signature",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=True),
    Column("id", String(64), nullable=False),
    Column("scope", String(64), nullable=False),  # empty: the organization's policy; or `repository/<id>`
    Column("act", String(16), nullable=False),
    Column("document", Text, nullable=False),  # names of documents, kept as `app.store.words` writes them
    Column("version", Text, nullable=False),
    Column("digest", String(64), nullable=True),
    Column("account_id", BigInteger, nullable=True),
    Column("login", Text, nullable=True),
    Column("folded", String(200), nullable=True),  # the login as it is looked for where there is no account
    Column("name", Text, nullable=True),
    Column("email", Text, nullable=True),
    Column("company", String(64), nullable=True),
    Column("how", String(16), nullable=False),
    Column("evidence", Text, nullable=True),
    Column("fields", Text, nullable=False),  # JSON
    Column("at", Float, nullable=False),
    Column("until", Float, nullable=True),
    Column("ends", String(64), nullable=True),
    Column("by_account_id", BigInteger, nullable=True),
    Column("by_login", Text, nullable=True),
    Column("reason", Text, nullable=True),
    Column("stored_at", Float, nullable=False),
    Index("ix_signature_id", "scope", "id", unique=True),
    Index("ix_signature_account_id", "scope", "account_id"),
    Index("ix_signature_folded", "scope", "folded"),
    Index("ix_signature_company", "scope", "company"),
)

#: Companies that sign for people. They have effect when the OSPO has approved them.
company = Table(
    "company",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("name", Text, nullable=False),
    Column("state", String(16), nullable=False),  # asked → approved or declined; approved → ended
    Column("asked_at", Float, nullable=False),
)

#: For whom a company speaks, as it is now: `company_change` has how it came to that.
company_entry = Table(
    "company_entry",
    metadata,
    Column("company", String(64), primary_key=True),
    Column("kind", String(16), primary_key=True),  # manager, account, domain or organization
    Column("value", String(200), primary_key=True),  # account id, or the name in lower case
    Column("login", Text, nullable=True),  # of an account
    Column("approved", Boolean, nullable=False),  # whether the OSPO has approved it, where that is needed
    Index("ix_company_entry_value", "kind", "value"),
)

#: Append-only: every change of a company, by whom and from where.
company_change = Table(
    "company_change",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("company", String(64), nullable=False),
    Column("at", Float, nullable=False),
    Column("what", String(32), nullable=False),
    Column("value", Text, nullable=True),
    Column("account_id", BigInteger, nullable=True),  # who did it
    Column("login", Text, nullable=False),
    Column("place", String(16), nullable=False),  # page or command
    Column("reason", Text, nullable=True),
    Index("ix_company_change_company", "company", "id"),
)

#: Whose signatures the newest verdict on a pull request depends on: a new one has it judged again.
contributor = Table(
    "contributor",
    metadata,
    Column("subject", String(200), primary_key=True),
    Column("account_id", BigInteger, primary_key=True, autoincrement=False),
    Index("ix_contributor_account_id", "account_id"),
    sqlite_with_rowid=False,
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

#: The texts of agreements as they were signed, by their SHA-256: what somebody agreed to can be shown.
agreement_text = Table(
    "agreement_text",
    metadata,
    Column("digest", String(64), primary_key=True),
    Column("data", LargeBinary, nullable=False),
    Column("stored_at", Float, nullable=False),
)
