"""Commands that only change rows, applied in the transaction that accepts their delivery."""

from collections.abc import Collection

from sqlalchemy import ColumnElement, select, update
from sqlalchemy import insert as plain_insert
from sqlalchemy.ext.asyncio import AsyncConnection

from app.store.matters import look_again, moved
from app.store.notices import put
from app.store.repositories import upsert, values
from app.store.tables import history, report, repository, subject
from app.store.tasks import Insert, want
from app.subject import (
    Archived,
    Cancelled,
    Changed,
    Closed,
    Effect,
    Kind,
    Lost,
    PolicyChanged,
    PolicyPushed,
    Proposal,
    Regained,
    Told,
    task_key,
)
from checks.conversation.outcomes import Notice
from checks.model.phrase import visible

#: The task that judges all open pull requests again.
AGAIN = task_key("judge-again")
#: The task that reads the organization's policy.
POLICY_PUSHED = task_key("policy-pushed")
#: The task that reads default branches which nobody read yet.
BACKFILL = task_key("backfill")
#: Beginning of the names of the tasks that look whether a pull request of the policy repository was approved,
APPROVAL = "approval-"
#: and of the branches that decide requests.
BRANCH = "ospo-gate/"
#: Conclusions under which nobody should have merged.
BLOCKING = ("blocked", "cannot-judge", "action-required")
ARCHIVED = "the repository is archived"


async def apply(connection: AsyncConnection, command: Effect, now: float, insert: Insert) -> None:
    """Change what `command` says; `now` in seconds since 1970. The work is proportional to what changes."""
    match command:
        case Closed():
            await _closed(connection, command, now, insert)
        case Proposal():
            await _proposal(connection, command, now, insert)
        case Cancelled(key):
            await connection.execute(update(subject).where(subject.c.key == key).values(**_RESTED))
        case Changed(id_, kinds):
            await _again(connection, (subject.c.repository_id == id_) & _of(kinds), now, kept=True)
        case Archived(id_, archived):
            await _archived(connection, id_, archived, now)
        case Lost():
            await _lost(connection, command, now)
        case Regained():
            await _regained(connection, command, now, insert)
        case PolicyPushed():
            await want(connection, POLICY_PUSHED, now, insert)
        case PolicyChanged():
            await want(connection, AGAIN, now, insert)


#: Nothing of it waits any more.
_RESTED = {"done": subject.c.wanted, "last_error": None, "attempts": 0}


async def _closed(connection: AsyncConnection, closed: Closed, now: float, insert: Insert) -> None:
    if closed.merged:
        await _merged(connection, closed, now, insert)
    # An event of an older time does not close what was opened again since.
    current = (subject.c.key == closed.key) & (subject.c.head_at <= closed.at)
    await connection.execute(update(subject).where(current).values(**_RESTED, closed_at=closed.at, head_at=closed.at))
    await look_again(connection, closed.key, now, insert)


async def _proposal(connection: AsyncConnection, proposal: Proposal, now: float, insert: Insert) -> None:
    """Whether those who may have approved it is looked at, and what it decides."""
    if proposal.open:
        await want(connection, task_key(f"{APPROVAL}{proposal.number}"), now, insert)
    if proposal.branch.startswith(BRANCH):
        await moved(connection, proposal.number, proposal.branch.removeprefix(BRANCH), now, insert)


async def _merged(connection: AsyncConnection, closed: Closed, now: float, insert: Insert) -> None:
    """Remember a merge that the verdict did not allow, or that did not wait for one."""
    newest = select(report.c.conclusion).where(report.c.subject == closed.key, report.c.head == closed.head)
    conclusion = (await connection.execute(newest.order_by(report.c.id.desc()).limit(1))).scalar_one_or_none()
    if conclusion is not None and conclusion not in BLOCKING:
        return
    details = {"repository": closed.repository, "by": closed.merged_by, "conclusion": conclusion}
    row = {"at": now, "what": "merged-in-spite", "subject": closed.key, "head": closed.head, "details": details}
    await connection.execute(plain_insert(history).values(row))
    await put(connection, _in_spite(closed, conclusion), now, insert)


def _in_spite(closed: Closed, conclusion: str | None) -> Notice:
    number = closed.key.rpartition("/")[2]
    verdict = f"The verdict was {conclusion.replace('-', ' ')}" if conclusion else "There was no verdict yet"
    by = f"@{visible(closed.merged_by)}" if closed.merged_by else "somebody"
    what = f"{visible(closed.repository)} #{number}"
    return Notice(
        f"{what} was merged in spite of the gate", f"{verdict} when {by} merged {what} at {closed.head[:12]}."
    )


async def _archived(connection: AsyncConnection, id_: int, archived: bool, now: float) -> None:
    here = subject.c.repository_id == id_
    if archived:
        await _rest(connection, here, ARCHIVED)
    else:
        await _again(connection, here & _of((Kind.PULL, Kind.BRANCH)), now)


async def _lost(connection: AsyncConnection, lost: Lost, now: float) -> None:
    """What meanwhile belongs to another installation stays."""
    where: ColumnElement[bool] = subject.c.installation_id == lost.installation_id
    gone: ColumnElement[bool] = repository.c.installation_id == lost.installation_id
    if lost.repository_ids is not None:
        where &= subject.c.repository_id.in_(lost.repository_ids)
        gone &= repository.c.id.in_(lost.repository_ids)
    await _rest(connection, where, lost.reason)
    if lost.gone:
        await connection.execute(update(repository).where(gone, repository.c.gone_at.is_(None)).values(gone_at=now))


async def _regained(connection: AsyncConnection, regained: Regained, now: float, insert: Insert) -> None:
    if regained.repositories is None:
        await _again(connection, (subject.c.installation_id == regained.installation_id) & _RESTS, now)
        return
    await _known(connection, regained.repositories, now, insert)
    await want(connection, BACKFILL, now, insert)
    here = subject.c.repository_id.in_([told.id for told in regained.repositories])
    await connection.execute(update(subject).where(here).values(installation_id=regained.installation_id))
    await _again(connection, here & _RESTS, now)


async def _known(connection: AsyncConnection, told: Collection[Told], now: float, insert: Insert) -> None:
    if told:
        rows = [values(item, now) for item in sorted(told, key=lambda item: item.id)]
        await connection.execute(upsert(insert), rows)


#: Done, but not well: it waits for a permission.
_RESTS = (subject.c.wanted <= subject.c.done) & subject.c.last_error.is_not(None)


def _of(kinds: Collection[Kind]) -> ColumnElement[bool]:
    condition: ColumnElement[bool] = subject.c.key.like(f"%/{next(iter(kinds))}/%")
    for kind in list(kinds)[1:]:
        condition |= subject.c.key.like(f"%/{kind}/%")
    return condition


async def _again(connection: AsyncConnection, where: ColumnElement[bool], now: float, kept: bool = False) -> None:
    """Judge again, by what is `kept` of it if that suffices; a closed pull request has nobody who waits for it."""
    raised = {"wanted": subject.c.wanted + 1, "next_at": now, "attempts": 0, "kept": kept}
    await connection.execute(update(subject).where(where, subject.c.closed_at.is_(None)).values(raised))


async def _rest(connection: AsyncConnection, where: ColumnElement[bool], reason: str) -> None:
    """What waits rests with the reason: it is tried again when the reason has gone."""
    waits = subject.c.wanted > subject.c.done
    rested = {**_RESTED, "last_error": reason}
    await connection.execute(update(subject).where(where, waits).values(rested))
