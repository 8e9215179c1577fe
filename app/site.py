"""Builds the pages from the settings: the part of `app.wiring` that is for people."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from fastapi import APIRouter

from app.github.connection import Reach
from app.github.people import People
from app.github.pull import CentralPolicy
from app.offered import PolicyNow
from app.own_policies import OwnPolicy
from app.service_settings import ServiceSettings
from app.store.companies import CompanyStore
from app.store.database import Database
from app.store.repositories import RepositoryStore
from app.store.signatures import SignatureStore
from app.store.verdicts import VerdictStore
from app.tally import Tally
from app.verdict_trees import VerdictTrees
from app.web import agreements, agreements_companies, policy_page
from app.web.agreements_desk import SigningDesk
from app.web.pages.details import Details
from app.web.pages.explain import ExplainPages
from app.web.pages.rendering import Renderer
from app.web.rights import Rights
from app.web.sessions import Sessions
from app.web.signin import SignIn
from app.web.signin import router as signin_router


@dataclass(frozen=True, slots=True)
class Signing:
    """What of the service the pages for agreements work on."""

    signatures: SignatureStore
    companies: CompanyStore
    policy: PolicyNow
    wake: Callable[[], None]
    """Tells the engine that something is to be judged again."""
    tally: Tally


class Site:
    """The pages of one process, at `public_url`."""

    def __init__(
        self,
        settings: ServiceSettings,
        public_url: str,
        database: Database,
        reach: Reach,
        signing: Signing,
        trees: VerdictTrees,
        central: CentralPolicy | None = None,
        own: OwnPolicy | None = None,
    ) -> None:
        self.people: People | None = None
        sessions = None
        id_, secret = settings.client_id, settings.client_secret
        if id_ and secret:
            self.people = People(id_, secret, settings.github_url, settings.github_api_url, reach)
            sessions = Sessions(settings.session_secret or secret, secure=public_url.startswith("https://"))
        renderer = Renderer(public_url, sessions)
        rights = Rights(RepositoryStore(database), self.people, settings.public_pages)
        self.renderer, self.rights, self.sessions = renderer, rights, sessions
        github_url, asks = settings.github_url.rstrip("/"), bool(settings.policy)
        shown = policy_page.PolicyDesk(
            signing.policy, central.repository if central else None, settings.public_policy, renderer, rights, sessions,
            lambda: datetime.now(UTC),
        )  # fmt: skip
        details = Details(
            VerdictStore(database), rights, renderer, github_url, sessions, asks, places=shown.places, explains=True
        )
        self.routers: list[APIRouter] = [renderer.assets(), ExplainPages(details, trees).router(), details.router()]
        if self.people and sessions:
            self.routers.append(signin_router(SignIn(self.people, sessions, rights, public_url), renderer))
        desk = SigningDesk(
            signing.signatures, signing.companies, signing.policy, renderer, self.people, sessions,
            settings.public_pages, signing.wake, signing.tally, rights=rights,
            own=own if self.people and not central else None,
        )  # fmt: skip
        self.routers += [agreements_companies.router(desk), agreements.router(desk)]
        if desk.own is not None:
            self.routers.append(agreements.own_router(desk))
        self.routers.append(policy_page.router(shown))

    async def close(self) -> None:
        if self.people:
            await self.people.close()
