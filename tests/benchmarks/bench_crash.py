"""kill -9, thousands of deliveries long: `python -m tests.benchmarks crash [--deliveries 3000] [--way sqlite]`.

Processes of the service die at named points and at random moments, and are started again at once, while pull requests
are pushed to. At the end all is compared with what was pushed. Then, with the default lease, how long it takes until
somebody else goes on with what a killed process had in hand.
"""

import argparse
import random
import statistics
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from tests.benchmarks.bench_acceptance import _postgresql
from tests.benchmarks.bench_load import WAYS, new_database
from tests.end_to_end.examples import COPYLEFT, pull, repository
from tests.end_to_end.fleet import Author, Fleet, fates, live

PULLS, REPOSITORIES = 40, 8
#: Seconds between two pushes, at most.
PACE = 0.02
#: How often nothing is pushed until the service is ready: else most would be delivered to nobody.
PATIENT = 0.05
TAKEOVERS = 5


def main(options: Sequence[str] = ()) -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks crash")
    parser.add_argument("--way", action="append", choices=WAYS)
    parser.add_argument("--deliveries", type=int, default=300)
    parser.add_argument("--seed", type=int, default=1)
    chosen = parser.parse_args(list(options))
    with _postgresql() as server:
        for way in chosen.way or WAYS:
            database = None if way == "sqlite" else new_database(server)
            with tempfile.TemporaryDirectory() as folder:
                _torture(way, Path(folder), database, chosen.deliveries, random.Random(chosen.seed))
            database = None if way == "sqlite" else new_database(server)
            with tempfile.TemporaryDirectory() as folder:
                _takeover(way, Path(folder), database)


def _torture(way: str, folder: Path, database: str | None, deliveries: int, dice: random.Random) -> None:
    began = time.monotonic()
    workers = 2 if way == "distributed" else 0
    with Fleet(folder, database, workers, OSPO_GATE_LOG_LEVEL="warning") as fleet:
        fleet.sim.limits.enabled = False
        author = Author(fleet, dice, PULLS, REPOSITORIES)
        author.settled()
        fleet.plan = fates(dice, workers > 0)
        fleet.stop_service(kill=True)
        fleet.start_service()
        with fleet.revived():
            while PULLS + author.serial < deliveries:
                author.push()
                time.sleep(dice.random() * PACE)
                if dice.random() < PATIENT:
                    fleet.until(fleet.ready, "it is ready again", 60)
        fleet.plan = live
        fleet.stop_service(kill=True)
        fleet.start_service()
        outcome = author.settled(300)
        sent = [d for d in fleet.sim.deliveries if d.event == "pull_request"]
        again = len(sent) - len({d.guid for d in sent})
        print(
            f"  {way}: {len(sent) - again:,} deliveries about {PULLS} pull requests ({again:,} delivered again), "
            f"{fleet.died} kills in {time.monotonic() - began:.0f} s: {len(outcome.faults)} faults, "
            f"{outcome.twice} runs twice, {outcome.late} late",
            flush=True,
        )
        print(f"    died at: {', '.join(f'{point} {n}' for point, n in fleet.deaths().most_common())}", flush=True)
        for fault in outcome.faults:
            print(f"    {fault}", flush=True)


def _takeover(way: str, folder: Path, database: str | None) -> None:
    """All that work are killed, and others are started at once."""
    times = []
    workers = 2 if way == "distributed" else 0
    with Fleet(folder, database, workers, OSPO_GATE_LEASE_SECONDS="8") as fleet:
        repo = repository(fleet)
        for _ in range(TAKEOVERS):
            hold = fleet.sim.hold("headRefOid", times=1)
            change = pull(fleet, repo, COPYLEFT)
            assert hold.wait_until_reached()
            began = time.monotonic()
            for role in fleet.roles[1:] or fleet.roles:
                fleet.kill(role)
            fleet.revive()
            fleet.until(lambda change=change: fleet.runs(change.repository, change.head_sha), "the heir", 60)
            times.append(time.monotonic() - began)
            fleet.sim.faults.clear()
    usual = statistics.median(times)
    print(f"  {way}: from the kill to the verdict of the heir {usual:.1f} s (longest {max(times):.1f})", flush=True)
