"""The subjects of the work: wanting, claiming, finishing. Every step is one transaction."""

import time
from collections.abc import Callable, Mapping
from dataclasses import asdict
from functools import lru_cache
from typing import Any

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Float,
    FromClause,
    Integer,
    Row,
    Select,
    and_,
    bindparam,
    case,
    func,
    not_,
    or_,
    select,
    text,
    true,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.sql.dml import ReturningUpdate, Update

from app.store.acceptance import ACCEPTED, DONE, FAILED, Acceptance
from app.store.database import Database
from app.store.reports import LATER, SENDING, SENT
from app.store.tables import delivery, outbox, subject
from app.store.tasks import want
from app.subject import About, Claim, Delivery, Kind
from app.tally import Tally

#: Seconds within which a verdict is as good as due: those that met GitHub's limits come back one after the other.
SOON = 60.0
#: Seconds of CPU within which the next one is found, or else it is looked for beside the event loop, so many times:
#: where tens of thousands wait, that would hold up whoever accepts webhooks.
BRIEF, APART = 0.003, 20
#: Kinds whose verdict no person waits for.
NOBODY_WAITS = (Kind.BRANCH, Kind.TASK)


class SubjectStore:
    """The truth of the work."""

    def __init__(self, database: Database, clock: Callable[[], float] = time.time, tally: Tally | None = None) -> None:
        self.database = database
        self.clock = clock
        self.tally = tally or Tally()
        self.acceptance = Acceptance(database, lambda: self.clock())  # tests move the clock
        self._insert = (sqlite if database.sqlite else postgresql).insert
        self._next, self._this = _claiming(database, any_=True), _claiming(database, any_=False)
        self._apart = 0

    async def accept(self, accepted: Delivery) -> bool:
        """Store a delivery and what it asks for, durably. False: it was known and its work has not failed. Raises
        `Unavailable`."""
        return await self.acceptance.accept(accepted)

    async def schedule(self, key: str, at: float) -> None:
        """See to it that a task of the service is wanted at `at` (seconds since 1970), unless it waits already."""
        about = asdict(About("", ""))
        values = {"installation_id": 0, "repository_id": 0, "number": 0, "about": about, "head": "", "head_at": 0.0}
        fresh = self._insert(subject).values(
            key=key, **values, wanted=1, done=0, forced=False, token=0, next_at=at, attempts=0
        )
        wake = {"wanted": subject.c.wanted + 1, "next_at": at}
        async with self.database.write() as connection:
            await connection.execute(
                fresh.on_conflict_do_update(index_elements=["key"], set_=wake, where=subject.c.wanted <= subject.c.done)
            )

    async def want_task(self, key: str, wish: Mapping[str, Any]) -> None:
        """A task of the service is due at once, once more if it is at work; it finds the wish as the claim's
        `comment`."""
        async with self.database.write() as connection:
            await want(connection, key, self.clock(), self._insert)
            await connection.execute(update(subject).where(subject.c.key == key).values(comment=dict(wish)))

    async def hurry(self, key: str, at: float) -> None:
        """A task of the service that waits for a later time is due at `at` (seconds since 1970)."""
        later = (subject.c.wanted > subject.c.done) & (subject.c.next_at > at) & subject.c.lease_until.is_(None)
        async with self.database.write() as connection:
            await connection.execute(update(subject).where(subject.c.key == key, later).values(next_at=at))

    async def tell(self, key: str, wish: Mapping[str, Any]) -> None:
        """A wish for a task of the service, which finds it as the claim's `comment`."""
        async with self.database.write() as connection:
            await connection.execute(update(subject).where(subject.c.key == key).values(comment=dict(wish)))

    async def hasten(self, kind: Kind, seconds: float) -> None:
        """What of a kind waits for its time is due within `seconds`, one after the other."""
        now = self.clock()
        waits = (subject.c.wanted > subject.c.done) & (subject.c.next_at > now + seconds)
        of_kind = subject.c.key.like(f"%/{kind}/%")
        at = now + subject.c.repository_id % 1000 * (seconds / 1000)
        async with self.database.write() as connection:
            await connection.execute(
                update(subject).where(waits, of_kind, subject.c.lease_until.is_(None)).values(next_at=at)
            )

    async def claim(self, lease_seconds: float, key: str | None = None) -> Claim | None:
        """A subject that is due, fenced with a new token; None when nothing is, or `key` is not.

        What somebody waits for comes before default branches and tasks; then the installation with the fewest subjects
        in hand, so that the burst of one holds up nobody else; then what has waited longest. A lease that ran out
        counts as an attempt: a subject that kills its workers must come to an end.
        """
        now = self.clock()
        given = {"now": now, "until": now + lease_seconds}
        brief = key is not None or not self._apart
        # lost in a power cut: it is due again, and whoever held it died with the machine
        async with self.database.write(brief=brief, durable=False) as connection:
            began = time.thread_time()
            if key is None:
                result = await connection.execute(self._next, given)
            else:
                result = await connection.execute(self._this, {**given, "this": key})
            row = result.one_or_none()
            slow = brief and time.thread_time() - began > BRIEF
            self._apart = APART if slow else max(0, self._apart - 1)
            return _claim(row) if row else None

    async def keep(self, claim: Claim, lease_seconds: float) -> bool:
        """Prolong the lease; False when the claim has ended or somebody else holds the subject now."""
        mine = self._mine(claim).where(subject.c.lease_until.is_not(None))
        async with self.database.write(brief=True, durable=False) as connection:
            result = await connection.execute(mine.values(lease_until=self.clock() + lease_seconds))
            return bool(result.rowcount)

    async def may_publish(self, claim: Claim, outgoing: int | None = None) -> bool:
        """Whether the claim still holds and its head is still the newest. If so, the publication with the number
        `outgoing` may have been posted from here on, whatever happens."""
        held = {"mine": claim.key, "held": claim.token, "newest": claim.head}
        if outgoing is None:
            async with self.database.read() as connection:
                return (await connection.execute(_HOLDS, held)).one_or_none() is not None
        async with self.database.write(brief=True) as connection:
            return bool((await connection.execute(_SENDING, {**held, "outgoing": outgoing})).rowcount)

    async def others(self, claim: Claim, most: int = 100) -> int:
        """How many pull requests of the same installation wait for their verdict beside this one; `most` at the
        most. What is judged again by itself goes before the details of its like alone."""
        soon = self.clock() + SOON
        waits = (subject.c.wanted > subject.c.done) & (subject.c.next_at <= soon) & (subject.c.key != claim.key)
        mine = (subject.c.installation_id == claim.installation_id) & subject.c.key.like(f"%/{Kind.PULL}/%")
        stands = func.coalesce(subject.c.published == subject.c.head.concat(f":{LATER}"), False)  # but for its details
        likes = true() if claim.kept else subject.c.kept.is_not(true())
        some = select(subject.c.key).where(waits, mine, ~stands, likes).limit(most).subquery()
        async with self.database.read() as connection:
            return int((await connection.execute(select(func.count()).select_from(some))).scalar_one())

    async def finish(
        self,
        claim: Claim,
        again_at: float | None = None,
        failed: str | None = None,
        sent: int | None = None,
        **changes: Any,
    ) -> bool:
        """Done up to what was wanted at the claim, and so are the deliveries that wanted it; False when the claim was
        lost.

        `again_at` (seconds since 1970): when time alone can change the verdict, so that it is wanted again then.
        `failed`: why it came to an end without being done; who delivers an event again has it tried again. `sent`: the
        number of the publication that stands on GitHub now, whoever holds the claim.
        """
        failed, now = failed[:2000] if failed else None, self.clock()
        given = {"mine": claim.key, "held": claim.token, "reached": claim.wanted, "again_at": again_at}
        changes["last_error"] = failed
        finishing = _finishing(again_at is not None, claim.forced, tuple(sorted(changes)))
        settled = {"state": FAILED if failed else DONE, "error": failed, "done_at": now}
        # lost in a power cut: what is said to be on its way is looked up on GitHub and found there
        async with self.database.write(brief=True, durable=False) as connection:
            if sent is not None:
                await connection.execute(_STANDS, {"outgoing": sent, "at": now})
            if not (await connection.execute(finishing, {**given, **_new(changes)})).rowcount:
                return False
            received = (await connection.execute(_SETTLE, {**given, **_new(settled)})).scalars().all()
        if received:
            self.tally.took("ospo_gate_verdict_latency_seconds", self.clock() - min(received), claim.kind.value)
        return True

    async def overtaken(self, claim: Claim) -> None:
        """Something was posted under a claim that was lost meanwhile: what stands on GitHub is not known any more, so
        it is looked up and the subject is judged once more."""
        async with self.database.write(brief=True) as connection:
            await connection.execute(
                update(subject)
                .where(subject.c.key == claim.key, subject.c.token != claim.token)
                .values(wanted=subject.c.wanted + 1, next_at=self.clock(), published=None, comment=None)
            )

    async def retry(self, claim: Claim, error: str, at: float) -> None:
        """Give the subject back until `at` (seconds since 1970); a newer event does not wait for that."""
        newer = subject.c.wanted > claim.wanted
        await self._update_mine(
            claim,
            next_at=case((newer, self.clock()), else_=at),
            attempts=case((newer, 0), else_=claim.attempts + 1),
            lease_until=None,
            last_error=error[:2000],
        )

    async def postpone(self, claim: Claim, reason: str, at: float) -> None:
        """Give the subject back until `at`, whatever happens before: a limit holds for newer events too."""
        await self._update_mine(claim, next_at=at, attempts=0, lease_until=None, last_error=reason[:2000])

    async def release(self, claim: Claim) -> None:
        """Give the subject back at once: this process ends."""
        await self._update_mine(claim, lease_until=None)

    async def note(self, claim: Claim, **changes: Any) -> bool:
        """Remember something about the subject without ending the claim."""
        return await self._update_mine(claim, **changes)

    async def moved(self, claim: Claim, head: str) -> None:
        """The pull request has another head than the event said: that one is next, unless a newer event names one."""
        known = case((subject.c.head == claim.head, head), else_=subject.c.head)
        await self._update_mine(claim, head=known, lease_until=None, next_at=self.clock(), attempts=0)

    async def _update_mine(self, claim: Claim, **values: Any) -> bool:
        async with self.database.write(brief=True) as connection:
            return bool((await connection.execute(self._mine(claim).values(**values))).rowcount)

    def _mine(self, claim: Claim) -> Update:
        return update(subject).where(subject.c.key == claim.key, subject.c.token == claim.token)

    async def about(self, key: str) -> About | None:
        """What events have told of a subject."""
        async with self.database.read() as connection:
            found = (await connection.execute(select(subject.c.about).where(subject.c.key == key))).scalar_one_or_none()
        return About(**found) if found else None

    async def seconds_until_due(self) -> float | None:
        """How long until the next subject is due, or a lease can have run out; None when nothing waits."""
        leased = case((subject.c.lease_until > subject.c.next_at, subject.c.lease_until), else_=subject.c.next_at)
        async with self.database.read() as connection:
            row = await connection.execute(select(func.min(leased)).where(subject.c.wanted > subject.c.done))
            earliest = row.scalar_one_or_none()
        return None if earliest is None else max(0.0, earliest - self.clock())

    async def waiting(self) -> int:
        """How many subjects wait for a worker or are being judged; not those whose time is still to come."""
        async with self.database.read() as connection:
            row = await connection.execute(select(func.count()).select_from(subject).where(waits_now(self.clock())))
            return int(row.scalar_one())


