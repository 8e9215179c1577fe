"""Signatures under agreements: written once, never changed, and each of them lets be judged again what waits for it."""

import hashlib
import json
import time
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Any

from sqlalchemy import ColumnElement, Row, delete, select, text, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection

from app.store.acceptance import Acceptance, Raised
from app.store.database import Database
from app.store.effects import AGAIN
from app.store.tables import agreement_text, contributor, signature, subject
from app.store.tasks import want
from app.store.words import folded, given, given_or_none, kept
from checks.model.signatures import Act, How, SignatureRecord, Signer

#: People whose pull requests are raised one by one; beyond it all that are open are judged again, some at a time.
FEW = 200
#: Values of one `IN`, and rows of one transaction of an import.
BATCH = 500
#: Of what the organization's policy asks for. A repository that governs itself has a scope of its own: whoever may
#: write there must not be able to give the organization's documents another text.
ORGANIZATION = ""


def scope_of(repository_id: int) -> str:
    """The scope of a repository that has its own policy."""
    return f"repository/{repository_id}"


class SignatureStore:
    """The table is only ever added to."""

    def __init__(
        self, database: Database, clock: Callable[[], float] = time.time, acceptance: Acceptance | None = None
    ) -> None:
        """`acceptance`: who hands to the engine what is to be judged again."""
        self.database = database
        self.clock = clock
        self.acceptance = acceptance
        self._insert = (sqlite if database.sqlite else postgresql).insert

    # -- writing ----------------------------------------------------------------------------------------------------

    async def sign(self, scope: str, record: SignatureRecord) -> SignatureRecord:
        """Write a signature or an acknowledgement, unless the same one stands already: then that one is the answer, as
        it is for the same evidence twice. Every open pull request of the person is judged again in the same
        transaction."""
        async with self.database.write() as connection:
            await self._alone(connection, scope, record)
            before = await self._one(connection, scope, record.id)
            if before is not None:
                return before
            same = await self._select(connection, *_alike(scope, record))
            if standing := _standing(same, record, self.clock()):
                return standing
            await self._write(connection, scope, [record])
            await self._judge(connection, [record])
        return record

    async def end(self, scope: str, record: SignatureRecord) -> SignatureRecord:
        """Write a revocation, or that somebody left; once for each record that it ends."""
        async with self.database.write() as connection:
            await self._alone(connection, scope, record)
            same = signature.c.ends == record.ends if record.ends else signature.c.id == record.id
            before = await self._select(connection, signature.c.scope == scope, same, signature.c.act == record.act)
            if before:
                return before[0]
            await self._write(connection, scope, [record])
            await self._judge(connection, [record])
        return record

    async def add(self, scope: str, records: Sequence[SignatureRecord]) -> int:
        """Write what somebody imports; how many are new. Those with a known id are passed over."""
        fresh = 0
        for start in range(0, len(records), BATCH):
            batch = records[start : start + BATCH]
            async with self.database.write() as connection:
                new = await self._write(connection, scope, batch)
                await self._judge(connection, [record for record in batch if record.id in new])
            fresh += len(new)
        return fresh

    async def _alone(self, connection: AsyncConnection, scope: str, record: SignatureRecord) -> None:
        """What one person does is written one after the other; SQLite has one writer anyway."""
        if not self.database.sqlite:
            whose = f"{scope} {record.signer.account_id} {record.document} {record.company}"
            key = int.from_bytes(hashlib.blake2b(whose.encode("utf-8", "replace"), digest_size=8).digest(), signed=True)
            await connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": key})

    async def _write(self, connection: AsyncConnection, scope: str, records: Sequence[SignatureRecord]) -> set[str]:
        now = self.clock()
        rows = [_values(scope, record, now) for record in {record.id: record for record in records}.values()]
        if not rows:
            return set()
        adding = self._insert(signature).on_conflict_do_nothing(index_elements=["scope", "id"])
        return set((await connection.execute(adding.returning(signature.c.id), rows)).scalars())

    async def _judge(self, connection: AsyncConnection, records: Iterable[SignatureRecord]) -> None:
        """Let be judged again what depends on the records: all that is open, where a company or many sign."""
        several = list(records)
        people = {record.signer.account_id for record in several}
        of_company = any(record.company is not None and record.act is not Act.ACKNOWLEDGED for record in several)
        if of_company or None in people or len(people) > FEW:
            await self.judge_all(connection)
        elif people:
            await self._raise(connection, {id_ for id_ in people if id_ is not None})

    async def judge_all(self, connection: AsyncConnection) -> None:
        """Everything that is open, in the transaction of what changed."""
        await want(connection, AGAIN, self.clock(), self._insert)
        if self.acceptance and self.acceptance.submit:
            found = await connection.execute(select(*_RAISED).where(subject.c.key == AGAIN))
            await self.acceptance.submit(connection, [_raised(row) for row in found])

    async def _raise(self, connection: AsyncConnection, accounts: Collection[int]) -> None:
        waits = select(contributor.c.subject).where(contributor.c.account_id.in_(accounts))
        open_ = subject.c.key.in_(waits) & subject.c.closed_at.is_(None)
        # in the order in which webhooks take them, so that nobody waits for each other
        mine = select(subject.c.key).where(open_).order_by(subject.c.key)
        keys = list((await connection.execute(mine if self.database.sqlite else mine.with_for_update())).scalars())
        if not keys:
            return
        raised = {"wanted": subject.c.wanted + 1, "next_at": self.clock(), "attempts": 0}
        found = await connection.execute(
            update(subject).where(subject.c.key.in_(keys)).values(raised).returning(*_RAISED)
        )
        rows = [_raised(row) for row in found]
        if self.acceptance and self.acceptance.submit:
            await self.acceptance.submit(connection, sorted(rows, key=lambda row: row.key))

    async def keep_text(self, digest: str, data: bytes) -> None:
        """What is signed under a digest, before anybody does."""
        async with self.database.read() as connection:
            known = select(agreement_text.c.digest).where(agreement_text.c.digest == digest)
            if (await connection.execute(known)).one_or_none() is not None:
                return
        adding = self._insert(agreement_text).values(digest=digest, data=data, stored_at=self.clock())
        async with self.database.write() as connection:
            await connection.execute(adding.on_conflict_do_nothing())

    async def text(self, digest: str) -> bytes | None:
        async with self.database.read() as connection:
            query = select(agreement_text.c.data).where(agreement_text.c.digest == digest)
            found: bytes | None = (await connection.execute(query)).scalar_one_or_none()
        return found

    # -- reading ----------------------------------------------------------------------------------------------------

    async def about(
        self, scope: str, accounts: Collection[int], logins: Collection[str] = (), companies: Collection[str] = ()
    ) -> tuple[SignatureRecord, ...]:
        """The records of people, and those of companies that are not about one of their people; oldest first.
        `logins`: of people whose records may be without an account."""
        names = {folded(login) for login in logins}
        of_companies = signature.c.act.in_((Act.SIGNED, Act.REVOKED))
        whose = (
            (set(accounts), signature.c.account_id, None),
            (names, signature.c.folded, signature.c.account_id.is_(None)),
            (set(companies), signature.c.company, of_companies),
        )
        found: dict[str, SignatureRecord] = {}
        async with self.database.read() as connection:
            for values, column, further in whose:  # one by one: over an OR SQLite looks at all of a scope
                conditions = [signature.c.scope == scope, column.in_(values), *([] if further is None else [further])]
                for record in await self._select(connection, *conditions) if values else ():
                    found[record.id] = record
        return tuple(sorted(found.values(), key=lambda record: record.at))

    async def get(self, scope: str, id_: str) -> SignatureRecord | None:
        async with self.database.read() as connection:
            return await self._one(connection, scope, id_)

    async def page(self, scope: str, after: int = 0, limit: int = BATCH) -> tuple[int, list[SignatureRecord]]:
        """Records in the order in which they were written, those that come after one, and the number of the last."""
        query = select(signature).where(signature.c.scope == scope, signature.c.number > after)
        async with self.database.read() as connection:
            rows = (await connection.execute(query.order_by(signature.c.number).limit(limit))).all()
        return (rows[-1].number if rows else after), [_record(row) for row in rows]

    async def of_company(self, scope: str, company: str) -> tuple[SignatureRecord, ...]:
        """All that was signed, acknowledged and ended for it."""
        async with self.database.read() as connection:
            conditions = (signature.c.scope == scope, signature.c.company == company)
            return tuple(await self._select(connection, *conditions))

    async def waiting(self, account_id: int) -> list[str]:
        """The keys of the person's open pull requests."""
        query = (
            select(subject.c.key)
            .join(contributor, contributor.c.subject == subject.c.key)
            .where(contributor.c.account_id == account_id, subject.c.closed_at.is_(None))
            .order_by(subject.c.key)
            .limit(BATCH)
        )
        async with self.database.read() as connection:
            return list((await connection.execute(query)).scalars())

    async def contributors(self, key: str) -> set[int]:
        """The accounts whose signatures the verdict on a pull request depends on, as far as it was judged."""
        of = select(contributor.c.account_id).where(contributor.c.subject == key)
        async with self.database.read() as connection:
            return set((await connection.execute(of)).scalars())

    # -- whose signatures a pull request waits for ------------------------------------------------------------------

    async def depends(self, key: str, accounts: Collection[int]) -> None:
        """The verdict on a pull request depends on what these people sign. Known before it is judged, so that no
        signature falls between the reading of facts and the end of the judgment."""
        of, known = contributor.c.subject == key, await self.contributors(key)
        more, less = set(accounts) - known, known - set(accounts)
        if not more and not less:
            return
        async with self.database.write() as connection:
            if less:
                await connection.execute(delete(contributor).where(of, contributor.c.account_id.in_(less)))
            adding = self._insert(contributor).on_conflict_do_nothing()
            for account in sorted(more):
                await connection.execute(adding.values(subject=key, account_id=account))

    async def _one(self, connection: AsyncConnection, scope: str, id_: str) -> SignatureRecord | None:
        found = await self._select(connection, signature.c.scope == scope, signature.c.id == id_)
        return found[0] if found else None

    async def _select(self, connection: AsyncConnection, *conditions: ColumnElement[bool]) -> list[SignatureRecord]:
        rows = await connection.execute(select(signature).where(*conditions).order_by(signature.c.number))
        return [_record(row) for row in rows]


