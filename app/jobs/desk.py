"""What a worker has before it while it judges one claim."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

import structlog

from app.github.client import GitHubError
from app.github.publisher import Publisher
from app.github.pull import PullSource
from app.subject import Claim
from checks.model.facts import Facts, RepositoryFacts
from checks.model.finding import AppliedOverride
from checks.model.packages import Known
from checks.render.comment import MARKER

log = structlog.get_logger()


@dataclass(slots=True)
class Desk:
    """What is said about one claim while it is judged: our comment so far, and the run that says "in progress"."""

    claim: Claim
    publisher: Publisher
    comment: Mapping[str, Any] | None = None
    waiting: Mapping[str, Any] | None = None
    older: str | None = None
    """Which older bot has a comment about signatures there, where ours is not there yet."""
    again_at: float | None = None
    """When time alone can change the verdict (seconds since 1970)."""
    afterwards: Callable[[], Awaitable[None]] | None = None
    """What is left to do when everybody has their verdict."""

    def __post_init__(self) -> None:
        self.comment = self.claim.comment

    async def announce(self) -> None:
        """Best effort: the verdict does not depend on it."""
        try:
            self.waiting = await self.publisher.announce(self.claim.head)
        except GitHubError as error:
            log.info("in-progress-not-posted", subject=self.claim.key, error=str(error))

    async def withdraw(self) -> None:
        if self.waiting is None:
            return
        try:
            await self.publisher.withdraw(self.waiting)
        except GitHubError as error:
            log.info("in-progress-not-withdrawn", subject=self.claim.key, error=str(error))


def known(
    claim: Claim, requested: frozenset[str] = frozenset(), overrides: Mapping[str, AppliedOverride] | None = None
) -> Facts:
    """What the events told, the findings about which somebody was asked to decide, and the checks that somebody has set
    to pass."""
    about = claim.about
    repository = RepositoryFacts(
        about.repository,
        about.visibility,
        about.default_branch,
        about.owner_is_organization,
        about.properties,
        Known(about.license, "GitHub") if about.license and about.license != "NOASSERTION" else None,
        properties_known=True,
        topics=None if about.topics is None else tuple(about.topics),
    )
    return Facts(repository=repository, accounts_known=True, requested=requested, overrides=overrides or {})


def own_comment(source: PullSource) -> Mapping[str, Any] | None:
    """Our comment as the query found it, by author and marker."""
    for node in source.state.comments if source.state else ():
        if node["body"].startswith(MARKER):
            return {"node": node["id"], "id": node.get("fullDatabaseId"), "body": node["body"]}
    return None
