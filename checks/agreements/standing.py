"""Whether somebody's signature under a document holds: what the records say, in the order of time.

The answer is a function of the records and of the moment. It does not depend on the order in which the records are
given, and it stays what it is until `changes_at`.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import NamedTuple

from checks.agreements.terms import Document
from checks.model.signatures import Act, Company, SignatureRecord, Signatures, Signer

_ENDINGS = (Act.REVOKED, Act.LEFT)
_TICK = timedelta(microseconds=1)
_NEVER = datetime.max.replace(tzinfo=UTC)


class Who(NamedTuple):
    """Somebody as the judgment knows them."""

    account_id: int | None
    login: str | None
    emails: frozenset[str] = frozenset()
    """Proven addresses, lower case."""
    by_login: bool = False
    """Whether a record without a number counts for whoever has its login today."""

    def is_(self, signer: Signer) -> bool:
        """By number; a login may be taken over by somebody else, so it counts only where the policy says so."""
        if signer.account_id is not None:
            return signer.account_id == self.account_id
        known = bool(self.by_login and self.login and signer.login)
        return known and (self.login or "").lower() == (signer.login or "").lower()


class State(StrEnum):
    """From the best to the worst: of several ways to be covered the best one counts."""

    SIGNED = "signed"
    COVERED = "covered"
    """By a company's signature."""
    GRACE = "grace"
    """An earlier version was signed, and still does for a time."""
    UNKNOWN = "unknown"
    """A company may cover the person: whether they are of its people could not be known."""
    UNACKNOWLEDGED = "unacknowledged"
    """A company covers the person, who has not said so yet."""
    OUTDATED = "outdated"
    ENDED = "ended"
    NEVER = "never"

    @property
    def holds(self) -> bool:
        return self in (State.SIGNED, State.COVERED, State.GRACE)


_ORDER = tuple(State)


class Cause(StrEnum):
    """Why a signature ended."""

    REVOKED = "revoked"
    EXPIRED = "expired"
    LEFT = "left"
    """The person left the company."""
    COMPANY = "company"
    """The company's own signature ended."""
    REMOVED = "removed"
    """The company does not count the person among its people any more."""


@dataclass(frozen=True, slots=True)
class Standing:
    """How somebody stands to a document at one moment."""

    state: State
    document: Document
    record: SignatureRecord | None = None
    """The signature or acknowledgement that it rests on, or that ended."""
    company: Company | None = None
    cause: Cause | None = None
    ended_at: datetime | None = None
    groups: tuple[str, ...] = ()
    """For `UNKNOWN`: the organizations that could not be asked."""
    changes_at: datetime | None = None
    """The earliest moment after which time alone may make it another one (UTC)."""


def standing(who: Who, document: Document, signatures: Signatures, now: datetime) -> Standing:
    """How `who` stands to `document` at `now` (UTC)."""
    records = _Records(who, document, signatures.records, now)
    ways = [*_own(records), *_companies(records, signatures)]
    best = min(ways, key=lambda way: _ORDER.index(way.state), default=Standing(State.NEVER, document))
    moments = records.moments
    if best.state is State.GRACE or best.state is State.OUTDATED:
        moments = [*moments, *filter(None, (document.grace_ends,))]
    later = min((moment for moment in moments if moment > now), default=None)
    return _at(best, None if later == _NEVER else later)


def _at(way: Standing, changes_at: datetime | None) -> Standing:
    return Standing(way.state, way.document, way.record, way.company, way.cause, way.ended_at, way.groups, changes_at)


class _Lasting(NamedTuple):
    """A signature or an acknowledgement with its end."""

    record: SignatureRecord
    ends: datetime
    """The first moment at which it does not hold any more."""
    cause: Cause | None

    def holds(self, now: datetime) -> bool:
        return self.record.at <= now < self.ends


class _Endings:
    """What ends records, found by what it may end."""

    def __init__(self, endings: Iterable[SignatureRecord]) -> None:
        self.named: dict[str, list[SignatureRecord]] = {}
        self.general: dict[str | None, list[SignatureRecord]] = {}
        for ending in endings:
            if ending.ends is not None:
                self.named.setdefault(ending.ends, []).append(ending)
            else:
                self.general.setdefault(ending.company, []).append(ending)

    def of(self, record: SignatureRecord) -> Iterator[SignatureRecord]:
        yield from self.named.get(record.id, ())
        yield from (ending for ending in self.general.get(record.company, ()) if _ends(ending, record))


class _Records:
    """The records about one person and one document, and those of companies."""

    def __init__(self, who: Who, document: Document, records: Iterable[SignatureRecord], now: datetime) -> None:
        self.who, self.document, self.now = who, document, now
        # Of others only what they sign for companies matters, and what ends something.
        relevant = [r for r in records if r.act in _ENDINGS or r.company is not None or who.is_(r.signer)]
        unique = {record.id: record for record in sorted(relevant, key=_in_time, reverse=True)}
        ordered = sorted(unique.values(), key=_in_time)
        about = [record for record in ordered if record.document == document.name]
        left = [record for record in ordered if record.act is Act.LEFT and record.company is not None]
        endings = _Endings([*(record for record in about if record.act is Act.REVOKED), *left])
        lasting = [
            _lasting(record, endings.of(record))
            for record in about
            if record.act is Act.SIGNED or (record.act is Act.ACKNOWLEDGED and who.is_(record.signer))
        ]
        mine = [item for item in lasting if who.is_(item.record.signer)]
        companies = [item for item in lasting if item.record.act is Act.SIGNED and item.record.company is not None]
        went = [record for record in left if who.is_(record.signer)]
        self.moments = [moment for item in (*mine, *companies) for moment in (item.record.at, item.ends)]
        self.moments += [record.at for record in went]
        begun = [item for item in mine if item.record.at <= now]
        self.own = [item for item in begun if item.record.act is Act.SIGNED and item.record.company is None]
        self.acknowledged = _by_company(item for item in begun if item.record.act is Act.ACKNOWLEDGED)
        self.of_companies = _by_company(item for item in companies if item.record.at <= now)
        self.left = {record.company: record for record in went if record.at <= now}

    def away(self, company: str) -> SignatureRecord | None:
        """The record by which the person left the company, unless they are back: they acknowledged again."""
        left = self.left.get(company)
        if left is None:
            return None
        back = any(item.record.at > left.at and item.holds(self.now) for item in self.acknowledged.get(company, ()))
        return None if back else left


