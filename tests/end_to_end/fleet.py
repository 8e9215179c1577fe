"""The service as processes that die at given points and are started again, and what must be true after it."""

import asyncio
import random
import signal
import subprocess
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Any

from sqlalchemy import select

from app.store.database import Database
from app.store.tables import delivery
from tests.end_to_end import mortal
from tests.end_to_end.examples import CLEAN, COPYLEFT, SIGNED, pull, repository
from tests.end_to_end.forked import Forked
from tests.end_to_end.stage import PATIENCE, Stage
from tests.simulator import Pull

#: Of a process: where it dies, and the how-manieth time that it is there (or after how many milliseconds).
Plan = Callable[[str], tuple[str, int]]


def live(_role: str) -> tuple[str, int]:
    return mortal.NEVER, 1


class Fleet(Stage):
    """`serve`, and with the distributed engine processes of `work` beside it."""

    def __init__(self, folder: Path, database: str | None = None, workers: int = 0, **settings: str) -> None:
        """`database`: a PostgreSQL URL. `workers`: processes of `work`; 0: the embedded engine, where the leases of a
        process that died run out at once unless `settings` say how long they are."""
        # who is killed beside others of its kind: nobody knows which leases were its own
        self.patient = bool(workers) or "OSPO_GATE_LEASE_SECONDS" in settings
        chosen = {"OSPO_GATE_RETRY_SECONDS": "1", "OSPO_GATE_LEASE_SECONDS": "3" if workers else "10"}
        if database:
            chosen["OSPO_GATE_DATABASE"] = database
        if workers:
            chosen["OSPO_GATE_ENGINE"] = "distributed"
        super().__init__(folder, "github.com", **{**chosen, **settings})
        self.roles = ("serve", *(f"work {number}" for number in range(workers)))
        self.plan: Plan = live
        self.died = 0
        self.processes: dict[str, subprocess.Popen[bytes]] = {}

    def start_service(self) -> None:
        for role in self.roles:
            if role not in self.processes:
                self._start(role)
        self.process = self.processes["serve"]
        self.until(self._ready_or_dead, "the service is ready")

    def stop_service(self, kill: bool = False) -> None:
        for process in self.processes.values():
            process.send_signal(signal.SIGKILL if kill else signal.SIGTERM)
        for process in self.processes.values():
            process.wait(timeout=PATIENCE)
        self.processes.clear()
        self.process = None
        if kill:
            self.leases_run_out()

    def dead(self) -> list[str]:
        """The roles whose process has died."""
        return [role for role, process in self.processes.items() if process.poll() is not None]

    def kill(self, role: str) -> None:
        self.processes[role].kill()
        self.processes[role].wait()
        if not self.patient:
            self.leases_run_out()

    def revive(self) -> None:
        """Start again what has died."""
        for role in self.dead():
            code = self.processes.pop(role).returncode
            assert code == -signal.SIGKILL, f"{role} ended with {code}:\n{self.log.read_text()[-6000:]}"
            self.died += 1
            if not self.patient:
                self.leases_run_out()
        self.start_service()

    @contextmanager
    def revived(self) -> Iterator[None]:
        """In the block, what dies is started again at once."""
        ending = threading.Event()
        faults: list[BaseException] = []

        def look() -> None:
            try:
                while not ending.wait(0.01):
                    if self.dead():
                        self.revive()
            except BaseException as error:  # of another thread: told at the end of the block
                faults.append(error)

        thread = threading.Thread(target=look)
        thread.start()
        try:
            yield
        finally:
            ending.set()
            thread.join()
        if faults:
            raise faults[0]

    def deaths(self) -> Counter[str]:
        """Where processes died."""
        lines = self.log.read_text().splitlines()
        return Counter(
            line.removeprefix(mortal.LAST_WORD).strip() for line in lines if line.startswith(mortal.LAST_WORD)
        )

    def redeliver(self) -> int:
        """What nobody acknowledged is delivered again, as somebody does with GitHub's list of failed deliveries."""
        self.sim.wait_idle()
        lost = {d.guid for d in self.sim.deliveries} - self.acknowledged()
        for guid in sorted(lost):
            self.sim.redeliver(guid)
        self.sim.wait_idle()
        return len(lost)

    def acknowledged(self) -> set[str]:
        return {d.guid for d in self.sim.deliveries if d.status == "OK"}

    def stored(self) -> dict[str, str]:
        """The state of each delivery in the database, by GUID."""

        async def read() -> dict[str, str]:
            database = Database(self.environment["OSPO_GATE_DATABASE"])
            try:
                async with database.read() as connection:
                    rows = await connection.execute(select(delivery.c.id, delivery.c.state))
                    return {row.id: row.state for row in rows}
            finally:
                await database.close()

        return asyncio.run(read())

    def _start(self, role: str) -> None:
        point, times = self.plan(role)
        command = ["tests.end_to_end.mortal", point, str(times), role.partition(" ")[0]]
        with self.log.open("ab") as log:
            self.processes[role] = Forked(command, self.environment, log, self.folder)

    def ready(self) -> bool:
        """Whether the web process lives and can work."""
        return self.process is not None and self.process.poll() is None and self._ready()

    def _ready_or_dead(self) -> bool:
        return self.process is None or self.process.poll() is not None or self._ready()


