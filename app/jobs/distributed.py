"""The distributed engine: procrastinate on PostgreSQL wakes one of many processes for each subject.

The subject stays the truth: a job is its key and nothing else, and whoever runs it claims the subject first. Jobs are
handed out in the transaction that wants them, a few for each installation; the others wait as subjects until one ends.
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress

import procrastinate
import structlog
from procrastinate.exceptions import ConnectorException
from procrastinate.jobs import Job as QueuedJob
from procrastinate.jobs import Status
from procrastinate.manager import JobManager
from sqlalchemy.engine import make_url
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection

from app.jobs.hands import GRACE, PAUSE, Hands, tirelessly
from app.store.acceptance import Raised
from app.store.database import watchful
from app.store.outstanding import OutstandingStore

QUEUE = "subjects"
#: Seconds after which a process looks for what is due even if nobody told it.
LOOK_AGAIN = 5.0
#: Seconds after which the engine is asked whether it still knows the jobs that it was given.
SWEEP = 10.0
#: Seconds in which jobs that end are looked at together.
TOGETHER = 0.02
#: Seconds after which a worker asks for a job even if PostgreSQL did not notify it.
POLL = 1.0

log = structlog.get_logger()


class Distributed:
    """Submits subjects as jobs; where it runs, its workers take jobs, and look after those of workers that died."""

    def __init__(self, hands: Hands, workers: int) -> None:
        self.hands = hands
        self.workers = workers
        self.outstanding = OutstandingStore(hands.subjects.database, hands.subjects.clock)
        url = watchful(make_url(hands.subjects.database.url)).set(drivername="postgresql")
        connector = procrastinate.PsycopgConnector(
            conninfo=url.render_as_string(hide_password=False), min_size=1, max_size=workers + 4
        )
        self.app = procrastinate.App(connector=connector)
        self.app.job_manager = _Jobs(connector, self)
        self.app.task(name="subject", queue=QUEUE)(self._run)
        self._due = asyncio.Event()
        self._ended: set[str] = set()
        self._stopping = False
        self._swept = 0.0
        logging.getLogger("procrastinate").setLevel(logging.WARNING)

    async def submit(self, connection: AsyncConnection, rows: Sequence[Raised]) -> None:
        """Make jobs of those for which there is room. If the engine cannot take them, they wait as subjects."""
        try:
            async with connection.begin_nested():  # a fault in it must not undo what was accepted
                jobs = await self.outstanding.hand_out(connection, rows)
                if jobs:
                    raw = (await connection.get_raw_connection()).driver_connection
                    queued = [_queued(job.key, job.priority) for job in jobs]
                    await self.app.job_manager.batch_defer_jobs_async(queued, connection=raw)
        except (ConnectorException, SQLAlchemyError):
            log.exception("not-submitted", subjects=len(rows))

    def wake(self) -> None:
        self._due.set()

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        going = self._going
        async with self.app.open_async():
            tasks = [asyncio.create_task(tirelessly(step, going)) for step in (self._work, self._look, self._rescue)]
            try:
                yield
            finally:
                self._stopping = True
                working, *others = tasks
                for task in others:
                    task.cancel()
                working.cancel()  # procrastinate takes it as the wish to end: jobs in hand come to their end
                await asyncio.gather(*tasks, return_exceptions=True)
                with suppress(OSError, SQLAlchemyError):
                    await self._hand_out()  # others go on with what was done here

    def _going(self) -> bool:
        return not self._stopping

    async def _work(self) -> None:
        await self.app.run_worker_async(
            queues=[QUEUE],
            concurrency=self.workers,
            install_signal_handlers=False,
            delete_jobs="always",
            fetch_job_polling_interval=POLL,
            shutdown_graceful_timeout=GRACE,
            update_heartbeat_interval=self.hands.lease_seconds / 4,
            stalled_worker_timeout=self.hands.lease_seconds,
        )
        if self._going():
            log.warning("worker-ended")  # the database was away
            await asyncio.sleep(PAUSE)

    async def _run(self, key: str) -> None:
        claim = await self.hands.take(key)
        if claim is not None:
            await self.hands.work(claim)

    def ended(self, key: str) -> None:
        """The job of a subject is over: another one of its installation may be the next."""
        self._ended.add(key)
        self._due.set()

    async def _look(self) -> None:
        """Hand out what is due, and wait until more is."""
        await self._hand_out()
        due = await self.outstanding.seconds_until_due()
        with suppress(TimeoutError):
            await asyncio.wait_for(self._due.wait(), LOOK_AGAIN if due is None else min(LOOK_AGAIN, due))
        await asyncio.sleep(TOGETHER)

    async def _hand_out(self) -> None:
        self._due.clear()
        ended = frozenset(self._ended)
        async with self.hands.subjects.database.write() as connection:
            await self.outstanding.ended(connection, ended)
            if rows := await self.outstanding.due(connection):
                await self.submit(connection, rows)
        self._ended -= ended

    async def _rescue(self) -> None:
        """Jobs of workers that give no sign of life are over; their subjects are due when their leases end."""
        seconds = self.hands.lease_seconds
        for job in await self.app.job_manager.get_stalled_jobs(queue=QUEUE, seconds_since_heartbeat=seconds):
            log.warning("taken-over", subject=job.lock)
            await self.app.job_manager.finish_job(job, Status.FAILED, delete_job=True)
        now = asyncio.get_running_loop().time()
        if now - self._swept > SWEEP or not self._swept:
            self._swept = now
            async with self.hands.subjects.database.write() as connection:
                if lost := await self.outstanding.lost(connection, SWEEP):
                    log.warning("jobs-lost", subjects=lost)
        await asyncio.sleep(seconds / 4)


class _Jobs(JobManager):
    """Tells the engine when a job is over."""

    def __init__(self, connector: procrastinate.PsycopgConnector, engine: Distributed) -> None:
        super().__init__(connector)
        self.engine = engine

    async def finish_job(self, job: QueuedJob, status: Status, delete_job: bool) -> None:
        try:
            await super().finish_job(job, status, delete_job)
        except ConnectorException as error:
            log.warning("job-not-finished", subject=job.lock, error=str(error.__cause__ or error)[:300])
        if job.lock:
            self.engine.ended(job.lock)


def _queued(key: str, priority: int) -> QueuedJob:
    return QueuedJob(
        id=None, lock=key, queueing_lock=None, task_name="subject", queue=QUEUE, task_kwargs={"key": key},
        priority=priority,
    )  # fmt: skip
