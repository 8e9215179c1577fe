"""Reports with their outbox rows and history, written in one transaction; and what was said before."""

import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import bindparam, func, insert, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection

from app.store.database import Database
from app.store.matters import look_again
from app.store.tables import history, outbox, report
from app.subject import Claim
from app.tally import Tally

WAITING, SENDING, SENT, SUPERSEDED = "waiting", "sending", "sent", "superseded"
#: The verdict is posted; comments and details wait for room in GitHub's limits.
LATER = "later"
_OPEN = (WAITING, SENDING, LATER)


@dataclass(frozen=True, slots=True)
class Outgoing:
    """One publication on its way. `sending`: an earlier attempt may have posted parts of it."""

    id: int
    state: str
    publication: Mapping[str, Any]
    wanted: int
    """What the subject will have done when this is sent."""
    again_at: float | None = None
    """When time alone can change what it says (seconds since 1970); known of what is posted later."""


class ReportStore:
    """What was judged, what is to be said about it, and what is counted later."""

    def __init__(self, database: Database, clock: Callable[[], float] = time.time, tally: Tally | None = None) -> None:
        self.database = database
        self.clock = clock
        self.tally = tally or Tally()
        self._insert = (sqlite if database.sqlite else postgresql).insert

    async def save(
        self, claim: Claim, document: Mapping[str, Any], publication: Mapping[str, Any], seconds: float
    ) -> Outgoing:
        """Store the report (as `checks.render.json_report` gives it), its publication and its history together.

        `seconds`: from the claim to here. Older publications of the subject that are not sent are superseded.
        """
        now = self.clock()
        row = {
            "subject": claim.key,
            "head": claim.head,
            "digest": publication["digest"],
            "policy_digest": document["policy"]["digest"],
            "conclusion": document["conclusion"],
            "document": document,
            "made_at": now,
        }
        # lost in a power cut: it is judged again; before anything of it is posted, there is a durable commit
        async with self.database.write(brief=True, durable=False) as connection:
            before = await self._newest(connection, claim.key)
            await connection.execute(_REPORT, row)
            rows = list(_history(claim, before, document, now, seconds))
            await connection.execute(_HISTORY, rows)
            if _moved(before, document):
                await look_again(connection, claim.key, now, self._insert)
            outgoing = await self._put(connection, claim, publication)
        self.tally.count("ospo_gate_verdicts_total", claim.kind.value, document["conclusion"])
        return outgoing

    async def refuse(
        self, claim: Claim, publication: Mapping[str, Any], reason: str, what: str = "refused"
    ) -> Outgoing:
        """Store a publication that says why nothing was judged; `what` is the word for it in the history."""
        async with self.database.write() as connection:
            row = _row(claim, self.clock(), what, {"reason": reason[:2000]})
            await connection.execute(_HISTORY, [row])
            outgoing = await self._put(connection, claim, publication)
        self.tally.count("ospo_gate_verdicts_total", claim.kind.value, what)
        return outgoing

    def not_posted(self, cause: str) -> None:
        """An attempt to post something failed: by a `limit`, by what is `passing`, or it was `refused`."""
        self.tally.count("ospo_gate_publishing_failures_total", cause)

    async def _put(self, connection: AsyncConnection, claim: Claim, publication: Mapping[str, Any]) -> Outgoing:
        await connection.execute(_SUPERSEDE, {"of": claim.key})
        document = {**publication, "wanted": claim.wanted}
        row = {"subject": claim.key, "token": claim.token, "state": WAITING, "publication": document}
        result = await connection.execute(_OUTBOX, {**row, "made_at": self.clock()})
        assert result.inserted_primary_key is not None
        return Outgoing(result.inserted_primary_key[0], WAITING, document, claim.wanted)

    async def unfinished(self, key: str) -> Outgoing | None:
        """The newest publication that an earlier worker began and did not finish, or left the rest of for later."""
        async with self.database.read() as connection:
            row = (await connection.execute(_UNFINISHED, {"of": key})).one_or_none()
        if row is None:
            return None
        said = row.publication
        return Outgoing(row.id, row.state, said, said.get("wanted", 0), said.get("again_at"))

    async def later(self, outgoing: Outgoing, again_at: float | None) -> None:
        """The urgent part is sent; the rest follows."""
        said = {**outgoing.publication, "again_at": again_at}
        async with self.database.write() as connection:
            await connection.execute(
                update(outbox).where(outbox.c.id == outgoing.id).values(state=LATER, publication=said)
            )

    async def waiting_rests(self) -> int:
        """How many verdicts wait for their comment and details."""
        query = select(func.count()).select_from(outbox).where(outbox.c.state == LATER)
        async with self.database.read() as connection:
            return int((await connection.execute(query)).scalar_one())

    async def mark(self, outgoing: Outgoing, state: str) -> None:
        """Set the state; whatever older of the subject was not sent will not be any more."""
        own = select(outbox.c.subject).where(outbox.c.id == outgoing.id).scalar_subquery()
        older = (outbox.c.subject == own) & (outbox.c.id < outgoing.id) & outbox.c.state.in_(_OPEN)
        async with self.database.write() as connection:
            sent = {"sent_at": self.clock()} if state == SENT else {}
            await connection.execute(update(outbox).where(outbox.c.id == outgoing.id).values(state=state, **sent))
            await connection.execute(update(outbox).where(older).values(state=SUPERSEDED))

    async def newest(self, key: str) -> Mapping[str, Any] | None:
        """The newest report of a subject, as JSON."""
        async with self.database.read() as connection:
            return await self._newest(connection, key)

    async def _newest(self, connection: AsyncConnection, key: str) -> Mapping[str, Any] | None:
        document = (await connection.execute(_NEWEST, {"of": key})).scalar_one_or_none()
        return dict(document) if document else None