def standing(records: Iterable[SignatureRecord], account_id: int | None, now: float) -> list[SignatureRecord]:
    """Those signatures and acknowledgements of a person that nothing has ended. Whether one is enough is for the
    policy to say."""
    mine = [record for record in records if record.signer.account_id == account_id]
    signed = [record for record in mine if record.act in (Act.SIGNED, Act.ACKNOWLEDGED)]
    return [record for record in signed if not _ended(record, mine) and not _over(record, now)]


def _standing(records: Sequence[SignatureRecord], like: SignatureRecord, now: float) -> SignatureRecord | None:
    found = [
        record
        for record in standing(records, like.signer.account_id, now)
        if (record.act, record.version, record.digest) == (like.act, like.version, like.digest)
    ]
    return found[-1] if found else None


def _ended(record: SignatureRecord, records: Iterable[SignatureRecord]) -> bool:
    for other in records:
        if other.act not in (Act.REVOKED, Act.LEFT) or other.document != record.document:
            continue
        if other.ends == record.id:
            return True
        if other.ends is None and other.company == record.company and other.at >= record.at:
            return True
    return False


def _over(record: SignatureRecord, now: float) -> bool:
    return record.until is not None and record.until.timestamp() < now


def _alike(scope: str, record: SignatureRecord) -> tuple[ColumnElement[bool], ...]:
    """All that this person has done about this document, for this company or for nobody."""
    return (
        signature.c.scope == scope,
        signature.c.document == kept(record.document),
        signature.c.account_id == record.signer.account_id,
        signature.c.company.is_not_distinct_from(record.company),
    )


