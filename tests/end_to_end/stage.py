"""A stage with a simulated GitHub and the service, each as real as it can be on one machine."""

import json
import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Self

import httpx
from sqlalchemy import create_engine, make_url, update

from app.store.tables import subject
from tests.end_to_end.forked import Forked
from tests.simulator import Simulator
from tests.simulator.world import Profile

SECRET = "a-secret-that-only-the-tests-know"
#: Seconds until a verdict that does not come is a failure of the test.
PATIENCE = 120.0
#: Seconds in which a late publication would have shown itself.
SILENCE = 0.1
#: For whoever asks the service on connections of their own: uvicorn closes one that rested for five seconds, and must
#: not do so just when the next request is sent.
CONNECTIONS: Any = {"timeout": PATIENCE, "limits": httpx.Limits(keepalive_expiry=2.0)}
_DRIVERS = {"sqlite": "sqlite+pysqlite", "postgresql": "postgresql+psycopg"}


class Stage:
    """The simulator, an app that is installed in the organization `example`, and the service's process."""

    forked = True

    def __init__(self, folder: Path, profile: Profile = "github.com", **settings: str) -> None:
        self.folder = folder
        self.sim = Simulator(profile)
        self.settings = settings
        self.process: subprocess.Popen[bytes] | None = None
        self.log = folder / "service.log"

    def __enter__(self) -> Self:
        self.sim.start()
        self.sim.dispatcher.deadline_seconds = PATIENCE  # nobody delivers again what a busy machine was too slow for
        self.port = free_port()
        self.app = self.sim.create_app(
            slug="ospo-gate", webhook_url=f"http://127.0.0.1:{self.port}/webhook", webhook_secret=SECRET
        )
        self.org = self.sim.create_org("example")
        self.ada = self.sim.create_user("ada", name="Ada Lovelace", email="ada@example.com")
        self.org.add_member(self.ada)
        self.installation = self.sim.install(self.app, "example")
        key = self.folder / "app.pem"
        key.write_text(self.app.private_key_pem)
        key.chmod(0o600)
        self.start_service()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop_service()
        self.sim.stop()

    @property
    def environment(self) -> dict[str, str]:
        clean = {name: value for name, value in os.environ.items() if not name.startswith(("OSPO_GATE_", "GITHUB_"))}
        return clean | {
            "OSPO_GATE_APP_ID": str(self.app.id),
            "OSPO_GATE_PRIVATE_KEY_FILE": str(self.folder / "app.pem"),
            "OSPO_GATE_WEBHOOK_SECRET": SECRET,
            "OSPO_GATE_GITHUB_API_URL": self.sim.api_url,
            "OSPO_GATE_GITHUB_URL": self.sim.url,
            "OSPO_GATE_DATABASE": f"sqlite+aiosqlite:///{self.folder / 'gate.db'}",
            "OSPO_GATE_PORT": str(self.port),
            "OSPO_GATE_BACKFILL_SHARE": "0",
            "OSPO_GATE_REPAIR": "false",  # its requests would come between those that are counted
            **self.settings,
        }

    @property
    def inner(self) -> int:
        """The port where everything but the webhook is."""
        return int(self.settings.get("OSPO_GATE_INTERNAL_PORT", self.port))

    def start_service(self) -> None:
        with self.log.open("ab") as log:
            if self.forked:
                self.process = Forked(["app.cli.main", "serve"], self.environment, log, self.folder)
            else:
                command = [str(Path(sys.executable).with_name("ospo-gate")), "serve"]
                self.process = subprocess.Popen(command, env=self.environment, stdout=log, stderr=log, cwd=self.folder)
        self.until(self._ready, "the service is ready")

    def _ready(self) -> bool:
        assert self.process is not None
        if self.process.poll() is not None:
            raise AssertionError(f"the service ended:\n{self.log.read_text()}")
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.inner}/readyz", timeout=PATIENCE) as answer:
                return bool(answer.status == 200)
        except OSError:
            return False

    def stop_service(self, kill: bool = False) -> None:
        if self.process is None:
            return
        if kill:
            self.process.kill()
        else:
            self.process.terminate()
        self.process.wait(timeout=PATIENCE)
        self.process = None
        if kill:
            self.leases_run_out()

    def leases_run_out(self) -> None:
        """As they do by and by when who held them is dead. Were they so short that a test could wait for it, the living
        would lose theirs on a busy machine."""
        url = make_url(self.environment["OSPO_GATE_DATABASE"])
        engine = create_engine(url.set(drivername=_DRIVERS[url.get_backend_name()]))
        with engine.begin() as connection:
            connection.execute(update(subject).where(subject.c.lease_until.is_not(None)).values(lease_until=0.0))
        engine.dispose()

    @contextmanager
    def worker(self, **settings: str) -> Iterator["subprocess.Popen[bytes]"]:
        """`ospo-gate work` beside the service."""
        command = [str(Path(sys.executable).with_name("ospo-gate")), "work"]
        with self.log.open("ab") as log:
            environment = {**self.environment, **settings}
            process = subprocess.Popen(command, env=environment, stdout=log, stderr=log, cwd=self.folder)
        try:
            yield process
        finally:
            process.kill()
            process.wait()

    def listens(self) -> bool:
        """Whether the service takes connections."""
        try:
            with socket.create_connection(("127.0.0.1", self.port), timeout=PATIENCE):
                return True
        except OSError:
            return False

    def until(self, condition: Any, what: str, seconds: float = PATIENCE) -> Any:
        """The first true value of `condition()`; fails with the service's log when none comes."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if value := condition():
                return value
            time.sleep(0.01)
        raise AssertionError(f"waited {seconds} s for: {what}\n{self.log.read_text()[-6000:]}")

    def verdict(self, repository: Any, sha: str) -> dict[str, Any]:
        """The completed run of the verdict on this head."""
        found: dict[str, Any] = self.until(lambda: self.runs(repository, sha).get("ospo-gate"), f"a verdict on {sha}")
        return found

    def runs(self, repository: Any, sha: str) -> dict[str, Any]:
        """The newest completed check run by name."""
        runs = sorted(self.sim.check_runs(repository, sha), key=lambda run: run["id"])
        return {run["name"]: run for run in runs if run["status"] == "completed"}

    def settle(self) -> None:
        """Wait until every delivery was answered, no work is left and a late publication would have shown itself."""
        assert self.sim.wait_idle(PATIENCE)
        self.until(lambda: self.waiting() == 0, "nothing is left to do")
        self.until(lambda: not self.sim.server.concurrent, "nothing is asked of GitHub any more")
        time.sleep(SILENCE)

    def waiting(self) -> int:
        """How many pull requests wait or are being judged."""
        with urllib.request.urlopen(f"http://127.0.0.1:{self.inner}/readyz", timeout=PATIENCE) as answer:
            return int(json.load(answer)["waiting"])

    def comment(self, pull: Any) -> str:
        """The body of the only comment of the app on a pull request."""
        own = self.until(lambda: self.own_comments(pull), "a comment")
        assert len(own) == 1
        return str(own[0]["body"])

    def own_comments(self, pull: Any) -> list[dict[str, Any]]:
        found = self.sim.comments(pull.repository, pull.number)
        return [comment for comment in found if comment["user"]["login"] == "ospo-gate[bot]"]

    def counted(self) -> list[str]:
        """The requests since `sim.reset_counts()` that count: not those for tokens and memberships."""
        return [f"{r.method} {r.path}" for r in self.sim.requests if r.kind not in ("token", "membership")]


class Installed(Stage):
    """The service is started as an operator starts it, which takes a second and a half of a processor."""

    forked = False


def free_port() -> int:
    """A port that is nobody else's for as long as this process lives: it stays bound, and nobody listens on it. Whoever
    binds it by its number, as servers do with SO_REUSEADDR, may."""
    probe = socket.socket()
    probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    probe.bind(("127.0.0.1", 0))
    port = int(probe.getsockname()[1])
    probe.detach()
    return port
