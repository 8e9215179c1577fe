"""The command as a whole process: seconds, memory, and how many times an empty python it costs.

Run: python -m tests.benchmarks.bench_command
"""

import compileall
import json
import os
import site
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

import app
import checks
from tests.cli.checkout import COMMAND, GIT, POLICY, Checkout

#: The machine is shared, so the best of many runs counts.
ROUNDS = 40
PACKAGES, CHANGED = 2_000, 20
_LICENSES = ("MIT", "ISC", "Apache-2.0", "BSD-3-Clause", "(MIT OR Apache-2.0)", "0BSD")


def lock(updated: int = 0) -> str:
    """A package-lock.json as npm writes it; the first packages are `updated` and one in ten of those is copyleft."""
    step = PACKAGES // max(CHANGED, 1)
    names = [
        f"@scope{number % 40}/package-{number}" if number % 7 == 0 else f"package-{number}"
        for number in range(PACKAGES)
    ]
    entries: dict[str, object] = {
        "": {"name": "web", "version": "1.0.0", "dependencies": dict.fromkeys(names[:100], "^1.0.0")}
    }
    for number, name in enumerate(names):
        newer = number % step == 0 and number // step < updated
        version = f"1.{number % 9}.{1 if newer else 0}"
        entries[f"node_modules/{name}"] = {
            "version": version,
            "resolved": f"https://registry.example/{name}/-/{name.rpartition('/')[2]}-{version}.tgz",
            "integrity": "sha512-" + f"{number:04}{version}".ljust(86, "A") + "==",
            "license": "GPL-3.0-only" if newer and number // step % 10 == 0 else _LICENSES[number % len(_LICENSES)],
            **({"dev": True} if number % 3 == 0 else {}),
            "dependencies": {
                names[other]: "^1.0.0" for other in range(number * 3 + 100, min(number * 3 + 103, PACKAGES))
            },
            "engines": {"node": ">=18"},
        }
    return json.dumps({"name": "web", "lockfileVersion": 3, "requires": True, "packages": entries}, indent=2) + "\n"


def measure(arguments: Sequence[str], cwd: Path, environ: Mapping[str, str]) -> tuple[float, float, float, float]:
    """Best and median wall seconds, best processor seconds (children included), largest resident set (MiB)."""
    walls, processors, memory = [], [], 0
    for _ in range(ROUNDS):
        begin = time.perf_counter()
        process = subprocess.Popen(
            arguments, cwd=cwd, env=environ, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        _, _, used = os.wait4(process.pid, 0)
        process.returncode = 0
        walls.append(time.perf_counter() - begin)
        processors.append(used.ru_utime + used.ru_stime)
        memory = max(memory, used.ru_maxrss)
    return min(walls), statistics.median(walls), min(processors), memory / 1024


def main() -> None:
    for folder in (*app.__path__, *checks.__path__, *site.getsitepackages()):
        compileall.compile_dir(folder, quiet=2)
    environ = {n: v for n, v in os.environ.items() if not n.startswith(("PYTHON", "GITHUB_"))} | GIT
    with tempfile.TemporaryDirectory() as temporary:
        checkout = Checkout(Path(temporary) / "web", {"policy.yaml": POLICY, "package-lock.json": lock()})
        checkout.branch("topic")
        checkout.commit({"package-lock.json": lock(CHANGED)})
        cases = {
            "python -c pass": [sys.executable, "-c", "pass"],
            "--help": [COMMAND, "--help"],
            "check --help": [COMMAND, "check", "--help"],
            "nothing to do": [COMMAND, "check", "--base=HEAD"],
            "nothing to do, in json": [COMMAND, "check", "--base=HEAD", "--format=json"],
            f"{CHANGED} of {PACKAGES:,} packages": [COMMAND, "check"],
            f"{CHANGED} of {PACKAGES:,} packages, workflow": [COMMAND, "check", "--format=workflow"],
            f"all {PACKAGES:,} packages": [COMMAND, "check", "--all"],
            f"inventory of {PACKAGES:,} packages": [COMMAND, "inventory", ".", "--format=purl"],
        }
        print(f"{'':40} {'best':>9} {'median':>9} {'cpu':>9} {'memory':>11}   times an empty python")
        empty = 0.0
        for name, arguments in cases.items():
            best, median, processor, memory = measure(arguments, checkout.path, environ)
            empty = empty or best
            times = " ".join(f"{seconds * 1000:6.0f} ms" for seconds in (best, median, processor))
            print(f"{name:40} {times} {memory:7.1f} MiB {best / empty:9.1f}")


if __name__ == "__main__":
    main()
