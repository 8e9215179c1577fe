"""The service against the simulated GitHub: from the webhook to the last check run, and the requests it takes.

The service is its own process; the simulator runs in this one, so its own time (about 4 ms a verdict) is part of the
figures. Times are taken by the simulator: when it began to deliver the webhook, and when it answered the mutation that
posts the check runs. Run: python -m tests.benchmarks.bench_service
"""

import statistics
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

from tests.end_to_end.examples import CLEAN, COPYLEFT, POLICY, SIGNED, npm
from tests.end_to_end.stage import Stage
from tests.simulator import Pull, Repository

EVENTS = 200


def main() -> None:
    with tempfile.TemporaryDirectory() as folder, Stage(Path(folder)) as stage:
        stage.sim.limits.enabled = False
        repository = stage.sim.create_repository("example", "web", files={"policy.yaml": POLICY, **CLEAN})
        for _ in range(5):
            _judge(stage, repository)  # connections, imports and caches are warm afterwards
        stage.sim.reset_counts()
        idle = [_judge(stage, repository) for _ in range(EVENTS)]
        _print("webhook → last check run, one at a time", idle)
        kinds = Counter(request.kind for request in stage.sim.requests)
        asked = sum(count for kind, count in kinds.items() if kind not in ("token", "membership"))
        print(f"  requests to GitHub per event: {asked / EVENTS:.2f}, tokens {kinds['token']}")
        _print("acknowledgement of the webhook", _acknowledgements(stage))
        print(f"  memory of the service: {_rss(stage):.0f} MiB")
        for name, files in _shapes().items():
            stage.sim.reset_counts()
            _judge(stage, repository, files)
            asked = sum(1 for request in stage.sim.requests if request.kind in ("rest", "graphql"))
            print(f"  requests when {name}: {asked}")


def _shapes() -> dict[str, dict[str, str]]:
    many = {f"packages/{n}/{name}": text for n in range(5) for name, text in COPYLEFT.items()}
    large = npm(**{f"p{n}": ("1.0.0", "MIT", []) for n in range(12_000)})
    return {
        "no manifest changed": {"readme.txt": f"{time.time()}"},
        "five manifests changed": many,
        f"one lock file of {len(large['package-lock.json']):,} bytes changed": large,
    }


_serial = iter(range(10**9))


def _judge(stage: Stage, repository: Repository, files: dict[str, str] | None = None) -> float:
    """Seconds from the delivery to the posted verdict of a new pull request with a blocked package."""
    number = next(_serial)
    branch = f"bench-{number}"
    content = files or {**COPYLEFT, "serial.txt": str(number)}
    repository.commit(branch, content, f"Change\n\n{SIGNED}", stage.ada)
    pull = repository.open_pull(head=branch, base="main", title="Change", author=stage.ada)
    stage.verdict(repository, pull.head_sha)
    stage.sim.wait_idle()
    return _seconds(stage, pull)


def _seconds(stage: Stage, pull: Pull) -> float:
    sent = next(d.created for d in reversed(stage.sim.deliveries) if d.event == "pull_request")
    posted = max(r.at + r.duration for r in stage.sim.requests if r.kind in ("graphql", "rest"))
    return posted - sent


def _acknowledgements(stage: Stage) -> list[float]:
    return [d.duration for d in stage.sim.deliveries if d.event == "pull_request"][-EVENTS:]


def _print(what: str, seconds: Sequence[float]) -> None:
    marks = statistics.quantiles(seconds, n=100)
    places = (("p50", 49), ("p95", 94), ("p99", 98))
    values = ", ".join(f"{name} {marks[index] * 1000:.1f} ms" for name, index in places)
    print(f"  {what} ({len(seconds)} events): {values}")


def _rss(stage: Stage) -> float:
    """Resident memory of the service in MiB (Linux)."""
    assert stage.process is not None
    return _status(stage.process.pid, "VmRSS") / 1024


def _status(pid: int, name: str) -> int:
    for line in _lines(Path(f"/proc/{pid}/status")):
        if line.startswith(name):
            return int(line.split()[1])
    return 0


def _lines(path: Path) -> Iterator[str]:
    if path.exists():
        yield from path.read_text().splitlines()


if __name__ == "__main__":
    main()
