"""A service whose workers are driven by hand, for stories about one judgment."""

import asyncio
import itertools
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol

from app.facts.online.timing import Timing
from app.github.publication import BRANCH
from app.subject import About, Claim, Delivery, Wanted, branch_key, pull_key
from app.wiring import Service
from tests.end_to_end.examples import CLEAN, POLICY, SIGNED
from tests.simulator import Pull, Repository, Simulator, User

_numbers = itertools.count(1)


class Clock:
    """The time of a service, which tests move."""

    def __init__(self) -> None:
        self.ahead = timedelta(0)

    def now(self) -> datetime:
        return datetime.now(UTC) + self.ahead

    def move_to(self, moment: datetime) -> None:
        self.ahead = moment - datetime.now(UTC)

    def passes(self, **time: float) -> None:
        self.ahead += timedelta(**time)

    @property
    def timing(self) -> Timing:
        """Of the sources of facts: there sleeping is instant."""
        return Timing(self.now, lambda: time.monotonic() + self.ahead.total_seconds(), lambda _: asyncio.sleep(0))

    def rules(self, service: Service) -> None:
        """Verdicts, the queue and what is remembered go by this clock."""
        service.judge = replace(service.judge, clock=self.now, retry_seconds=0.001)
        service.refresh = replace(service.refresh, clock=self.now)
        for store in (service.subjects, service.records, service.judge.sightings):
            store.clock = lambda: self.now().timestamp()


class Run(Protocol):
    """Tells a story to an office; `settings` are further ones of `ServiceSettings`."""

    def __call__(
        self,
        story: "Callable[[Office], Awaitable[None]]",
        environment: dict[str, str] | None = None,
        **settings: Any,
    ) -> None: ...


@dataclass
class Office:
    """A service whose workers are driven by hand."""

    sim: Simulator
    ada: User
    installation: int
    service: Service
    clock: Clock

    def repository(self, files: dict[str, Any] | None = None, policy: str = POLICY) -> Repository:
        name = f"web-{next(_numbers)}"
        return self.sim.create_repository("example", name, files={"policy.yaml": policy, **(files or CLEAN)})

    def pull(self, files: dict[str, Any], policy: str = POLICY) -> Pull:
        repo = self.repository(policy=policy)
        repo.commit("topic", files, f"Change\n\n{SIGNED}", self.ada)
        return repo.open_pull(head="topic", base="main", author=self.ada)

    async def want(self, pull: Pull, at: float | None = None) -> None:
        repo = pull.repository
        about = About(
            repo.full_name, repo.node_id, pull.node_id, pull.base_sha, "public", "main", True, base_ref=pull.base_ref
        )
        key = pull_key(repo.id, pull.number)
        wanted = Wanted(key, self.installation, repo.id, pull.number, pull.head_sha, at or time.time(), about)
        await self.service.subjects.accept(Delivery(f"d{next(_numbers)}", "pull_request", "opened", wanted))

    async def push(self, repository: Repository, files: dict[str, Any] | None = None) -> str:
        """The SHA that the default branch has after a push."""
        if files:
            repository.commit("main", files, f"Change\n\n{SIGNED}", self.ada)
        head = repository.head()
        about = About(repository.full_name, repository.node_id, visibility="public", default_branch="main")
        key = branch_key(repository.id)
        wanted = Wanted(key, self.installation, repository.id, 0, head, time.time(), about)
        await self.service.subjects.accept(Delivery(f"d{next(_numbers)}", "push", None, wanted))
        return head

    async def claim(self, lease: float = 60) -> Claim:
        while (claim := await self.service.subjects.claim(lease)) is None:  # noqa: ASYNC110 - the database has no event
            await asyncio.sleep(0.005)
        return claim

    async def work(self) -> None:
        """Handle what is due until nothing waits."""
        while await self.service.subjects.waiting():
            await self.service._handle(await self.claim())

    def titles(self, pull: Pull) -> list[str]:
        return [run["output"]["title"] for run in self.runs(pull.repository, pull.head_sha)]

    def conclusions(self, pull: Pull) -> list[str]:
        """Of the verdicts on the pull request's head, oldest first."""
        return [run["conclusion"] for run in self.runs(pull.repository, pull.head_sha)]

    def branch(self, repository: Repository) -> list[str]:
        """The titles of the verdicts on the default branch's head, oldest first."""
        return [run["output"]["title"] for run in self.runs(repository, repository.head(), BRANCH)]

    def runs(self, repository: Repository, sha: str, name: str = "ospo-gate") -> list[Any]:
        return [run for run in self.sim.check_runs(repository, sha) if run["name"] == name]
