"""What other tools keep of signatures, as records of ours, with a report of what does not match."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from uuid import UUID, uuid5

from checks.agreements.codec import read_moment
from checks.agreements.signature_file import MAX_RECORDS, Problem
from checks.agreements.terms import Document
from checks.model.signatures import Act, Company, SignatureRecord

#: Ids of imported records are derived from their evidence, so that importing twice adds nothing.
_IMPORTS = UUID("5a3c1d1e-7f52-5d0c-9f5e-6f3f0a1b2c3d")
#: Account numbers are 64 bits wide.
_MOST = 2**63


@dataclass(frozen=True, slots=True)
class Terms:
    """What the import is told, because the file does not say it."""

    document: str
    version: str | None
    """None: as the rows say."""
    now: datetime
    """UTC: nothing was signed after it."""
    documents: tuple[Document, ...] = ()
    """Those of the policy, if there is one; then each record must be of one of them."""
    repository: str | None = None
    """`owner/name` that the pull requests are of."""
    server: str = "https://github.com"
    company_document: str | None = None
    """Which agreement companies signed; None: the policy's only one for companies, else `document`."""


@dataclass(frozen=True, slots=True)
class Imported:
    """What became of a file."""

    records: tuple[SignatureRecord, ...]
    """Each id once, in the order of time."""
    problems: tuple[Problem, ...]
    rows: int
    """How many the file has."""
    companies: tuple[Company, ...] = ()
    """That have signed for their people."""

    @property
    def without_account(self) -> int:
        """Records of people that count only where the policy matches logins."""
        people = (record for record in self.records if record.company is None or record.act is Act.ACKNOWLEDGED)
        return sum(record.signer.account_id is None for record in people)


@dataclass(slots=True)
class Collector:
    """Records and problems of one file in the making."""

    terms: Terms
    rows: int = 0
    records: dict[str, SignatureRecord] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    def problem(self, line: int, message: str) -> None:
        self.problems.append(Problem(line, message))

    def add(self, line: int, record: SignatureRecord, by_number: bool = True) -> None:
        """Keep a record, unless it is there already or cannot be right. `by_number`: whether it counts by the number of
        its signer's account; who signs for a company need have none."""
        if record.at > self.terms.now:
            self.problem(line, "it was signed in the future, so it was left out")
        elif len(self.records) >= MAX_RECORDS:
            raise ValueError(f"it has more than {MAX_RECORDS:,} signatures")
        elif self.records.setdefault(record.id, record) is not record:
            self.problem(line, "the same signature stands there a second time")
        else:
            self._remark(line, record, by_number)

    def _remark(self, line: int, record: SignatureRecord, by_number: bool) -> None:
        if by_number and record.signer.account_id is None:
            self.problem(line, "it has no account's number, so it counts only with `match_logins`")
        known = {str(document.name): document for document in self.terms.documents}
        if not known:
            return
        document = known.get(record.document)
        if document is None:
            self.problem(line, f"the policy has no document '{record.document[:100]}'")
        elif not document.accepts(record.version, record.digest):
            self.problem(line, f"version '{record.version[:60]}' does not count today for '{document.name}'")

    def done(self, companies: tuple[Company, ...] = ()) -> Imported:
        ordered = sorted(self.records.values(), key=lambda record: (record.at, record.id))
        return Imported(tuple(ordered), tuple(sorted(self.problems)), self.rows, companies)


def derived_id(*evidence: object) -> str:
    """The same for the same evidence."""
    return str(uuid5(_IMPORTS, "\0".join(str(item) for item in evidence)))


def account_number(value: object) -> int | None:
    """The number of an account as files write it; None for what is none."""
    text = str(value).strip() if isinstance(value, int | str) and not isinstance(value, bool) else ""
    text = text.removesuffix(".0")  # spreadsheets make fractions of them
    if not (text.isascii() and text.isdigit() and len(text) <= 19):
        return None
    number = int(text)
    return number if 0 < number < _MOST else None


def time_of(value: object) -> datetime:
    """UTC, from ISO 8601 or milliseconds since 1970. Raises ValueError."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        try:
            return read_moment(datetime.fromtimestamp(value / 1000, UTC).isoformat())
        except (OverflowError, OSError, ValueError):
            raise ValueError("it has no date such as 2026-11-20T12:00:00Z") from None
    if not isinstance(value, str):
        raise ValueError("it has no date such as 2026-11-20T12:00:00Z")
    return read_moment(value)


def summary(imported: Imported, problems: Iterable[Problem] = ()) -> Sequence[str]:
    """What was taken and what was not, in lines."""
    kinds = Counter(problem.message for problem in (*imported.problems, *problems))
    return [f"{count:,} × {message}" for message, count in kinds.most_common()]
