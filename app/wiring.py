"""The only place that builds adapters from settings."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager, nullcontext
from datetime import UTC, datetime
from functools import partial

import structlog
from fastapi import APIRouter, FastAPI
from sqlalchemy.exc import SQLAlchemyError

from app.address import Address
from app.api_tokens import Callers
from app.asking import reply
from app.conversation import Conversation
from app.dependency_track import DependencyTrack
from app.fact_settings import FactEnvironment
from app.facts.indexed import IndexedLicenses
from app.facts.lookup import FactChain
from app.facts.online.timing import Timing
from app.facts.shared import KeptFacts, SharedFacts
from app.facts.signatures import SignedHere
from app.github.client import AppKey, GitHubApp, Limits, Reach
from app.github.groups import Groups
from app.github.pull import CentralPolicy, central_policy
from app.health import Health
from app.jobs import again, backfill, policy_pushed, refresh, uploads
from app.jobs.again import JudgeAgain
from app.jobs.backfill import Backfill
from app.jobs.branches import Branches
from app.jobs.comments import Comments
from app.jobs.embedded import Loop
from app.jobs.engine import Engine
from app.jobs.hands import Hand, Hands
from app.jobs.judge import Judge
from app.jobs.kept_policy import PolicyKeeper
from app.jobs.newest import newest
from app.jobs.policy_places import PolicyPlaces
from app.jobs.policy_pulls import PolicyPulls
from app.jobs.policy_pushed import PolicyPushed
from app.jobs.read_back import FINDINGS, FromDependencyTrack
from app.jobs.recorded import Records
from app.jobs.refresh import Refresh
from app.jobs.repairs import Repairs
from app.jobs.signing import Phrases, SigningByComment
from app.jobs.uploads import GITHUB, TRACK, Target, ToDependencyTrack, ToGitHub, Uploads
from app.jobs.used import KeepUses
from app.offered import sections_of
from app.own_policies import OwnPolicies
from app.parsers import Parsers
from app.policies import starter_policies, starter_policy
from app.policy_answers import PolicyAnswers
from app.previewing import Previewing
from app.requesting.overrides import Overrides
from app.service_settings import Engine as EngineName
from app.service_settings import ServiceSettings, Submission
from app.store.backfill import BackfillStore
from app.store.companies import CompanyStore
from app.store.database import Database
from app.store.deliveries import DeliveryStore
from app.store.documents import DocumentStore
from app.store.facts import FactStore
from app.store.figures import FigureStore
from app.store.housekeeping import Retention, sweep
from app.store.inventories import InventoryStore
from app.store.open_pulls import OpenPulls
from app.store.overrides import OverrideStore
from app.store.pauses import PauseStore
from app.store.policies import PolicyStore
from app.store.reports import ReportStore
from app.store.repositories import RepositoryStore
from app.store.requests import RequestStore
from app.store.sightings import SightingStore
from app.store.signatures import SignatureStore
from app.store.snapshots import SnapshotStore
from app.store.subjects import SubjectStore
from app.store.told import ToldRepositories
from app.store.uploads import UploadStore
from app.store.uses import UseStore
from app.store.where import WhereStore
from app.stored_sboms import StoredSboms
from app.subject import Claim, Delivery, Kind, Lost
from app.tally import Tally
from app.tracing import of_delivery, span
from app.verdict_trees import VerdictTrees
from app.web.agreements_api import router as agreements_router
from app.web.application import Running, all_the_rest, application, webhook_alone
from app.web.ask import router
from app.web.commands import Ours
from app.web.metrics import router as metrics_router
from app.web.policy_explain import router as explain_router
from app.web.policy_versions import router as versions_router
from app.web.preview import router as preview_router
from app.web.product import router as product_router
from app.web.sboms import router as sboms_router
from app.web.where import router as where_router
from checks.engine.ask import judging
from checks.model.answer import Asked
from checks.model.errors import UsageError
from checks.model.facts import Facts, RepositoryFacts
from checks.policy.layers import PolicySet
from checks.policy.owners import Owners
from checks.policy_page.anchors import anchors
from checks.render.asked import to_json
from checks.rules import CHECKS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from app.metrics import Metrics
    from app.site import Site

#: Seconds between two rounds of forgetting what is old.
SWEEP = 3600.0
#: Seconds after a start until somebody looks whether the policy is another one by now.
POLICY = 1.0
#: Seconds until a process that only takes webhooks knows the phrases of a new policy.
LEARN = 30.0
#: Seconds before a task that nobody here knows is looked at again.
UNKNOWN = 60.0
#: Seconds over which default branches are judged again when another facts file is there.
NEW_FILE = 600.0

log = structlog.get_logger()


class Service:
    """The service in one process: web, loop and database."""

    def __init__(self, settings: ServiceSettings, environment: FactEnvironment, timing: Timing | None = None) -> None:
        """Raises `UsageError` for settings that cannot work."""
        self.settings = settings
        self.database = Database(settings.database)
        self.tally = Tally()
        self.subjects = SubjectStore(self.database, tally=self.tally)
        self.github = github_app(settings, environment, self.tally)
        self.signatures = SignatureStore(self.database, self._now, self.subjects.acceptance)
        self.companies = CompanyStore(self.database, self.signatures, self._now)
        self.phrases = Phrases()
        self.parsers = Parsers()
        self.records = FactStore(self.database, tally=self.tally)
        self.facts = SharedFacts(
            environment,
            self.records,
            online=settings.online,
            file=settings.facts,
            told=lambda reason: log.warning("facts-file", reason=reason),
            changed=self._file_changed,
            timing=timing,
        )
        self.requests = RequestStore(self.database)
        inventories = InventoryStore(self.database)
        self.documents = DocumentStore(self.database, self._now)
        self.branches = Branches(
            KeepUses(UseStore(self.database, self._now), self.facts),
            self.documents,
            inventories,
            self.parsers.parse,
            lambda id_: self.uploads.changed(id_),
        )
        self.repositories = RepositoryStore(self.database)
        self.policies = PolicyKeeper(
            PolicyStore(self.database, self._now), PolicyPlaces(self.github, self.repositories, self._now)
        )
        overrides = OverrideStore(self.database, self._now)
        self.judge = self._judge(inventories, overrides)
        self.trees = VerdictTrees(
            self.policies.store, Records(SnapshotStore(self.database, self._now)).of_head, inventories,
            self.judge.sightings, KeptFacts(self.facts), IndexedLicenses(self.database),
            lambda: self.judge.kept_policy.last(), self.parsers.parse, self.facts.private, self._rule_pages,
        )  # fmt: skip
        self.site = self._site(environment)
        self.sboms = StoredSboms(self.documents, settings.github_url)
        self.uploads = Uploads(
            self.subjects, UploadStore(self.database, self._now), self.sboms,
            _targets(settings, self.github, self.sboms, self.records, environment, self._now), self._now,
        )  # fmt: skip
        self.backfill = Backfill(
            self.github, self.subjects, BackfillStore(self.database, self._now), self.branches,
            settings.backfill_share, settings.backfill_forks, settings.refresh_hour, self._now,
        )  # fmt: skip
        self.refresh = Refresh(
            self.subjects, self.records, self.facts, settings.refresh_hour, lambda: datetime.now(UTC)
        )
        self.overrides = Overrides(self.github, self.subjects, self.judge.reports, overrides, settings.retry_seconds)
        self.comments = self._comments()
        self.deliveries = DeliveryStore(self.database)
        self.where = WhereStore(self.database)
        self.told = ToldRepositories(self.repositories)
        enterprise = is_enterprise_server(settings)
        self.repairs = Repairs(self.github, self.subjects, self._accept, self._now, enterprise, settings.repair)
        self.again = JudgeAgain(self.subjects, OpenPulls(self.database), lambda: self.judge.kept_policy.last())
        self.previewing = Previewing(self.database, settings.policy)
        self.policy_pulls = PolicyPulls(
            self.github, self.subjects, lambda: self.judge.kept_policy, self.previewing, lambda: datetime.now(UTC)
        )
        self.pushed = PolicyPushed(self.github, self.subjects, lambda: self.judge.kept_policy, settings.repair)
        self.conversation = Conversation(
            settings, self.database, self.github, self.subjects, self.requests, lambda: self.judge,
            github_reach(settings, environment), self._now,
        )  # fmt: skip
        self.policies.decided = self.conversation.store.files
        self.hands = Hands(self.subjects, self._handle, settings.lease_seconds)
        self.engine = self._engine()
        self.health = Health(self.database, self._counts, settings.workers)
        self._metrics: Metrics | None = None
        self.subjects.acceptance.submit = self.engine.submit
        self.further: list[APIRouter] = []
        """Routes that only this process has: of the set-up that it began with."""
        self._tasks: set[asyncio.Task[None]] = set()

    def _judge(self, inventories: InventoryStore, overrides: OverrideStore) -> Judge:
        settings = self.settings
        return Judge(
            app=self.github,
            subjects=self.subjects,
            reports=ReportStore(self.database, tally=self.tally),
            inventories=inventories,
            sightings=SightingStore(self.database),
            facts=self.facts,
            parse=self.parsers.parse,
            policies=self.policies,
            server_url=settings.github_url,
            public_url=settings.public_url.rstrip("/") if settings.public_url else None,
            signs_apart=settings.client_id is not None,
            central=central_place(settings.policy),
            requests=self.requests,
            records=Records(SnapshotStore(self.database, self._now)),
            pauses=PauseStore(self.database, self._now),
            retry_seconds=settings.retry_seconds,
            refresh_hour=settings.refresh_hour,
            branches=self.branches,
            signed=SignedHere(self.signatures, self.companies, Groups(), self.phrases.learn),
            overrides=overrides,
            repositories=self.repositories,
            tracked=self.records if settings.dependency_track_hours else None,
        )

    def _comments(self) -> Comments:
        settings = self.settings
        return Comments(
            self.github, self.subjects, self.judge.reports, self.requests, settings.github_url,
            self.judge.central, lambda: self.judge.central_policy(), settings.retry_seconds,
            overrides=self.overrides,
            signing=SigningByComment(
                self.signatures, lambda: self.judge.kept_policy.last(), self.judge.central is not None,
                self.judge.public_url if self.judge.central or self.judge.signs_apart else None, self.tally,
            ),
        )  # fmt: skip

    def _now(self) -> float:
        return self.subjects.clock()

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

    def _site(self, environment: FactEnvironment) -> "Site | None":
        settings = self.settings
        if settings.public_url is None:
            return None
        from app.site import Signing, Site  # nobody else waits for the templates

        policy, wake = (lambda: self.judge.kept_policy.last()), (lambda: self.engine.wake())
        signing = Signing(self.signatures, self.companies, policy, wake, self.tally)
        url, central = settings.public_url.rstrip("/"), central_place(settings.policy)
        own = OwnPolicies(self.github)
        return Site(
            settings, url, self.database, github_reach(settings, environment), signing, self.trees, central, own
        )

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
        return [*(self._api(callers) if callers else ()), *pages, *self.further]

    def _api(self, callers: Callers) -> tuple[APIRouter, ...]:
        sboms = StoredSboms(self.documents, self.settings.github_url)
        return (
            router(callers, self._answer),
            where_router(callers, self.where, self.repositories, self._owners),
            sboms_router(callers, self.repositories, sboms),
            versions_router(callers, self.policies.store),
            product_router(callers, self.repositories, sboms),
            preview_router(callers, self.previewing),
            explain_router(callers, self.policy_answers.explain, self.policy_answers.hygiene),
            agreements_router(callers, self.signatures, self.companies),
        )

    @property
    def policy_answers(self) -> PolicyAnswers:
        """What the service says of its own policy."""
        return PolicyAnswers(self.database, self._policies, self._chain, lambda: datetime.now(UTC), self.trees)

    async def _rule_pages(self) -> Mapping[str, str]:
        """The address of each rule on the page of the organization's policy, where there is one."""
        url, policies = self.judge.public_url, await self.judge.kept_policy.last()
        found = anchors(policies, CHECKS, datetime.now(UTC)) if url and policies else {}
        return {rule: f"{url}/policy#{anchor}" for rule, anchor in found.items()}

    async def _policies(self) -> PolicySet:
        return await self.judge.kept_policy.last() or starter_policies()

    def _chain(self, repository: RepositoryFacts, checks: frozenset[str]) -> FactChain:
        packages = (self.facts,) if self.facts.connected else ()  # as in a verdict
        return FactChain(Facts(repository=repository), (), packages, checks, self.facts.private)

    async def _owners(self) -> Owners:
        """Who answers for repositories, as the organization's policy said when it judged last."""
        return (await self.judge.central_policy() or starter_policy()).root.owners

    async def _answer(self, asked: Asked) -> dict[str, object]:
        """May it be used? By the organization's policy, for a repository of which nothing is known."""
        policy = await self.judge.central_policy() or starter_policy()
        chain = FactChain(Facts(), (), (self.facts,), judging(policy), self.facts.private)
        found = await reply(asked, chain, policy, lambda: datetime.now(UTC))
        return to_json(found.answer, found.facts)

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
                if self.facts.asks:
                    await self.refresh.schedule()
                if self.settings.backfill_share:
                    await self.backfill.schedule()
                if self.settings.repair and self.judge.central:
                    await self.subjects.schedule(policy_pushed.KEY, self._now() + POLICY)
                await self.uploads.begin()
                await self.repairs.schedule()
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
                for section in sections_of(await self.judge.kept_policy.last(), datetime.now(UTC)):
                    self.phrases.learn(section)
            except (OSError, SQLAlchemyError) as error:
                log.info("phrases-not-known", error=type(error).__name__)
            await asyncio.sleep(LEARN)

    def _engine(self) -> Engine:
        if self.settings.engine is EngineName.EMBEDDED:
            return Loop(self.hands, self.settings.workers)
        from app.jobs.distributed import Distributed  # it needs the extra `postgres`

        return Distributed(self.hands, self.settings.workers)

    async def _handle(self, claim: Claim) -> None:
        if claim.kind is Kind.TASK:
            await self._task(claim)
        elif claim.kind is Kind.COMMENT:
            await self.comments.handle(await newest(self.repositories, claim))
        elif claim.kind is Kind.PRESS:
            await self.overrides.handle(await newest(self.repositories, claim))
        else:
            claim = await newest(self.repositories, claim)
            if not self.policy_pulls.concerns(claim) or await self.policy_pulls.look(claim):
                await self.judge.handle(claim)

    async def _task(self, claim: Claim) -> None:
        own = {again.KEY: self.again.handle, refresh.KEY: self.refresh.handle, backfill.KEY: self.backfill.handle}
        own[policy_pushed.KEY] = self.pushed.handle
        tasks = {**own, uploads.KEY: self.uploads.handle, **self.repairs.handles}
        if handle := tasks.get(claim.key) or self.conversation.handler(claim.key):
            await handle(claim)
        else:  # of a newer release that runs beside this one
            await self.subjects.postpone(claim, "this release does not know the task", self.subjects.clock() + UNKNOWN)

    def _file_changed(self) -> None:
        task = asyncio.create_task(self.subjects.hasten(Kind.BRANCH, NEW_FILE))
        self._tasks.add(task)  # the event loop itself would forget it
        task.add_done_callback(self._tasks.discard)

    async def _accept(self, delivery: Delivery) -> bool:
        with span("accept", **of_delivery(delivery)):
            fresh = await self.subjects.accept(delivery)
        if isinstance(delivery.command, Lost):
            self.github.forget(delivery.command.installation_id)
        self.engine.wake()
        if fresh and delivery.told:
            await self.told.hear(delivery.told)
        return fresh

    async def _counts(self) -> dict[str, object]:
        return {"waiting": await self.subjects.waiting(), "failed": await self.deliveries.failed()}


