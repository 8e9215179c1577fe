"""Reading lock files: whole processes, side by side with the tools that people run instead.

Run: python -m tests.benchmarks.bench_inventory [--real DIR] [--with NAME=COMMAND …]

Without `--real` the lock files are generated in the shape that the tools write. Other tools run where they are on the
PATH or given: `--with cyclonedx-npm=/somewhere/bin/cyclonedx-npm`.
"""

import argparse
import os
import shlex
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.benchmarks import locks

ROUNDS = 5
#: A tool that needs longer is stopped (seconds).
PATIENCE = 120
OURS = (sys.executable, "-m", "app.cli.main", "inventory", "{}", "--format", "purl", "--no-cache")

#: Name of the lock file → other tools, with what they need to read that file and nothing else.
OTHERS: Mapping[str, Mapping[str, str]] = {
    "package-lock.json": {
        "npm": "npm sbom --sbom-format cyclonedx --package-lock-only",
        "cyclonedx-npm": "cyclonedx-npm --package-lock-only",
        "cdxgen": "cdxgen -t js --no-recurse --no-install-deps -o {}.cdx.json",
    },
    "pnpm-lock.yaml": {
        "pnpm": "pnpm sbom --sbom-format cyclonedx --lockfile-only",
        "cdxgen": "cdxgen -t pnpm --no-recurse --no-install-deps -o {}.cdx.json",
    },
    "yarn.lock": {"cdxgen": "cdxgen -t yarn --no-recurse --no-install-deps -o {}.cdx.json"},
    "uv.lock": {"uv": "uv export --frozen --all-extras --all-groups --no-hashes"},
    "poetry.lock": {"cyclonedx-py": "cyclonedx-py poetry --no-validate"},
    "Cargo.lock": {"cdxgen": "cdxgen -t rust --no-recurse --no-install-deps -o {}.cdx.json"},
    "go.sum": {"cdxgen": "cdxgen -t go --no-recurse --no-install-deps -o {}.cdx.json"},
    "requirements.txt": {"cyclonedx-py": "cyclonedx-py requirements --no-validate {}"},
}

#: A process begins with the peak memory of the one that started it, so a small one starts them.
STARTER = """
import os, sys, time
started = time.perf_counter()
process = os.posix_spawnp(sys.argv[2], sys.argv[2:], os.environ)
_, status, usage = os.wait4(process, 0)
wall = time.perf_counter() - started
with open(sys.argv[1], "w") as figures:
    print(wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss, file=figures)
sys.exit(min(os.waitstatus_to_exitcode(status), 1))
"""


@dataclass(frozen=True, slots=True)
class Cost:
    """The best of several whole processes; memory is the largest."""

    wall: float
    processor: float
    mebibytes: float


def main(words: Sequence[str] = ()) -> None:
    """A table: each row is one tool on one lock file, with its ratio to ours."""
    options = _options(words)
    given = dict(pair.split("=", 1) for pair in options.given)
    subprocess.run((sys.executable, "-m", "compileall", "-q", "app", "checks"), check=False)
    print(f"{'lock file':26}{'tool':16}{'wall':>9}{'CPU':>9}{'RSS':>10}{'packages':>10}{'ratio':>8}")
    with tempfile.TemporaryDirectory(prefix="ospo-gate-locks-") as folder:
        for file in sorted(_copied(options.real, Path(folder)) if options.real else locks.written(Path(folder))):
            _compare(file, given)


def _options(words: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="bench_inventory")
    parser.add_argument("--real", type=Path, help="a folder of folders with one lock file each")
    parser.add_argument("--with", dest="given", action="append", default=[], metavar="NAME=COMMAND")
    return parser.parse_args(words)


def _copied(source: Path, folder: Path) -> Iterator[Path]:
    """Other tools write beside what they read, so they read a copy."""
    for place in sorted(path for path in source.iterdir() if path.is_dir()):
        shutil.copytree(place, folder / place.name)
        os.chmod(folder / place.name, 0o755)
        yield from (file for file in (folder / place.name).iterdir() if _kind(file))


def _kind(file: Path) -> str:
    name = "requirements.txt" if file.name.startswith("requirements") else file.name
    return name if name in OTHERS else ""


def _compare(file: Path, given: Mapping[str, str]) -> None:
    ours, output = measured([word.replace("{}", str(file)) for word in OURS], file.parent)
    title = f"{file.parent.name}/{file.name}"[:25]
    if ours is None:
        print(f"{title:26}failed: {output[-200:]}")
        return
    _row(title, "ospo-gate", ours, output.count("pkg:"), "")
    for name, command in OTHERS[_kind(file)].items():
        arguments = shlex.split(command)
        if name in given:
            arguments = shlex.split(given[name]) + arguments[1:]
        if shutil.which(arguments[0]) is None:
            continue
        cost, output = measured([word.replace("{}", str(file)) for word in arguments], file.parent)
        if cost is None:
            print(f"{'':26}{name:16}refuses: {output.strip().splitlines()[-1][:80] if output.strip() else ''}")
        else:
            _row("", name, cost, 0, f"{cost.wall / ours.wall:.1f}×")


def _row(title: str, tool: str, cost: Cost, packages: int, ratio: str) -> None:
    memory = f"{cost.mebibytes:.0f} MiB"
    figures = f"{cost.wall:8.3f}s{cost.processor:8.3f}s{memory:>10}{packages or '':>10}{ratio:>8}"
    print(f"{title:26}{tool:16}{figures}", flush=True)


def measured(command: Sequence[str], folder: Path) -> tuple[Cost | None, str]:
    """The cost and the output; no cost and the complaint of a tool that refuses."""
    costs = []
    for _ in range(ROUNDS):
        cost, status, output = _once(command, folder)
        if status:
            return None, output
        costs.append(cost)
        if cost.wall > PATIENCE / ROUNDS:
            break
    wall, processor = min(c.wall for c in costs), min(c.processor for c in costs)
    return Cost(wall, processor, max(c.mebibytes for c in costs)), output


def _once(command: Sequence[str], folder: Path) -> tuple[Cost, int, str]:
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    environment["PYTHONPATH"] = str(Path(__file__).parents[2]) if command[0] == sys.executable else ""
    with tempfile.TemporaryFile() as said, tempfile.NamedTemporaryFile() as figures:
        starter = (sys.executable, "-I", "-S", "-c", STARTER, figures.name, *command)
        done = subprocess.run(starter, cwd=folder, env=environment, stdout=said, stderr=subprocess.STDOUT, check=False)
        wall, processor, kibibytes = map(float, figures.read().split() or (0, 0, 0))
        said.seek(0)
        text = said.read().decode("utf-8", "replace")
    return Cost(wall, processor, kibibytes / 1024), done.returncode, text


if __name__ == "__main__":
    main(sys.argv[1:])
