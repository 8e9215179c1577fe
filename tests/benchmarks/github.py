"""The simulated GitHub as a process of its own, with pull requests to tell of, and when each had its verdict."""

import re
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing import get_context
from multiprocessing.connection import Connection
from typing import Any

from tests.end_to_end.examples import CLEAN, COPYLEFT, POLICY, SIGNED
from tests.end_to_end.stage import SECRET
from tests.simulator import Simulator, User

_HEAD = re.compile(rb'"head_?[sS]ha": ?"([0-9a-f]{40})"')


@dataclass(frozen=True, slots=True)
class Event:
    """A webhook that was not delivered yet."""

    body: bytes
    head: str


@dataclass(frozen=True, slots=True)
class Verdicts:
    """What was posted so far."""

    at: dict[str, float]
    """When the first check run on a head was answered (seconds since 1970)."""
    comments: int
    kinds: Counter[str]
    """Requests by kind: token, membership, graphql, rest."""


class GitHub:
    """Commands to the process."""

    def __init__(self, pipe: Connection) -> None:
        self._pipe = pipe
        self.api_url, self.url, self.app_id, self.key = pipe.recv()

    def pulls(self, owner: str, count: int, files: int = 0) -> Sequence[Event]:
        """New pull requests with a package that is not allowed, in five repositories of an organization; `files`:
        further files that each of them adds."""
        return list(self._ask("pulls", owner, count, files))

    def verdicts(self) -> Verdicts:
        found: Verdicts = self._ask("verdicts")
        return found

    def forget(self) -> None:
        """Count requests from here."""
        self._ask("forget")

    def limits(self, **settings: Any) -> None:
        """Set fields of the simulator's limits; with `secondary` GitHub's published ones."""
        self._ask("limits", settings)

    def _ask(self, *command: Any) -> Any:
        self._pipe.send(command)
        return self._pipe.recv()


@contextmanager
def github() -> Iterator[GitHub]:
    context = get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=_run, args=(theirs,), daemon=True)
    process.start()
    try:
        yield GitHub(ours)
    finally:
        process.terminate()
        process.join()


def _run(pipe: Connection) -> None:
    with Simulator() as sim:
        world = _World(sim)
        pipe.send((sim.api_url, sim.url, world.app.id, world.app.private_key_pem))
        while True:
            name, *given = pipe.recv()
            pipe.send(getattr(world, name)(*given))


class _World:
    def __init__(self, sim: Simulator) -> None:
        self.sim = sim
        sim.limits.enabled = False
        sim.dispatcher.outage = True  # the benchmark delivers
        self.app = sim.create_app(slug="ospo-gate", webhook_url="http://127.0.0.1:9/webhook", webhook_secret=SECRET)
        self.authors: dict[str, User] = {}
        self.serial = 0
        self.at: dict[str, float] = {}
        self.comments = 0
        self._listen()

    def _listen(self) -> None:
        server: Any = self.sim.server
        real = server._answer

        def answered(request: Any, path: str, query: Any, body: bytes, document: object) -> Any:
            answer = real(request, path, query, body, document)
            if (b"CheckRun" in body or path.endswith("/check-runs")) and answer[1].status_code < 300:
                for head in _HEAD.findall(body):
                    self.at.setdefault(head.decode(), time.time())
            self.comments += b"addComment" in body or (request.method == "POST" and path.endswith("/comments"))
            return answer

        server._answer = answered

    def pulls(self, owner: str, count: int, files: int) -> list[Event]:
        if owner not in self.authors:
            self.sim.create_org(owner)
            self.sim.install(self.app, owner)
            self.authors[owner] = self.sim.create_user(f"ada-of-{owner}", name="Ada Lovelace", email="ada@example.com")
            for number in range(5):
                self.sim.create_repository(owner, f"web-{number}", files={"policy.yaml": POLICY, **CLEAN})
        author, made = self.authors[owner], []
        for number in range(count):
            self.serial += 1
            repository = self.sim.repository(f"{owner}/web-{number % 5}")
            branch = f"change-{self.serial}"
            more = {f"files/{n:04}.txt": f"{n}" for n in range(files)}
            content = {**COPYLEFT, "serial.txt": f"{self.serial}", **more}
            repository.commit(branch, content, f"Change {self.serial}\n\n{SIGNED}", author)
            already = len(self.sim.dispatcher.deliveries)
            pull = repository.open_pull(head=branch, base="main", title="Change", author=author)
            (told,) = [d for d in self.sim.dispatcher.deliveries[already:] if d.event == "pull_request"]
            made.append(Event(told.payload, pull.head_sha))
        self.sim.wait_idle()
        self.sim.dispatcher.deliveries.clear()
        return made

    def verdicts(self) -> Verdicts:
        kinds = Counter(request.kind for request in self.sim.requests)
        return Verdicts(dict(self.at), self.comments, kinds)

    def forget(self) -> None:
        self.sim.reset_counts()

    def limits(self, settings: dict[str, Any]) -> None:
        if settings.pop("secondary", False):
            self.sim.limits.use_secondary()
        for name, value in settings.items():
            setattr(self.sim.limits, name, value)
