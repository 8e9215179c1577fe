"""Companies that sign for their people: who manages them, for whom they speak, and each change, by whom and whence.

Domains, organizations and the company itself have effect when the OSPO has approved them: otherwise anybody could sign
for everybody of a large mail provider.
"""

import time
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum

from sqlalchemy import ColumnElement, Row, Select, and_, delete, insert, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection

from app.store.database import Database
from app.store.signatures import SignatureStore
from app.store.tables import company, company_change, company_entry
from app.store.words import given, given_or_none, kept
from checks.model.signatures import Company, Signer

#: Companies of one page, and the most that one change is judged by.
MOST = 1_000
#: Entries of one company.
ENTRIES = 2_000


class State(StrEnum):
    ASKED = "asked"
    APPROVED = "approved"
    DECLINED = "declined"
    ENDED = "ended"


class Kind(StrEnum):
    """What an entry of a company is."""

    MANAGER = "manager"
    ACCOUNT = "account"
    DOMAIN = "domain"
    ORGANIZATION = "organization"


#: What a manager may not add alone.
BY_APPROVAL = (Kind.DOMAIN, Kind.ORGANIZATION)


class Full(Exception):
    """The company has as many entries as one may have."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One manager, account, domain or organization of a company."""

    kind: Kind
    value: str
    """The account's id, or the name in lower case."""
    login: str | None = None
    approved: bool = True

    @property
    def shown(self) -> str:
        return self.login or self.value

    @property
    def signer(self) -> Signer:
        return Signer(int(self.value), self.login)


@dataclass(frozen=True, slots=True)
class Actor:
    """Who changes a company, and from where."""

    account_id: int | None
    login: str
    place: str = "page"


@dataclass(frozen=True, slots=True)
class CompanyRow:
    """A company as it is kept."""

    id: str
    name: str
    state: State
    asked_at: datetime
    entries: tuple[Entry, ...] = ()

    def of(self, kind: Kind) -> tuple[Entry, ...]:
        return tuple(entry for entry in self.entries if entry.kind == kind)

    def manages(self, account_id: int) -> bool:
        return any(entry.value == str(account_id) for entry in self.of(Kind.MANAGER))

    @property
    def pending(self) -> tuple[Entry, ...]:
        """What waits for the OSPO."""
        return tuple(entry for entry in self.entries if not entry.approved)

    @property
    def company(self) -> Company:
        """As verdicts see it: with what is approved alone."""
        there = [entry for entry in self.entries if entry.approved]
        return Company(
            self.id,
            self.name,
            managers=tuple(entry.signer for entry in there if entry.kind is Kind.MANAGER),
            domains=tuple(entry.value for entry in there if entry.kind is Kind.DOMAIN),
            organizations=tuple(entry.value for entry in there if entry.kind is Kind.ORGANIZATION),
            accounts=tuple(entry.signer for entry in there if entry.kind is Kind.ACCOUNT),
        )


@dataclass(frozen=True, slots=True)
class Change:
    """One line of the audit trail."""

    at: datetime
    what: str
    value: str | None
    login: str
    place: str
    reason: str | None


def entries_of(given: Company) -> list[Entry]:
    """What a company of a file has, as it is kept; without people of whom no number is known."""
    people = ((Kind.MANAGER, given.managers), (Kind.ACCOUNT, given.accounts))
    names = ((Kind.DOMAIN, given.domains), (Kind.ORGANIZATION, given.organizations))
    found = [Entry(kind, str(one.account_id), one.login) for kind, list_ in people for one in list_ if one.account_id]
    return [*found, *(Entry(kind, name.lower()[:200]) for kind, list_ in names for name in list_)]


