"""The whole service under load: `python -m tests.benchmarks load [--way sqlite] [--only idle --only burst]`.

GitHub is simulated in a process of its own, with no network between; the service is what `ospo-gate serve` and `work`
run. docs/performance.md says what each part measures, and what came out.
"""

import argparse
import asyncio
import itertools
import os
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy.engine import make_url

from tests.benchmarks.bench_acceptance import _postgresql
from tests.benchmarks.github import GitHub, github
from tests.benchmarks.services import Client, Service, service

WAYS = ("sqlite", "postgresql", "distributed")
#: Seconds until a verdict that does not come ends the benchmark.
PATIENCE = 180.0
_databases = itertools.count(1)
Told = Mapping[str, tuple[float, float]]


@dataclass(frozen=True, slots=True)
class Setting:
    """One way to run the service, and the figures that were asked for."""

    way: str
    github: GitHub
    server: str
    count: int

    @contextmanager
    def running(self, folder: Path | None = None, database: str | None = None, **settings: str) -> Iterator[Service]:
        """The service over an empty database, or over this one."""
        with tempfile.TemporaryDirectory() as own:
            workers = 2 if self.way == "distributed" else 0
            where = database or self.database()
            with service(folder or Path(own), self.github, where, workers, **settings) as made:
                yield made

    def database(self) -> str | None:
        return None if self.way == "sqlite" else new_database(self.server)

    def say(self, what: str) -> None:
        load = os.getloadavg()[0]
        print(f"  {self.way:12} {what}  (load {load:.1f})", flush=True)


def start(setting: Setting) -> None:
    """From the start of the process to /readyz, on a database that is up to date and on an empty one; memory then."""
    with tempfile.TemporaryDirectory() as folder:
        times, cpu, memory = [], [], [0.0]
        database = setting.database()
        for _ in range(6):
            with setting.running(Path(folder), database) as made:
                times.append(made.ready)
                cpu.append(made.cpu())
                time.sleep(2)
                memory = made.memory()
    setting.say(
        f"start: ready after {min(times[1:]):.2f} s (median {statistics.median(times[1:]):.2f}; {min(cpu[1:]):.2f} s "
        f"of CPU), the first time {times[0]:.2f} s; idle {', '.join(f'{size:.0f}' for size in memory)} MiB"
    )


