"""Signatures in tables: the export of cla-assistant, as CSV or JSON, and CSV of the kind that EasyCLA has.

Their columns have had several names; each is known by what is left without blanks, case and punctuation.
"""

import csv
import json
import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from types import MappingProxyType
from typing import Any, NamedTuple

from checks.agreements.company_rows import CORPORATE, EMPLOYEE, CompanyRow, CompanyRows
from checks.agreements.incoming import Collector, Imported, Terms, account_number, derived_id, time_of
from checks.agreements.signature_file import MAX_CHARACTERS, MAX_RECORDS
from checks.model.signatures import Act, How, SignatureRecord, Signer

#: What a column may be called, without blanks, case and punctuation.
_COLUMNS = {
    "id": ("userid", "githubid", "accountid", "githubuserid", "githubaccountid", "signeraccountid"),
    "login": ("user", "username", "login", "githubusername", "githublogin", "githubuser", "github", "signerlogin"),
    "name": ("name", "fullname", "signername", "realname", "usersname"),
    "email": ("email", "emailaddress", "mail", "useremail", "signeremail"),
    "document": ("document", "agreement", "cla", "claname", "clatitle"),
    "version": ("version", "gistversion", "documentversion", "claversion"),
    "gist": ("gisturl", "gist"),
    "owner": ("owner", "org", "organization", "repositoryowner", "orgid"),
    "repository": ("repo", "repository", "repositoryname", "ownerrepo", "project"),
    "signed": ("createdat", "signedat", "signedon", "datesigned", "date", "at", "signaturedate", "created"),
    "until": ("endat", "endsat", "until", "expires"),
    "revoked": ("revokedat", "revokedon", "daterevoked", "revoked"),
    "fields": ("customfields", "fields"),
    "origin": ("origin", "sharedgist", "source"),
    "company": ("company", "companyname", "corporation", "employer"),
    "identity": ("companyid", "companyexternalid", "companysfid"),
    "managers": ("managers", "clamanagers", "clamanager", "managerlogins", "companymanagers"),
    "domains": (
        *("domains", "emaildomains", "approveddomains", "companydomains", "domainapprovallist"),
        *("emaildomainapprovallist", "domainallowlist", "domainwhitelist"),
    ),
    "organizations": (
        *("githuborganizations", "githuborgs", "organizations", "approvedorganizations", "githuborgapprovallist"),
        *("githuborganizationapprovallist", "githuborgallowlist", "githuborgwhitelist"),
    ),
    "accounts": (
        *("githubusernames", "githubusers", "accounts", "approvedusers", "githubusernameapprovallist"),
        *("githubusernameallowlist", "githubwhitelist", "githubusernamewhitelist", "githubapprovallist"),
    ),
    "emails": ("emails", "approvedemails", "emailapprovallist", "emailallowlist", "emailwhitelist"),
    "type": ("type", "clatype", "signaturetype"),
}
_NAMES = {name: column for column, names in _COLUMNS.items() for name in names}
_LISTS = ("managers", "domains", "organizations", "accounts", "emails")
#: Characters of one answer and of one list of names, and answers of one row.
_TEXT, _LIST, _FIELDS = 1_000, 200_000, 50

_Row = Mapping[str, Any]


def read_table(text: str, terms: Terms) -> Imported:
    """The records of CSV (with a header) or of a JSON list of objects. Raises ValueError for what is neither."""
    if len(text) > MAX_CHARACTERS:
        raise ValueError(f"it is longer than {MAX_CHARACTERS:,} characters")
    text = text.removeprefix("\ufeff")
    rows = _json_rows(text) if text.lstrip()[:1] in ("[", "{") else _csv_rows(text)
    collector = Collector(terms)
    companies = CompanyRows(collector)
    for line, row in rows:
        collector.rows += 1
        if collector.rows > MAX_RECORDS:
            raise ValueError(f"it has more than {MAX_RECORDS:,} rows")
        _add(collector, companies, line, row)
    return collector.done(companies.done())


def _csv_rows(text: str) -> Iterator[tuple[int, _Row]]:
    lines = text.splitlines(keepends=True)
    separator = ";" if lines and lines[0].count(";") > lines[0].count(",") else ","
    reader = csv.reader(lines, delimiter=separator, strict=True)
    columns: list[str | None] = []
    before = 0
    while True:
        try:
            cells = next(reader, None)
        except csv.Error as error:
            raise ValueError(f"line {before + 1}: it is no CSV: {error}") from None
        if cells is None:
            return
        line, before = before + 1, reader.line_num
        if not columns:
            columns = _header(cells)
        elif any(cell.strip() for cell in cells):
            named = zip(columns, cells, strict=False)
            yield line, {column: _unquoted(cell.strip()) for column, cell in named if column and cell.strip()}


def _unquoted(cell: str) -> str:
    """Without the quote that exports put before what a spreadsheet takes for a formula."""
    return cell[1:] if cell[:1] == "'" and cell[1:2] in ("=", "+", "-", "@", "\t") else cell


def _header(cells: list[str]) -> list[str | None]:
    columns = [_column(cell) for cell in cells]
    if "signed" not in columns or not {"id", "login", "email"} & set(columns):
        raise ValueError("its first line names no column for the signer, or none for the date of the signature")
    return columns