# Built once: that costs as much as running them.
_REPORT, _HISTORY, _OUTBOX = insert(report), insert(history), insert(outbox)
_NEWEST = select(report.c.document).where(report.c.subject == bindparam("of")).order_by(report.c.id.desc()).limit(1)
_MINE = outbox.c.subject == bindparam("of")
_BEGUN = or_(outbox.c.state == SENDING, outbox.c.state == LATER)  # a list is spelled out anew each time
_SUPERSEDE = update(outbox).where(_MINE, or_(_BEGUN, outbox.c.state == WAITING)).values(state=SUPERSEDED)
_UNFINISHED = select(outbox).where(_MINE, _BEGUN).order_by(outbox.c.id.desc()).limit(1)


def _history(
    claim: Claim, before: Mapping[str, Any] | None, document: Mapping[str, Any], now: float, seconds: float
) -> Iterator[dict[str, Any]]:
    """What changed with this report: the verdict, findings seen for the first time, findings that are gone."""
    yield _row(claim, now, "judged", {"conclusion": document["conclusion"], "seconds": round(seconds, 3)})
    if not before or before["conclusion"] != document["conclusion"]:
        yield _row(claim, now, "concluded", {"conclusion": document["conclusion"]})
    known = {finding["id"]: finding for finding in (before or {}).get("findings", ()) if finding["introduced"]}
    present = {finding["id"]: finding for finding in document["findings"] if finding["introduced"]}
    for id_ in present.keys() - known.keys():
        yield _finding_row(claim, now, "first-seen", present[id_])
    for id_ in known.keys() - present.keys():
        yield _finding_row(claim, now, "cleared", known[id_])
    for id_ in present.keys() & known.keys():
        if present[id_]["waiver"] and not known[id_]["waiver"]:
            yield _finding_row(claim, now, "waived", present[id_])


def _moved(before: Mapping[str, Any] | None, document: Mapping[str, Any]) -> bool:
    """Whether something that was found before is gone, is another version now, or is back: somebody may have asked
    about it."""
    now, then = (
        {(finding["id"], finding["subject"]["version"]) for finding in report["findings"]}
        for report in (document, before or document)
    )
    return now != then


def _finding_row(claim: Claim, now: float, what: str, finding: Mapping[str, Any]) -> dict[str, Any]:
    details = {"subject": finding["subject"], "level": finding["level"], "path": finding["path"]}
    return {**_row(claim, now, what, details), "finding": finding["id"], "rule": finding["rule"]}


def _row(claim: Claim, now: float, what: str, details: Mapping[str, Any]) -> dict[str, Any]:
    row = {"at": now, "what": what, "subject": claim.key, "head": claim.head, "finding": None, "rule": None}
    return {**row, "details": {"repository": claim.about.repository, **details}}
