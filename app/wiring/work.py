"""What the workers of the service do: judging changes, obeying comments, and the tasks."""

from datetime import UTC, datetime

from app.conversation import Conversation
from app.fact_settings import FactEnvironment
from app.facts.online.timing import Timing
from app.facts.signatures import SignedHere
from app.github.configured import central_place, github_reach, is_enterprise_server
from app.github.groups import Groups
from app.jobs import again, backfill, policy_pushed, refresh, uploads
from app.jobs.again import JudgeAgain
from app.jobs.backfill import Backfill
from app.jobs.branches import Branches
from app.jobs.comments import Comments
from app.jobs.embedded import Loop
from app.jobs.engine import Engine
from app.jobs.hands import Hands
from app.jobs.judge import Judge
from app.jobs.newest import newest
from app.jobs.policy_pulls import PolicyPulls
from app.jobs.policy_pushed import PolicyPushed
from app.jobs.recorded import Records
from app.jobs.refresh import Refresh
from app.jobs.repairs import Repairs
from app.jobs.signing import SigningByComment
from app.jobs.uploads import Uploads
from app.jobs.used import KeepUses
from app.previewing import Previewing
from app.requesting.overrides import Overrides
from app.service_settings import Engine as EngineName
from app.service_settings import ServiceSettings
from app.store.backfill import BackfillStore
from app.store.open_pulls import OpenPulls
from app.store.overrides import OverrideStore
from app.store.pauses import PauseStore
from app.store.reports import ReportStore
from app.store.sightings import SightingStore
from app.store.snapshots import SnapshotStore
from app.store.told import ToldRepositories
from app.store.uploads import UploadStore
from app.store.uses import UseStore
from app.subject import Claim, Delivery, Kind, Lost
from app.tracing import of_delivery, span
from app.wiring.parts import Parts
from app.wiring.targets import targets
from checks.policy.layers import PolicySet

#: Seconds until somebody looks whether the policy is another one by now.
POLICY = 1.0
#: Seconds before a task that nobody here knows is looked at again.
UNKNOWN = 60.0


class Work(Parts):
    """Takes what is to be done, and does it."""

    def __init__(self, settings: ServiceSettings, environment: FactEnvironment, timing: Timing | None) -> None:
        """Raises `UsageError` for settings that cannot work."""
        super().__init__(settings, environment, timing)
        overrides = OverrideStore(self.database, self._now)
        self.branches = Branches(
            KeepUses(UseStore(self.database, self._now), self.facts), self.documents, self.inventories,
            self.parsers.parse, lambda id_: self.uploads.changed(id_),
        )  # fmt: skip
        self.judge = self._judge(overrides)
        self.overrides = Overrides(self.github, self.subjects, self.judge.reports, overrides, settings.retry_seconds)
        self.comments = self._comments()
        self.uploads = Uploads(
            self.subjects, UploadStore(self.database, self._now), self.sboms,
            targets(settings, self.github, self.sboms, self.records, environment, self._now), self._now,
        )  # fmt: skip
        self.backfill = Backfill(
            self.github, self.subjects, BackfillStore(self.database, self._now), self.branches,
            settings.backfill_share, settings.backfill_forks, settings.refresh_hour, self._now,
        )  # fmt: skip
        self.refresh = Refresh(
            self.subjects, self.records, self.facts, settings.refresh_hour, lambda: datetime.now(UTC)
        )
        self.told = ToldRepositories(self.repositories)
        enterprise = is_enterprise_server(settings)
        self.repairs = Repairs(self.github, self.subjects, self._accept, self._now, enterprise, settings.repair)
        self.again = JudgeAgain(self.subjects, OpenPulls(self.database), self.last_policy)
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
        self.subjects.acceptance.submit = self.engine.submit

    def _judge(self, overrides: OverrideStore) -> Judge:
        settings = self.settings
        return Judge(
            app=self.github,
            subjects=self.subjects,
            reports=ReportStore(self.database, tally=self.tally),
            inventories=self.inventories,
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
        judge = self.judge
        return Comments(
            self.github, self.subjects, judge.reports, self.requests, self.settings.github_url,
            judge.central, lambda: self.judge.central_policy(), self.settings.retry_seconds,
            overrides=self.overrides,
            signing=SigningByComment(
                self.signatures, self.last_policy, judge.central is not None,
                judge.public_url if judge.central or judge.signs_apart else None, self.tally,
            ),
        )  # fmt: skip

    async def last_policy(self) -> PolicySet | None:
        """The organization's policy as it judges; None: there is none yet."""
        return await self.judge.kept_policy.last()

    def _engine(self) -> Engine:
        if self.settings.engine is EngineName.EMBEDDED:
            return Loop(self.hands, self.settings.workers)
        from app.jobs.distributed import Distributed  # it needs the extra `postgres`

        return Distributed(self.hands, self.settings.workers)

    async def _schedule(self) -> None:
        """The tasks that nobody asks for."""
        if self.facts.asks:
            await self.refresh.schedule()
        if self.settings.backfill_share:
            await self.backfill.schedule()
        if self.settings.repair and self.judge.central:
            await self.subjects.schedule(policy_pushed.KEY, self._now() + POLICY)
        await self.uploads.begin()
        await self.repairs.schedule()

    async def _accept(self, delivery: Delivery) -> bool:
        with span("accept", **of_delivery(delivery)):
            fresh = await self.subjects.accept(delivery)
        if isinstance(delivery.command, Lost):
            self.github.forget(delivery.command.installation_id)
        self.engine.wake()
        if fresh and delivery.told:
            await self.told.hear(delivery.told)
        return fresh

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
        tasks = {
            again.KEY: self.again.handle,
            refresh.KEY: self.refresh.handle,
            backfill.KEY: self.backfill.handle,
            policy_pushed.KEY: self.pushed.handle,
            uploads.KEY: self.uploads.handle,
            **self.repairs.handles,
        }
        if handle := tasks.get(claim.key) or self.conversation.handler(claim.key):
            await handle(claim)
        else:  # of a newer release that runs beside this one
            await self.subjects.postpone(claim, "this release does not know the task", self._now() + UNKNOWN)
