"""Who has signed which agreement, for whom a company speaks, and who waits for signatures."""

from sqlalchemy import BigInteger, Boolean, Column, Float, Index, Integer, LargeBinary, String, Table, Text

from app.store.tables.schema import metadata

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

#: The texts of agreements as they were signed, by their SHA-256: what somebody agreed to can be shown.
agreement_text = Table(
    "agreement_text",
    metadata,
    Column("digest", String(64), primary_key=True),
    Column("data", LargeBinary, nullable=False),
    Column("stored_at", Float, nullable=False),
)