def _column(name: str) -> str | None:
    return _NAMES.get(_squeezed(name))


def _json_rows(text: str) -> Iterator[tuple[int, _Row]]:
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        raise ValueError("it is not JSON") from None
    if isinstance(value, dict):
        value = next((item for item in value.values() if isinstance(item, list)), None)
    if not isinstance(value, list):
        raise ValueError("it has no list of signatures")
    for number, item in enumerate(value, 1):
        row = item if isinstance(item, dict) else {}
        yield number, {column: given for name, given in row.items() if (column := _column(name)) and given is not None}


def _add(collector: Collector, companies: CompanyRows, line: int, row: _Row) -> None:
    signer = Signer(account_number(row.get("id")), _text(row, "login"), _text(row, "name"), _email(row))
    companies.know(signer)
    type_ = _squeezed(str(row.get("type", "")))
    of_company = type_ in CORPORATE or type_ in EMPLOYEE
    if signer.account_id is None and signer.login is None and not of_company:
        collector.problem(line, "it names no account on GitHub, so nobody can tell whose commits it covers")
        return
    try:
        at, until, revoked = time_of(row.get("signed")), _optional_time(row, "until"), _optional_time(row, "revoked")
    except ValueError as error:
        collector.problem(line, str(error))
        return
    document, version = (_of_company if of_company else _of_person)(row, collector.terms)
    if version is None:
        collector.problem(line, "it says no version: name one with --version")
    elif not of_company:
        _person(collector, line, row, _Signed(signer, at, until, revoked, document, version))
    elif (name := _text(row, "company")) is None:
        collector.problem(line, "it names no company")
    else:
        lists = {column: _list(row[column]) for column in _LISTS if column in row}
        told = CompanyRow(
            line, name, _text(row, "identity"), type_ in EMPLOYEE, signer, at, until, revoked, document, version,
            _evidence(row), lists,
        )  # fmt: skip
        companies.rows.append(told)


class _Signed(NamedTuple):
    """What a row says of a signature."""

    signer: Signer
    at: datetime
    until: datetime | None
    revoked: datetime | None
    document: str
    version: str


def _person(collector: Collector, line: int, row: _Row, told: _Signed) -> None:
    signer, at = told.signer, told.at
    record = SignatureRecord(
        id=derived_id("table", told.document, told.version, signer.account_id or signer.login, at),
        act=Act.SIGNED,
        document=told.document,
        version=told.version,
        signer=signer,
        at=at,
        how=How.IMPORT,
        evidence=_evidence(row),
        until=told.until,
        fields=_fields(row),
    )
    collector.add(line, record)
    if told.revoked is not None:
        end = replace(record, id=f"{record.id}-end", act=Act.REVOKED, at=max(told.revoked, at), ends=record.id)
        collector.add(line, replace(end, until=None, fields=MappingProxyType({})))


def _of_person(row: _Row, terms: Terms) -> tuple[str, str | None]:
    """Document and version. The column counts where the policy has a document of that name; titles of other tools are
    only titles."""
    named = _text(row, "document")
    document = named if named in {str(document.name) for document in terms.documents} and named else terms.document
    return document, terms.version or _text(row, "version")


def _of_company(row: _Row, terms: Terms) -> tuple[str, str | None]:
    """The same for companies; what the import is told of the version is about people first."""
    named = _text(row, "document")
    known = [str(document.name) for document in terms.documents if document.kind.companies]
    only = known[0] if len(known) == 1 else None
    document = named if named in known and named else terms.company_document or only or terms.document
    return document, _text(row, "version") or terms.version


def _list(value: object) -> str:
    """A cell with several names."""
    items = value if isinstance(value, list) else [value]
    return ",".join(str(item) for item in items if isinstance(item, str | int))[:_LIST]


def _text(row: _Row, column: str) -> str | None:
    value = row.get(column)
    text = str(value).strip()[:_TEXT] if isinstance(value, str | int) else ""
    return text or None


def _email(row: _Row) -> str | None:
    text = _text(row, "email")
    return text.lower() if text and "@" in text else None


def _optional_time(row: _Row, column: str) -> datetime | None:
    value = row.get(column)
    return None if value in (None, "", "null", "false", False) else time_of(value)


def _evidence(row: _Row) -> str | None:
    """Where it was signed, as far as the row says."""
    parts = (_text(row, column) for column in ("gist", "owner", "repository", "origin"))
    return ", ".join(part for part in parts if part)[:_TEXT] or None


def _fields(row: _Row) -> Mapping[str, str]:
    """Answers to the form, and the employer; what is no mapping is one answer."""
    given = row.get("fields")
    if isinstance(given, str) and given[:1] == "{":
        with suppress(ValueError, RecursionError):
            given = json.loads(given)
    answers = given if isinstance(given, dict) else {"custom_fields": given} if given else {}
    if company := _text(row, "company"):
        answers = {**answers, "company": company}
    found = {str(name)[:100]: _plain(value)[:_TEXT] for name, value in list(answers.items())[:_FIELDS]}
    return MappingProxyType(found)


def _plain(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value, default=str)


def _squeezed(text: str) -> str:
    return re.sub(r"[^a-z0-9]", "", text[:100].casefold())