def waits_now(now: float) -> ColumnElement[bool]:
    """Whether work on a subject is due, or put off while somebody waits for it: between two attempts, or by a limit.
    What came to an end, well or not, and is wanted again at a later time rests."""
    open_ = select(delivery.c.id).where(
        delivery.c.subject == subject.c.key, text("state <> 'done'"), delivery.c.state == ACCEPTED
    )
    now_or_soon = or_(subject.c.next_at <= now, subject.c.attempts > 0, open_.exists())
    return and_(subject.c.wanted > subject.c.done, now_or_soon)


def ended_badly(now: float) -> ColumnElement[bool]:
    """Whether a subject came to an end without a verdict and rests; its turn of the next night may be to come. Nobody
    waits for one that was closed."""
    return and_(subject.c.last_error.is_not(None), subject.c.closed_at.is_(None), not_(waits_now(now)))


def _claim(row: Row[Any]) -> Claim:
    return Claim(
        key=row.key,
        installation_id=row.installation_id,
        repository_id=row.repository_id,
        number=row.number,
        head=row.head,
        about=About(**row.about),
        token=row.token,
        wanted=row.wanted,
        attempts=row.attempts,
        forced=row.forced,
        published=row.published,
        comment=row.comment,
        last_error=row.last_error,
        head_at=row.head_at,
        kept=bool(row.kept),
    )


