"""Receipts: what somebody signed, as files to keep. The same record gives the same bytes, whenever it is asked."""

import json
from datetime import datetime

from checks.model.phrase import visible
from checks.model.signatures import Act, SignatureRecord, Signer

_ACTS = {
    Act.SIGNED: "Signed",
    Act.ACKNOWLEDGED: "Acknowledged",
    Act.REVOKED: "Revoked",
    Act.LEFT: "Left the company",
}


def title(record: SignatureRecord) -> str:
    """`Signed: Example CLA, version 2`."""
    return f"{_ACTS[record.act]}: {record.document}, version {record.version}"


def as_json(record: SignatureRecord, company: str | None) -> bytes:
    document = {
        "receipt": record.id,
        "act": record.act.value,
        "document": record.document,
        "version": record.version,
        "sha256": record.digest,
        "at": _at(record.at),
        "signer": _signer(record.signer),
        "by": _signer(record.by) if record.by else None,
        "company": {"id": record.company, "name": company} if record.company else None,
        "how": record.how.value,
        "evidence": record.evidence,
        "fields": dict(sorted(record.fields.items())),
        "ends": record.ends,
        "until": _at(record.until) if record.until else None,
        "reason": record.reason,
    }
    return (json.dumps(document, ensure_ascii=False, indent=2) + "\n").encode("utf-8", "replace")


def as_text(record: SignatureRecord, company: str | None) -> bytes:
    rows = [
        ("Receipt", record.id),
        ("Document", f"{record.document}, version {record.version}"),
        ("SHA-256 of the text", record.digest or "not known"),
        ("Time", _at(record.at)),
        ("Account", _account(record.signer)),
        ("Name", record.signer.name),
        ("For", company if record.company else None),
        ("By", _account(record.by) if record.by else None),
        ("How", record.how.value),
        ("Evidence", record.evidence),
        *((name, value) for name, value in sorted(record.fields.items())),
        ("Ends", record.ends),
        ("Reason", record.reason),
    ]
    lines = [f"{name}: {visible(value, 2_000)}" for name, value in rows if value]
    return "\n".join([_ACTS[record.act], "", *lines, ""]).encode("utf-8", "replace")


def _account(signer: Signer) -> str:
    number = "" if signer.account_id is None else f" (account {signer.account_id})"
    return f"{signer.login or 'unknown'}{number}"


def _signer(signer: Signer) -> dict[str, object]:
    return {"account_id": signer.account_id, "login": signer.login, "name": signer.name, "email": signer.email}


def _at(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")