def _in_time(record: SignatureRecord) -> tuple[datetime, bool, str, str]:
    """What ends comes after what began at the same moment."""
    return record.at, record.act in _ENDINGS, record.id, record.act


def _by_company(items: Iterable[_Lasting]) -> Mapping[str, list[_Lasting]]:
    found: dict[str, list[_Lasting]] = {}
    for item in items:
        if item.record.company is not None:
            found.setdefault(item.record.company, []).append(item)
    return found


def _lasting(record: SignatureRecord, endings: Iterable[SignatureRecord]) -> _Lasting:
    """A signature with the first thing that ends it."""
    ends, cause = _NEVER, None
    if record.until is not None:
        ends, cause = (record.until + _TICK if record.until < _NEVER else _NEVER), Cause.EXPIRED
    for ending in endings:
        if ending.at < ends:
            ends, cause = ending.at, Cause.LEFT if ending.act is Act.LEFT else Cause.REVOKED
    return _Lasting(record, ends, cause)


def _ends(ending: SignatureRecord, record: SignatureRecord) -> bool:
    """Whether what names no record ends this one of the same company, or of none."""
    if ending.act is Act.LEFT and record.act is not Act.ACKNOWLEDGED:
        return False  # who signed for a company and left it has still signed for it
    return ending.at >= record.at and _same(ending.signer, record.signer)


def _same(one: Signer, other: Signer) -> bool:
    """By number where both have one. A login is enough to end what was signed with a login alone."""
    if one.account_id is not None and other.account_id is not None:
        return one.account_id == other.account_id
    return bool(one.login and other.login) and (one.login or "").lower() == (other.login or "").lower()


def _own(records: _Records) -> Iterator[Standing]:
    if records.document.kind.people:
        yield from _signed(records, records.own, None)


def _signed(records: _Records, items: Sequence[_Lasting], company: Company | None) -> Iterator[Standing]:
    """What signatures of a person, or of a company, are worth today; nothing where there are none."""
    document, now = records.document, records.now
    holding = [item.record for item in items if item.holds(now)]
    for record in holding:
        if document.accepts(record.version, record.digest):
            yield Standing(State.COVERED if company else State.SIGNED, document, record, company)
    if holding:
        ends = document.grace_ends
        state = State.GRACE if ends is not None and now < ends else State.OUTDATED
        yield Standing(state, document, holding[-1], company)
    over = [item for item in items if item.ends <= now]
    if over:
        last = max(over, key=lambda item: item.ends)
        cause = Cause.COMPANY if company else last.cause
        yield Standing(State.ENDED, document, last.record, company, cause, last.ends)


def _companies(records: _Records, signatures: Signatures) -> Iterator[Standing]:
    if not records.document.kind.companies:
        return
    for company in sorted(signatures.companies, key=lambda company: company.id):
        for way in _signed(records, records.of_companies.get(company.id, ()), company):
            yield from _through(records, way, company, signatures.teams)


def _through(
    records: _Records, way: Standing, company: Company, members: Mapping[str, frozenset[str] | None]
) -> Iterator[Standing]:
    """What a company's signature is worth to the person."""
    document, now = records.document, records.now
    said = records.acknowledged.get(company.id, ())
    saying = [item for item in said if item.holds(now)]
    last = said[-1].record if said else None
    if (left := records.away(company.id)) is not None:
        yield Standing(State.ENDED, document, last or left, company, Cause.LEFT, left.at)
        return
    speaks, unknown = _speaks_for(company, records.who, members)
    if not speaks and not unknown:
        if said:
            yield Standing(State.ENDED, document, last, company, Cause.REMOVED)
    elif way.state is State.ENDED:
        if said or speaks:
            yield way
    elif document.corporate.acknowledge and not saying:
        if said:
            yield Standing(State.ENDED, document, last, company, said[-1].cause, said[-1].ends)
        elif speaks:
            yield Standing(State.UNACKNOWLEDGED, document, way.record, company)
    elif speaks:
        covered = way.state is State.COVERED and saying
        yield Standing(way.state, document, saying[-1].record if covered else way.record, company)
    else:
        yield Standing(State.UNKNOWN, document, way.record, company, groups=unknown)


def _speaks_for(
    company: Company, who: Who, members: Mapping[str, frozenset[str] | None]
) -> tuple[bool, tuple[str, ...]]:
    """Whether the person is of its people; else the organizations of which it could not be known."""
    if any(who.is_(account) for account in company.accounts):
        return True, ()
    domains = {domain.lower() for domain in company.domains}
    if any(email.rpartition("@")[2] in domains for email in who.emails):
        return True, ()
    unknown = []
    for organization in company.organizations:
        member = is_member(organization.lower(), who.login, members)
        if member:
            return True, ()
        if member is None:
            unknown.append(organization)
    return False, tuple(unknown)


def is_member(group: str, login: str | None, members: Mapping[str, frozenset[str] | None]) -> bool | None:
    """Of a team or an organization, lower case; None: it could not be known."""
    if login is None:
        return False
    known = members.get(group)
    return None if known is None else login.lower() in known
