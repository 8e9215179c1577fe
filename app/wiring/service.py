"""The service in one process: workers, pages, API and their life."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, nullcontext
from datetime import UTC, datetime

import structlog
from fastapi import APIRouter, FastAPI
from sqlalchemy.exc import SQLAlchemyError

from app.fact_settings import FactEnvironment
from app.facts.online.timing import Timing
from app.github.configured import central_place, github_reach
from app.health import Health
from app.jobs.hands import Hand
from app.offered import sections_of
from app.own_policies import OwnPolicies
from app.service_settings import Engine as EngineName
from app.service_settings import ServiceSettings
from app.store.deliveries import DeliveryStore
from app.store.figures import FigureStore
from app.store.housekeeping import Retention, sweep
from app.web.application import Running, all_the_rest, application, webhook_alone
from app.web.commands import Ours
from app.web.metrics import router as metrics_router
from app.wiring.api import Api
from app.wiring.work import Work

TYPE_CHECKING = False
if TYPE_CHECKING:
    from app.metrics import Metrics
    from app.site import Site

#: Seconds between two rounds of forgetting what is old.
SWEEP = 3600.0
#: Seconds until a process that only takes webhooks knows the phrases of a new policy.
LEARN = 30.0

log = structlog.get_logger()


class Service(Work):
    """Web, loop and database."""

    def __init__(self, settings: ServiceSettings, environment: FactEnvironment, timing: Timing | None = None) -> None:
        """Raises `UsageError` for settings that cannot work."""
        super().__init__(settings, environment, timing)
        self.api = Api(self)
        self.site = self._site()
        self.deliveries = DeliveryStore(self.database)
        self.health = Health(self.database, self._counts, settings.workers)
        self._metrics: Metrics | None = None
        self.further: list[APIRouter] = []
        """Routes that only this process has: of the set-up that it began with."""

    def application(self) -> FastAPI:
        """Everything on one listener. Anybody may reach it, so the metrics want the token of the API."""
        callers = self.settings.callers
        routers = [*self._routers(), *([metrics_router(self._metrics_text, callers)] if callers else ())]
        return application(
            self._secrets, self._accept, self.health.ready, self.running, routers, self._ours, self.tally
        )

    def webhook_alone(self, running: Running) -> FastAPI:
        """What anybody may reach, where there are two listeners; `running` spans its life."""
        return webhook_alone(self._secrets, self._accept, running, self._ours, self.tally)

    def all_the_rest(self) -> FastAPI:
        """What belongs on the other listener."""
        return all_the_rest(self.health.ready, [*self._routers(), metrics_router(self._metrics_text, None)])

    def of_workers(self) -> FastAPI:
        """What a process without pages and API answers."""
        return all_the_rest(self.health.ready, [metrics_router(self._metrics_text, None)])

    def _site(self) -> "Site | None":
        settings = self.settings
        if settings.public_url is None:
            return None
        from app.site import Signing, Site  # nobody else waits for the templates

        signing = Signing(self.signatures, self.companies, self.last_policy, lambda: self.engine.wake(), self.tally)
        url, central = settings.public_url.rstrip("/"), central_place(settings.policy)
        own, reach = OwnPolicies(self.github), github_reach(settings, self.environment)
        return Site(settings, url, self.database, reach, signing, self.api.trees, central, own)

    @property
    def _secrets(self) -> list[str]:
        secrets = (self.settings.webhook_secret, self.settings.webhook_secret_previous)
        return [secret for secret in secrets if secret]

    @property
    def _ours(self) -> Ours:
        return Ours(self.settings.app_id, self.judge.central, self.phrases.maybe)

    def _routers(self) -> list[APIRouter]:
        callers, site = self.settings.callers, self.site
        pages = (*(site.routers if site else ()), *self.conversation.routers(site, callers, self.overrides))
        return [*(self.api.routers(callers) if callers else ()), *pages, *self.further]

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Database migrated, workers at work if they are embedded; everything is closed at the end."""
        embedded = self.settings.engine is EngineName.EMBEDDED
        if not embedded:
            self.health.workers = 0
        async with self._open(), self.engine.running() if embedded else nullcontext(), self._ready():
            yield

    @asynccontextmanager
    async def working(self) -> AsyncIterator[None]:
        """The same without a web server: workers at work, whatever the engine."""
        async with self._open(), self.engine.running(), self._ready():
            yield

    @asynccontextmanager
    async def _ready(self) -> AsyncIterator[None]:
        self.health.begun = True
        try:
            yield
        finally:
            self.health.ending = True

    def end(self) -> None:
        """Somebody wishes that the process ends: nobody shall send anything new here."""
        self.health.ending = True

    async def _metrics_text(self) -> bytes:
        if self._metrics is None:
            from app.metrics import Metrics  # nobody else waits for its library

            self._metrics = Metrics(self.tally, FigureStore(self.database), self.github.budget, self._hand)
        return await self._metrics.text()

    def _hand(self) -> Hand:
        return Hand(self.health.workers if self.health.begun else 0, self.hands.busy)

    @asynccontextmanager
    async def _open(self) -> AsyncIterator[None]:
        if self.settings.migrate:
            await self.database.migrate()
        sweeper, listener = asyncio.create_task(self._sweep()), asyncio.create_task(self._learn())
        try:
            async with self.facts.running():
                await self._schedule()
                yield
        finally:
            sweeper.cancel()
            listener.cancel()
            await self.github.close()
            await self.conversation.close()
            if self.site:
                await self.site.close()
            await self.database.close()
            self.parsers.close()

    async def _sweep(self) -> None:
        given = self.settings
        kept = Retention(given.keep_deliveries, given.keep_reports, given.keep_uses, given.keep_gone)
        while True:
            try:
                await sweep(self.database, retention=kept)
            except (OSError, SQLAlchemyError):
                log.exception("sweep-failed")
            await asyncio.sleep(SWEEP)

    async def _learn(self) -> None:
        """The phrases that sign, where another process reads the policy."""
        while True:
            try:
                for section in sections_of(await self.last_policy(), datetime.now(UTC)):
                    self.phrases.learn(section)
            except (OSError, SQLAlchemyError) as error:
                log.info("phrases-not-known", error=type(error).__name__)
            await asyncio.sleep(LEARN)

    async def _counts(self) -> dict[str, object]:
        return {"waiting": await self.subjects.waiting(), "failed": await self.deliveries.failed()}