def _new(values: Mapping[str, Any]) -> dict[str, Any]:
    """For the parameters of a statement that sets them."""
    return {f"new_{name}": value for name, value in values.items()}


_MINE = (subject.c.key == bindparam("mine"), subject.c.token == bindparam("held"))
_HOLDS = select(subject.c.key).where(*_MINE, subject.c.head == bindparam("newest"))
_SENDING = update(outbox).where(outbox.c.id == bindparam("outgoing"), _HOLDS.exists()).values(state=SENDING)
_STANDS = update(outbox).where(outbox.c.id == bindparam("outgoing")).values(state=SENT, sent_at=bindparam("at"))
_SETTLE = (
    update(delivery)
    .where(delivery.c.subject == bindparam("mine"), delivery.c.wanted <= bindparam("reached"), text("state <> 'done'"))
    .values(**{name: bindparam(f"new_{name}") for name in ("state", "error", "done_at")})
    .returning(delivery.c.received_at)
)


@lru_cache(maxsize=64)
def _finishing(again: bool, forced: bool, names: tuple[str, ...]) -> Update:
    """See `SubjectStore.finish`; `names`: what else is set. Kept, because building it costs as much as running it."""
    reached, newer = bindparam("reached", type_=Integer), subject.c.wanted > bindparam("reached", type_=Integer)
    further = subject.c.done > reached  # closed or archived meanwhile: nothing of it waits any more
    values: dict[str, Any] = {
        "done": case((further, subject.c.done), else_=reached),
        "lease_until": None,
        "attempts": 0,
        "kept": case((newer, subject.c.kept), else_=False),
        **{name: bindparam(f"new_{name}") for name in names},
    }
    if again:
        values["next_at"] = case((newer, subject.c.next_at), else_=bindparam("again_at", type_=Float))
        values["wanted"] = case((newer, subject.c.wanted), else_=reached + 1)
    if forced:
        values["forced"] = newer
    return update(subject).where(*_MINE).values(**values)


