"""Builds what requests to the owner of the policy need: the part of `app.wiring` that is about deciding them."""

from collections.abc import Awaitable, Callable

from fastapi import APIRouter

from app.api_tokens import Callers
from app.github.client import GitHubApp, Reach
from app.github.configured import second_app
from app.github.proposals import Proposals
from app.jobs.approvals import TASK as APPROVAL
from app.jobs.approvals import Approvals
from app.jobs.judge import Judge
from app.jobs.matters import Matters
from app.jobs.telling import Telling
from app.notify import Channels
from app.policies import starter_policies
from app.requesting.approving import Teams
from app.requesting.asking import Asking
from app.requesting.briefs import Briefs
from app.requesting.deciding import Deciding
from app.requesting.overrides import Overrides
from app.service_settings import ServiceSettings
from app.store.database import Database
from app.store.matters import TASK as MATTER
from app.store.matters import MatterStore
from app.store.notices import KEY as NOTIFY
from app.store.notices import NoticeStore
from app.store.requests import RequestStore
from app.store.subjects import SubjectStore
from app.store.where import WhereStore
from app.subject import Claim
from checks.policy.layers import PolicySet
from checks.policy.schema import Policy

TYPE_CHECKING = False
if TYPE_CHECKING:
    from app.site import Site
    from app.web.sessions import Sessions
    from app.web.verdict_forms import VerdictForms


class Conversation:
    """The conversation of one process."""

    def __init__(
        self,
        settings: ServiceSettings,
        database: Database,
        github: GitHubApp,
        subjects: SubjectStore,
        requests: RequestStore,
        judge: Callable[[], Judge],
        reach: Reach,
        now: Callable[[], float],
    ) -> None:
        """Raises `UsageError` for settings that cannot work."""
        self.judge = judge
        self.store = MatterStore(database, now)
        central, reports, public_url = judge().central, judge().reports, judge().public_url
        self._second = second_app(settings, reach)
        self.proposals = Proposals(github, central, self._second or github) if central else None
        self.teams = Teams(github)
        self.briefs = Briefs(WhereStore(database), settings.github_url.rstrip("/"), central, public_url)
        self.approvals = Approvals(
            subjects, self.store, self.proposals, self.teams, self.policies, settings.retry_seconds
        )
        self.matters = Matters(
            github, subjects, self.store, reports, self.briefs, self.approvals, self.policy, self.proposals,
            lambda: self.judge().clock(), settings.retry_seconds,
        )  # fmt: skip
        self.deciding = Deciding(
            self.store, self.teams, self.briefs, self.policies, self.proposals, lambda: self.judge().clock()
        )
        self.github, self.server_url = github, settings.github_url.rstrip("/")
        self.asking = Asking(reports, requests, central is not None, lambda: self.judge().clock())
        notices, channels = NoticeStore(database, now), Channels(settings.notify_urls)
        self.telling = Telling(subjects, notices, channels, settings.retry_seconds)

    async def policies(self) -> PolicySet:
        """The organization's policy as it judges."""
        return await self.judge().kept_policy.last() or starter_policies()

    async def policy(self) -> Policy:
        """The same for nobody's repository."""
        return (await self.policies()).plain

    def handler(self, key: str) -> Callable[[Claim], Awaitable[None]] | None:
        """What does the work of a task; None: it is of others."""
        if key == NOTIFY:
            return self.telling.handle
        if key.startswith(MATTER):
            return self.matters.handle
        return self.approvals.handle if key.startswith(APPROVAL) else None

    def routers(self, site: "Site | None", callers: Callers, overrides: Overrides) -> list[APIRouter]:
        """The pages, where people sign in, and the API, where anybody has a token; where repositories govern themselves
        only the form that sets a check to pass."""
        found: list[APIRouter] = []
        if site and site.sessions:
            from app.web.overriding import OverridePages

            found.append(OverridePages(self.github, overrides, self._forms(site, site.sessions)).router())
        if self.proposals is None:
            return found
        if site and site.sessions:
            from app.web.asking import AskingPages  # nobody else waits for the templates
            from app.web.requests import RequestPages

            pages = RequestPages(self.store, self.deciding, site.renderer, site.sessions, self.server_url)
            asking = AskingPages(self.github, self.asking, self.deciding, self._forms(site, site.sessions))
            found += [pages.router(), asking.router()]
        if callers:
            from app.web.requests import api

            found.append(api(callers, self.store, self.deciding))
        return found

    def _forms(self, site: "Site", sessions: "Sessions") -> "VerdictForms":
        from app.web.verdict_forms import VerdictForms

        return VerdictForms(self.store, site.rights, site.renderer, sessions)

    async def close(self) -> None:
        if self._second:
            await self._second.close()