def is_enterprise_server(settings: ServiceSettings) -> bool:
    """By the path of its API."""
    return settings.github_api_url.rstrip("/").endswith("/api/v3")


def github_app(settings: ServiceSettings, environment: FactEnvironment, tally: Tally | None = None) -> GitHubApp:
    """GitHub as the settings name it. Raises `UsageError` for settings that cannot work."""
    return GitHubApp(
        settings.app_id,
        AppKey(settings.private_key, settings.private_key_file),
        settings.github_api_url,
        reach=github_reach(settings, environment),
        limits=Limits(settings.github_processes, settings.github_requests, settings.paced, tally=tally),
        version=settings.github_api_version,
    )


def _targets(
    settings: ServiceSettings,
    app: GitHubApp,
    sboms: StoredSboms,
    records: FactStore,
    environment: FactEnvironment,
    clock: Callable[[], float],
) -> dict[str, Target]:
    """Where the inventories of default branches go."""
    targets: dict[str, Target] = {}
    if settings.dependency_submission is not Submission.OFF:
        everything = settings.dependency_submission is Submission.ALL
        targets[GITHUB] = ToGitHub(app, sboms, everything, settings.public_url or settings.github_url)
    if settings.dependency_track_url and settings.dependency_track_api_key:
        address = Address.parse(settings.dependency_track_url)
        reach = partial(Reach(environment.variables).transport, address)
        track = DependencyTrack(address, settings.dependency_track_api_key, reach)
        hours = settings.dependency_track_hours
        targets[TRACK] = ToDependencyTrack(track, sboms, clock, reads_back=hours > 0)
        if hours:
            targets[FINDINGS] = FromDependencyTrack(track, records, clock, hours * 3600.0)
    return targets


def github_reach(settings: ServiceSettings, environment: FactEnvironment) -> Reach:
    """How GitHub is reached."""
    return Reach(environment.variables, settings.github_ca_file, settings.github_proxy)


def central_place(text: str | None) -> CentralPolicy | None:
    """Where the organization's policy is. Raises `UsageError`."""
    try:
        return central_policy(text) if text else None
    except ValueError as error:
        raise UsageError(f"OSPO_GATE_POLICY: {error}") from None
