"""The service's processes, and a client that delivers webhooks to them."""

import asyncio
import hashlib
import hmac
import os
import subprocess
import sys
import time
import urllib.request
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.benchmarks.github import Event, GitHub
from tests.end_to_end.stage import SECRET, free_port

COMMAND = str(Path(sys.executable).with_name("ospo-gate"))


@dataclass
class Service:
    """`serve`, and processes of `work`."""

    port: int
    processes: list["subprocess.Popen[bytes]"]
    ready: float
    """Seconds from the start until `serve` said that it can work."""

    def cpu(self) -> float:
        """Seconds of CPU that all of them have used (Linux)."""
        return sum(_cpu(process.pid) for process in self.processes)

    def memory(self) -> list[float]:
        """Resident memory of each in MiB (Linux)."""
        return [_kilobytes(process.pid, "VmRSS") / 1024 for process in self.processes]


@contextmanager
def service(folder: Path, github: GitHub, database: str | None, workers: int = 0, **settings: str) -> Iterator[Service]:
    """`database`: a PostgreSQL URL; `workers`: processes of the distributed engine, 0 for the embedded one."""
    port = free_port()
    key = folder / "app.pem"
    key.write_text(github.key)
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("OSPO_GATE_", "GITHUB_"))}
    environment = clean | {
        "OSPO_GATE_APP_ID": str(github.app_id),
        "OSPO_GATE_PRIVATE_KEY_FILE": str(key),
        "OSPO_GATE_WEBHOOK_SECRET": SECRET,
        "OSPO_GATE_GITHUB_API_URL": github.api_url,
        "OSPO_GATE_GITHUB_URL": github.url,
        "OSPO_GATE_DATABASE": database or f"sqlite+aiosqlite:///{folder / 'gate.db'}",
        "OSPO_GATE_ENGINE": "distributed" if workers else "embedded",
        "OSPO_GATE_PORT": str(port),
        "OSPO_GATE_REPAIR": "false",
        "OSPO_GATE_BACKFILL_SHARE": "0",
        "PYTHONPATH": str(_as_in_the_image(folder)),
        **settings,
    }
    with (folder / "service.log").open("ab") as log:
        began = time.monotonic()
        processes = [_started("serve", environment, log, folder)]
        while not _is_ready(port):
            assert processes[0].poll() is None, (folder / "service.log").read_text()
            time.sleep(0.01)
        ready = time.monotonic() - began
        processes += [_started("work", environment, log, folder) for _ in range(workers)]
        try:
            yield Service(port, processes, ready)
        finally:
            for process in processes:
                process.terminate()
            for process in processes:
                process.wait()


def _as_in_the_image(folder: Path) -> Path:
    """Hides rich: structlog would load its 11 MiB here, where a tool for development brings it."""
    hidden = folder / "hidden"
    hidden.mkdir(exist_ok=True)
    (hidden / "rich.py").write_text("raise ImportError\n")
    return hidden


def _started(what: str, environment: dict[str, str], log: object, folder: Path) -> "subprocess.Popen[bytes]":
    return subprocess.Popen([COMMAND, what], env=environment, stdout=log, stderr=log, cwd=folder)  # type: ignore[call-overload,no-any-return]


def _is_ready(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz", timeout=2) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


class Client:
    """Keeps connections as GitHub does not, so that its own time is small."""

    def __init__(self, port: int) -> None:
        self.port = port
        self._idle: list[tuple[asyncio.StreamReader, asyncio.StreamWriter]] = []

    async def deliver(self, event: Event) -> tuple[float, float]:
        """When the delivery began (seconds since 1970), and for how many seconds its answer was waited for."""
        while self._idle and self._idle[-1][0].at_eof():
            self._idle.pop()
        reader, writer = self._idle.pop() if self._idle else await asyncio.open_connection("127.0.0.1", self.port)
        signature = hmac.new(SECRET.encode(), event.body, hashlib.sha256).hexdigest()
        head = (
            f"POST /webhook HTTP/1.1\r\nHost: gate\r\nContent-Type: application/json\r\n"
            f"Content-Length: {len(event.body)}\r\nX-GitHub-Event: pull_request\r\n"
            f"X-GitHub-Delivery: {uuid.uuid4()}\r\nX-Hub-Signature-256: sha256={signature}\r\n\r\n"
        )
        at, began = time.time(), time.perf_counter()
        writer.write(head.encode() + event.body)
        answer = await reader.readuntil(b"\r\n\r\n")
        assert answer.startswith(b"HTTP/1.1 202"), answer
        length = next((line for line in answer.lower().split(b"\r\n") if line.startswith(b"content-length:")), b":0")
        await reader.readexactly(int(length.split(b":")[1]))
        took = time.perf_counter() - began
        self._idle.append((reader, writer))
        return at, took

    async def flood(self, events: Sequence[Event], connections: int = 32) -> dict[str, tuple[float, float]]:
        """Deliver all as fast as they are answered: by head, as `deliver`."""
        waiting, told = list(reversed(events)), {}

        async def one() -> None:
            while waiting:
                event = waiting.pop()
                told[event.head] = await self.deliver(event)

        await asyncio.gather(*(one() for _ in range(connections)))
        return told

    async def steadily(self, events: Sequence[Event], rate: float) -> dict[str, tuple[float, float]]:
        """Deliver so many a second."""
        told: dict[str, tuple[float, float]] = {}

        async def one(event: Event) -> None:
            told[event.head] = await self.deliver(event)

        began = time.monotonic()
        tasks = []
        for number, event in enumerate(events):
            await asyncio.sleep(max(0.0, began + number / rate - time.monotonic()))
            tasks.append(asyncio.create_task(one(event)))
        await asyncio.gather(*tasks)
        return told


def _cpu(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _kilobytes(pid: int, name: str) -> int:
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next((int(line.split()[1]) for line in lines if line.startswith(name)), 0)