def idle(setting: Setting) -> None:
    """One at a time: from the webhook to the last check run."""
    events = setting.github.pulls("quiet", setting.count // 5)
    with setting.running() as made:
        client = Client(made.port)

        async def story() -> tuple[Told, float]:
            for event in events[:5]:  # connections, imports and caches are warm afterwards
                await _verdicts(setting, await client.flood([event]))
            setting.github.forget()
            before = made.cpu()
            told: dict[str, tuple[float, float]] = {}
            for event in events[5:]:
                told |= await client.flood([event])
                await _verdicts(setting, told, [event.head])
            return told, made.cpu() - before

        told, cpu = asyncio.run(story())
        kinds = setting.github.verdicts().kinds
        asked = kinds["graphql"] + kinds["rest"]
        setting.say(
            f"idle: {_marks(_latencies(setting, told))}; acknowledged {_marks(_answers(told))}; "
            f"{asked / len(told):.2f} requests each, {cpu / len(told) * 1000:.1f} ms of CPU"
        )


def steady(setting: Setting) -> None:
    """5 a second over five installations."""
    made_of = [setting.github.pulls(f"org-{number}", setting.count // 5) for number in range(5)]
    events = [event for together in zip(*made_of, strict=True) for event in together]
    with setting.running() as made:
        client = Client(made.port)

        async def story() -> Told:
            await _verdicts(setting, await client.flood(events[:10]))
            told = await client.steadily(events[10:], 5)
            await _verdicts(setting, told)
            return told

        told = asyncio.run(story())
        setting.say(f"5/s: {_marks(_latencies(setting, told))}; acknowledged {_marks(_answers(told))}")


def burst(setting: Setting) -> None:
    """Another installation at 2 a second: alone, and while one has a burst of 1,000."""
    many = setting.github.pulls("loud", setting.count * 5)
    few = setting.github.pulls("calm", 42)
    with setting.running() as made:
        client = Client(made.port)

        async def story() -> tuple[Told, Told, float]:
            await _verdicts(setting, await client.flood([*few[:2], *many[:3]]))
            alone = await client.steadily(few[2:22], 2)
            await _verdicts(setting, alone)
            flood = asyncio.create_task(client.flood(many[3:]))
            beside = await client.steadily(few[22:], 2)
            left = len((await flood).keys() - setting.github.verdicts().at.keys())
            await _verdicts(setting, {**beside, **(await flood)})
            return alone, beside, left / len(many)

        alone, beside, left = asyncio.run(story())
        setting.say(
            f"burst of {len(many):,}: another's {_marks(_latencies(setting, beside))}, alone "
            f"{_marks(_latencies(setting, alone))}; {left:.0%} of the burst was left then"
        )


def rate(setting: Setting) -> None:
    """Finished a second: all delivered at once, of five installations; memory after it."""
    events = [event for number in range(5) for event in setting.github.pulls(f"rate-{number}", setting.count)]
    with setting.running() as made:
        client = Client(made.port)

        async def story() -> tuple[float, float, float]:
            await _verdicts(setting, await client.flood(events[:20]))
            began, before = time.time(), made.cpu()
            told = await client.flood(events[20:])
            accepted = time.time() - began
            await _verdicts(setting, told)
            return accepted, max(setting.github.verdicts().at[head] for head in told) - began, made.cpu() - before

        accepted, seconds, cpu = asyncio.run(story())
        done = len(events) - 20
        memory = ", ".join(f"{size:.0f}" for size in made.memory())
        setting.say(
            f"rate: {done / seconds:.0f} pull requests finished a second ({done:,}; accepted within {accepted:.1f} s), "
            f"{cpu / done * 1000:.1f} ms of CPU each, {memory} MiB"
        )


def flat(setting: Setting) -> None:
    """Memory while 50,000 deliveries about 100 pull requests come in; most of them are judged together."""
    events = setting.github.pulls("flat", 100)
    with setting.running() as made:
        client, sizes, total = Client(made.port), [], 250 * setting.count

        async def story() -> None:
            for _ in range(5):
                wave = [events[number % len(events)] for number in range(total // 5)]
                await client.flood(wave)
                sizes.append(max(made.memory()))

        asyncio.run(story())
        setting.say(f"memory after each fifth of {total:,} deliveries: {', '.join(f'{s:.0f}' for s in sizes)} MiB")


def large(setting: Setting) -> None:
    """Requests to GitHub for a pull request that adds 2,996 files beside its packages."""
    (event,) = setting.github.pulls("large", 1, files=2_996)
    with setting.running() as made:
        setting.github.forget()

        async def story() -> Told:
            told = await Client(made.port).flood([event])
            await _verdicts(setting, told)
            return told

        told = asyncio.run(story())
        kinds = setting.github.verdicts().kinds
        (seconds,) = _latencies(setting, told)
        setting.say(f"3,000 files: {kinds['graphql']} of GraphQL, {kinds['rest']} of REST, {seconds:.1f} s")


def limited(setting: Setting) -> None:
    """With GitHub's secondary limits and pacing: what a burst of one installation gets within 90 seconds."""
    events = setting.github.pulls("limited", setting.count)
    setting.github.limits(enabled=True, secondary=True)
    try:
        with setting.running(OSPO_GATE_GITHUB_PACING="on") as made:
            comments = setting.github.verdicts().comments

            async def story() -> None:
                await Client(made.port).flood(events)
                await asyncio.sleep(90)

            asyncio.run(story())
            found = setting.github.verdicts()
            judged = sum(event.head in found.at for event in events)
            setting.say(
                f"limits: of {len(events)} at once {judged} have their verdict after 90 s, {found.comments - comments} "
                f"their comment"
            )
    finally:
        setting.github.limits(
            enabled=False, points_per_minute=None, content_per_minute=None, content_per_hour=None, concurrent=None
        )


PARTS: Mapping[str, Callable[[Setting], None]] = {
    "start": start,
    "idle": idle,
    "steady": steady,
    "burst": burst,
    "rate": rate,
    "flat": flat,
    "large": large,
    "limited": limited,
}


def new_database(server: str) -> str:
    """The URL of an empty database of a PostgreSQL server."""
    import psycopg

    name = f"bench_{next(_databases)}"
    with psycopg.connect(server.replace("+psycopg", ""), autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}".encode())
    return make_url(server).set(database=name).render_as_string(hide_password=False)


async def _verdicts(setting: Setting, told: Told, heads: Sequence[str] = ()) -> None:
    """Wait until all that was told has its verdict."""
    end = time.monotonic() + PATIENCE
    while missing := set(heads or told) - setting.github.verdicts().at.keys():
        assert time.monotonic() < end, f"{len(missing)} have no verdict"
        await asyncio.sleep(0.005 if len(missing) < 5 else 0.2)


def _latencies(setting: Setting, told: Told) -> list[float]:
    at = setting.github.verdicts().at
    return [at[head] - began for head, (began, _) in told.items()]


def _answers(told: Told) -> list[float]:
    return [took for _, took in told.values()]


def _marks(seconds: Sequence[float]) -> str:
    marks = statistics.quantiles(seconds, n=100, method="inclusive")
    values = " / ".join(f"{marks[place] * 1000:.0f}" for place in (49, 94, 98))
    return f"p50/p95/p99 {values} ms"


def main(options: Sequence[str] = ()) -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks load")
    parser.add_argument("--way", action="append", choices=WAYS)
    parser.add_argument("--only", action="append", choices=list(PARTS))
    parser.add_argument("--count", type=int, default=200, help="the size of each part; 200 is what issue figures mean")
    chosen = parser.parse_args(list(options))
    with _postgresql() as server:
        for way in chosen.way or WAYS:
            with github() as simulated:
                for name in chosen.only or PARTS:
                    PARTS[name](Setting(way, simulated, server, chosen.count))
