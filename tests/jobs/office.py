"""A service whose workers are driven by hand, for stories about one judgment."""

import asyncio
import itertools
import time
from dataclasses import dataclass
from typing import Any

from app.subject import About, Claim, Delivery, Wanted, pull_key
from app.wiring import Service
from tests.end_to_end.examples import CLEAN, POLICY, SIGNED
from tests.simulator import Pull, Repository, Simulator, User

_numbers = itertools.count(1)


@dataclass
class Office:
    """A service whose workers are driven by hand."""

    sim: Simulator
    ada: User
    installation: int
    service: Service

    def pull(self, files: dict[str, Any]) -> Pull:
        name = f"web-{next(_numbers)}"
        repo: Repository = self.sim.create_repository("example", name, files={"policy.yaml": POLICY, **CLEAN})
        repo.commit("topic", files, f"Change\n\n{SIGNED}", self.ada)
        return repo.open_pull(head="topic", base="main", author=self.ada)

    async def want(self, pull: Pull, at: float | None = None) -> None:
        repo = pull.repository
        about = About(repo.full_name, repo.node_id, pull.node_id, pull.base_sha, "public", "main", True)
        key = pull_key(repo.id, pull.number)
        wanted = Wanted(key, self.installation, repo.id, pull.number, pull.head_sha, at or time.time(), about)
        await self.service.subjects.accept(Delivery(f"d{next(_numbers)}", "pull_request", "opened", wanted))

    async def claim(self, lease: float = 60) -> Claim:
        while (claim := await self.service.subjects.claim(lease)) is None:  # noqa: ASYNC110 - the database has no event
            await asyncio.sleep(0.005)
        return claim

    async def work(self) -> None:
        """Handle what is due until nothing waits."""
        while await self.service.subjects.waiting():
            await self.service.judge.handle(await self.claim())

    def titles(self, pull: Pull) -> list[str]:
        return [
            run["output"]["title"]
            for run in self.sim.check_runs(pull.repository, pull.head_sha)
            if run["name"] == "ospo-gate"
        ]
