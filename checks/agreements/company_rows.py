"""Rows about companies in tables of the kind that EasyCLA has: what a company signed (CCLA), for whom it speaks, and
who of its people said so (ECLA).

A list of such a table names people by login. A login may belong to somebody else by now, so an entry counts by the
number of the account alone: as the list has it, `ada (1)`, or as another row of the same table does.
"""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import NamedTuple

from checks.agreements.incoming import Collector, account_number, derived_id
from checks.agreements.signature_file import joined
from checks.model.signatures import Act, Company, How, SignatureRecord, Signer
from checks.render.english import counted

#: What such a table calls a company's own signature, and what one of its people says.
CORPORATE = frozenset({"ccla", "corporate", "company", "corporation", "corporatecla"})
EMPLOYEE = frozenset({"ecla", "employee", "acknowledgement", "acknowledgment", "employeecla"})
#: Entries of one list; what the service keeps of one company.
MOST = 2_000
_SEPARATORS = re.compile(r"[,;|\r\n]+")
_NUMBERED = re.compile(r"@?([A-Za-z0-9][A-Za-z0-9_-]{0,99})?\s*[(:#]?\s*([0-9]{1,19})?\)?\Z")
_DOMAIN = re.compile(r"(?=.{4,190}\Z)[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)+\Z")
_ORGANIZATION = re.compile(r"[A-Za-z0-9_-]{1,100}\Z")
_LISTS = ("managers", "accounts", "domains", "organizations", "emails")


class CompanyRow(NamedTuple):
    """One row about a company."""

    line: int
    name: str
    identity: str | None
    """The company's own id there, which stays when its name changes."""
    employee: bool
    signer: Signer
    at: datetime
    until: datetime | None
    revoked: datetime | None
    document: str
    version: str
    evidence: str | None
    lists: Mapping[str, str]
    """Cells with several names, by what they list."""

    @property
    def company(self) -> str:
        """Id of the company: the same whenever the table is read."""
        return derived_id("company", (self.identity or " ".join(self.name.split())).casefold())


@dataclass(slots=True)
class CompanyRows:
    """The rows about companies of one table, put together when all of it was read."""

    collector: Collector
    rows: list[CompanyRow] = field(default_factory=list)
    numbers: dict[str, int] = field(default_factory=dict)
    """Of accounts, by login in lower case, as rows have both."""

    def know(self, signer: Signer) -> None:
        """A row has a login and a number."""
        if signer.login and signer.account_id:
            self.numbers[signer.login.lower()] = signer.account_id

    def done(self) -> tuple[Company, ...]:
        """The companies that have signed, each with all that its rows say; the rows become records."""
        companies: dict[str, Company] = {}
        for row in (row for row in self.rows if not row.employee):
            known = companies.get(row.company, Company(row.company, row.name[:300]))
            companies[row.company] = joined(known, self._listed(row))
            self._record(row, Act.SIGNED)
        for row in (row for row in self.rows if row.employee):
            if row.company in companies:
                self._record(row, Act.ACKNOWLEDGED)
            else:
                said = "it is about somebody of a company that no row says to have signed, so it was left out"
                self.collector.problem(row.line, said)
        for row in {row.company: row for row in self.rows if not row.employee}.values():
            self._missing(row, companies[row.company])
        return tuple(sorted(companies.values(), key=lambda company: (company.name, company.id)))

    def _missing(self, row: CompanyRow, company: Company) -> None:
        """What a company needs before it covers anybody, or can be looked after."""
        if not (company.domains or company.organizations or company.accounts):
            self.collector.problem(row.line, "it lists nobody, so the company covers nobody until its people are added")
        if not company.managers:
            said = "it names no manager by the number of an account: the owner of the policy looks after the company"
            self.collector.problem(row.line, said)

    def _record(self, row: CompanyRow, act: Act) -> None:
        signer, by = self._numbered(row.signer), row.signer
        if act is Act.ACKNOWLEDGED and signer.account_id is None and signer.login is None:
            said = "it names no account on GitHub, so nobody can tell whose commits it covers"
            self.collector.problem(row.line, said)
            return
        whose = by.account_id or by.login or by.email or by.name
        record = SignatureRecord(
            id=derived_id("company", row.company, row.document, row.version, act.value, whose, row.at),
            act=act,
            document=row.document,
            version=row.version,
            signer=signer,
            at=row.at,
            how=How.IMPORT,
            company=row.company,
            evidence=row.evidence,
            until=row.until,
        )
        self.collector.add(row.line, record, by_number=act is Act.ACKNOWLEDGED)
        if row.revoked is not None:
            end = replace(record, id=f"{record.id}-end", act=Act.REVOKED, at=max(row.revoked, row.at), ends=record.id)
            self.collector.add(row.line, replace(end, until=None), by_number=False)

    def _listed(self, row: CompanyRow) -> Company:
        """What one row lists."""
        found = {name: self._names(row, name) for name in _LISTS}
        if found["emails"]:
            said = (
                f"its list of {counted(len(found['emails']), 'e-mail address')} was left out: name domains or accounts"
            )
            self.collector.problem(row.line, said)
        managers = list(self._people(row, "managers", found["managers"]))
        signer = self._numbered(row.signer)
        if not managers and signer.account_id is not None:
            managers = [Signer(signer.account_id, signer.login)]
        return Company(
            row.company,
            row.name,
            managers=tuple(managers),
            domains=tuple(self._matching(row, "domains", [_domain(name) for name in found["domains"]], _DOMAIN)),
            organizations=tuple(self._matching(row, "organizations", found["organizations"], _ORGANIZATION)),
            accounts=tuple(self._people(row, "accounts", found["accounts"])),
        )

    def _names(self, row: CompanyRow, name: str) -> Sequence[str]:
        items = [item.strip() for item in _SEPARATORS.split(row.lists.get(name, ""))]
        found = list(dict.fromkeys(item for item in items if item))
        if len(found) > MOST:
            self.collector.problem(row.line, f"its {name} are {len(found):,}: the first {MOST:,} were taken")
        return found[:MOST]

    def _matching(
        self, row: CompanyRow, what: str, names: Collection[str], pattern: "re.Pattern[str]"
    ) -> Iterator[str]:
        for name in names:
            if pattern.match(name):
                yield name
            else:
                self.collector.problem(row.line, f"its {what} have '{name[:60]}', which is none")

    def _people(self, row: CompanyRow, what: str, names: Sequence[str]) -> Iterator[Signer]:
        for name in names:
            read = _NUMBERED.match(name)
            login, number = (read[1], account_number(read[2])) if read else (None, None)
            if login and login.isdigit() and number is None:  # a number alone
                login, number = None, account_number(login)
            signer = self._numbered(Signer(number, login))
            if signer.account_id is not None:
                yield signer
            else:
                said = f"its {what} have '{name[:60]}' without the number of an account, so it was left out"
                self.collector.problem(row.line, said)

    def _numbered(self, signer: Signer) -> Signer:
        if signer.account_id is not None or signer.login is None:
            return signer
        return replace(signer, account_id=self.numbers.get(signer.login.lower()))


def _domain(name: str) -> str:
    """`*.example.com` and `@example.com` are usual; a domain speaks for the addresses at it alone."""
    return name.lower().removeprefix("*").removeprefix("@").removeprefix(".")
