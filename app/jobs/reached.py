"""The task that compares installations and their repositories with our table: events about them can be lost, too."""

import secrets
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass

import structlog

from app.github import listing
from app.github.client import GitHubApp, GitHubError
from app.store.beliefs import BeliefStore
from app.store.repositories import RepositoryRow
from app.store.subjects import SubjectStore
from app.subject import Archived, Changed, Claim, Delivery, Effect, Kind, Lost, Regained, Told, task_key

#: Its key; its lease lets one process at a time do it.
KEY = task_key("reconcile-repositories")
EVENT = "reconcile"
#: Seconds between two comparisons.
EVERY = 3_600.0

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Reached:
    """Handles the claims of the task."""

    app: GitHubApp
    subjects: SubjectStore
    beliefs: BeliefStore
    accept: Callable[[Delivery], Awaitable[bool]]
    clock: Callable[[], float]

    async def handle(self, claim: Claim) -> None:
        now = self.clock()
        try:
            installed = await listing.installations(self.app)
            for one in sorted(await self.beliefs.installations() - {one.id for one in installed}):
                await self._tell("uninstalled", [Lost(one, "the App was uninstalled")])
            for there in installed:
                if not there.suspended:
                    await self._compare(there.id)
        except GitHubError as error:
            log.warning("repositories-not-reconciled", error=str(error))
        await self.subjects.finish(claim, now + EVERY)

    async def _compare(self, installation_id: int) -> None:
        try:
            self.app.limits.check_spare(installation_id)
            told = await listing.repositories(self.app, installation_id)
        except GitHubError as error:  # of one installation: the others can do nothing for it
            log.warning("repositories-not-listed", installation=installation_id, error=str(error))
            return
        known = await self.beliefs.repositories(installation_id, [one.id for one in told])
        listed = {one.id for one in told}
        lost = sorted(id_ for id_ in known if id_ not in listed)
        if lost:
            await self._tell("lost", [Lost(installation_id, "the repository was taken away from the App", tuple(lost))])
        if news := [one for one in told if _is_news(one, known.get(one.id))]:
            follows = [effect for one in news for effect in _follows(one, known.get(one.id))]
            await self._tell("found", [Regained(installation_id, tuple(news)), *follows])

    async def _tell(self, what: str, effects: Sequence[Effect]) -> None:
        *also, last = effects
        await self.accept(Delivery(f"{EVENT}-{secrets.token_hex(12)}", EVENT, what, last, tuple(also)))
        log.info("repaired", what=what)


def _is_news(told: Told, row: RepositoryRow | None) -> bool:
    return row is None or row.gone_at is not None or bool(_differing(told, row))


def _differing(told: Told, row: RepositoryRow) -> set[str]:
    """The names of what is not as we know it; what a listing leaves out is no difference."""
    names = ("installation_id", "name", "visibility", "default_branch", "archived", "properties")
    return {name for name in names if getattr(told, name) not in (None, getattr(row, name))}


def _follows(told: Told, row: RepositoryRow | None) -> Iterator[Effect]:
    """What the events that we did not hear would have done besides."""
    if row is None:
        return
    differing = _differing(told, row)
    if "archived" in differing and (told.archived or row.archived):
        yield Archived(told.id, bool(told.archived))
    if differing & {"visibility", "properties"}:
        yield Changed(told.id, (Kind.PULL, Kind.BRANCH))
    elif "default_branch" in differing and row.default_branch:
        yield Changed(told.id, (Kind.BRANCH,))
