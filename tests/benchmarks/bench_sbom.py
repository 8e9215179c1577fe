"""A bill of materials: the command as a whole process, and assembling, writing and validating on their own.

Run: python -m tests.benchmarks.bench_sbom [--real FOLDER] [--against 'cyclonedx-npm=COMMAND' …]
COMMAND is run in the folder of the lock file, with {out} for the file to write.
"""

import argparse
import compileall
import shlex
import site
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

import app
import checks
from checks.manifests import read, recognize
from checks.model.dependency import Inventory
from checks.sboms import addresses, checksums
from checks.sboms.assembly import About, assemble
from checks.sboms.content import Content, Subject, Tool
from checks.sboms.describe import read as read_document
from checks.sboms.formats import VERSIONS, write
from checks.sboms.validity import validity
from tests.benchmarks.bench_inventory import measured
from tests.benchmarks.locks import npm
from tests.cli.checkout import COMMAND

#: As many as the largest real lock file that figures are known of.
PACKAGES = 2_761
ROUNDS = 15
_ABOUT = About(Subject("acme/web", "1.0.0"), Tool("ospo-gate", "0"), "2026-11-20T10:00:00Z")


def best(work: Callable[[], object]) -> float:
    """Milliseconds; the machine is shared, so the best of many counts."""
    found = []
    for _ in range(ROUNDS):
        begin = time.perf_counter()
        work()
        found.append(time.perf_counter() - begin)
    return min(found) * 1000


def parts(inventory: Inventory) -> None:
    def assembled() -> Content:
        addresses.address.cache_clear()
        checksums.checksum.cache_clear()
        return assemble([inventory], _ABOUT)

    content = assembled()
    print(f"{len(inventory.dependencies):,} entries, {len(content.components):,} components")
    print(f"  {'assembled':24} {best(assembled):8.1f} ms")
    for format_ in VERSIONS:
        quickest = best(partial(write, content, format_))
        print(f"  {format_:24} {quickest:8.1f} ms {len(write(content, format_)) / 1e6:6.1f} MB")
    text = write(content, "cyclonedx-json")
    document = read_document(text)
    print(f"  {'validated (schema)':24} {best(lambda: validity(text, document)):8.1f} ms")


def main(words: Sequence[str] = ()) -> None:
    options = argparse.ArgumentParser(prog="bench_sbom")
    options.add_argument("--real", type=Path)
    options.add_argument("--against", action="append", default=[])
    given = options.parse_args(words)
    for folder in (*app.__path__, *checks.__path__, *site.getsitepackages()):
        compileall.compile_dir(folder, quiet=2)
    with tempfile.TemporaryDirectory() as temporary:
        home = given.real or Path(temporary)
        if not given.real:
            (home / "package-lock.json").write_text(npm(PACKAGES))
        name = next(path.name for path in sorted(home.iterdir()) if recognize(path.name))
        format_ = recognize(name)
        assert format_ is not None
        processes(home, Path(temporary) / "out", given.against)
        parts(read(format_, name, (home / name).read_bytes(), {}))


def processes(home: Path, out: Path, against: Sequence[str]) -> None:
    rows = {"ospo-gate sbom": f"{COMMAND} sbom --no-cache --output {out}"}
    rows |= {label: command for label, _, command in (item.partition("=") for item in against)}
    ours = 0.0
    for label, command in rows.items():
        cost, said = measured(shlex.split(command.replace("{out}", str(out))), home)
        if cost is None:
            print(f"  {label:24} failed: {said[-200:]}")
            continue
        ours = ours or cost.wall
        figures = f"{cost.wall:6.2f} s {cost.processor:6.2f} s CPU {cost.mebibytes:5.0f} MiB"
        print(f"  {label:24} {figures} {cost.wall / ours:6.1f}×")


if __name__ == "__main__":
    main(sys.argv[1:])
