"""The task that finds what no webhook told: open pull requests without a current verdict, checks that hang."""

import asyncio
import secrets
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

import structlog

from app.github import listing
from app.github.client import GitHubApp, GitHubError, Installation
from app.github.listing import Ended, OpenPull, RepositoryPulls, listing_client
from app.store.beliefs import Belief, BeliefStore
from app.store.repositories import RepositoryRow
from app.store.subjects import SubjectStore
from app.subject import About, Claim, Closed, Command, Delivery, Wanted, pull_key, task_key
from checks.render.checkrun import VERDICT

#: Its key; its lease lets one process at a time do it.
KEY = task_key("reconcile-pulls")
#: What its findings are kept under, beside the events of GitHub.
EVENT = "reconcile"
#: Seconds between the beginnings of two rounds,
EVERY = 900.0
#: and for which one request is paid: rounds take at most a twentieth of the 5,000 requests an hour.
PAID = 3_600 / (5_000 / 20)
#: Seconds between two steps of a round.
PAUSE = 2.0
#: Seconds for which a webhook may still be on its way.
GRACE = 60.0
#: Seconds after which a check that says "in progress" hangs.
HANGING = 600.0
#: Seconds after which what rests with an error is tried again: a permission may have come back unheard.
RESTED = 6 * 3_600.0

log = structlog.get_logger()
Accept = Callable[[Delivery], Awaitable[bool]]


@dataclass(frozen=True, slots=True)
class Found:
    """One difference between GitHub and our tables, and what is done about it."""

    what: str
    """`missing`, `outdated`, `closed`, `unsaid`, `hanging` or `rested`."""
    command: Command


@dataclass(frozen=True, slots=True)
class _Round:
    """How far a round has come; kept in the claim's `head`."""

    began: float
    requests: int = 0
    installation: int = 0
    repository: int = 0

    @classmethod
    def read(cls, head: str, now: float) -> "_Round":
        parts = head.split(":")
        return cls(float(parts[0]), *map(int, parts[1:])) if len(parts) == 4 else cls(now)

    def __str__(self) -> str:
        return f"{self.began:.0f}:{self.requests}:{self.installation}:{self.repository}"


@dataclass(slots=True)
class _Look:
    """One look at some repositories of an installation."""

    client: Installation
    app_id: int
    now: float
    rows: Mapping[str, RepositoryRow]
    requests: int = 0
    found: list[Found] = field(default_factory=list)
    unproven: dict[str, Wanted] = field(default_factory=dict)
    """By node: pull requests on which a verdict should stand."""
    nodes: dict[str, str] = field(default_factory=dict)
    """Of the repository of each."""


