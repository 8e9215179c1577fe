"""Signatures as a table for people: CSV (RFC 4180) that no spreadsheet takes for a formula."""

from collections.abc import Iterable

from checks.agreements.codec import moment_text
from checks.model.signatures import SignatureRecord, Signer

COLUMNS = (
    *("id", "act", "document", "version", "account_id", "login", "name", "email", "company", "at", "how", "until"),
    *("ends", "by", "reason", "digest", "evidence", "fields"),
)


def csv_of(records: Iterable[SignatureRecord]) -> str:
    """One record a row, with a header; times are UTC."""
    rows = [COLUMNS, *map(_row, records)]
    return "".join(",".join(map(_quoted, row)) + "\r\n" for row in rows)


def _row(record: SignatureRecord) -> tuple[str, ...]:
    signer, by = record.signer, record.by or Signer()
    fields = "; ".join(f"{name}: {value}" for name, value in sorted(record.fields.items()))
    cells = (
        *(record.id, record.act.value, record.document, record.version, signer.account_id, signer.login),
        *(signer.name, signer.email, record.company, moment_text(record.at), record.how.value),
        *(moment_text(record.until) if record.until else None, record.ends, by.login or by.name, record.reason),
        *(record.digest, record.evidence, fields),
    )
    return tuple("" if cell is None else str(cell) for cell in cells)


def _quoted(cell: str) -> str:
    """Quoted where it must be; what begins as a formula does gets a quote in front."""
    text = f"'{cell}" if cell[:1] in ("=", "+", "-", "@", "\t", "\r") and cell else cell
    return '"' + text.replace('"', '""') + '"' if set(',"\r\n') & set(text) else text
