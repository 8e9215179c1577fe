"""Signatures and companies as JSON objects, the way that files, exports and the API have them.

What is absent is left out. A key that is not known is kept by nobody: a file of a newer release says so by its version.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Any, TypeVar

from checks.model.signatures import Act, Company, How, SignatureRecord, Signer

#: Characters of one word, and fields or people of one object; more is no signature.
MAX_TEXT, MAX_ITEMS = 4_000, 20_000
#: Account numbers are 64 bits wide.
_MOST = 2**63

Json = dict[str, Any]
E = TypeVar("E", bound=StrEnum)


def record_json(record: SignatureRecord) -> Json:
    """One record; times are UTC."""
    given: Json = {
        "id": record.id,
        "act": record.act.value,
        "document": record.document,
        "version": record.version,
        "signer": signer_json(record.signer),
        "at": moment_text(record.at),
        "how": record.how.value,
        "digest": record.digest,
        "company": record.company,
        "evidence": record.evidence,
        "until": moment_text(record.until) if record.until else None,
        "fields": dict(sorted(record.fields.items())),
        "ends": record.ends,
        "by": signer_json(record.by) if record.by else None,
        "reason": record.reason,
    }
    return _present(given)


def read_record(value: object) -> SignatureRecord:
    """The record of a JSON object. Raises ValueError that says what is wrong."""
    row = _object(value)
    by = row.get("by")
    return SignatureRecord(
        id=_needed(row, "id"),
        act=_word(row, "act", Act),
        document=_needed(row, "document"),
        version=_needed(row, "version"),
        signer=read_signer(row.get("signer", {})),
        at=read_moment(_needed(row, "at")),
        how=_word(row, "how", How),
        digest=_text(row, "digest"),
        company=_text(row, "company"),
        evidence=_text(row, "evidence"),
        until=None if row.get("until") is None else read_moment(_needed(row, "until")),
        fields=_fields(row.get("fields")),
        ends=_text(row, "ends"),
        by=None if by is None else read_signer(by),
        reason=_text(row, "reason"),
    )


def company_json(company: Company) -> Json:
    """A company with its people."""
    given: Json = {
        "id": company.id,
        "name": company.name,
        "managers": [signer_json(signer) for signer in company.managers],
        "domains": list(company.domains),
        "organizations": list(company.organizations),
        "accounts": [signer_json(signer) for signer in company.accounts],
    }
    return _present(given)


def read_company(value: object) -> Company:
    """The company of a JSON object. Raises ValueError that says what is wrong."""
    row = _object(value)
    return Company(
        id=_needed(row, "id"),
        name=_needed(row, "name"),
        managers=tuple(read_signer(item) for item in _items(row, "managers")),
        domains=tuple(_word_of(item, "domains").lower() for item in _items(row, "domains")),
        organizations=tuple(_word_of(item, "organizations") for item in _items(row, "organizations")),
        accounts=tuple(read_signer(item) for item in _items(row, "accounts")),
    )


def signer_json(signer: Signer) -> Json:
    return _present(
        {"account_id": signer.account_id, "login": signer.login, "name": signer.name, "email": signer.email}
    )


def read_signer(value: object) -> Signer:
    """Raises ValueError."""
    row = _object(value)
    number = row.get("account_id")
    if number is not None and not (type(number) is int and 0 < number < _MOST):
        raise ValueError("'account_id' must be the number of an account")
    email = _text(row, "email")
    return Signer(number, _text(row, "login"), _text(row, "name"), email.lower() if email else None)


def moment_text(moment: datetime) -> str:
    """`2026-11-20T12:00:00Z`, with microseconds where there are any; a time without a zone is UTC."""
    utc = moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
    return utc.isoformat().replace("+00:00", "Z")


def read_moment(text: str) -> datetime:
    """UTC; a day alone begins it, and a time without a zone is UTC. Raises ValueError."""
    try:
        moment = datetime.fromisoformat(text.strip()[:60])
        return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        raise ValueError("it has no date such as 2026-11-20T12:00:00Z") from None


def _present(given: Json) -> Json:
    return {name: value for name, value in given.items() if value not in (None, {}, [])}


def _object(value: object) -> Mapping[str, Any]:
    if not isinstance(value, dict):
        raise ValueError("expected an object with keys")
    return value


def _needed(row: Mapping[str, Any], key: str) -> str:
    if not (text := _text(row, key)):
        raise ValueError(f"'{key}' is missing")
    return text


def _text(row: Mapping[str, Any], key: str) -> str | None:
    value = row.get(key)
    return None if value is None else _word_of(value, key)


def _word_of(value: object, key: str) -> str:
    if not isinstance(value, str) or len(value) > MAX_TEXT:
        raise ValueError(f"'{key}' must be text of at most {MAX_TEXT:,} characters")
    return value


def _word(row: Mapping[str, Any], key: str, words: type[E]) -> E:
    try:
        return words(_needed(row, key))
    except ValueError:
        raise ValueError(f"'{key}' must be one of {', '.join(words)}") from None


def _items(row: Mapping[str, Any], key: str) -> list[object]:
    value = row.get(key, [])
    if not isinstance(value, list) or len(value) > MAX_ITEMS:
        raise ValueError(f"'{key}' must be a list of at most {MAX_ITEMS:,} entries")
    return value


def _fields(value: object) -> Mapping[str, str]:
    row = {} if value is None else _object(value)
    if len(row) > MAX_ITEMS:
        raise ValueError("'fields' has too many entries")
    return MappingProxyType({name: _word_of(given, f"fields.{name[:40]}") for name, given in row.items()})