@dataclass(frozen=True, slots=True)
class Reconcile:
    """Handles the claims of the task, some repositories at a time."""

    app: GitHubApp
    subjects: SubjectStore
    beliefs: BeliefStore
    accept: Accept
    clock: Callable[[], float]
    grace: float = GRACE

    async def handle(self, claim: Claim) -> None:
        now = self.clock()
        round_ = _Round.read(claim.head, now)
        rows = await self.beliefs.page((round_.installation, round_.repository), listing.REPOSITORIES)
        if not rows:
            log.info("reconciled", requests=round_.requests)
            again_at = max(round_.began + EVERY, round_.began + round_.requests * PAID, now + PAUSE)
            await self.subjects.finish(claim, again_at, head="")
            return
        installation, last = rows[0].installation_id, rows[-1].id
        look = _Look(listing_client(self.app, installation), self.app.app_id, now, {row.name: row for row in rows})
        try:
            self.app.limits.check_spare(installation)
            await self._look(look)
        except GitHubError as error:  # a limit among them: what is left of this installation is for the next round
            log.warning("not-reconciled", installation=installation, error=str(error))
            last = _LAST
        await self._repair(look.found)
        after = _Round(round_.began, round_.requests + look.requests, installation, last)
        await self.subjects.finish(claim, now + PAUSE, head=str(after))

    async def _repair(self, found: Sequence[Found]) -> None:
        """All at once: what is accepted together shares a transaction."""
        told = [Delivery(f"{EVENT}-{secrets.token_hex(12)}", EVENT, one.what, one.command) for one in found]
        await asyncio.gather(*map(self.accept, told))
        if found:
            log.info("repaired", **Counter(one.what for one in found))

    async def _look(self, look: _Look) -> None:
        look.requests += 1
        listed = await listing.open_pulls(look.client, list(look.rows))
        # a name may lead to another repository by now: the task for repositories sorts that out
        seen = {name: pulls for name, pulls in listed.items() if pulls.id == look.rows[name].id}
        look.requests += sum(listing.further_requests(len(pulls.pulls)) for pulls in seen.values())
        numbers = {pulls.id: [pull.number for pull in pulls.pulls] for pulls in seen.values()}
        known = await self.beliefs.pulls(numbers)
        for name, pulls in seen.items():
            for pull in pulls.pulls:
                self._compare(look, look.rows[name], pulls, pull, known[pulls.id].get(pull.number))
            await self._ended(look, look.rows[name], pulls, known[pulls.id])
        await self._prove(look)

    def _compare(
        self, look: _Look, row: RepositoryRow, pulls: RepositoryPulls, pull: OpenPull, known: Belief | None
    ) -> None:
        if pull.updated_at > look.now - self.grace:
            return
        wanted = _wanted(row, pulls, pull)
        if known is None:
            look.found.append(Found("missing", wanted))
        elif known.head_at > pull.updated_at or known.waits:
            return  # an event has told more than this list, or it is being worked on
        elif known.closed or known.head != pull.head:
            look.found.append(Found("outdated", wanted))
        elif known.rests:
            if look.now - known.due_at > RESTED:
                look.found.append(Found("rested", wanted))
        elif not known.said:
            look.found.append(Found("unsaid", wanted))
        else:
            look.unproven[pull.node_id] = wanted
            look.nodes[pull.node_id] = pulls.node_id

    async def _ended(
        self, look: _Look, row: RepositoryRow, pulls: RepositoryPulls, known: Mapping[int, Belief]
    ) -> None:
        """Those that we hold to be open and GitHub does not list."""
        listed = {pull.number for pull in pulls.pulls}
        gone = sorted(number for number, belief in known.items() if number not in listed and not belief.closed)
        for start in range(0, len(gone), listing.RUNS):
            look.requests += 1
            numbers = gone[start : start + listing.RUNS]
            ends = await listing.ended(look.client, row.name, numbers)
            for number in numbers:
                if (end := ends.get(number)) is None or not end.open:
                    look.found.append(Found("closed", _closed(row, known[number], end, look.now)))

    async def _prove(self, look: _Look) -> None:
        """Whether the verdicts that should stand do, and are not in progress for ever."""
        nodes = list(look.unproven)
        for start in range(0, len(nodes), listing.RUNS):
            look.requests += 1
            runs = await listing.runs(look.client, look.app_id, VERDICT, nodes[start : start + listing.RUNS])
            for node, run in runs.items():
                wanted = look.unproven[node]
                if run is None:
                    look.found.append(Found("unsaid", _forced(wanted)))
                elif run.head != wanted.head:
                    continue
                elif run.cancelled:  # we did, and ended before anything came instead
                    look.found.append(Found("hanging", _forced(wanted)))
                elif not run.completed and run.started_at < look.now - HANGING:
                    look.requests += 1
                    await listing.conclude(look.client, look.nodes[node], run)
                    look.found.append(Found("hanging", _forced(wanted)))


#: No repository has a higher id: PostgreSQL takes no higher one.
_LAST = 2**63 - 1


def _wanted(row: RepositoryRow, pulls: RepositoryPulls, pull: OpenPull) -> Wanted:
    """What an event would have asked for."""
    about = About(
        repository=row.name,
        repository_node=pulls.node_id,
        pull_node=pull.node_id,
        base=pull.base,
        base_ref=pull.base_ref,
        visibility=row.visibility,
        default_branch=row.default_branch,
        properties={name: str(value) for name, value in (row.properties or {}).items()},
        author=pull.author,
        author_is_bot=pull.author_is_bot,
        changed_files=pull.changed_files,
        license=row.license or None,
        topics=None if row.topics is None else list(row.topics),
    )
    key = pull_key(row.id, pull.number)
    return Wanted(key, row.installation_id, row.id, pull.number, pull.head, pull.updated_at, about)


def _forced(wanted: Wanted) -> Wanted:
    """Published even if nothing has changed since: what is known of GitHub is wrong."""
    return replace(wanted, forced=True)


def _closed(row: RepositoryRow, known: Belief, end: Ended | None, now: float) -> Closed:
    """`end` is None where GitHub shows it no more: it was deleted, or moved to another repository."""
    if end is None:
        return Closed(known.key, known.head, now, row.name)
    at = max(end.at, known.head_at)  # a clock that stepped must not keep it open
    return Closed(known.key, end.head, at, row.name, end.merged, end.merged_by)
