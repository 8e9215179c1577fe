"""Our own file of signatures: JSON with one record a line, which is only ever added to.

A record never changes and its line is always written the same, so that a difference in git shows what was added. Lines
begin with their comma: where git merges two branches that both added (`merge=union` in `.gitattributes`), the outcome
is a file with both. The reader takes such a file line by line, and any other layout as plain JSON.
"""

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Any, NamedTuple

from checks.agreements.codec import company_json, read_company, read_record, record_json
from checks.model.signatures import Company, SignatureRecord, Signer

FORMAT = "ospo-gate signatures"
VERSION = 1
#: Of one file: characters, and records.
MAX_CHARACTERS, MAX_RECORDS = 100_000_000, 500_000
#: Problems that are named; a hostile file has any number.
MAX_PROBLEMS = 100
_COMPANIES, _RECORDS, _END = '"companies": [', '"records": [', "]}"
#: The first line of our layout, whole.
_HEAD = f'{{"format": "{FORMAT}", "version": {VERSION},\n'


class Problem(NamedTuple):
    """Something that could not be read or does not fit."""

    line: int
    """1-based, of the file; 0: of the whole. In JSON of another layout than ours the number of the record."""
    message: str
    """A clause; what the file says in it is foreign."""


class SignatureFile(NamedTuple):
    """What a file says, as far as it could be read."""

    records: tuple[SignatureRecord, ...]
    """In the order of the file, each id once."""
    companies: tuple[Company, ...] = ()
    problems: tuple[Problem, ...] = ()


def write_signatures(records: Iterable[SignatureRecord], companies: Iterable[Company] = ()) -> str:
    """The file, ending in a line end."""
    lines = [_HEAD.rstrip(), _COMPANIES, *_rows(map(company_json, companies)), "],"]
    return "\n".join([*lines, _RECORDS, *_rows(map(record_json, records)), _END]) + "\n"


def _rows(objects: Iterable[dict[str, Any]]) -> Iterator[str]:
    for index, item in enumerate(objects):
        yield ("," if index else "") + json.dumps(item, separators=(", ", ": "))


def appended(text: str, records: Sequence[SignatureRecord]) -> str:
    """The file with further records at its end; those whose id is there already are left out, and the lines that are
    there stay as they are. Raises ValueError for a file that is not whole: nothing is ever lost by writing."""
    read = read_signatures(text)
    if read.problems:
        raise ValueError(f"line {read.problems[0].line}: {read.problems[0].message}")
    known = {record.id for record in read.records}
    fresh = list({record.id: record for record in records if record.id not in known}.values())
    end = f"{_END}\n"
    if not fresh:
        return text
    if not text.startswith(_HEAD) or not text.endswith(f"\n{end}"):
        return write_signatures((*read.records, *fresh), read.companies)
    comma = "," if read.records else ""
    return text.removesuffix(end) + comma + "\n".join(_rows(map(record_json, fresh))) + f"\n{end}"


def with_companies(text: str, companies: Sequence[Company]) -> str:
    """The file with further companies; one that is there gets what it has not yet, and keeps its name. The lines of the
    records stay as they are. Raises ValueError for a file that is not whole."""
    read = read_signatures(text)
    if read.problems:
        raise ValueError(f"line {read.problems[0].line}: {read.problems[0].message}")
    known = {company.id: company for company in read.companies}
    for company in companies:
        known[company.id] = joined(known.get(company.id, company), company)
    after = tuple(known.values())
    return text if after == read.companies else write_signatures(read.records, after)


def joined(one: Company, other: Company) -> Company:
    """A company with what either says of it, each once."""
    return replace(
        one,
        managers=_people(one.managers, other.managers),
        domains=tuple(dict.fromkeys((*one.domains, *other.domains))),
        organizations=tuple(dict.fromkeys((*one.organizations, *other.organizations))),
        accounts=_people(one.accounts, other.accounts),
    )


def _people(one: Sequence[Signer], other: Sequence[Signer]) -> tuple[Signer, ...]:
    """By the number of the account; a login alone is somebody else."""
    return tuple({signer.account_id or f"@{signer.login}": signer for signer in (*one, *other)}.values())


def read_signatures(text: str) -> SignatureFile:
    """The signatures of a file; what is wrong with it is a problem, and never an error."""
    if len(text) > MAX_CHARACTERS:
        return SignatureFile((), (), (Problem(0, f"it is longer than {MAX_CHARACTERS:,} characters"),))
    text = text.removeprefix("\ufeff")
    return _Reader().whole(text) if not text.startswith(_HEAD) else _Reader().lines(text)


class _Reader:
    def __init__(self) -> None:
        self.records: dict[str, SignatureRecord] = {}
        self.companies: dict[str, Company] = {}
        self.problems: list[Problem] = []

    def lines(self, text: str) -> SignatureFile:
        """A file in our layout, and also one that git has put together from two."""
        part, ended = "", False
        for number, line in enumerate(text.splitlines()[1:], 2):
            row = line.strip()
            if row in (_COMPANIES, _RECORDS):
                part = row
            elif row == _END:
                ended = True
            elif row not in ("", "],"):
                self._line(number, row.strip(","), part)
        if not ended:
            self._problem(0, "its end is missing")
        return self._file()

    def _line(self, number: int, row: str, part: str) -> None:
        if row.startswith(("<<<<<<<", "=======", ">>>>>>>", "|||||||")):
            self._problem(number, "git left a conflict there")
            return
        try:
            value = json.loads(row)
        except (ValueError, RecursionError):
            self._problem(number, "it is not one JSON object")
            return
        self._item(number, value, part)

    def whole(self, text: str) -> SignatureFile:
        """JSON in any layout."""
        try:
            value = json.loads(text)
        except json.JSONDecodeError as error:
            return SignatureFile((), (), (Problem(error.lineno, f"it is not JSON: {error.msg}"),))
        except (ValueError, RecursionError):
            return SignatureFile((), (), (Problem(0, "it is not JSON"),))
        if not isinstance(value, dict) or value.get("format") != FORMAT:
            return SignatureFile((), (), (Problem(1, f'it does not say "format": "{FORMAT}"'),))
        if value.get("version") != VERSION:
            return SignatureFile((), (), (Problem(1, f"its version is not {VERSION}, the one that is known"),))
        for name, part in (("companies", _COMPANIES), ("records", _RECORDS)):
            items = value.get(name, [])
            if not isinstance(items, list):
                self._problem(0, f"'{name}' is not a list")
                continue
            for number, item in enumerate(items, 1):
                self._item(number, item, part)
        return self._file()

    def _item(self, number: int, value: object, part: str) -> None:
        try:
            if part == _COMPANIES:
                company = read_company(value)
                self.companies[company.id] = company
            elif part == _RECORDS:
                record = read_record(value)
                if self.records.setdefault(record.id, record) != record:
                    raise ValueError("another record has the same id")
                if len(self.records) > MAX_RECORDS:
                    raise ValueError(f"there are more than {MAX_RECORDS:,} records")
            else:
                raise ValueError("it belongs to no list")
        except ValueError as error:
            self._problem(number, str(error))

    def _problem(self, line: int, message: str) -> None:
        if len(self.problems) < MAX_PROBLEMS:
            self.problems.append(Problem(line, message))

    def _file(self) -> SignatureFile:
        return SignatureFile(tuple(self.records.values()), tuple(self.companies.values()), tuple(self.problems))
