"""From the outbox to GitHub: what a claim says is posted, and what an earlier attempt left open is completed."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from app.github.client import GitHubError, Installation, RateLimited
from app.github.publication import Posted, Publication
from app.github.publisher import Publisher
from app.jobs.desk import Desk
from app.store.reports import LATER, SENT, SUPERSEDED, Outgoing, ReportStore
from app.store.subjects import SubjectStore
from app.subject import Claim
from app.tracing import span


@dataclass(frozen=True, slots=True)
class Posting:
    """Posts for claims; the outbox says at any moment what may have been posted."""

    subjects: SubjectStore
    reports: ReportStore

    async def publish(self, claim: Claim, desk: Desk, outgoing: Outgoing, failed: str | None = None) -> None:
        """Post what is stored, unless the claim is lost or the head is not the newest any more, and end the claim.
        `failed`: why nothing could be judged. Raises `RateLimited` or `GitHubError`."""
        if not await self.subjects.may_publish(claim, outgoing.id):
            await self.reports.mark(outgoing, SUPERSEDED)
            await desk.withdraw()
            await self.subjects.finish(claim)
            return
        said = Publication.from_json(dict(outgoing.publication))
        still_mine = False
        try:
            posted = await self._posted(desk.publisher, said, desk.comment, waiting=desk.waiting)
            if posted.rest_at is None:
                sent, published, again_at = outgoing.id, f"{said.head}:{said.digest}", desk.again_at
            else:
                await self.reports.later(outgoing, desk.again_at)
                sent, published, again_at = None, f"{said.head}:{LATER}", posted.rest_at
            still_mine = await self.subjects.finish(
                claim, again_at, failed, sent, published=published, comment=posted.comment
            )
        finally:
            if not still_mine:
                await self.subjects.overtaken(claim)

    async def _posted(
        self, publisher: Publisher, said: Publication, comment: Mapping[str, Any] | None, **how: Any
    ) -> Posted:
        # A query for each verdict, so only where others may have to go before what can wait.
        asks = publisher.claim.kept or how.get("urgent_stands") or publisher.short_of_room
        others = await self.subjects.others(publisher.claim) if asks else 0
        try:
            with span("publish", head=said.head):
                return await publisher.publish(said, comment, **{"unsure": False, "others": others, **how})
        except RateLimited:
            self.reports.not_posted("limit")
            raise
        except GitHubError as error:
            self.reports.not_posted("passing" if error.passing else "refused")
            raise

    async def finish_earlier(self, claim: Claim, client: Installation, outgoing: Outgoing) -> Claim | None:
        """An earlier attempt was broken off while it posted, or left the rest for later. If that still is the newest
        word, it is completed; if not, what our comment says now is not known. The claim as it is then; None: with that
        it has ended."""
        said, rest = Publication.from_json(dict(outgoing.publication)), outgoing.state == LATER
        if said.head != claim.head:
            await self.reports.mark(outgoing, SUPERSEDED)
            return claim if rest else replace(claim, comment=None)
        if rest and claim.wanted > outgoing.wanted + 1:
            return claim  # more was asked for since: what is said of that says this, too
        try:
            publisher = Publisher(client, claim)
            posted = await self._posted(publisher, said, claim.comment, unsure=True, urgent_stands=rest)
        finally:
            await self.subjects.overtaken(claim)
        if posted.rest_at is not None:
            return await self._left_rest(claim, outgoing, posted.rest_at, posted.comment)
        published, forced = f"{said.head}:{said.digest}", claim.forced and claim.wanted > outgoing.wanted
        if rest:
            await self.subjects.finish(claim, outgoing.again_at, published=published, comment=posted.comment)
        else:
            await self.subjects.note(claim, comment=posted.comment, published=published, attempts=0)
        await self.reports.mark(outgoing, SENT)
        if rest:
            return None
        return replace(claim, comment=posted.comment, published=published, attempts=0, forced=forced)

    async def _left_rest(
        self, claim: Claim, outgoing: Outgoing, rest_at: float, comment: Mapping[str, Any] | None
    ) -> Claim | None:
        """The urgent part of what was broken off stands now. It is judged again only if more was asked for since."""
        published = f"{outgoing.publication['head']}:{LATER}"
        if claim.wanted > outgoing.wanted:
            await self.reports.mark(outgoing, SUPERSEDED)
            return replace(claim, comment=dict(comment) if comment else None, published=published, attempts=0)
        await self.reports.later(outgoing, None)
        await self.subjects.finish(claim, rest_at, published=published, comment=comment)
        return None