class CompanyStore:
    """Every change writes its line of the trail and lets verdicts be made again, in one transaction."""

    def __init__(self, database: Database, signatures: SignatureStore, clock: Callable[[], float] = time.time) -> None:
        self.database = database
        self.signatures = signatures
        self.clock = clock
        self._insert = (sqlite if database.sqlite else postgresql).insert

    async def ask(self, id_: str, name: str, entries: Sequence[Entry], actor: Actor) -> bool:
        """A company that waits for approval; its maker is its first manager. False: it is there already."""
        now = self.clock()
        made = self._insert(company).values(id=id_, name=kept(name), state=State.ASKED, asked_at=now)
        async with self.database.write() as connection:
            made = made.on_conflict_do_nothing(index_elements=["id"]).returning(company.c.id)
            if (await connection.execute(made)).one_or_none() is None:
                return False
            first = Entry(Kind.MANAGER, str(actor.account_id), actor.login)
            await self._told(connection, id_, "asked", name, actor)
            for entry in dict.fromkeys((first, *entries[: ENTRIES - 1])):
                await self._put(connection, id_, entry)
                await self._told(connection, id_, f"{entry.kind}-added", entry.shown, actor)
        return True

    async def take_over(self, given: Company, actor: Actor, reason: str) -> tuple[State, int]:
        """A company that somebody of the OSPO imports has effect at once. Its state now, and how many of its entries
        are new; one that was declined or ended, or waits for a word, stays as it is, and so does what was removed."""
        async with self.database.write() as connection:
            made = self._insert(company).values(
                id=given.id, name=kept(given.name), state=State.APPROVED, asked_at=self.clock()
            )
            made = made.on_conflict_do_nothing(index_elements=["id"]).returning(company.c.id)
            new = (await connection.execute(made)).one_or_none() is not None
            found = await connection.execute(select(company.c.state).where(company.c.id == given.id))
            state = State(found.scalar_one())
            if state is not State.APPROVED:
                return state, 0
            if new:
                await self._told(connection, given.id, "imported", given.name, actor, reason)
            there = await connection.execute(select(company_entry.c.value).where(company_entry.c.company == given.id))
            added, room = 0, ENTRIES - len(there.all())
            gone = await self._removed(connection, given.id)
            for entry in dict.fromkeys(entries_of(given)):
                if (
                    added < room
                    and (entry.kind, entry.shown) not in gone
                    and await self._put(connection, given.id, entry)
                ):
                    await self._told(connection, given.id, f"{entry.kind}-imported", entry.shown, actor, reason)
                    added += 1
            if added or new:
                await self.signatures.judge_all(connection)
        return state, added

    async def _removed(self, connection: AsyncConnection, id_: str) -> set[tuple[Kind, str]]:
        """What somebody took away from a company: an import does not bring it back."""
        words = {f"{kind}-removed": kind for kind in Kind}
        where = (company_change.c.company == id_) & company_change.c.what.in_(words)
        found = await connection.execute(select(company_change.c.what, company_change.c.value).where(where))
        return {(words[row.what], given_or_none(row.value) or "") for row in found}

    async def decide(self, id_: str, approved: bool, actor: Actor, reason: str | None = None) -> bool:
        """The OSPO's word about a company that waits for it; all that it asked for has effect then. False: it does not
        wait."""
        state = State.APPROVED if approved else State.DECLINED
        waits = (company.c.id == id_) & (company.c.state == State.ASKED)
        async with self.database.write() as connection:
            if not (await connection.execute(update(company).where(waits).values(state=state))).rowcount:
                return False
            if approved:
                mine = update(company_entry).where(company_entry.c.company == id_)
                await connection.execute(mine.values(approved=True))
                await self.signatures.judge_all(connection)
            await self._told(connection, id_, state.value, None, actor, reason)
        return True

    async def end(self, id_: str, actor: Actor, reason: str | None = None) -> bool:
        """It signs for nobody any more. False: it does not now."""
        holds = (company.c.id == id_) & company.c.state.in_((State.ASKED, State.APPROVED))
        async with self.database.write() as connection:
            if not (await connection.execute(update(company).where(holds).values(state=State.ENDED))).rowcount:
                return False
            await self.signatures.judge_all(connection)
            await self._told(connection, id_, State.ENDED.value, None, actor, reason)
        return True

    async def add(self, id_: str, entry: Entry, actor: Actor) -> bool:
        """False: it is there already. Raises `Full`."""
        async with self.database.write() as connection:
            count = select(company_entry.c.value).where(company_entry.c.company == id_).limit(ENTRIES)
            if len((await connection.execute(count)).all()) >= ENTRIES:
                raise Full
            if not await self._put(connection, id_, entry):
                return False
            await self._told(connection, id_, f"{entry.kind}-added", entry.shown, actor)
            if entry.approved:
                await self.signatures.judge_all(connection)
        return True

    async def approve(self, id_: str, kind: Kind, value: str, actor: Actor) -> bool:
        """A domain or organization that waits has effect. False: it does not wait."""
        waits = _entry(id_, kind, value) & company_entry.c.approved.is_(False)
        async with self.database.write() as connection:
            if not (await connection.execute(update(company_entry).where(waits).values(approved=True))).rowcount:
                return False
            await self._told(connection, id_, f"{kind}-approved", value, actor)
            await self.signatures.judge_all(connection)
        return True

    async def remove(self, id_: str, kind: Kind, value: str, actor: Actor, reason: str | None = None) -> bool:
        """False: it was not there, or is the last manager, without whom nobody could manage the company."""
        async with self.database.write() as connection:
            if kind is Kind.MANAGER:
                others = select(company_entry.c.value).where(
                    company_entry.c.company == id_, company_entry.c.kind == kind, company_entry.c.value != value
                )
                others = others if self.database.sqlite else others.with_for_update()
                if not (await connection.execute(others)).all():
                    return False
            gone = delete(company_entry).where(_entry(id_, kind, value)).returning(company_entry.c.login)
            row = (await connection.execute(gone)).one_or_none()
            if row is None:
                return False
            await self._told(connection, id_, f"{kind}-removed", given_or_none(row.login) or value, actor, reason)
            await self.signatures.judge_all(connection)
        return True

    async def get(self, id_: str) -> CompanyRow | None:
        found = await self._rows(company.c.id == id_)
        return found[0] if found else None

    async def all(self) -> Sequence[CompanyRow]:
        """Those that wait first, then by name."""
        return await self._rows(company.c.id.is_not(None))

    async def managed_by(self, account_id: int) -> Sequence[CompanyRow]:
        return await self._rows(company.c.id.in_(_with(Kind.MANAGER, [str(account_id)])))

    async def speaking_for(self, accounts: Collection[int], domains: Collection[str] = ()) -> Sequence[CompanyRow]:
        """Companies that may speak for somebody of these: by account, by domain, or by an organization whose members
        are still to be asked for. Those that ended are among them, so that it can be said."""
        ids = [str(account) for account in accounts]
        names = sorted({domain.lower()[:200] for domain in domains})
        matches = or_(
            company.c.id.in_(_with(Kind.ACCOUNT, ids)),
            company.c.id.in_(_with(Kind.DOMAIN, names)),
            company.c.id.in_(select(company_entry.c.company).where(company_entry.c.kind == Kind.ORGANIZATION)),
        )
        return await self._rows(and_(matches, company.c.state.in_((State.APPROVED, State.ENDED))))

    async def trail(self, id_: str, limit: int = 500) -> Sequence[Change]:
        """What happened to it, newest first."""
        query = select(company_change).where(company_change.c.company == id_).order_by(company_change.c.id.desc())
        async with self.database.read() as connection:
            return [_change(row) for row in await connection.execute(query.limit(limit))]

    async def _rows(self, where: ColumnElement[bool]) -> Sequence[CompanyRow]:
        waiting = company.c.state != State.ASKED
        query = select(company).where(where).order_by(waiting, company.c.name, company.c.id).limit(MOST)
        async with self.database.read() as connection:
            rows = (await connection.execute(query)).all()
            mine = select(company_entry).where(company_entry.c.company.in_([row.id for row in rows]))
            ordered = mine.order_by(company_entry.c.kind, company_entry.c.value)
            entries: dict[str, list[Entry]] = {}
            for row in (await connection.execute(ordered)).all() if rows else ():
                entry = Entry(Kind(row.kind), given(row.value), given_or_none(row.login), row.approved)
                entries.setdefault(row.company, []).append(entry)
        return [
            CompanyRow(
                row.id,
                given(row.name),
                State(row.state),
                datetime.fromtimestamp(row.asked_at, UTC),
                tuple(entries.get(row.id, ())),
            )
            for row in rows
        ]

    async def _put(self, connection: AsyncConnection, id_: str, entry: Entry) -> bool:
        login = None if entry.login is None else kept(entry.login)
        row = {"company": id_, "kind": entry.kind.value, "value": kept(entry.value), "login": login}
        adding = self._insert(company_entry).values(**row, approved=entry.approved).on_conflict_do_nothing()
        return (await connection.execute(adding.returning(company_entry.c.value))).one_or_none() is not None

    async def _told(
        self,
        connection: AsyncConnection,
        id_: str,
        what: str,
        value: str | None,
        actor: Actor,
        reason: str | None = None,
    ) -> None:
        row = {"company": id_, "at": self.clock(), "what": what, "account_id": actor.account_id, "place": actor.place}
        words = {"value": value, "login": actor.login, "reason": reason}
        safe = {name: None if text is None else kept(text) for name, text in words.items()}
        await connection.execute(insert(company_change).values(**row, **safe))


def _with(kind: Kind, values: Sequence[str]) -> Select[tuple[str]]:
    matching = (company_entry.c.kind == kind) & company_entry.c.value.in_([kept(value) for value in values])
    return select(company_entry.c.company).where(matching)


def _entry(id_: str, kind: Kind, value: str) -> ColumnElement[bool]:
    return (
        (company_entry.c.company == id_) & (company_entry.c.kind == kind) & (company_entry.c.value == kept(value)[:200])
    )


def _change(row: Row[tuple[object, ...]]) -> Change:
    return Change(
        datetime.fromtimestamp(row.at, UTC),
        row.what,
        given_or_none(row.value),
        given(row.login),
        row.place,
        given_or_none(row.reason),
    )