def _claiming(database: Database, any_: bool) -> ReturningUpdate[Any]:
    """Takes what is next, or the subject `this`. Built once: that costs as much as running it."""
    now: BindParameter[float] = bindparam("now", type_=Float)
    waiting = subject.alias("waiting")
    first = select(waiting.c.key).where(is_due(waiting, now))
    first = by_fairness(first, waiting, now).limit(1) if any_ else first.where(waiting.c.key == bindparam("this"))
    if not database.sqlite:
        first = first.with_for_update(skip_locked=True, of=waiting)
    died = case((subject.c.lease_until.is_not(None), 1), else_=0)
    return (
        update(subject)
        .where(subject.c.key == first.scalar_subquery())
        .values(token=subject.c.token + 1, lease_until=bindparam("until"), attempts=subject.c.attempts + died)
        .returning(subject)
    )


def is_due(waiting: FromClause, now: BindParameter[float]) -> ColumnElement[bool]:
    """Whether a worker may take it now."""
    free = or_(waiting.c.lease_until.is_(None), waiting.c.lease_until < now)
    return and_(waiting.c.wanted > waiting.c.done, waiting.c.next_at <= now, free)


def by_fairness(query: Select[Any], waiting: FromClause, now: BindParameter[float]) -> Select[Any]:
    """Who is next: see `SubjectStore.claim`."""
    in_hand = (
        select(subject.c.installation_id, func.count().label("subjects"))
        .where(subject.c.lease_until.is_not(None), subject.c.lease_until >= now)
        .group_by(subject.c.installation_id)
        .subquery("in_hand")
    )
    held = func.coalesce(in_hand.c.subjects, 0)
    return query.outerjoin(in_hand, in_hand.c.installation_id == waiting.c.installation_id).order_by(
        nobody_waits(waiting), held, waiting.c.next_at
    )


def nobody_waits(waiting: FromClause) -> ColumnElement[int]:
    """0 for what a person waits for, 1 for default branches and tasks."""
    kinds = [waiting.c.key.like(f"%/{kind}/%") for kind in NOBODY_WAITS]
    return case((or_(*kinds), 1), else_=0)