@dataclass
class Story:
    """A pull request, and all that was pushed to it."""

    change: Pull
    heads: list[str]
    blocked: bool


@dataclass
class Outcome:
    """What stood on GitHub and in the database at the end."""

    faults: list[str] = field(default_factory=list)
    """What a person would see, or what was lost."""
    twice: int = 0
    """Runs of one name on one head beyond the first: GitHub shows the newest alone."""
    late: int = 0
    """Runs on a head after one on a newer head."""


class Author:
    """Pushes, now what is allowed, now what is not."""

    def __init__(self, fleet: Fleet, dice: random.Random, pulls: int, repositories: int = 1) -> None:
        self.fleet = fleet
        self.dice = dice
        self.serial = 0
        repos = [repository(fleet) for _ in range(repositories)]
        changes = [pull(fleet, repos[number % repositories], CLEAN | {"a.txt": f"{number}"}) for number in range(pulls)]
        self.stories = [Story(change, [change.head_sha], False) for change in changes]

    def push(self) -> Story:
        self.serial += 1
        story = self.dice.choice(self.stories)
        story.blocked = self.dice.random() < 0.5
        files = COPYLEFT if story.blocked else CLEAN
        serial = {"serial.txt": f"{self.serial}"}
        story.change.push({**files, **serial}, f"Change {self.serial}\n\n{SIGNED}", self.fleet.ada)
        story.heads.append(story.change.head_sha)
        return story

    def push_and_wait(self) -> None:
        """Until there is a verdict, or a process has died."""
        fleet, story = self.fleet, self.push()
        change = story.change
        fleet.until(lambda: fleet.dead() or fleet.runs(change.repository, change.head_sha), "a verdict or a death")

    def settled(self, seconds: float = 2 * PATIENCE) -> Outcome:
        """The outcome, when everything was delivered and nothing waits any more."""
        fleet = self.fleet
        fleet.until(lambda: fleet.redeliver() == 0, "every delivery is acknowledged", seconds)
        fleet.until(lambda: fleet.waiting() == 0, "nothing is left to do", seconds)
        time.sleep(0.3)
        outcome = Outcome()
        stored = fleet.stored()
        asked = {d.guid for d in fleet.sim.deliveries if d.event == "pull_request"}  # others may ask for nothing
        lost = fleet.acknowledged() & asked - stored.keys()
        outcome.faults += [f"{guid} was acknowledged and is not stored" for guid in sorted(lost)]
        outcome.faults += [f"{guid} is {stored[guid]}" for guid in stored if stored[guid] != "done"]
        for story in self.stories:
            self._look(story, outcome)
        return outcome

    def _look(self, story: Story, outcome: Outcome) -> None:
        change, name = story.change, f"#{story.change.number} of {story.change.repository.name}"
        runs = sorted(self.fleet.sim.check_runs(change.repository), key=lambda run: run["id"])
        runs = [run for run in runs if run["head_sha"] in story.heads]
        last = {run["name"]: run for run in runs if run["head_sha"] == change.head_sha}
        expected = "failure" if story.blocked else "success"
        if "ospo-gate" not in last or last["ospo-gate"]["conclusion"] != expected:
            outcome.faults.append(f"{name}: the verdict is not {expected}: {_said(last.get('ospo-gate'))}")
        outcome.faults += [f"{name}: {n} never ended" for n, run in last.items() if run["status"] != "completed"]
        order = [story.heads.index(run["head_sha"]) for run in runs]
        outcome.late += sum(earlier > later for earlier, later in pairwise(order))
        outcome.twice += sum(n - 1 for n in Counter((run["head_sha"], run["name"]) for run in runs).values())
        comments = self.fleet.own_comments(change)
        if len(comments) > 1:
            outcome.faults.append(f"{name}: {len(comments)} comments")
        bodies: Sequence[str] = [comment["body"].partition("ospo-gate:said")[0] for comment in comments]
        if any(("glyph-core" in body) != story.blocked for body in bodies) or (story.blocked and not bodies):
            outcome.faults.append(f"{name}: the comment is not about its newest head")


def _said(run: dict[str, Any] | None) -> str:
    return str(run["output"]["title"]) if run else "there is none"


def fates(dice: random.Random, workers: bool) -> Plan:
    """Processes that die anywhere, and at random moments."""

    def plan(role: str) -> tuple[str, int]:
        points = mortal.OF_WORKERS if role != "serve" else ("submitted", *mortal.OF_WEB) if workers else mortal.POINTS
        point = dice.choice((*points, mortal.AT_RANDOM))
        return point, dice.randint(500, 8_000) if point == mortal.AT_RANDOM else dice.randint(1, 12)

    return plan