_RAISED = (subject.c.key, subject.c.installation_id, subject.c.wanted, subject.c.job_at)


def _raised(row: Any) -> Raised:
    return Raised(row.key, row.installation_id, row.wanted, row.job_at is not None)


def _values(scope: str, record: SignatureRecord, now: float) -> dict[str, Any]:
    signer, by = record.signer, record.by or Signer()
    return {
        "id": record.id,
        "scope": scope,
        "act": record.act.value,
        "document": kept(record.document),
        "version": kept(record.version),
        "digest": record.digest,
        "account_id": signer.account_id,
        "login": _kept(signer.login),
        "folded": None if signer.login is None else folded(signer.login),
        "name": _kept(signer.name),
        "email": _kept(signer.email),
        "company": record.company,
        "how": record.how.value,
        "evidence": _kept(record.evidence),
        "fields": json.dumps(dict(record.fields), sort_keys=True),
        "at": record.at.timestamp(),
        "until": record.until.timestamp() if record.until else None,
        "ends": record.ends,
        "by_account_id": by.account_id,
        "by_login": _kept(by.login),
        "reason": _kept(record.reason),
        "stored_at": now,
    }


def _record(row: Row[Any]) -> SignatureRecord:
    by = Signer(row.by_account_id, given_or_none(row.by_login))
    fields: Mapping[str, str] = MappingProxyType(json.loads(row.fields))
    return SignatureRecord(
        id=row.id,
        act=Act(row.act),
        document=given(row.document),
        version=given(row.version),
        signer=Signer(row.account_id, given_or_none(row.login), given_or_none(row.name), given_or_none(row.email)),
        at=datetime.fromtimestamp(row.at, UTC),
        how=How(row.how),
        digest=row.digest,
        company=row.company,
        evidence=given_or_none(row.evidence),
        until=datetime.fromtimestamp(row.until, UTC) if row.until is not None else None,
        fields=fields,
        ends=row.ends,
        by=by if by != Signer() else None,
        reason=given_or_none(row.reason),
    )


def _kept(text: str | None) -> str | None:
    return None if text is None else kept(text)
